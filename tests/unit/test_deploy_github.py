"""``deploy/github``: workflows that GitHub takes, pinned, with few rights, and nobody's text in a script."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.engines import need
from tests.github import WORKFLOWS, workflow

NAMES = ("attestation.yml", "portal.yml")
PINNED = re.compile(r"^ +(?:- )?uses: (?P<action>actions/[a-z-]+)@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+$")
RIGHTS = {
    ("attestation.yml", "ask"): {"actions": "write"},
    ("attestation.yml", "gate"): {"contents": "read", "packages": "read"},
    ("attestation.yml", "attest"): {"contents": "read", "packages": "read"},
    ("attestation.yml", "publish"): {"contents": "write"},
    ("attestation.yml", "record"): {"contents": "write"},
    ("attestation.yml", "portal"): {"actions": "write"},
    ("portal.yml", "build"): {"contents": "read"},
    ("portal.yml", "deploy"): {"pages": "write", "id-token": "write"},
}
ENVIRONMENTS = {
    ("attestation.yml", "attest"): "attestation",
    ("attestation.yml", "record"): "ledger",
    ("portal.yml", "deploy"): "github-pages",
}
SECRETS = {
    ("attestation.yml", "attest", "Judge again, and sign"): "ATTESTATION_KEY",
    ("attestation.yml", "record", "Enter the release into the ledger"): "LEDGER_KEY",
}


def jobs() -> Iterator[tuple[str, str, Any]]:
    for name in NAMES:
        for job, spec in workflow(name)["jobs"].items():
            yield name, job, spec


def steps() -> Iterator[tuple[str, str, Any]]:
    for name, job, spec in jobs():
        for step in spec["steps"]:
            yield name, job, step


def test_these_are_all_the_workflows() -> None:
    assert {path.name for path in WORKFLOWS.iterdir()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_actionlint_finds_nothing(name: str) -> None:
    done = subprocess.run(
        [need("actionlint"), "-no-color", "-shellcheck=", "-pyflakes=", WORKFLOWS / name],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_actionlint_would_find_something() -> None:
    content = (
        (WORKFLOWS / "attestation.yml").read_text("utf-8").replace("steps.tag.outputs", "steps.tug.outputs")
    )
    done = subprocess.run(
        [need("actionlint"), "-no-color", "-"], input=content, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.count('property "tug" is not defined')) == (1, 3)


@pytest.mark.parametrize("name", NAMES)
def test_every_action_is_githubs_own_and_pinned_by_its_commit(name: str) -> None:
    lines = [line for line in (WORKFLOWS / name).read_text("utf-8").splitlines() if "uses:" in line]
    assert [line for line in lines if not PINNED.match(line)] == []
    assert len(lines) == {"attestation.yml": 7, "portal.yml": 3}[name]


def test_one_action_has_one_commit() -> None:
    used = {step["uses"] for _, _, step in steps() if "uses" in step}
    assert len({action.partition("@")[0] for action in used}) == len(used)


def test_no_job_has_more_rights_than_it_needs() -> None:
    assert {(name, job): spec["permissions"] for name, job, spec in jobs()} == RIGHTS
    assert {name: workflow(name)["permissions"] for name in NAMES} == {name: {} for name in NAMES}


def test_no_job_runs_for_ever_and_no_two_of_one_kind_at_once() -> None:
    assert all(spec["timeout-minutes"] <= 30 for _, _, spec in jobs())
    assert all(workflow(name)["concurrency"]["cancel-in-progress"] is False for name in NAMES)


def test_no_text_of_anybody_gets_into_a_script() -> None:
    assert [step["name"] for _, _, step in steps() if "${{" in step.get("run", "")] == []
    assert {workflow(name)["defaults"]["run"]["shell"] for name in NAMES} == {"bash"}


def test_a_key_is_in_one_step_of_a_job_with_an_environment() -> None:
    found = {}
    for name, job, step in steps():
        for key, value in step.get("env", {}).items():
            if "secrets." in value:
                assert value == f"${{{{ secrets.{key} }}}}"
                found[name, job, step["name"]] = key
    assert found == SECRETS
    environments = {
        (name, job): spec["environment"]["name"]
        if isinstance(spec["environment"], dict)
        else spec["environment"]
        for name, job, spec in jobs()
        if "environment" in spec
    }
    assert environments == ENVIRONMENTS
    texts = [(WORKFLOWS / name).read_text("utf-8") for name in NAMES]
    assert sum(text.count("secrets.") for text in texts) == len(SECRETS)


def test_no_checkout_leaves_a_token_behind() -> None:
    checkouts = [step for _, _, step in steps() if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == 7
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_what_decides_comes_from_the_protected_branch_and_never_from_the_tag() -> None:
    for name, _, step in steps():
        if step.get("with", {}).get("path") == "protected":
            assert "ref" not in step["with"], name
    commands = [line for _, _, step in steps() for line in _commands(step.get("run", ""))]
    options = r"--(?:config|verification-key|requirement)[ =](?:[a-z-]+=)?(\S+)"
    given = [path for command in commands for path in re.findall(options, command)]
    assert len(given) == 13
    assert {path.partition("/")[0] for path in given} == {"protected"}
    own = [command for command in commands if "change/" in command]
    assert {command.split()[1:3][-1] for command in own} == {"render", '"release-${TAG#v}/release.yaml"'}


def test_only_a_run_of_the_default_branch_goes_beyond_asking() -> None:
    attestation = workflow("attestation.yml")["jobs"]
    of_main = "github.ref_name == github.event.repository.default_branch"
    assert attestation["ask"]["if"] == "github.event_name == 'push'"
    assert attestation["gate"]["if"] == f"github.event_name == 'workflow_dispatch' && {of_main}"
    needed = {job: spec.get("needs") for job, spec in attestation.items()}
    assert needed == {
        "ask": None,
        "gate": None,
        "attest": "gate",
        "publish": "attest",
        "record": "publish",
        "portal": "publish",
    }
    assert all("if" not in step and "continue-on-error" not in step for _, _, step in steps())


def _commands(script: str) -> list[str]:
    return [line.strip() for line in script.replace("\\\n", " ").splitlines()]

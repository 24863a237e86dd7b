"""What `gatelib init` and `gatelib rules new` write: it holds at once, and nothing that is there is lost."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from gatelib.authoring.scaffold.rule import Rule
from gatelib.authoring.scaffold.rule import files as rule_files
from gatelib.controls import load as controls
from gatelib.policy import shipped
from tests.acceptance.command import Done, gatelib, write
from tests.budget import budget
from tests.engines import need
from tests.paths import ROOT

SCHEMAS = [f".gatelib/schemas/{name}.json" for name in ("bundle", "config", "fixture", "parameters")]
FILES = [
    ".gitignore",
    ".pre-commit-config.yaml",
    "README.md",
    "bundles/acme.yaml",
    "gatelib.yaml",
    "policies/parameters.yaml",
    "requirements.txt",
    "rule-ids.json",
]
WORKFLOW = ".github/workflows/policies.yml"
PINNED = re.compile(r"^ *- uses: actions/[a-z-]+@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+$")

KINDS = [
    "workloads",
    "*",
    "Namespace",
    "apps/Deployment",
    "example.com/Widget",
    "Pod",
    "apps/StatefulSet",
    "batch/CronJob",
    "Service",
    "networking.k8s.io/Ingress",
    "rbac.authorization.k8s.io/ClusterRole",
    "argoproj.io/Rollout",
    "gatelib.dev/Release",
][: budget(5, 13)]


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def init(folder: Path, *more: str) -> Done:
    done = gatelib("init", folder, "--team", "acme", *more, cwd=folder.parent)
    assert (done.code, done.complaint) == (0, "")
    return done


def new(folder: Path, name: str, kind: str, *more: str, title: str = "Web runs twice") -> Done:
    return gatelib("rules", "new", name, "--title", title, "--kind", kind, *more, cwd=folder)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    init(tmp_path / "acme")
    return tmp_path / "acme"


@pytest.mark.parametrize(
    ("ci", "pipeline"), [("github", [WORKFLOW]), ("gitlab", [".gitlab-ci.yml"]), ("none", [])]
)
def test_init_writes_a_repository_and_says_what(tmp_path: Path, ci: str, pipeline: list[str]) -> None:
    done = init(tmp_path / "acme", "--ci", ci)
    expected = sorted([*FILES, *SCHEMAS, *pipeline])
    assert list(tree(tmp_path / "acme")) == expected
    assert done.text.split("\n\n")[0].splitlines() == expected


def test_init_takes_a_prefix_and_this_folder(tmp_path: Path) -> None:
    done = gatelib("init", "--team", "pay_ments", "--prefix", "PAY", cwd=tmp_path)
    assert done.code == 0, done.complaint
    config = yaml.safe_load((tmp_path / "gatelib.yaml").read_text())
    assert config == {"policies": ["policies"], "authoring": {"team": "pay_ments", "prefix": "PAY"}}
    assert (tmp_path / "bundles" / "pay-ments.yaml").is_file()


def test_init_again_writes_nothing(repository: Path) -> None:
    before = tree(repository)
    done = init(repository)
    assert tree(repository) == before
    assert done.text.splitlines()[0] == ""


def test_init_names_every_file_in_the_way_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("ours\n")
    (tmp_path / "gatelib.yaml").write_text("gate: pr\n")
    (tmp_path / "policies").write_text("no folder\n")
    before = tree(tmp_path)
    done = gatelib("init", ".", "--team", "acme", cwd=tmp_path)
    assert done.code == 2
    assert done.complaint.splitlines() == [
        "gatelib: 3 files in the way: `README.md`, `gatelib.yaml`, `policies`",
        "  nothing was written; move them away, or begin elsewhere",
    ]
    assert tree(tmp_path) == before


@pytest.mark.parametrize("link", ["gatelib.yaml", "policies", ".github"])
def test_init_follows_no_link(tmp_path: Path, link: str) -> None:
    folder, outside = tmp_path / "acme", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (folder / link).symlink_to(outside / "file" if link.endswith("yaml") else outside)
    done = gatelib("init", folder, "--team", "acme", cwd=tmp_path)
    assert done.code == 2
    assert "is a link" in done.complaint
    assert (list(outside.iterdir()), list(folder.iterdir())) == ([], [folder / link])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--team", "Acme"], "`Acme` is no name of a team"),
        (["--team", "release"], "`release` is the library's own"),
        (["--team", "acme", "--prefix", "GL"], "the prefix `GL` is the library's"),
        (["--team", "acme", "--prefix", "acme"], "`acme` is no prefix of IDs"),
        ([], "Missing option '--team'"),
    ],
)
def test_init_refuses_names_that_no_rule_could_have(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    done = gatelib("init", "new", *arguments, cwd=tmp_path)
    assert done.code == 2
    assert message in done.complaint
    assert tree(tmp_path) == {}


def test_every_modeline_leads_to_a_schema_that_accepts_its_file(repository: Path) -> None:
    assert new(repository, "replicas", "apps/Deployment").code == 0
    named = {}
    for name, content in tree(repository).items():
        if name.endswith((".yaml", ".json")) and not name.startswith(".gatelib/"):
            match = re.match(r"# yaml-language-server: \$schema=(\S+)\n", content.decode())
            value: Any = yaml.safe_load(content)
            given = match[1] if match else value.get("$schema") if isinstance(value, dict) else None
            if given is not None:
                schema = (repository / name).parent / given
                Draft7Validator(json.loads(schema.read_bytes())).validate(value)
                named[name] = schema.resolve().relative_to(repository).as_posix()
    assert named == {
        "bundles/acme.yaml": ".gatelib/schemas/bundle.json",
        "fixtures/acme/replicas/allow/holds.expected.json": ".gatelib/schemas/fixture.json",
        "fixtures/acme/replicas/deny/breaks.expected.json": ".gatelib/schemas/fixture.json",
        "gatelib.yaml": ".gatelib/schemas/config.json",
        "policies/parameters.yaml": ".gatelib/schemas/parameters.json",
    }


def test_the_workflow_is_one_that_actionlint_accepts_with_pinned_actions(repository: Path) -> None:
    actionlint, file = need("actionlint"), repository / WORKFLOW
    done = subprocess.run(
        [actionlint, "-no-color", "-shellcheck=", "-pyflakes=", file],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    lines = [line for line in file.read_text().splitlines() if "uses:" in line]
    assert lines
    assert [line for line in lines if not PINNED.match(line)] == []


def test_parameters_beside_the_policies_count_in_a_check_and_in_the_bundle(repository: Path) -> None:
    (repository / "policies" / "parameters.yaml").write_text("gatelib: {params: {pdb: {min_replicas: 7}}}\n")
    (repository / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n")
    shown = gatelib("check", "pod.yaml", "--show-config", cwd=repository)
    assert "parameters.pdb.min_replicas = 7  (gatelib.yaml)" in shown.text.splitlines()
    built = gatelib("bundle", "build", "bundles/acme.yaml", "-o", "../acme.tar.gz", cwd=repository)
    assert (built.code, built.complaint) == (0, "")
    inside = gatelib(
        "check", "acme/pod.yaml", "--bundle", "acme.tar.gz", "--show-config", cwd=repository.parent
    )
    assert "parameters.pdb.min_replicas = 7  (acme.tar.gz)" in inside.text.splitlines(), inside.text


def begun(repository: Path, *rules: Rule) -> None:
    """Begin rules as the command does, in one process."""
    for rule in rules:
        files = rule_files(
            rule,
            policies="policies/acme",
            fixtures="fixtures/acme",
            schema=SCHEMAS[2],
            kinds=shipped().data["kinds"],
        )
        write(repository, {name: content.decode() for name, content in files.items()})
    for command in (["rules", "docs"], ["rules", "lint", "--add-ids"]):
        done = gatelib(*command, cwd=repository)
        assert done.code == 0, done.text + done.complaint


def rules_of_all_kinds() -> list[Rule]:
    kinds = [*((kind,) for kind in KINDS), ("Service", "ConfigMap")]
    return [
        Rule(
            id=f"ACME-{number:03}",
            team="acme",
            name=f"{scope}_{number}",
            title=f'Rule: with "quotes", `code` & # of {kind}',
            kinds=kind,
            scope=scope,
        )
        for number, (kind, scope) in enumerate(product(kinds, ("document", "set")))
    ]


def test_a_new_rule_of_every_kind_holds_but_for_the_one_test_that_is_to_be_written(repository: Path) -> None:
    rules = rules_of_all_kinds()
    begun(repository, *rules)
    built = gatelib("bundle", "build", "bundles/acme.yaml", "-o", "acme.tar.gz", cwd=repository)
    assert (built.code, built.complaint) == (0, "")
    tested = gatelib("rules", "test", "--format", "json", cwd=repository)
    assert tested.code == 1, tested.complaint
    results = json.loads(tested.out)["results"]
    failing = [(result["group"], result["name"]) for result in results if result["status"] != "pass"]
    assert sorted(failing) == sorted(
        (f"gatelib.rules.acme.{rule.name}_test", "test_write_me_deny_what_the_title_says") for rule in rules
    )
    for result in results:
        told = "write me: what is wrong in an object that breaks" in "".join(result["details"])
        assert told is (result["status"] == "fail")
    fixtures = [result["name"] for result in results if result["kind"] == "fixture"]
    assert sorted(fixtures) == sorted(
        f"acme/{rule.name}/{case}" for rule in rules for case in ("allow/holds", "deny/breaks")
    )


def test_a_new_rule_is_formatted_and_strict_as_opa_sees_it(repository: Path) -> None:
    opa = need("opa")
    begun(repository, *rules_of_all_kinds())
    policies, capabilities = repository / "policies", ROOT / "bundles" / "capabilities.json"
    commands: list[list[str | Path]] = [
        ["fmt", "--list", policies],
        ["check", "--strict", "--capabilities", capabilities, policies, ROOT / "rego"],
    ]
    for command in commands:
        done = subprocess.run([opa, *command], capture_output=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_what_is_said_of_a_rule_stands_in_its_metadata_and_page(repository: Path) -> None:
    control = controls().controls[0].id
    said = ["--why", "It matters: a lot.", "--fix", "Run # two.", "--severity", "high", "--gate", "pr"]
    done = new(repository, "replicas", "apps/Deployment", *said, "--gate", "admission", "--control", control)
    assert (done.code, done.complaint) == (0, "")
    head = (repository / "policies/acme/replicas/replicas.rego").read_text().partition("package ")[0]
    metadata = yaml.safe_load("\n".join(line[2:] for line in head.splitlines()[1:]))
    assert metadata == {
        "title": "Web runs twice",
        "description": "It matters: a lot.",
        "custom": {
            "id": "ACME-001",
            "severity": "high",
            "controls": [control],
            "gates": ["pr", "admission"],
            "kinds": ["apps/Deployment"],
            "scope": "document",
            "remediation": "Run # two.",
            "since": "0.1.0",
        },
    }
    page = (repository / "docs/rules/ACME-001.md").read_text()
    assert page.startswith("# ACME-001 Web runs twice\n")
    assert "It matters: a lot." in page
    ids = json.loads((repository / "rule-ids.json").read_bytes())
    assert ids == {"ACME-001": {"package": "gatelib.rules.acme.replicas"}}


def test_an_id_is_never_given_twice(repository: Path) -> None:
    assert new(repository, "one", "Service").code == 0
    shutil.rmtree(repository / "policies" / "acme" / "one")
    shutil.rmtree(repository / "fixtures")
    assert new(repository, "two", "Service").text.splitlines()[-1].startswith("ACME-002 is begun")
    (repository / "rule-ids.json").write_text("{}\n")
    again = new(repository, "three", "Service", "--id", "ACME-001")
    assert again.code == 2
    assert "the ID ACME-001 was given to a rule" in again.complaint  # by its page
    (repository / "docs" / "rules" / "ACME-001.md").unlink()
    assert new(repository, "three", "Service", "--id", "ACME-009").code == 0
    assert new(repository, "four", "Service").text.splitlines()[-1].startswith("ACME-010 is begun")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Replicas", "--title", "T", "--kind", "Pod"], "`Replicas` is no name of a rule"),
        (["x_test", "--title", "T", "--kind", "Pod"], "`x_test` is what tests are called"),
        (["kubernetes/x", "--title", "T", "--kind", "Pod"], "`kubernetes` is the library's own"),
        (["x", "--title", "T", "--kind", "pod"], "`custom.kinds` is not acceptable"),
        (
            ["x", "--title", "T", "--kind", "workloads", "--kind", "Service"],
            "`workloads` stands for kinds, and alone",
        ),
        (["x", "--title", "T\nU", "--kind", "Pod"], "is one line of text"),
        (["x", "--title", "T", "--kind", "Pod", "--id", "acme-1"], "`custom.id` is not acceptable"),
        (["other/x", "--title", "T", "--kind", "Pod"], "what do the team's IDs begin with?"),
    ],
)
def test_a_rule_that_could_not_be_is_refused_and_nothing_is_written(
    repository: Path, arguments: list[str], message: str
) -> None:
    before = tree(repository)
    done = gatelib("rules", "new", *arguments, cwd=repository)
    assert done.code == 2, done.text
    assert message in done.complaint
    assert tree(repository) == before


def test_a_new_rule_overwrites_none(repository: Path) -> None:
    assert new(repository, "replicas", "Service").code == 0
    before = tree(repository)
    done = new(repository, "replicas", "Service")
    assert done.code == 2
    assert "`policies/acme/replicas/replicas.rego`" in done.complaint
    assert tree(repository) == before


def test_without_a_repository_there_is_no_new_rule(tmp_path: Path) -> None:
    done = new(tmp_path, "replicas", "Service")
    assert done.code == 2
    assert "begin with `gatelib init`" in done.complaint


def test_a_rule_of_the_librarys_own_is_begun_in_its_repository(tmp_path: Path) -> None:
    for name in ("rego", "docs/rules", "fixtures/kubernetes/privileged"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "rule-ids.json", tmp_path)
    ids = json.loads((tmp_path / "rule-ids.json").read_bytes())
    last = max(rule for rule in ids if rule.startswith("GL-K8S-"))
    following = f"GL-K8S-{int(last[-3:]) + 1:03}"
    done = new(tmp_path, "kubernetes/host_users", "workloads")
    assert (done.code, done.complaint) == (0, "")
    assert done.text.splitlines() == [
        "rego/gatelib/rules/kubernetes/host_users/host_users.rego",
        "rego/gatelib/rules/kubernetes/host_users/host_users_test.rego",
        "fixtures/kubernetes/host_users/allow/holds.yaml",
        "fixtures/kubernetes/host_users/allow/holds.expected.json",
        "fixtures/kubernetes/host_users/deny/breaks.yaml",
        "fixtures/kubernetes/host_users/deny/breaks.expected.json",
        f"docs/rules/{following}.md",
        "docs/rules/README.md",
        "rule-ids.json",
        "",
        f"{following} is begun: write what the failing test of `gatelib rules test` asks for",
        "the catalogue and the lists of rules follow by `make generate`",
    ]
    ids[following] = {"package": "gatelib.rules.kubernetes.host_users"}
    assert json.loads((tmp_path / "rule-ids.json").read_bytes()) == ids
    tested = gatelib("rules", "test", following, "--format", "json", cwd=tmp_path)
    results = json.loads(tested.out)["results"]
    assert [result["name"] for result in results if result["status"] != "pass"] == [
        "test_write_me_deny_what_the_title_says"
    ]

"""The guide from nothing to a rule: its commands, run as they are written, print what it says they print."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
import yaml

from tests.paths import ROOT

GUIDE: Final = ROOT / "docs" / "guides" / "workbench.md"
COMMANDS: Final = 10
MINUTES: Final = 10
INSTALLATION: Final = 1
"""Commands that the page gives without a block."""

ONLY_ITS_REPORT: Final = ("--rule", "ACME-001", "--format", "json")

_BLOCK: Final = re.compile(r"^```([a-z]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_GROWING: Final = re.compile(r"[0-9]+ (?=mutants|checks)")
"""What a new version of gatelib has more of."""
_FILE: Final = re.compile(r"in `([^`\s]+/[^`\s]+)`:\s*\Z")


@dataclass
class Step:
    """A command, what it must print, and the files that are written after it."""

    command: str
    output: str = ""
    files: dict[str, str] = field(default_factory=dict)


Followed = tuple[Path, list[tuple[Step, str, int]], float]


def steps() -> list[Step]:
    """Read the guide up to where it is over with commands."""
    text, found, end = GUIDE.read_text("utf-8"), [Step("true")], 0
    for block in _BLOCK.finditer(text):
        language, content = block[1], block[2]
        if language == "console":
            found.append(Step(content))
        elif language == "text":
            found[-1].output = content
        elif named := _FILE.search(text[end : block.start()]):
            found[-1].files[named[1]] = content
        end = block.end()
    return found[1:]


def installed() -> dict[str, str]:
    """An environment in which the installed command is found."""
    return {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """The folder of somebody who followed the guide, what each command printed, and the seconds it took."""
    assert shutil.which("gatelib", path=str(Path(sys.executable).parent)), "gatelib is not installed"
    here, began = tmp_path_factory.mktemp("new"), time.monotonic()
    printed: list[tuple[Step, str, int]] = []
    for step in steps():
        if step.command.startswith("cd "):
            here = here / step.command.removeprefix("cd ").strip()
            subprocess.run(["git", "init", "--quiet", "--initial-branch", "main", here], check=True)
            continue
        done = subprocess.run(
            ["bash", "-c", step.command],
            cwd=here,
            env=installed(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        printed.append((step, done.stdout, done.returncode))
        for name, content in step.files.items():
            assert (here / name).is_file(), f"the guide changes `{name}`, which no command wrote"
            (here / name).write_text(content, "utf-8")
    return here, printed, time.monotonic() - began


def test_the_guide_takes_at_most_ten_commands() -> None:
    commands = [step.command for step in steps()]
    assert all(command.startswith(("gatelib ", "cd ")) for command in commands)
    assert len(commands) + INSTALLATION <= COMMANDS


def test_every_command_prints_what_the_guide_says(followed: Followed) -> None:
    _, printed, seconds = followed
    for step, output, _ in printed:
        assert (step.command, _GROWING.sub("N ", output)) == (step.command, _GROWING.sub("N ", step.output))
    assert seconds < MINUTES * 60


def test_only_the_test_that_says_what_to_write_fails(followed: Followed) -> None:
    failing = [(step.command, "write me: " in output) for step, output, code in followed[1] if code]
    assert failing == [("gatelib rules test\n", True)]


def test_in_the_end_there_is_a_rule_with_its_page_and_a_bundle_that_denies(followed: Followed) -> None:
    folder = followed[0]
    page = (folder / "docs" / "rules" / "ACME-001.md").read_text("utf-8")
    assert "> runs 1 replica, and must run at least 2" in page
    assert "replace-me" not in page
    deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n"
    (folder.parent / "web.yaml").write_text(deployment)
    done = subprocess.run(
        ["gatelib", "check", "web.yaml", "--bundle", str(folder / "acme.tar.gz"), *ONLY_ITS_REPORT],
        cwd=folder.parent,
        env=installed(),
        capture_output=True,
        check=False,
    )
    found = [(finding["rule"], finding["message"]) for finding in json.loads(done.stdout)["findings"]]
    assert found == [("ACME-001", "runs 1 replica, and must run at least 2")]


def test_what_ci_runs_on_a_pull_request_passes_and_says_what_is_newly_denied(
    followed: Followed, tmp_path: Path
) -> None:
    folder, summary = followed[0], tmp_path / "summary.md"
    base = committed(folder, "gatelib.yaml", "policies/parameters.yaml", "bundles")
    committed(folder, ".")
    workflow = yaml.safe_load((folder / ".github" / "workflows" / "policies.yml").read_text("utf-8"))
    scripts = [step for step in workflow["jobs"]["rules"]["steps"] if "run" in step]
    assert "pip" in scripts[0]["run"]
    for step in scripts[1:]:
        own = {
            key: value.replace("${{ github.event.pull_request.base.sha }}", base)
            for key, value in step.get("env", {}).items()
        }
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=folder,
            env={**installed(), "GITHUB_STEP_SUMMARY": str(summary), **own},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (step["name"], done.stdout, done.stderr)
    ran = " ".join(step["run"] for step in scripts)
    for command in ("lint", "test", "coverage", "docs --check", "mutate --changed", "impact --from"):
        assert f"gatelib rules {command}" in ran
    assert "| `ACME-001` | 1 |" in summary.read_text("utf-8")


def test_what_gitlab_runs_on_a_merge_request_passes_as_well(followed: Followed, tmp_path: Path) -> None:
    folder = tmp_path / "acme-policies"
    shutil.copytree(followed[0], folder, ignore=shutil.ignore_patterns(".git"))
    command = ["gatelib", "init", "other", "--team", "acme", "--ci", "gitlab"]
    subprocess.run(command, cwd=tmp_path, env=installed(), check=True, capture_output=True)
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    base = committed(folder, "gatelib.yaml", "policies/parameters.yaml", "bundles")
    committed(folder, ".")
    job = yaml.safe_load((tmp_path / "other" / ".gitlab-ci.yml").read_text("utf-8"))["policies"]
    for script in job["script"]:
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=folder,
            env={**installed(), "JUDGED": job["variables"]["JUDGED"], "CI_MERGE_REQUEST_DIFF_BASE_SHA": base},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (script, done.stdout, done.stderr)
    assert "| `ACME-001` | 1 |" in (folder / "impact.md").read_text("utf-8")


def committed(folder: Path, *names: str) -> str:
    """Commit some files, and return the revision."""
    git = ["git", "-c", "user.name=nina", "-c", "user.email=nina@example.com"]
    subprocess.run([*git, "add", *names], cwd=folder, check=True)
    subprocess.run([*git, "commit", "--quiet", "--message", "Write rules"], cwd=folder, check=True)
    done = subprocess.run([*git, "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()

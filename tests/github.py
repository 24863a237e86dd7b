"""A runner for workflows of GitHub Actions, as far as ``deploy/github`` uses what there is.

What a step runs is run as it is written, by bash. Of actions it knows those that the workflows use; ``gh``,
``docker`` and the installation are stand-ins, since there is no GitHub here. Whatever it does not know fails.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from tests.paths import ROOT

WORKFLOWS: Final = ROOT / "deploy" / "github"
OWNER, REPOSITORY = "your-organisation", "your-organisation/payments"
TOKEN: Final = "a token of the job"

_EXPRESSION: Final = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")


def workflow(name: str) -> Any:
    """Return a workflow; YAML 1.1 reads the key ``on`` as true."""
    return yaml.safe_load((WORKFLOWS / name).read_text("utf-8"))


@dataclass
class Job:
    """What became of a job."""

    ok: bool
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""


@dataclass
class Runner:
    """Runs workflows for one repository, each job in a workspace of its own."""

    folder: Path
    origin: Path
    """The bare repository."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    """In place of the workflow's own."""
    artifacts: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Put the stand-ins where a runner has its tools."""
        self.tools, self.store = self.folder / "tools", self.folder / "store"
        self.tools.mkdir(parents=True)
        self.store.mkdir()
        for name, text in _TOOLS.items():
            tool = self.tools / name
            tool.write_text(text.replace("@PYTHON@", sys.executable).replace("@ROOT@", str(ROOT)))
            tool.chmod(tool.stat().st_mode | stat.S_IXUSR)

    @property
    def called(self) -> list[list[str]]:
        """What ``gh`` was asked to change, in order."""
        log = self.store / "called"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def assets(self, tag: str) -> dict[str, Path]:
        """Return the files of a release of the repository, by name."""
        folder = self.store / tag
        return {path.name: path for path in sorted(folder.iterdir())} if folder.exists() else {}

    def run(
        self,
        name: str,
        *,
        event: str,
        ref: str,
        inputs: Mapping[str, str] | None = None,
        done: Mapping[str, Job] | None = None,
    ) -> dict[str, Job]:
        """Run a workflow, and return the jobs that were not left out; those in ``done`` are not run again."""
        content = workflow(name)
        jobs: dict[str, Job] = dict(done or {})
        github = {
            "github.event_name": event,
            "github.ref_name": ref,
            "github.event.repository.default_branch": "main",
            "github.repository": REPOSITORY,
            "github.token": TOKEN,
            "inputs.tag": (inputs or {}).get("tag", ""),
        }
        for job, spec in content["jobs"].items():
            if job in jobs:
                continue
            needed = spec.get("needs", [])
            needed = [needed] if isinstance(needed, str) else needed
            if not all(one in jobs and jobs[one].ok for one in needed):
                continue
            if "if" in spec and not _holds(spec["if"], github):
                continue
            outputs = {
                f"needs.{one}.outputs.{key}": value
                for one in needed
                for key, value in jobs[one].outputs.items()
            }
            secrets = {f"secrets.{key}": value for key, value in self.secrets.items()}
            known = {**github, **outputs, **(secrets if "environment" in spec else {})}
            env = {key: self.env.get(key, value) for key, value in content.get("env", {}).items()}
            jobs[job] = _Running(self, name, job, known, env).run(spec, content["defaults"]["run"])
        return jobs


class _Running:
    """One job that runs."""

    def __init__(
        self, runner: Runner, name: str, job: str, known: dict[str, str], env: Mapping[str, str]
    ) -> None:
        self.runner, self.known, self.env = runner, known, env
        self.folder = runner.folder / f"{len(list(runner.folder.iterdir()))}-{Path(name).stem}-{job}"
        self.workspace, self.temp = self.folder / "work", self.folder / "temp"
        self.workspace.mkdir(parents=True)
        self.temp.mkdir()
        self.paths: list[str] = []
        self.log = ""

    def run(self, spec: Any, defaults: Mapping[str, str]) -> Job:
        assert defaults == {"shell": "bash"}
        for step in spec["steps"]:
            if not (self._script(step) if "run" in step else self._action(step)):
                return Job(False, log=self.log)
        return Job(True, {key: self._text(value) for key, value in spec.get("outputs", {}).items()}, self.log)

    def _script(self, step: Any) -> bool:
        output, path = self.folder / "output", self.folder / "path"
        for file in (output, path):
            file.write_text("")
        env = {
            "PATH": os.pathsep.join([*self.paths, str(self.runner.tools), os.environ["PATH"]]),
            "HOME": str(self.temp),
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_PATH": str(path),
            "GITHUB_ACTOR": "nina",
            "GITHUB_REF_NAME": self.known["github.ref_name"],
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_REPOSITORY_OWNER": OWNER,
            "STORE": str(self.runner.store),
            **{key: self._text(value) for key, value in {**self.env, **step.get("env", {})}.items()},
        }
        assert "${{" not in step["run"]
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.workspace,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=180,
        )
        self.log += f"## {step['name']}\n{done.stdout}"
        self.paths[:0] = path.read_text().splitlines()
        for line in output.read_text().splitlines():
            key, _, value = line.partition("=")
            self.known[f"steps.{step['id']}.outputs.{key}"] = value
        return done.returncode == 0

    def _action(self, step: Any) -> bool:
        action = step["uses"].partition("@")[0]
        given = {key: self._text(value) for key, value in step.get("with", {}).items()}
        match action:
            case "actions/checkout":
                return self._checkout(**given)
            case "actions/upload-artifact" | "actions/upload-pages-artifact":
                found = sorted(self.workspace.glob(given["path"]))
                files = [path for place in found for path in [place, *place.rglob("*")] if path.is_file()]
                assert files
                name = given.get("name", "github-pages")
                self.runner.artifacts[name] = {
                    path.relative_to(self.workspace).as_posix(): path.read_bytes() for path in files
                }
            case "actions/download-artifact":
                for name, content in self.runner.artifacts[given["name"]].items():
                    (self.workspace / name).write_bytes(content)
            case "actions/deploy-pages":
                self.known[f"steps.{step['id']}.outputs.page_url"] = f"https://{OWNER}.github.io/payments/"
            case _:
                raise AssertionError(f"the runner does not know {action}")
        return True

    def _checkout(self, path: str, ref: str = "", **options: str) -> bool:
        assert options.pop("persist-credentials") == "False"
        place = self.workspace / path
        clone = ["git", "clone", "--quiet", "--no-checkout", f"file://{self.runner.origin}", str(place)]
        done = subprocess.run(clone, check=False, capture_output=True, text=True)
        switch = ["git", "-C", str(place), "checkout", "--quiet", ref or "main"]
        done = (
            done if done.returncode else subprocess.run(switch, check=False, capture_output=True, text=True)
        )
        if options.pop("fetch-depth", None) != "0" and done.returncode == 0:
            for tag in _git(place, "tag").split():
                _git(place, "tag", "--delete", tag)
        assert not options
        self.log += done.stderr
        return done.returncode == 0

    def _text(self, value: Any) -> str:
        return _EXPRESSION.sub(lambda match: self._value(match[1]), str(value))

    def _value(self, expression: str) -> str:
        assert expression in self.known, f"the runner does not know ${{{{ {expression} }}}} here"
        return self.known[expression]


def _holds(condition: str, known: Mapping[str, str]) -> bool:
    if "||" in condition:
        return any(_holds(part, known) for part in condition.split("||"))
    if "&&" in condition:
        return all(_holds(part, known) for part in condition.split("&&"))
    left, _, right = (part.strip() for part in condition.partition("=="))
    return known[left] == (right.strip("'") if right.startswith("'") else known[right])


def _git(place: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(place), *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


class Repository:
    """A bare repository, and a working copy to change it by."""

    def __init__(self, folder: Path) -> None:
        """Make both, with the branches `main` and `ledger`."""
        self.origin, self.copy = folder / "origin.git", folder / "copy"
        subprocess.run(["git", "init", "--quiet", "--bare", "-b", "main", str(self.origin)], check=True)
        subprocess.run(["git", "init", "--quiet", "-b", "ledger", str(self.copy)], check=True)
        for key, value in (("user.name", "nina"), ("user.email", "nina@example.com")):
            _git(self.copy, "config", key, value)
        _git(self.copy, "remote", "add", "origin", str(self.origin))
        _git(self.copy, "commit", "--quiet", "--allow-empty", "--message", "Begin the ledger")
        _git(self.copy, "push", "--quiet", "origin", "ledger")
        _git(self.copy, "switch", "--quiet", "--orphan", "main")

    def git(self, *arguments: str) -> str:
        """Run git in the copy, and return what it printed."""
        return _git(self.copy, *arguments)

    def commit(self, message: str, *, branch: str = "main") -> str:
        """Commit and push what lies in the copy, and return the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        self.git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
        return self.git("rev-parse", "HEAD")

    def tag(self, name: str) -> None:
        """Tag what the copy is at."""
        self.git("tag", "--force", name)
        self.git("push", "--quiet", "--force", "origin", f"refs/tags/{name}")

    def export(self, branch: str, folder: Path) -> Path:
        """Return a folder with what a branch holds."""
        if folder.exists():
            shutil.rmtree(folder)
        clone = ["git", "clone", "--quiet", "--branch", branch, str(self.origin), str(folder)]
        subprocess.run(clone, check=True, capture_output=True)
        return folder


_TOOLS: Final = {
    "gatelib": """#!/usr/bin/env bash
# The registries of these tests speak no TLS.
case "$1 $2" in "evidence pull" | "bundle pull") set -- "$@" --plain-http;; esac
PYTHONPATH=@ROOT@ exec @PYTHON@ -m gatelib "$@"
""",
    "docker": """#!/usr/bin/env bash
[ "$*" = "login ghcr.io --username nina --password-stdin" ] && [ "$(cat)" = "a token of the job" ]
""",
    "python3": """#!/usr/bin/env bash
[ "$1 $2" = "-m venv" ] && mkdir -p "$3/bin" && cp "$0" "$3/bin/pip" && exit
[ "$1 $2 $3 $4 $5 $6" = "install --quiet --require-hashes --only-binary :all: --requirement" ] && [ -f "$7" ]
""",
    "gh": """#!@PYTHON@
import json, os, pathlib, shutil, sys
store, asked = pathlib.Path(os.environ["STORE"]), sys.argv[1:]
assert os.environ["GH_TOKEN"] == "a token of the job"
def option(name):
    return asked[asked.index(name) + 1]
match asked[:2]:
    case ["auth", "setup-git"]:
        sys.exit()
    case ["release", "view"]:
        place = store / asked[2]
        print("\\n".join(path.name for path in sorted(place.iterdir())) if place.exists() else "")
        sys.exit(not place.exists())
    case ["release", "list"]:
        print("\\n".join(place.name for place in sorted(store.iterdir()) if place.is_dir()))
        sys.exit()
    case ["release", "download"]:
        shutil.copy(store / asked[2] / option("--pattern"), option("--dir"))
        sys.exit()
    case ["release", "create"]:
        (store / asked[2]).mkdir()
    case ["release", "upload"]:
        for file in asked[3:]:
            target = store / asked[2] / pathlib.Path(file).name
            if target.exists():
                sys.exit("asset under the same name already exists")
            shutil.copy(file, target)
    case ["workflow", "run"]:
        pass
    case _:
        sys.exit("unknown")
with (store / "called").open("a") as log:
    log.write(json.dumps(asked) + "\\n")
""",
}

"""The command as a user runs it: a process of its own, with what it printed and what it cost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.paths import ROOT

NOW = "2026-11-22T00:00:00Z"
SECONDS = 2.0
MEMORY = 300 * 1024 * 1024


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: bytes
    err: bytes
    seconds: float
    """Processor time of the command and its children."""
    memory: int
    """Bytes that the largest of these processes had at once."""

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def complaint(self) -> str:
        return self.err.decode()

    @property
    def report(self) -> dict[str, Any]:
        """The report of ``--format json``; a command that printed none fails the test."""
        assert self.code in (0, 1, 3), self.complaint
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def rules(self) -> list[str]:
        """The rules of all findings, in the report's order."""
        return [finding["rule"] for finding in self.report["findings"]]

    @property
    def codes(self) -> list[str]:
        """The codes of all errors, in the report's order."""
        return [error["code"] for error in self.report["errors"]]


def gatelib(
    *arguments: str | os.PathLike[str] | bytes,
    cwd: Path,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
    prefix: Sequence[str] = (),
) -> Done:
    """Run ``python -m gatelib`` and measure it; ``prefix`` is a command that starts it."""
    # A process that waits for this one command only, so that what it cost is not mixed with other commands'.
    wrapper = [sys.executable, "-c", _MEASURE, *prefix, sys.executable, "-m", "gatelib", *arguments]
    with tempfile.TemporaryFile() as usage:
        process = subprocess.Popen(
            wrapper,
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT), "GATELIB_USAGE": str(usage.fileno()), **(env or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[usage.fileno()],
            start_new_session=True,
        )
        try:
            out, err = process.communicate(stdin, timeout=120)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise
        usage.seek(0)
        measured = json.loads(usage.read())
    return Done(measured["code"], out, err, measured["seconds"], measured["memory"])


def check(*arguments: str | os.PathLike[str] | bytes, cwd: Path, **options: Any) -> Done:
    """Run ``gatelib check`` at a fixed moment, with the report as JSON."""
    return gatelib("check", *arguments, "--now", NOW, "--format", "json", cwd=cwd, **options)


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write text files below a folder, and return it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def no_traceback(done: Done) -> bool:
    """Tell whether a command ended as commands end."""
    return b"Traceback" not in done.err and b"this is a bug" not in done.err


def pod(name: str = "api", namespace: str = "shop", **container: Any) -> dict[str, Any]:
    """Return a Pod with one container."""
    spec = {"containers": [{"name": "api", "image": "ghcr.io/intelgraph/api:1", **container}]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }


def privileged(name: str = "api", namespace: str = "shop") -> dict[str, Any]:
    """Return a Pod that every gate denies by GL-K8S-001."""
    return pod(name, namespace, securityContext={"privileged": True})


def stream(*documents: Any) -> str:
    """Return a YAML stream with each document as one line of JSON."""
    return "".join(f"---\n{json.dumps(document)}\n" for document in documents)


PRIVILEGED = "GL-K8S-001"
ONLY_PRIVILEGED: Sequence[str] = ("--rule", PRIVILEGED)

_MEASURE = """
import json, os, resource, subprocess, sys
code = subprocess.call(sys.argv[1:], close_fds=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
answer = {"code": code, "seconds": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss * 1024}
os.write(int(os.environ["GATELIB_USAGE"]), json.dumps(answer).encode())
"""

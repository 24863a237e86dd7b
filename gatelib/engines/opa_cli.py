"""The ``opa`` binary: the reference."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from gatelib import resources
from gatelib.engines.connection import Connection
from gatelib.engines.interface import Engine
from gatelib.errors import EngineError, EngineTimeoutError
from gatelib.policy import Module


class OpaEngine(Engine):
    """``opa eval`` on a folder of its own, with strict built-in errors and the portable capabilities."""

    name = "opa"

    def __init__(
        self,
        modules: Sequence[Module],
        data: Mapping[str, Any],
        *,
        timeout: float,
        connection: Connection | None = None,
    ) -> None:
        """Write the policy where the binary can read it."""
        del connection
        self._binary = binary()
        self._timeout = timeout
        self._folder = tempfile.TemporaryDirectory(prefix="gatelib-opa-")
        root = Path(self._folder.name)
        (root / "policy").mkdir()
        for module in modules:
            path = root / "policy" / module.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(module.text, "utf-8")
        (root / "policy" / "data.json").write_bytes(orjson.dumps(data))

    def ask(self, question: str, envelope: bytes) -> Any:
        """Ask the binary, whose environment holds nothing that a policy could read out."""
        root = Path(self._folder.name)
        command = [
            self._binary, "eval", "--format", "json", "--strict-builtin-errors",
            "--capabilities", str(resources.capabilities()),
            "--data", str(root / "policy"), "--stdin-input", question,
        ]  # fmt: skip
        try:
            done = subprocess.run(  # noqa: S603 - the binary from PATH, with arguments of our own
                command,
                input=envelope,
                capture_output=True,
                timeout=self._timeout,
                env=scrubbed(),
                cwd=root,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise EngineTimeoutError(f"opa did not answer in {self._timeout:g} s and was ended") from None
        except OSError as error:
            raise EngineError(f"opa could not be started: {error.strerror}") from None
        try:
            answer = json.loads(done.stdout)
        except ValueError:
            answer = {}
        if done.returncode != 0 or "errors" in answer:
            raise EngineError(f"opa failed: {_reason(answer, done.stderr)}")
        results = answer.get("result", [])
        return results[0]["expressions"][0]["value"] if results else None

    @classmethod
    def version(cls, connection: Connection | None = None) -> str:
        """Return what ``opa version`` says."""
        del connection
        try:
            done = subprocess.run(  # noqa: S603 - as above
                [binary(), "version"], capture_output=True, timeout=30, env=scrubbed(), check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            raise EngineError("opa did not tell its version") from None
        first = done.stdout.decode(errors="replace").partition("\n")[0]
        return first.removeprefix("Version:").strip()


def binary() -> str:
    """Return the path of ``opa``.

    Raises:
        EngineError: there is none.

    """
    found = shutil.which("opa")
    if found is None:
        raise EngineError(
            "there is no `opa` on PATH", hint="install Open Policy Agent, or use --engine embedded"
        )
    return found


def scrubbed() -> dict[str, str]:
    """Return what the process needs to run at all; ``opa.runtime().env`` would show the rest to a policy."""
    return {key: os.environ[key] for key in ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP") if key in os.environ}


def _reason(answer: Mapping[str, Any], stderr: bytes) -> str:
    errors = answer.get("errors") or []
    texts = [
        f"{error.get('message', '')} ({Path(location['file']).name}:{location['row']})"
        if (location := error.get("location"))
        else error.get("message", "")
        for error in errors
    ]
    return "; ".join(texts)[:400] or stderr.decode(errors="replace").strip()[:400] or "it gave no reason"

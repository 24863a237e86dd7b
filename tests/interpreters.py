"""Other Python versions on this machine, each with what gatelib needs to run."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from tests.engines import REQUIRED
from tests.paths import ROOT

VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
OWN = "{}.{}".format(*sys.version_info)

_ENVIRONMENTS = ROOT / ".cache" / "pythons"
_PATIENCE = 300.0


def interpreter(version: str) -> Path:
    """Return a Python of one of the :func:`others` that can run gatelib.

    What gatelib needs is installed into an environment of its own, once; where it cannot be, the test is
    skipped, and fails where all engines are required.
    """
    found = _found()[version]
    needed = _needed()
    made = _ENVIRONMENTS / f"{version}-{hashlib.sha256(repr(needed).encode()).hexdigest()[:12]}"
    python = made / "bin" / "python"
    if not (made / "complete").exists():
        try:
            _make(found, made, needed)
        except (OSError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", b"") or str(error).encode()
            reason = f"Python {version} cannot get what gatelib needs: {said.decode(errors='replace')[-300:]}"
            if REQUIRED:
                pytest.fail(reason)
            pytest.skip(reason)
    return python


def others() -> list[str]:
    """Return the other versions that there are, the oldest first."""
    return [version for version in VERSIONS if version in _found() and version != OWN]


def _make(found: Path, folder: Path, needed: Sequence[str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    _run(str(found), "-m", "venv", "--without-pip", str(folder))
    pip = ("-m", "pip", "--python", str(folder / "bin" / "python"), "--disable-pip-version-check", "--quiet")
    _run(sys.executable, *pip, "install", *needed)
    (folder / "complete").touch()


def _needed() -> list[str]:
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    listed = project.partition("\ndependencies = [")[2].partition("\n]")[0]
    return re.findall(r'^\s*"(.*)",$', listed, re.MULTILINE)


@cache
def _found() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for candidate in _candidates():
        try:
            said = _run(str(candidate), "-c", "import sys; print('{}.{}'.format(*sys.version_info))")
        except (OSError, subprocess.SubprocessError):
            continue
        found.setdefault(said.decode().strip(), candidate)
    return found


def _candidates() -> Iterator[Path]:
    for version in VERSIONS:
        if (path := shutil.which(f"python{version}")) is not None:
            yield Path(path)
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(root.glob("versions/*/bin/python3"))


def _run(*command: str) -> bytes:
    return subprocess.run(command, capture_output=True, check=True, timeout=_PATIENCE).stdout

"""Schemas of other people's formats, fetched from package registries once and kept in ``.cache``.

They are not in this repository. Where a registry cannot be reached the tests that need them are skipped and
say so; a file with another digest than the one that was read and agreed to is an error.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

_CACHE = Path(__file__).parents[3] / ".cache" / "third-party"


def sarif_schema() -> Path:
    """OASIS' SARIF 2.1.0 schema as npm's ``@microsoft/sarif-multitool-ts`` (MIT) carries it."""
    npm = shutil.which("npm") or pytest.skip("npm, which fetches the SARIF schema, is not installed")
    return _member(
        [npm, "pack", "--silent", "@microsoft/sarif-multitool-ts@5.7.0"],
        "microsoft-sarif-multitool-ts-5.7.0.tgz",
        "package/assets/sarif-2.1.0.schema.json",
        "1c49a0f2b60444c71bb14878e21e0d882198eff4c539861b133093ad89ed798c",
    )


def junit_schema() -> Path:
    """Jenkins' ``junit-10.xsd`` (MIT) as the source distribution of pytest carries it."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "pytest"]
    return _member(
        [*pip, "pytest==8.4.2"],
        "pytest-8.4.2.tar.gz",
        "pytest-8.4.2/testing/example_scripts/junit-10.xsd",
        "a1a816f58d1bf95ebabf371994df0b9246dee66ea9572fbec4f9296f1b2c0ff6",
    )


def _member(command: list[str], archive: str, member: str, sha256: str) -> Path:
    target = _CACHE / Path(member).name
    if not target.exists():
        _CACHE.mkdir(parents=True, exist_ok=True)
        try:
            subprocess.run(command, cwd=_CACHE, check=True, capture_output=True, timeout=120)
        except (OSError, subprocess.SubprocessError) as error:
            pytest.skip(f"the registry did not give {archive}: {error}")
        with tarfile.open(_CACHE / archive) as package:
            source = package.extractfile(member)
            assert source is not None
            target.write_bytes(source.read())
    assert hashlib.sha256(target.read_bytes()).hexdigest() == sha256, f"{target} is not the file agreed to"
    return target

"""The same rules for the tools that gatelib is compared with."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from gatelib import resources


def policies(target: Path) -> tuple[Path, Path]:
    """Write the library as Conftest reads it: policies without tests, and data; return both folders."""
    root = resources.rego()
    for path in root.rglob("*"):
        part = "policy" if path.suffix == ".rego" else "data"
        if path.is_file() and not path.name.endswith("_test.rego"):
            place = target / part / path.relative_to(root)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
    return target / "policy", target / "data"


def conftest(files: Path, policy: Path, data: Path) -> list[str | Path]:
    """``conftest test --combine``: the only way in which it sees several documents at once."""
    return [
        "conftest",
        "test",
        "--combine",
        "-p",
        policy,
        "-d",
        data,
        "-n",
        "gatelib.main",
        "-o",
        "json",
        files,
    ]


def kube_score(files: list[Path]) -> list[str | Path]:
    """``kube-score score`` with its own rules."""
    return ["kube-score", "score", "--output-format", "json", *files]


def readable_by_kube_score(files: list[Path]) -> list[Path]:
    """Return the files that it can read: it gives up altogether at the first that it cannot."""
    return [path for path in files if subprocess.run(kube_score([path]), capture_output=True).stdout]


def gatelib(files: Path, *options: str) -> list[str | Path]:
    """``gatelib check`` with all rules of gate ``pr``."""
    return [sys.executable, "-m", "gatelib", "check", "--format", "json", *options, files]


def parsing(files: Path) -> list[str | Path]:
    """Only read the files, with gatelib's loader, in one process."""
    code = (
        "import sys, pathlib, gc; from gatelib.loader import load; gc.disable()\n"
        "for path in pathlib.Path(sys.argv[1]).rglob('*'):\n"
        "    if path.suffix in ('.yaml', '.yml', '.json'): load(path.read_bytes())\n"
    )
    return [sys.executable, "-c", code, files]

"""kubectl's own decoder, asked about files."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.paths import CORPUS, ROOT

SOURCES = CORPUS / "yaml" / "oracle"


@dataclass(frozen=True)
class Answer:
    """What kubectl makes of one file."""

    values: list[Any]
    """Of the documents in front of the first error, nulls left out."""

    error: str | None
    """Of the first document that has one."""

    strict: str | None
    """The first error that its strict mode adds: duplicate keys."""

    streamed: int | None
    """How many values its decoder for JSON or YAML streams gives; ``None`` after an error."""


def build() -> Path:
    """Build the program once, below the repository's ignored ``.cache``."""
    if not SOURCES.is_dir() or shutil.which("go") is None:
        if os.environ.get("GATELIB_REQUIRE_ENGINES"):
            pytest.fail("the oracle needs go and the corpus")
        pytest.skip("the oracle needs go and the corpus")
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(SOURCES.iterdir()))).hexdigest()
    folder = ROOT / ".cache" / f"yaml-oracle-{digest[:12]}"
    program = folder / "oracle"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for path in SOURCES.iterdir():
            shutil.copyfile(path, folder / path.name)
        # the file appears under its name only when it is whole: test processes may build side by side
        subprocess.run(["go", "build", "-o", f"oracle.{os.getpid()}", "."], cwd=folder, check=True)
        (folder / f"oracle.{os.getpid()}").replace(program)
    return program


def ask(program: Path, files: list[Path]) -> list[Answer]:
    """Return kubectl's answer for each file."""
    names = "".join(f"{path}\n" for path in files)
    done = subprocess.run([program], input=names.encode(), capture_output=True, check=True)
    return [_answer(json.loads(line)) for line in done.stdout.splitlines()]


def _answer(said: dict[str, Any]) -> Answer:
    values = []
    error = None
    documents = said["docs"] or []
    for document in documents:
        if error := document.get("err"):
            break
        if document["json"] is not None:
            values.append(document["json"])
    strict = next((document["strict"] for document in documents if document.get("strict")), None)
    return Answer(values, error, strict, None if said.get("dec") else said["decn"])

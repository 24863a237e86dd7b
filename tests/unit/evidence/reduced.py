"""Reading a file of evidence in tests: whatever comes of it is held against the schema of facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft7Validator

from gatelib import resources
from gatelib.errors import EvidenceError
from gatelib.evidence import formats
from tests.paths import ROOT

EVIDENCE = ROOT / "tests" / "evidence"
_SCHEMA = Draft7Validator(orjson.loads(resources.schema("facts.json").read_bytes()))


def facts(name: str, content: object) -> list[dict[str, Any]]:
    """Return the facts of a file that is expected to be, and is, of a format."""
    reduced = formats.read("pack/file", _bytes(content), [name])
    assert reduced.format == name
    found = [dict(fact) for fact in reduced.facts]
    for fact in found:
        _SCHEMA.validate(fact)
    return found


def problem(name: str, content: object) -> EvidenceError:
    """Return the error of a file that is expected to be of a format."""
    with pytest.raises(EvidenceError) as raised:
        formats.read("pack/file", _bytes(content), [name])
    assert raised.value.hint
    assert raised.value.file == "pack/file"
    return raised.value


def _bytes(content: object) -> bytes:
    if isinstance(content, Path):
        return content.read_bytes()
    if isinstance(content, bytes):
        return content
    return content.encode() if isinstance(content, str) else orjson.dumps(content)

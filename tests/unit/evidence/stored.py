"""Files of evidence that tools wrote, and what they are reduced to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

from gatelib import resources
from gatelib.evidence import formats
from gatelib.evidence.formats import Fact, Reduced
from tests.paths import ROOT

STORED = ROOT / "tests/evidence"
"""See the README files there: how each was made, and with which version."""

API = "sha256:ab78e45791f19233ceb3000a015abc6453b2d34b8e017ccba2f7d5fb1ba7431c"
WEB = "sha256:15ad691a15cb31c58f846e896eec03c94c4b726b2f12e5b854e174e7ea8d7ab6"
"""The images that cosign signed."""


def stored(path: str) -> bytes:
    return (STORED / path).read_bytes()


def reduced(data: bytes | object, *expected: str, path: str = "file") -> Reduced:
    """Reduce bytes, or a value as JSON, and compare each fact with the schema of facts."""
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    found = formats.read(path, content, expected)
    for fact in found.facts:
        validator().validate(fact)
    return found


def facts(data: bytes | object, expected: str) -> Sequence[Fact]:
    """Return the facts of a file that must be of a format."""
    found = reduced(data, expected)
    assert found.format == expected
    return list(found.facts)


def changed(value: Any, path: Sequence[str | int], new: Any) -> Any:
    """Return a copy of a JSON value with another value at a path; ``...`` takes it away."""
    copy = json.loads(json.dumps(value))
    place = copy
    for step in path[:-1]:
        place = place[step]
    if new is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = new
    return copy


@cache
def validator() -> Draft7Validator:
    return Draft7Validator(json.loads(Path(resources.schema("facts.json")).read_bytes()))

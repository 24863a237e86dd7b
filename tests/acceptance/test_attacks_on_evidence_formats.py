"""Whatever stands in a file of evidence, it is facts of the schema or one error, and never a traceback."""

from __future__ import annotations

import random
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft7Validator

from gatelib import resources
from gatelib.errors import EvidenceError
from gatelib.evidence import formats
from tests.budget import budget
from tests.paths import ROOT

EVIDENCE = ROOT / "tests" / "evidence"
SCHEMA = Draft7Validator(orjson.loads(resources.schema("facts.json").read_bytes()))
STRANGE: list[Any] = [
    None,
    True,
    -1,
    0,
    7,
    2**63,
    1e300,
    "",
    "x",
    "x" * 1_000,
    "é\n\x1b[0m",
    [],
    {},
    [[]],
    [7],
    {"a": []},
]
FORMATS = {"cyclonedx", "gitleaks", "junit", "sarif", "spdx"}


def files(*names: str) -> list[Path]:
    return [path for name in names for path in sorted((EVIDENCE / name).iterdir()) if path.suffix != ".md"]


def read(data: bytes, name: str) -> None:
    try:
        reduced = formats.read("file", data, [name])
    except EvidenceError as error:
        assert error.message
        return
    for fact in reduced.facts:
        SCHEMA.validate(fact)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every container and key below a value."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])


@pytest.mark.parametrize(
    "path",
    files("cyclonedx", "gitleaks", "sarif", "spdx"),
    ids=lambda path: f"{path.parent.name}-{path.name}",
)
def test_a_value_of_another_type_anywhere_is_an_error_or_a_fact(path: Path) -> None:
    original = path.read_bytes()
    generator = random.Random(path.name)
    for _ in range(budget(100, 1_000)):
        value = orjson.loads(original)
        for _ in range(generator.randint(1, 3)):
            if found := list(places(value)):
                container, key = generator.choice(found)
                container[key] = deepcopy(generator.choice(STRANGE))
        read(orjson.dumps(value), path.parent.name)


@pytest.mark.parametrize("path", files(*sorted(FORMATS)), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_file_cut_off_anywhere_is_an_error_or_none_of_its_format(path: Path) -> None:
    data = path.read_bytes().rstrip()
    generator = random.Random(path.name)
    for end in {1, len(data) - 1, *(generator.randrange(1, len(data)) for _ in range(budget(20, 200)))}:
        try:
            reduced = formats.read("file", data[:end], [path.parent.name])
        except EvidenceError:
            continue
        assert reduced.format != path.parent.name  # nothing is left but an XML declaration


@pytest.mark.parametrize("path", files(*sorted(FORMATS)), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_any_byte_changed_is_an_error_or_a_fact(path: Path) -> None:
    original = path.read_bytes()
    generator = random.Random(path.name)
    for _ in range(budget(100, 1_000)):
        data = bytearray(original)
        data[generator.randrange(len(data))] = generator.randrange(256)
        read(bytes(data), path.parent.name)

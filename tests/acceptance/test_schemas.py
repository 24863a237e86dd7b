"""`gatelib schemas`: what editors complete by, listed, printed and written."""

from __future__ import annotations

import json
from pathlib import Path

from gatelib import records
from gatelib.authoring import schemas
from tests.acceptance.command import gatelib, write

OF_PEOPLE = [
    "config",
    "parameters",
    "bundle",
    "fixture",
    "record",
    "control-catalog",
    "control-framework",
    "revocations",
]


def test_the_schemas_are_listed_with_what_they_describe(tmp_path: Path) -> None:
    done = gatelib("schemas", cwd=tmp_path)
    assert done.code == 0
    assert [line.split()[0] for line in done.text.splitlines()] == [*OF_PEOPLE, *records.kinds()]
    assert "fixture            What is expected of a fixture, <case>.expected.json.\n" in done.text


def test_one_is_printed_and_written_as_the_same_bytes(tmp_path: Path) -> None:
    printed = gatelib("schemas", "fixture", cwd=tmp_path)
    assert json.loads(printed.out)["$id"] == "https://gatelib.dev/schemas/fixture.json"
    written = gatelib("schemas", "fixture", "-o", "new/schemas", cwd=tmp_path)
    assert (written.code, written.out) == (0, b"")
    assert [path.name for path in (tmp_path / "new" / "schemas").iterdir()] == ["fixture.json"]
    assert (tmp_path / "new" / "schemas" / "fixture.json").read_bytes() == printed.out


def test_all_are_written_over_older_ones(tmp_path: Path) -> None:
    write(tmp_path, {"schemas/config.json": "{}"})
    assert gatelib("schemas", "-o", "schemas", cwd=tmp_path).code == 0
    written = sorted(path.stem for path in (tmp_path / "schemas").iterdir())
    assert written == sorted(schemas.names())
    assert json.loads((tmp_path / "schemas" / "config.json").read_bytes())["title"] == "gatelib.yaml"


def test_none_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "config.json").symlink_to(tmp_path / "elsewhere")
    done = gatelib("schemas", "config", "-o", "schemas", cwd=tmp_path)
    assert done.code == 2
    assert "is a link" in done.complaint
    assert not (tmp_path / "elsewhere").exists()


def test_a_name_that_is_none_and_several_at_once_are_usage_errors(tmp_path: Path) -> None:
    unknown = gatelib("schemas", "report", cwd=tmp_path)
    assert (unknown.code, unknown.complaint) == (
        2,
        "gatelib: there is no schema `report`\n  `gatelib schemas` names them all\n",
    )
    several = gatelib("schemas", "config", "bundle", cwd=tmp_path)
    assert (several.code, several.out) == (2, b"")
    assert "one schema is printed at a time" in several.complaint

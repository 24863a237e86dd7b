"""Which format a file is of: its content says it, and what is expected where it lies is tried first."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft7Validator

from gatelib import resources
from gatelib.errors import EvidenceError, UsageError
from gatelib.evidence import formats
from gatelib.evidence.formats import content
from gatelib.evidence.formats.interface import Given, Reduced
from tests.paths import ROOT

EVIDENCE = ROOT / "tests" / "evidence"
OURS = {
    folder: sorted(path for path in (EVIDENCE / folder).iterdir() if path.suffix != ".md")
    for folder in ("cyclonedx", "gitleaks", "junit", "sarif", "spdx")
}
CASES = [(folder, path) for folder, paths in OURS.items() for path in paths]


def read(data: object, *expected: str) -> Reduced:
    return formats.read("file", data if isinstance(data, bytes) else orjson.dumps(data), expected)


def error(data: object, *expected: str) -> EvidenceError:
    with pytest.raises(EvidenceError) as raised:
        read(data, *expected)
    return raised.value


def test_every_format_is_there_under_its_name() -> None:
    assert formats.names() == (
        "sarif",
        "gitleaks",
        "junit",
        "cyclonedx",
        "spdx",
        "slsa-provenance",
        "in-toto",
        "cosign",
        "analysis-run",
        "k6",
        "infracost",
        "falco",
        "conftest",
        "gatelib-report",
        "gatelib.dev/v1",
        "text",
    )
    for name in formats.names():
        assert formats.format_named(name).name == name


def test_a_format_that_is_not_there_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="there is no format of evidence `csv`"):
        read(b"a,b\n", "csv")


def test_the_layout_asks_only_for_formats_that_are_there() -> None:
    layout = orjson.loads((resources.rego() / "gatelib" / "layout" / "data.json").read_bytes())
    asked = {name for role in layout["roles"].values() for name in role["formats"]}
    assert asked <= {*formats.names()}


@pytest.mark.parametrize(
    ("name", "path"), CASES, ids=[f"{path.parent.name}/{path.name}" for _, path in CASES]
)
def test_a_file_is_recognised_by_its_content_alone(name: str, path: Path) -> None:
    data = path.read_bytes()
    expected = formats.read("whatever.bin", data, [name])
    assert expected.format == name
    unasked = formats.read("whatever.bin", data)
    wrongly = formats.read("whatever.bin", data, ["falco"])
    if data.strip() == b"[]":
        assert unasked == wrongly == Reduced("unknown")
    else:
        assert unasked == wrongly == expected


def test_an_empty_list_is_what_its_place_makes_it() -> None:
    assert read([], "gitleaks").format == "gitleaks"
    assert read([], "cosign", "gitleaks").format == "gitleaks"
    assert read([], "sarif").format == "unknown"
    assert read([]).format == "unknown"


@pytest.mark.parametrize("value", [{}, {"a": 1}, [1], [{}], {"version": "1"}, {"runs": []}, {"@graph": []}])
def test_json_that_none_knows_is_unknown_and_no_free_text(value: Any) -> None:
    assert read(value) == Reduced("unknown")
    assert read(value, "sarif") == Reduced("unknown")


def test_free_text_is_text_and_markup_is_not() -> None:
    assert read(b"no destructive statement\n", "text") == Reduced("text", [])
    assert read(b"no destructive statement\n") == Reduced("text", [])
    assert read(b"<html></html>") == Reduced("unknown")
    assert read(b"a log with <testsuite in it") == Reduced("text", [])
    assert read(b"<html></html>", "text") == Reduced("text", [])
    assert read(b'{"lint": "ok"}', "text") == Reduced("text", [])
    assert read("ä".encode("utf-16"), "text") == Reduced("text", [])


def test_text_in_the_place_of_json_is_said_to_be_text() -> None:
    assert read(b"all is well", "sarif") == Reduced("text", [])


@pytest.mark.parametrize("data", [b"", b" \n\t ", b"\xef\xbb\xbf", b"\xff\xfe"])
@pytest.mark.parametrize("name", ["sarif", "junit", "text", "falco", "gatelib.dev/v1"])
def test_an_empty_file_is_an_error(name: str, data: bytes) -> None:
    assert error(data, name).message == "the file is empty"


@pytest.mark.parametrize(
    ("data", "message", "line"),
    [
        (b'{"version": "2.1.0",\n"runs": [', "this is no JSON: unexpected end of data", 2),
        (b'{"version": "2.1.0",\n"runs": [}', None, 2),
        (b'{"a": NaN}', None, 1),
        (b'{"a": 1e999}', None, 1),
        (b'{"a": "\\ud800"}', None, 1),
        (b'{"a": "\xff"}', None, 1),
        (b"[" * 2_000 + b"]" * 2_000, None, 1),
        (b"[" * 300 + b"]" * 300, "this JSON is nested too deep", None),
        (b'{"a": 1,\n "a": 1}', "The key `a` is written twice in one object.", 2),
        (b'{"a": 1,\n "\\u0061": 1}', "The key `a` is written twice in one object.", 2),
        (b'{"b": "\\\\\\"", "a": [{"c": "\\u0022",\n "c": 1}]}', None, 2),
        (b"\x1f\x8b\x08\x00", "This is gzip data, not text.", 1),
        (b'{"a": "\0"}', "This is binary data: it has NUL bytes.", 1),
    ],
)
def test_json_that_readers_may_differ_about_is_an_error(
    data: bytes, message: str | None, line: int | None
) -> None:
    found = error(data, "sarif")
    assert found.line == line
    assert found.file == "file"
    assert found.hint
    if message is not None:
        assert found.message == message


def test_broken_json_without_a_place_is_only_unknown_or_text() -> None:
    assert read(b"\x1f\x8b\x08\x00") == Reduced("unknown")
    assert read(b"[see the runbook](https://example.com)") == Reduced("text", [])


def test_a_byte_order_mark_and_utf_16_change_nothing() -> None:
    data = (EVIDENCE / "sarif" / "semgrep.sarif").read_bytes()
    expected = read(data, "sarif")
    assert read(b"\xef\xbb\xbf" + data, "sarif") == expected
    assert read(data.decode().encode("utf-16"), "sarif") == expected


def test_integers_of_any_length_are_read() -> None:
    assert content.json(b'{"a": 9007199254740993, "b": 100000000000000000000000}') == (
        {"a": 9007199254740993, "b": 1e23},
        None,
    )


def test_strings_that_look_like_keys_are_no_duplicates() -> None:
    value = {"a": '"a":', "b": "\\", "c": '\\"', '"': {"a": "\\\\"}, "\\": "\u0022\n\u2028"}
    assert content.json(orjson.dumps(value)) == (value, None)


def test_lines_of_json_are_counted_and_each_is_held_to_the_same() -> None:
    assert [*content.json_lines(b'{"a": 1}\n\n[2]\r\n')] == [(1, {"a": 1}), (3, [2])]
    for data, line in [(b'{"a": 1}\n{"a": ', 2), (b'{"a": 1}\n\n{"b": 1, "b": 2}', 3), (b"{}\ntext", 2)]:
        with pytest.raises(EvidenceError) as raised:
            list(content.json_lines(data))
        assert raised.value.line == line


def test_a_file_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "MAX_BYTES", 10)
    assert error(b'{"a": 123456}', "sarif").message == "The file has 13 bytes; 10 are allowed."


def test_reading_leaves_the_garbage_collector_as_it_was() -> None:
    assert gc.isenabled()
    read(b"text")
    error(b"", "text")
    assert gc.isenabled()
    gc.disable()
    try:
        read(b"text")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_only_the_format_that_is_asked_for_is_imported() -> None:
    code = (
        "import sys\n"
        "from gatelib.evidence import formats\n"
        "formats.read('a', b'[]', ['gitleaks'])\n"
        "print(*sorted(name for name in sys.modules if name.startswith('gatelib.evidence.formats.')))\n"
        "heavy = ('xml', 'license_expression', 'jsonschema', 'yaml')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == [
        " ".join(
            f"gatelib.evidence.formats.{name}" for name in ("content", "fields", "gitleaks", "interface")
        ),
        "[]",
    ]


def test_the_schema_of_facts_is_closed_and_says_what_each_thing_is() -> None:
    schema = orjson.loads(resources.schema("facts.json").read_bytes())
    Draft7Validator.check_schema(schema)
    named = [entry["$ref"].removeprefix("#/definitions/") for entry in schema["anyOf"]]
    for name in named:
        definition = schema["definitions"][name]
        assert definition["description"]
        if name == "record":
            continue
        assert definition["additionalProperties"] is False
        assert definition["required"] == list(definition["properties"])
        assert definition["properties"]["type"] == {"const": name}


def test_a_given_file_is_recognised_without_being_read_again() -> None:
    given = Given("file", b"not looked at", [])
    assert formats.recognise(given, ["gitleaks"]).format == "gitleaks"

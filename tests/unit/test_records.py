"""The JSON Schemas of the records: what is absent reaches the rules, what is of the wrong type does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest
from jsonschema import Draft7Validator

from gatelib import records
from gatelib.loader import load
from tests.paths import ROOT

WRONG = {"string": 7, "object": "text", "array": "text"}


def properties(
    schema: Mapping[str, Any], path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    for key, value in schema.get("properties", {}).items():
        yield (*path, key), value
        yield from properties(value, (*path, key))
    if isinstance(schema.get("items"), dict):
        yield (*path, 0), schema["items"]
        yield from properties(schema["items"], (*path, 0))


def record(kind: str, path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    for step in reversed(path):
        value = {step: value} if isinstance(step, str) else [value]
    return {"apiVersion": records.VERSION, "kind": kind} | (value if isinstance(value, dict) else {})


kinds = pytest.mark.parametrize(
    "kind",
    [
        "Action",
        "BackfillContract",
        "Build",
        "Dataset",
        "Drill",
        "ImageEvidence",
        "Incident",
        "KeyInventory",
        "Measurement",
        "PolicyException",
        "Release",
        "RingPromotion",
        "ThreatModel",
    ],
)


@kinds
def test_a_schema_is_valid_draft_07_and_says_what_each_property_is(kind: str) -> None:
    schema = records.schema(kind)
    Draft7Validator.check_schema(schema)
    for path, entry in properties(schema):
        assert entry.get("title"), path
        assert entry.get("description"), path


@kinds
def test_nothing_is_required(kind: str) -> None:
    contents: list[dict[str, Any]] = [
        {"kind": kind},
        {"kind": kind, "spec": None},
        {"kind": kind, "metadata": {}, "spec": {}},
    ]
    for content in contents:
        assert list(records.record_problems(f"gatelib.dev/{kind}", content)) == []


@kinds
def test_a_value_of_the_wrong_type_is_a_problem_at_its_place(kind: str) -> None:
    for path, entry in properties(records.schema(kind)):
        types = [entry["type"]] if isinstance(entry.get("type"), str) else entry.get("type", [])
        if not types:
            continue
        wrong = "text" if {"number", "integer"} & {*types} else 7 if len(types) > 1 else WRONG[types[0]]
        problems = list(records.record_problems(f"gatelib.dev/{kind}", record(kind, path, wrong)))
        assert {found for found, _ in problems} == {path}


@kinds
def test_an_unknown_key_of_the_specification_is_a_problem(kind: str) -> None:
    content = record(kind, ("spec", "speling"), "x")
    assert [path for path, _ in records.record_problems(f"gatelib.dev/{kind}", content)] == [
        ("spec", "speling")
    ]


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("Release", ("spec", "commit"), "4f1c2a9"),
        ("Release", ("spec", "changes", 0, "url"), "javascript:alert(1)"),
        ("Dataset", ("spec", "fields", 0, "class"), "secret-ish"),
        ("Dataset", ("spec", "fields", 0, "treatment"), "Masked"),
        ("ImageEvidence", ("spec", "digest"), "sha256:abc"),
        ("ImageEvidence", ("spec", "digest"), "sha256:" + "A" * 64),
        ("ImageEvidence", ("spec", "baseImages", 0, "digest"), "sha512:" + "a" * 64),
    ],
)
def test_a_value_of_the_wrong_form_is_a_problem(kind: str, path: tuple[str | int, ...], value: str) -> None:
    assert [
        found for found, _ in records.record_problems(f"gatelib.dev/{kind}", record(kind, path, value))
    ] == [path]


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("Release", ("spec", "evidencePack", "sha256"), "short"),
        ("PolicyException", ("spec", "expires"), "next quarter"),
        ("PolicyException", ("spec", "created"), ""),
        ("PolicyException", ("spec", "approver"), None),
        ("PolicyException", ("spec", "approver"), ["omar", ""]),
        ("PolicyException", ("spec", "rules"), ["*"]),
        ("ImageEvidence", ("spec", "attestations", 0, "predicateType"), ""),
    ],
)
def test_what_a_rule_judges_by_itself_reaches_it(
    kind: str, path: tuple[str | int, ...], value: object
) -> None:
    assert list(records.record_problems(f"gatelib.dev/{kind}", record(kind, path, value))) == []


def test_every_example_is_a_record_without_a_problem() -> None:
    examples = sorted((ROOT / "examples" / "records").glob("*.yaml"))
    assert examples
    for path in examples:
        loaded = load(path.read_bytes())
        assert loaded.error is None, path
        for document in loaded.documents:
            content = cast("dict[str, Any]", document.value)
            assert path.stem.replace("-", "").startswith(content["kind"].lower()), path
            assert list(records.record_problems(f"gatelib.dev/{content['kind']}", content)) == [], path

"""The published schemas: valid themselves, they accept what is shipped and refuse each mistake in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from gatelib import records
from gatelib.authoring import schemas
from gatelib.authoring.scaffold import repository
from gatelib.loader import load
from gatelib.policy import shipped
from tests.paths import ROOT
from tests.schema_mistakes import Place, filled, mistakes, places

SIMPLE = {
    "schema": 1,
    "controls": [
        {
            "id": "SC-01",
            "name": "Scans",
            "statement": "Images are scanned.",
            "owner": "security",
            "evidence": [{"path": "scans/*.sarif"}, "scans/trivy.sarif"],
            "assert": [
                {"type": "sarif_no_levels", "levels": ["CRITICAL"]},
                {"type": "cosign_verify_attestation"},
            ],
        }
    ],
}
"""The other form of a control catalogue."""
SUBJECTS = {
    "schema": "gatelib.dev/controls/v1",
    "controls": [
        {
            "id": "SC-01",
            "name": "Scans",
            "statement": "Images are scanned.",
            "owner": "security",
            "evidence": ["scans/*.sarif"],
            "subjects": ["workloads"],
            "rules": ["GL-REL-003"],
        }
    ],
}
UNMAPPED = {
    "schema": "gatelib.dev/framework/v1",
    "id": "soc2",
    "name": "SOC 2",
    "edition": "2017",
    "publisher": "AICPA",
    "source": "https://example.com/soc2",
    "licence": "None.",
    "optional": True,
    "beyond": "Nothing.",
    "unmapped": {"CC1.1": "Nothing that is deployed."},
    "clauses": [{"id": "CC1.2", "text": "Oversight.", "controls": ["SC-01"]}],
}


@cache
def schema(name: str) -> Any:
    return schemas.schema(name, shipped())


@cache
def examples(name: str) -> list[tuple[str, Any]]:
    """What is shipped of what a schema describes, each with where it lies."""
    found = list(_examples(name))
    assert found
    return found


def _examples(name: str) -> Iterator[tuple[str, Any]]:
    match name:
        case "fixture":
            paths = [*ROOT.glob("fixtures/**/*.expected.json"), *ROOT.glob("examples/**/*.expected.json")]
            yield from ((str(path), json.loads(path.read_bytes())) for path in sorted(paths))
        case "bundle":
            yield from _files("bundles/*.yaml")
        case "config":
            yield from _files("examples/**/gatelib.yaml")
            yield from _blocks("docs/configuration.md")
        case "control-catalog":
            yield from _files("controls/catalog.yaml")
        case "control-framework":
            yield from _files("controls/frameworks/*.yaml")
            yield from _files("controls/contents/*.yaml")
        case "revocations":
            for place, value in _blocks("docs/guides/*.md"):
                if isinstance(value, dict) and "revocations" in value:
                    yield place, value
        case "parameters":
            text = repository.files("acme", "ACME", "none", shipped())["policies/parameters.yaml"]
            yield "policies/parameters.yaml", yaml.safe_load(text)
        case _:
            files = [*_files("examples/**/*.yaml"), *_files("fixtures/tenancy/**/allow/*.yaml")]
            for place, value in [*files, *_blocks("docs/guides/*.md")]:
                kind = value.get("kind") if isinstance(value, dict) else None
                if _is_record(value) and name in ("record", kind):
                    yield place, value


def _is_record(value: Any) -> bool:
    return isinstance(value, dict) and value.get("apiVersion") == records.VERSION and "kind" in value


@cache
def _files(pattern: str) -> list[tuple[str, Any]]:
    return [
        (str(path.relative_to(ROOT)), document.value)
        for path in sorted(ROOT.glob(pattern))
        for document in load(path.read_bytes()).documents
    ]


def _blocks(pattern: str) -> Iterator[tuple[str, Any]]:
    """The YAML blocks of pages that stand for a whole document: without an ellipsis."""
    for path in sorted(ROOT.glob(pattern)):
        for text in re.findall(r"^```yaml\n(.*?)^```", path.read_text("utf-8"), re.MULTILINE | re.DOTALL):
            loaded = load(text.encode())
            if "…" not in text and loaded.error is None:
                for document in loaded.documents:
                    yield str(path.relative_to(ROOT)), document.value


def whole(name: str) -> list[Any]:
    """Documents that together have everything that a schema describes."""
    match name:
        case "control-catalog":
            return [*(value for _, value in examples(name)), SIMPLE, SUBJECTS]
        case "control-framework":
            return [*(value for _, value in examples(name)), UNMAPPED]
        case "record":
            return [document for kind in records.kinds() for document in whole(kind)]
        case "revocations":
            by_name = {"name": "old", "reason": "Repaired.", "revoked": "2026-11-22"}
            return [filled(schema(name)), {"revocations": [by_name]}]
        case "fixture":
            found = filled(schema(name))
            finding = {"action": "warn", "path": ["spec", 0], "message": "is wrong", "waived_by": 0}
            pointers = {"document": 0, "evidence": "scans/trivy.sarif", "exception": 0}
            return [
                found,
                {**found, "findings": [{**finding, key: value} for key, value in pointers.items()]},
            ]
        case _:
            return [filled(schema(name)), filled(schema(name), lists=True)]


all_names = pytest.mark.parametrize("name", sorted(schemas.names()))


@all_names
def test_a_schema_is_valid_draft_07_and_whole(name: str) -> None:
    found = schema(name)
    Draft7Validator.check_schema(found)
    assert found["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert found["$id"] == f"https://gatelib.dev/schemas/{name}.json"
    assert all(
        reference.startswith("#/definitions/")
        for reference in re.findall(r'"\$ref": ?"(.*?)"', json.dumps(found))
    )


@all_names
def test_a_schema_accepts_what_is_shipped(name: str) -> None:
    validator = Draft7Validator(schema(name))
    wrong = [
        (place, error.message) for place, value in examples(name) for error in validator.iter_errors(value)
    ]
    assert wrong == []


@all_names
def test_a_schema_refuses_a_mistake_in_each_shipped_example(name: str) -> None:
    validator = Draft7Validator(schema(name))
    for place, value in examples(name):
        found = [mistake for _, mistake in islice(mistakes(schema(name), value), 6)]
        assert found, place
        assert [mistake for mistake in found if validator.is_valid(mistake)] == [], place


@all_names
def test_a_schema_refuses_a_mistake_in_each_place_that_forbids_something(name: str) -> None:
    found = schema(name)
    validator = Draft7Validator(found)
    tried: set[Place] = set()
    for document in whole(name):
        assert [error.message for error in validator.iter_errors(document)] == []
        for place, mistake in mistakes(found, document):
            tried.add(place)
            assert not validator.is_valid(mistake), (places(found)[place], mistake)
    assert [where for place, where in places(found).items() if place not in tried] == []


@pytest.mark.parametrize(("name", "path"), [("config", ()), ("bundle", ()), ("fixture", ("given",))])
def test_the_parameters_of_the_library_are_filled_in_with_what_they_mean(
    name: str, path: tuple[str, ...]
) -> None:
    found = schema(name)
    for step in path:
        found = found["properties"][step]
    params = found["properties"]["params" if path else "parameters"]
    core = shipped().data["params_schema"]
    assert params["properties"] == core["properties"]
    assert all(
        value["description"]
        for group in params["properties"].values()
        for value in group["properties"].values()
    )

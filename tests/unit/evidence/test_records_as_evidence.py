"""Records in a pack: JSON or YAML, one, several or a list, each of the form of its kind."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.unit.evidence.reduced import facts, problem

RECORDS = "gatelib.dev/v1"


def incident(name: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": RECORDS, "kind": "Incident", "metadata": {"name": name}, "spec": spec}


def test_a_record_is_its_own_fact_in_json_and_in_yaml() -> None:
    yaml = f"""\
# of the night shift
apiVersion: {RECORDS}
kind: Incident
metadata: {{name: a}}
spec:
  summary: the basket was empty
"""
    expected = [incident("a", summary="the basket was empty")]
    assert facts(RECORDS, expected[0]) == expected
    assert facts(RECORDS, yaml) == expected


def test_several_records_are_several_facts() -> None:
    both = [incident("a"), incident("b")]
    stream = b"\n".join(orjson.dumps(entry) for entry in both)
    yaml = b"\n---\n".join(orjson.dumps(entry) for entry in both)
    assert facts(RECORDS, both) == both
    assert facts(RECORDS, stream) == both
    assert facts(RECORDS, b"---\n" + yaml) == both


@pytest.mark.parametrize(
    "around",
    [
        {"apiVersion": "v1", "kind": "List"},
        {"apiVersion": RECORDS, "kind": "List"},
        {"apiVersion": RECORDS, "kind": "IncidentList"},
    ],
)
def test_a_list_is_its_items(around: dict[str, Any]) -> None:
    both = [incident("a"), incident("b")]
    assert facts(RECORDS, around | {"items": both}) == both


def test_the_items_of_a_list_of_one_kind_need_not_repeat_it() -> None:
    around = {"apiVersion": RECORDS, "kind": "IncidentList"}
    item = {"metadata": {"name": "a"}}
    assert facts(RECORDS, around | {"items": [item]}) == [
        {"apiVersion": RECORDS, "kind": "Incident", "metadata": {"name": "a"}}
    ]


def test_a_list_may_be_empty() -> None:
    assert facts(RECORDS, {"apiVersion": RECORDS, "kind": "IncidentList", "items": []}) == []
    assert facts(RECORDS, f"apiVersion: {RECORDS}\nkind: IncidentList\nitems: []\n") == []
    assert facts(RECORDS, {"apiVersion": RECORDS, "kind": "IncidentList", "items": None}) == []


def yaml(*lines: str) -> str:
    return "\n".join([f"apiVersion: {RECORDS}", *lines, ""])


@pytest.mark.parametrize(
    ("content", "message", "line"),
    [
        (yaml("kind: Rumour"), "there is no record of kind `Rumour`", 2),
        (yaml("kind: RumourList", "items: []"), "there is no record of kind `Rumour`", 2),
        (yaml("kind: Incident", "spec:", "  summary: 7"), "`spec.summary` must be a string or null", 4),
        (yaml("kind: Incident", "spec:", "  sumary: x"), None, 4),
        (yaml("kind: Incident", "---", "kind: Incident"), "a record has the apiVersion `gatelib.dev/v1`", 4),
        (yaml("kind: List", "items:", "- kind: Incident"), "a record has the apiVersion `gatelib.dev/v1`", 4),
        (yaml("kind: List", "items: {}"), "`items` is no list", 3),
        (yaml("kind: List", "items:", "- 7"), "this is no record", 4),
        (yaml("kind: Incident", "kind: Incident"), "The key `kind` is written twice in one mapping.", 3),
        (yaml("kind: [Incident"), None, 3),
        (f'{{"apiVersion": "{RECORDS}",\n "kind": "Incident",\n "kind": "Drill"}}', None, 3),
        (f'{{"apiVersion": "{RECORDS}",\n "kind": "Incident",\n', None, 3),
        (f'[{{"apiVersion": "{RECORDS}", "kind": "Incident"}},\n 7]', "this is no record", 2),
        ('{"apiVersion": "gatelib.dev/v2", "kind": "Incident"}', None, 1),
        (f'{{"apiVersion": "{RECORDS}", "kind": "Incident",\n "x": {"[" * 200}{"]" * 200}}}', None, 2),
    ],
)
def test_a_record_of_the_wrong_form_is_an_error_at_its_place(
    content: str, message: str | None, line: int
) -> None:
    found = problem(RECORDS, content)
    assert found.line == line
    if message is not None:
        assert found.message == message

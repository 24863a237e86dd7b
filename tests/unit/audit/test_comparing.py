"""Two reports compared: every field that is another, and nothing that no audit can know."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelib.audit.comparing import Difference, differences, notes
from gatelib.gate import Gate
from tests.acceptance.command import NOW, privileged, stream, write
from tests.budget import budget

Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("judged")
    files = {
        "k8s/pod.yaml": stream(privileged(), privileged("b")),
        "k8s/bad.yaml": "a: [",
        "k8s/note.txt": "",
    }
    write(folder, files)
    gate = Gate.load(base=folder, now=NOW, rules=["GL-K8S-001", "GL-K8S-002"], isolated=False)
    found: dict[str, Any] = orjson.loads(orjson.dumps(gate.check(["k8s"]).to_dict()))
    assert [found["outcome"], len(found["errors"]), len(found["findings"])] == ["error", 1, 2]
    return found


CHANGES: list[tuple[str, Change, list[Difference]]] = [
    (
        "a status",
        lambda new: new["rules"][0].update(status="pass"),
        [Difference("rules[GL-K8S-001].status", 'was `"fail"`, and is `"pass"`')],
    ),
    (
        "a number for a boolean",
        lambda new: new["rules"][0].update(judged=True),
        [Difference("rules[GL-K8S-001].judged", "was `2`, and is `true`")],
    ),
    (
        "a digest",
        lambda new: new["bundle"].update(sha256="bb"),
        [],
    ),
    (
        "a parameter",
        lambda new: new["config"]["params"].update({"images": {"x": 1}}),
        [Difference("config.params.images", 'was not there, and is `{"x":1}`')],
    ),
    (
        "the order of lists",
        lambda new: [new[key].reverse() for key in ("rules", "findings", "inputs", "evidence", "errors")],
        [],
    ),
    (
        "an entry of a list",
        lambda new: new["selection"]["rules"].__setitem__(1, "GL-K8S-009"),
        [Difference("selection.rules[1]", 'was `"GL-K8S-002"`, and is `"GL-K8S-009"`')],
    ),
    (
        "the length of a list",
        lambda new: new["selection"]["skipped"].append("GL-K8S-009"),
        [Difference("selection.skipped", 'was `[]`, and is `["GL-K8S-009"]`')],
    ),
    ("the program", lambda new: new["tool"].update(version="0.0.1"), []),
    ("the engine", lambda new: new["engine"].update(name="opa", version="1.0.0"), []),
    ("what else lay in a folder", lambda new: new["not_judged"].clear(), []),
    (
        "a document that was not judged",
        lambda new: new["not_judged"].append({"file": "a", "document": 0, "reason": "r"}),
        [Difference("not_judged[a:0]", 'was not there, and is `{"document":0,"file":"a","reason":"r"}`')],
    ),
    (
        "the schema",
        lambda new: new.pop("schema"),
        [Difference("schema", 'was `"gatelib.dev/report/v1"`, and is not there now')],
    ),
]


@pytest.mark.parametrize(
    ("change", "wanted"), [entry[1:] for entry in CHANGES], ids=[entry[0] for entry in CHANGES]
)
def test_each_field_that_is_another_is_a_difference(
    report: dict[str, Any], change: Change, wanted: list[Difference]
) -> None:
    new = copy.deepcopy(report)
    change(new)
    if new["bundle"] != report["bundle"]:
        wanted = [Difference("bundle.sha256", f'was `"{report["bundle"]["sha256"]}"`, and is `"bb"`')]
    assert differences(report, new) == wanted


def test_a_finding_that_went_away_and_one_that_came_are_two_differences(report: dict[str, Any]) -> None:
    new = copy.deepcopy(report)
    gone = new["findings"].pop(0)
    new["findings"].append({**gone, "fingerprint": "another"})
    fields = [entry.field for entry in differences(report, new)]
    assert fields == sorted([f"findings[{gone['fingerprint']}]", "findings[another]"])


def test_a_finding_that_is_there_twice_is_compared_twice(report: dict[str, Any]) -> None:
    twice = copy.deepcopy(report)
    twice["findings"].append(copy.deepcopy(twice["findings"][0]))
    (only,) = differences(report, twice)
    assert only.message.startswith("was not there, and is ")
    twice["findings"][-1]["message"] = "is another"
    assert len(differences(report, twice)) == 1


def test_what_judges_otherwise_is_noted(report: dict[str, Any]) -> None:
    new = copy.deepcopy(report)
    new["tool"]["version"], then = "9.0.0", report["tool"]["version"]
    assert notes(report, new) == [f"judged by gatelib {then} then, and by gatelib 9.0.0 now"]
    assert notes(report, report) == []


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the ways to all values that are neither objects nor lists."""
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves(inner, (*path, key))]
    if isinstance(value, list):
        return [leaf for number, inner in enumerate(value) for leaf in leaves(inner, (*path, number))]
    return [path]


@settings(max_examples=budget(150, 3000))
@given(st.data())
def test_no_field_can_be_edited_unseen(report: dict[str, Any], data: st.DataObject) -> None:
    compared = {key: value for key, value in report.items() if key not in ("tool", "engine", "not_judged")}
    path = data.draw(st.sampled_from(leaves(compared)))
    new = copy.deepcopy(report)
    holder: Any = new
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = data.draw(
        st.sampled_from(["edited", 7, None, True]).filter(lambda v: v != holder[path[-1]])
    )
    assert differences(report, new)
    assert differences(new, new) == []


def test_a_long_value_is_cut() -> None:
    one, other = ({"not_judged": [], "text": letter * 500} for letter in "ab")
    (only,) = differences(one, other)
    assert only.message == f'was `"{"a" * 118}…`, and is `"{"b" * 118}…`'

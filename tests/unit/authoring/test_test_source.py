"""The text of a unit test, statement by statement."""

from __future__ import annotations

from typing import Any

import pytest

from gatelib.authoring.testing.source import Statement, statements


def body(text: str) -> tuple[Statement, ...]:
    found = statements(f"package a.b_test\n\nbefore := {{1}}\n\n{text}\n\nafter := 2\n", "test_x")
    assert found is not None
    return found


def parts(statement: Statement) -> dict[str, Any]:
    keys = ("kind", "left", "operator", "right", "modifiers")
    return {key: getattr(statement, key) for key in keys if getattr(statement, key)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a == {1, 2}", {"kind": "compare", "left": "a", "operator": "==", "right": "{1, 2}"}),
        ("{1} == {1}", {"kind": "compare", "left": "{1}", "operator": "==", "right": "{1}"}),
        ("f(a == b) != g", {"kind": "compare", "left": "f(a == b)", "operator": "!=", "right": "g"}),
        ('"a == b" == c', {"kind": "compare", "left": '"a == b"', "operator": "==", "right": "c"}),
        ("`\\` == `with`", {"kind": "compare", "left": "`\\`", "operator": "==", "right": "`with`"}),
        ('"\\"}" == a', {"kind": "compare", "left": '"\\"}"', "operator": "==", "right": "a"}),
        ("a <= b", {"kind": "compare", "left": "a", "operator": "<=", "right": "b"}),
        ("inner in within", {"kind": "compare", "left": "inner", "operator": "in", "right": "within"}),
        (
            "a == b with input as {} with data.x as c",
            {
                "kind": "compare",
                "left": "a",
                "operator": "==",
                "right": "b",
                "modifiers": "with input as {} with data.x as c",
            },
        ),
        ("x := f(1)", {"kind": "assign", "left": "x", "operator": ":=", "right": "f(1)"}),
        (
            "not data.a.b with input as 1",
            {"kind": "not", "left": "data.a.b", "modifiers": "with input as 1"},
        ),
        ("some x in [1]", {"kind": "some", "left": "some x in [1]"}),
        (
            'startswith("é", "é") with input as 1',
            {"kind": "plain", "left": 'startswith("é", "é")', "modifiers": "with input as 1"},
        ),
    ],
    ids=range(13),
)
@pytest.mark.parametrize("form", ["test_x if {\n\t%s # {\n}", "test_x if %s", "test_x if { %s }"])
def test_an_expression_is_cut_at_its_operator_and_its_modifiers(
    text: str, expected: dict[str, Any], form: str
) -> None:
    if text.startswith("{") and "{" not in form:
        form = "test_x if { %s }"
    (statement,) = body(form % text)
    assert parts(statement) == expected


def test_each_expression_has_its_line_and_all_of_its_text() -> None:
    found = body(
        "test_x if {\n\ta := 1 # one\n\n\t# of two\n\tf({\n\t\t2,\n\t}) == [\n\t\t3,\n\t]; b == 4\n}"
    )
    assert [(statement.line, statement.text) for statement in found] == [
        (6, "a := 1"),
        (9, "f({\n\t\t2,\n\t}) == [\n\t\t3,\n\t]"),
        (13, "b == 4"),
    ]


def test_what_every_goes_through_and_says_of_it() -> None:
    (every,) = body("test_x if {\n\tevery k, v in {{1} | {2}: 3} {\n\t\tv == k\n\t\tv > 2\n\t}\n}")
    assert (every.kind, every.key, every.value, every.domain) == ("every", "k", "v", "{{1} | {2}: 3}")
    assert [statement.text for statement in every.body] == ["v == k", "v > 2"]


def test_a_test_with_two_bodies_has_none_that_could_be_shown() -> None:
    assert statements("package a\n\ntest_x if { 1 == 2 } else := false\n", "test_x") is None

"""Each mutator, by a source and exactly the changes that it makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import regorus

from gatelib.authoring.mutation.mutant import MUTATORS
from gatelib.authoring.mutation.mutators import mutants
from gatelib.errors import PolicyError
from tests.budget import budget
from tests.paths import ROOT

POLICIES = sorted(path for path in (ROOT / "rego").rglob("*.rego") if not path.name.endswith("_test.rego"))


def changes(source: str, *mutators: str) -> list[str]:
    """Return what some mutators make of a policy, as ``before -> after``, in order."""
    text = f"package p\n\n{source}\n"
    return [
        f"{text[edit.start : edit.end]} -> {edit.replacement}"
        for edit in (mutant.edit for mutant in mutants(text, "p.rego"))
        if edit.mutator in mutators
    ]


def condition(statement: str, *mutators: str) -> list[str]:
    return changes(f"p if {{\n\t{statement}\n}}", *mutators)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("input.a == 1", ["input.a == 1 -> true"]),
        ("input.a", ["input.a -> not input.a", "input.a -> true"]),
        (
            "is_string(input.a)",
            ["is_string(input.a) -> not is_string(input.a)", "is_string(input.a) -> true"],
        ),
        ("input.a in {1, 2}", ["input.a in {1, 2} -> not input.a in {1, 2}", "input.a in {1, 2} -> true"]),
        ("not input.a", ["not input.a -> input.a", "not input.a -> true"]),
        ("x := input.a", []),
        ("true", []),
    ],
)
def test_conditions_are_left_out_and_negated(statement: str, expected: list[str]) -> None:
    assert condition(statement, "condition", "negation") == expected


def test_each_condition_of_one_line_is_changed_by_itself() -> None:
    assert condition("input.a; input.b == 1", "condition") == ["input.a -> true", "input.b == 1 -> true"]


def test_what_declares_a_variable_that_is_used_stays() -> None:
    assert condition("some x in input.a\n\tx == 1", "condition") == ["x == 1 -> true"]
    assert condition("some _ in input.a", "condition") == ["some _ in input.a -> true"]
    assert condition("some i, _ in input.a\n\tinput.b[i]", "condition") == ["input.b[i] -> true"]


@pytest.mark.parametrize(
    ("sign", "others"),
    [
        ("==", ["!="]),
        ("!=", ["=="]),
        ("<", ["<=", ">"]),
        ("<=", ["<", ">"]),
        (">", ["<", ">="]),
        (">=", ["<", ">"]),
    ],
)
def test_comparisons_are_turned_and_moved(sign: str, others: list[str]) -> None:
    expected = [f"{sign} -> {other}" for other in others]
    assert condition(f"(input.a + 1) {sign} input.b", "comparison") == expected
    assert changes(f"p := [input.a {sign} 1]", "comparison") == expected


def test_numbers_are_one_more_and_one_less() -> None:
    assert changes("p := 7", "number") == ["7 -> 6", "7 -> 8"]
    assert changes("p := -1", "number") == ["-1 -> -2", "-1 -> 0"]
    assert changes("p := 0.5", "number") == ["0.5 -> 0"]
    assert changes("p := 1e3", "number") == ["1e3 -> 0"]
    assert changes("p := 0.0", "number") == ["0.0 -> 1"]


def test_texts_are_emptied_and_filled() -> None:
    assert changes('p := "abc"', "string") == ['"abc" -> ""']
    assert changes('p := ""', "string") == ['"" -> "mutated"']
    assert changes(r'p := "a\"b"', "string") == [r'"a\"b" -> ""']
    assert changes('p := `a"\nb`', "string") == ['`a"\nb` -> ``']


def test_a_message_changes_and_keeps_its_verbs() -> None:
    assert changes('p := sprintf("%s: %d", [input.a, 1])', "string", "element", "number") == [
        '"%s: %d" -> "mutated %s: %d"',
        "1 -> 0",
        "1 -> 2",
    ]


def test_patterns_lose_their_anchors() -> None:
    assert condition("regex.match(`^a$`, input.a)", "anchor") == ["^ -> ", "$ -> "]
    assert condition(r"regex.match(`a\$`, input.a)", "anchor") == []
    assert condition(r"regex.match(`a\\$`, input.a)", "anchor") == ["$ -> "]


def test_booleans_and_null_become_others() -> None:
    assert changes("p := [input.a == true, input.b == false, input.c == null]", "boolean", "null") == [
        "true -> false",
        "false -> true",
        "null -> false",
    ]


def test_elements_are_left_out_with_their_comma() -> None:
    assert changes('p := ["a", 1, (input.a + 1)]', "element") == [
        '"a",  -> ',
        "1,  -> ",
        ", (input.a + 1) -> ",
    ]
    assert changes('p := {"a", "b"}', "element") == ['"a",  -> ', ', "b" -> ']
    assert changes('p := {"a"}', "element") == ['{"a"} -> set()']
    assert changes('p := {"a": 1}', "element") == ['"a": 1 -> ']
    assert changes('p := [[1], {"a": {2}}]', "element") == [
        "[1],  -> ",
        "1 -> ",
        ', {"a": {2}} -> ',
        '"a": {2} -> ',
        "{2} -> set()",
    ]


def test_elements_on_lines_of_their_own_leave_the_lines() -> None:
    source = 'p := {\n\t"a": 1, # one\n\t"é": f("x, y"), # two\n}\n\nf(x) := x'
    assert changes(source, "element") == ['"a": 1, -> ', '"é": f("x, y"), -> ']


def test_an_element_that_is_left_out_is_not_changed_besides() -> None:
    assert changes('p := ["a", 1, true, null]', "string", "number", "boolean", "null") == []
    assert changes('p := {"a": "b"}', "string") == ['"b" -> ""']


def test_every_becomes_any() -> None:
    body = "{\n\t\tx > 1\n\t\tx < 9\n\t}"
    assert condition(f"every x in input.a {body}", "every", "condition") == [
        f"every x in input.a {body} -> true",
        f"every x in input.a {body} -> {{true | some x in input.a; {body[1:-1]}}} != set()",
        "x > 1 -> true",
        "x < 9 -> true",
    ]
    assert condition("every i, x in input.a { x > i }", "every") == [
        "every i, x in input.a { x > i } -> {true | some i, x in input.a;  x > i } != set()"
    ]


def test_some_looks_only_at_the_first() -> None:
    assert condition("some x in input.a\n\tx", "first-only") == [
        "some x in input.a -> x := [mutated | some mutated in input.a][0]"
    ]
    assert changes("p := {x | some i, x in input.a; i}", "first-only") == [
        "some i, x in input.a -> [i, x] := [[mutated_key, mutated] | some mutated_key, mutated in input.a][0]"
    ]
    assert condition("some [a, b] in input.a\n\ta == b", "first-only") == [
        "some [a, b] in input.a -> [a, b] := [mutated | some mutated in input.a][0]"
    ]


def test_built_in_functions_are_exchanged_and_left_out() -> None:
    assert condition('startswith(input.a, "b")', "function") == [
        "startswith -> contains",
        "startswith -> endswith",
    ]
    assert changes("p := lower(trim_space(input.a))", "function") == [
        "lower(trim_space(input.a)) -> trim_space(input.a)",
        "trim_space(input.a) -> input.a",
    ]
    assert changes('p := trim_prefix(input.a, "b")', "function") == ['trim_prefix(input.a, "b") -> input.a']
    assert changes("p := max([input.a])", "function") == ["max -> min"]
    assert changes("p := object.union(input.a, input.b)", "function") == [
        "object.union(input.a, input.b) -> input.a",
        "object.union(input.a, input.b) -> input.b",
    ]
    assert changes("p := count(input.a)", "function") == []


def test_arithmetic_takes_another_operator() -> None:
    assert changes("p := input.a + input.b", "arithmetic") == ["+ -> -"]
    assert changes("p := (input.a + 1) * input.b", "arithmetic") == ["+ -> -", "* -> /"]
    assert changes("p := input.a / input.b % 2", "arithmetic") == ["/ -> *", "% -> *"]
    assert changes("p := input.a - input.b", "arithmetic") == [
        "input.a - input.b -> input.b - input.a",
        "- input.b -> ",
    ]
    assert changes("p := input.a + 1 - input.b", "arithmetic") == [
        "input.a + 1 - input.b -> input.b - (input.a + 1)",
        "+ -> -",
        "- input.b -> ",
    ]


def test_sets_are_united_and_intersected() -> None:
    assert changes("p := input.a | input.b", "set-operation") == ["| -> &"]
    assert changes("p := {x | x := 1} & input.b", "set-operation") == ["& -> |"]


def test_rules_hold_never() -> None:
    assert changes("p := 1", "rule") == ["p := 1 -> p := 1 if false"]
    assert changes("p contains x if some x in input.a", "rule") == [
        "some x in input.a -> { false; some x in input.a }"
    ]
    assert changes("p if {\n\tinput.a\n}", "rule") == ["{\n\tinput.a\n} -> { false;\n\tinput.a\n}"]
    assert changes("p if {1, 2} == input.a", "rule") == ["{1, 2} == input.a -> { false; {1, 2} == input.a }"]
    assert changes("f(1) := 2\n\nf(2) := 3", "rule") == [
        "f(1) := 2 -> f(1) := 2 if false",
        "f(2) := 3 -> f(2) := 3 if false",
    ]


def test_else_branches_are_left_out_one_by_one() -> None:
    source = "p := 1 if {\n\tinput.a\n} else := 2 if input.b\n\nelse := 3"
    assert changes(source, "else") == ["else := 2 if input.b -> ", "else := 3 -> "]


def test_defaults_and_replacements_are_left_out() -> None:
    assert changes("default p := 1\n\np := 2 if input.a", "default") == ["default p := 1 -> "]
    assert condition('input.a with input.a as 1 with input.b as "x"', "with") == [
        "with input.a as 1 -> ",
        'with input.b as "x" -> ',
    ]


def test_comments_strings_and_metadata_are_left_alone() -> None:
    source = '# METADATA\n# title: a == b\np := "# == \\" <" if input.a # 1 == 2'
    assert changes(source, *MUTATORS) == [
        '"# == \\" <" -> ""',
        "input.a -> not input.a",
        "input.a -> true",
        "input.a -> { false; input.a }",
    ]


def test_places_hold_behind_characters_of_several_bytes() -> None:
    assert changes(
        'p := {"ü": "é𝄞"} if {\n\t"→" == input["ä"] # ö\n\tinput.n < 3\n}', "comparison", "string"
    ) == [
        '"é𝄞" -> ""',
        '"→" -> ""',
        "== -> !=",
        '"ä" -> ""',
        "< -> <=",
        "< -> >",
    ]


def test_comprehensions_within_comprehensions_are_reached() -> None:
    source = "p := [{y: [z | some z in y; z > 1] | some y in x.b} | some x in input.a; not x.c]"
    assert changes(source, "condition", "negation", "comparison") == [
        "z > 1 -> true",
        "> -> <",
        "> -> >=",
        "not x.c -> true",
        "not x.c -> x.c",
    ]


def test_what_does_not_parse_is_said_with_its_file() -> None:
    with pytest.raises(PolicyError, match="is no Rego that the embedded engine reads") as caught:
        mutants("package p\n\np := [", "p.rego")
    assert caught.value.file == "p.rego"


@pytest.mark.parametrize("path", POLICIES[:: budget(8, 1)], ids=lambda path: path.stem)
def test_each_mutant_of_a_shipped_policy_parses_and_changes_its_span_alone(path: Path) -> None:
    text = path.read_text("utf-8")
    found = mutants(text, path.name)
    assert found == mutants(text, path.name)
    assert len({mutant.apply(text) for mutant in found}) == len(found)
    for mutant in found:
        start, end, replacement, mutator = mutant.edit
        changed = mutant.apply(text)
        assert mutator in MUTATORS
        assert changed != text
        assert changed[:start] + text[start:end] + changed[start + len(replacement) :] == text
        regorus.Engine().add_policy(path.name, changed)

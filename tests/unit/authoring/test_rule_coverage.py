"""Which bodies and lines tests reach: by hand, and as OPA says."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatelib.authoring import workspace
from gatelib.authoring.coverage import opa
from gatelib.authoring.coverage.measuring import By, Coverage, measure
from gatelib.authoring.suite import Suite
from tests.engines import need
from tests.unit.authoring.coverage_cases import CASES, marked
from tests.unit.teams import config_map, rule


def suite_of(policies: Path, *fixtures: Path) -> Suite:
    return Suite(workspace.open_([policies], list(fixtures), policies.parent))


def measured(suite: Suite, by: By = "tests", *, asks_opa: bool = False) -> Coverage:
    return measure(suite, suite.workspace.own, by, opa=asks_opa, jobs=1)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    folder = tmp_path_factory.mktemp("cases") / "policies"
    for number, case in enumerate(CASES, 1):
        case.write(folder, number)
    return suite_of(folder)


def test_a_body_is_reached_where_it_holds(cases: Suite) -> None:
    found = measured(cases)
    assert not found.problems
    missed = {file.source.name: {part.line for part in file.missed} for file in found.files}
    assert missed == {file.source.name: marked(file.source.file) for file in found.files}
    assert len(missed) == len(CASES)


def test_opa_misses_the_same_bodies(cases: Suite) -> None:
    need("opa")
    modules = [source.module for source in cases.workspace.own]
    said = opa.figures(cases, cases.tests, modules)
    for file in measured(cases).files:
        bodies = {(part.line, part.column) for part, _ in file.bodies}
        not_covered = {(found.line, found.column) for found in said[file.source.module.path].not_covered}
        assert {(part.line, part.column) for part in file.missed} == bodies & not_covered, file.source.name


@pytest.fixture
def team(tmp_path: Path) -> Suite:
    """One rule: its test makes one of three bodies hold, its fixture another one."""
    rule(tmp_path / "policies", _POLICY)
    (tmp_path / "policies" / "own_test.rego").write_text(_TESTS)
    case = tmp_path / "fixtures" / "acme" / "own" / "deny" / "bad.yaml"
    case.parent.mkdir(parents=True)
    case.write_text(config_map("a", size="big"))
    case.with_name("bad.expected.json").write_text(_EXPECTED)
    return suite_of(tmp_path / "policies", tmp_path / "fixtures")


_POLICY = """\
deny contains {"id": "ACME-001", "msg": "is big", "document": document.index, "path": ["data"]} if {
	some document in documents.of_type("ConfigMap")
	big(document.content.data.size)
}

big(size) if {
	size == "big"
} else := false if size == "small"

listed := [name |
	some document in documents.all
	name := document.content.metadata.name
]
"""

_TESTS = """\
package gatelib.rules.acme.own_test

import data.gatelib.rules.acme.own

test_small if not own.big("small")

# METADATA
# description: It says how a test is marked.
# custom:
#   engines: [opa]
test_listed if own.listed == [] with input as {"gatelib": 1, "documents": []}
"""

_EXPECTED = '{"findings": [{"action": "deny", "document": 0, "path": ["data"], "message": "is big"}]}'


def test_a_line_is_reached_by_all_that_begins_on_it(team: Suite) -> None:
    (file,) = measured(team).files
    assert file.lines == {
        17: "missed",  # subjects
        19: "missed",
        20: "missed",
        21: "missed",
        24: "missed",  # the head of `big`; its statement is evaluated, and does not hold
        25: "reached",
        26: "reached",
        28: "missed",
        29: "missed",
        30: "missed",
        31: "missed",
    }


def test_fixtures_count_where_they_are_asked_for(team: Suite) -> None:
    def missed(by: By) -> set[int]:
        (file,) = measured(team, by).files
        return {part.line for part in file.missed}

    assert missed("tests") == {17, 19, 24, 28}
    assert missed("fixtures") == {26}  # a decision evaluates the whole of a rule's package
    assert missed("all") == set()


def test_what_only_opa_can_run_counts_where_opa_is(team: Suite) -> None:
    need("opa")
    without, beside = measured(team), measured(team, asks_opa=True)
    assert without.skipped == ("policies/own_test.rego:11 test_listed",)
    assert beside.skipped == ()
    assert {part.line for part in beside.files[0].missed} == {17, 19, 24}


def test_a_test_that_fails_is_a_problem_and_told_with_its_name(team: Suite) -> None:
    tests = team.workspace.tests[0].file
    tests.write_text(tests.read_text() + "\ntest_wrong if own.big(1)\n")
    found = measured(suite_of(tests.parent))
    assert found.problems == [("policies/own_test.rego", "test_wrong: it does not hold")]

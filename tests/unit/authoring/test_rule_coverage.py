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

"""Every fixture, on every engine: what it expects, and the same decision to the byte."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from gatelib import engines, fixtures
from gatelib.engines import Decision
from gatelib.fixtures import Case
from gatelib.policy import Policy, shipped
from tests.engines import need_engine
from tests.paths import ROOT

POLICY: Policy = shipped()
CASES = list(fixtures.find(ROOT / "fixtures", POLICY))
BY_NAME = {case.name: case for case in CASES}

ONLY_WARN = frozenset({"GL-EXC-004", "GL-EXC-005", "GL-K8S-010", "GL-K8S-015"})
"""Rules that warn unless a parameter says otherwise; what they flag lies under `deny` all the same."""


@cache
def decision(name: str, engine: str) -> Decision:
    return fixtures.decide(BY_NAME[name], POLICY, engine)


@pytest.mark.parametrize("engine", engines.local())
@pytest.mark.parametrize("name", BY_NAME)
def test_a_fixture_gives_what_it_expects(name: str, engine: str) -> None:
    outcome = fixtures.check(BY_NAME[name], decision(name, need_engine(engine)), engine)
    assert outcome.passed, "\n" + fixtures.difference(outcome)


@pytest.mark.parametrize("name", BY_NAME)
def test_engines_give_the_same_bytes(name: str) -> None:
    opa, embedded = decision(name, need_engine("opa")), decision(name, "embedded")
    assert embedded.to_bytes() == opa.to_bytes()


@pytest.mark.parametrize("rule", POLICY.catalog)
@pytest.mark.parametrize("denies", [False, True], ids=["allow", "deny"])
def test_a_rule_has_at_least_two_fixtures_of_each_verdict(rule: str, denies: bool) -> None:
    assert Counter((case.rule, case.denies) for case in CASES)[rule, denies] >= 2


@pytest.mark.parametrize("name", BY_NAME)
def test_the_folder_of_a_fixture_agrees_with_its_verdict(name: str) -> None:
    assert is_flagged(BY_NAME[name]) == BY_NAME[name].denies


def is_flagged(case: Case) -> bool:
    """An error, or a finding that no exception hides and that is the worst that its rule says by default."""
    worst = {"deny", "warn"} if case.rule in ONLY_WARN else {"deny"}
    standing = {finding["action"] for finding in case.findings if "waived_by" not in finding}
    return bool(case.errors) or bool(standing & worst)

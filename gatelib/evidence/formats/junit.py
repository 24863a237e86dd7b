"""JUnit XML, as pytest, gotestsum, surefire, jest-junit and ctest write it.

There is no standard; https://github.com/testmoapp/junitxml collects what tools write. What a suite shows, its
cases, is counted and compared with what it says of itself: whichever is worse counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from gatelib.errors import EvidenceError
from gatelib.evidence.formats.interface import Fact, Format, Given
from gatelib.evidence.formats.junit_cases import RERUN, Suite, is_junit, parse

MOST_FAILURES: Final = 100
_MOST_SUITES: Final = 10_000
_NUMBER: Final = re.compile(r"\s*([0-9]{1,9})(?:\.0*)?\s*")


class JUnit(Format):
    """How the tests of each suite ended, and the first that failed."""

    name = "junit"

    def recognises(self, given: Given) -> bool:
        """Take XML whose outermost element is ``testsuites`` or ``testsuite``."""
        return given.json is None and is_junit(given.data)

    def facts(self, given: Given) -> list[Fact]:
        """Return the suites in their order, and then the failures."""
        suites = parse(given.data)
        if len(suites) > _MOST_SUITES:
            raise EvidenceError(f"has more than {_MOST_SUITES:,} suites", hint=RERUN)
        counted = list(_counted(suites))
        failed = sorted(
            (suite.name, case.full_name, case.outcome)
            for suite in suites
            for case in suite.cases
            if case.outcome in ("failure", "error")
        )
        return [
            *counted,
            *(
                {"type": "test_failure", "suite": suite, "name": name, "outcome": outcome}
                for suite, name, outcome in failed[:MOST_FAILURES]
            ),
        ]


FORMAT: Final = JUnit()


def _counted(suites: list[Suite]) -> Iterator[Fact]:
    """Yield what each suite has beyond those inside it; one that only holds others yields nothing."""
    totals: dict[int, dict[str, int]] = {}
    facts: list[Fact] = []
    children: dict[int | None, list[int]] = {}
    for number, suite in enumerate(suites):
        children.setdefault(suite.parent, []).append(number)
    for number, suite in reversed(list(enumerate(suites))):
        own = _own(suite)
        total = dict(own)
        inside = children.get(number, [])
        for child in inside:
            for key, count in totals[child].items():
                total[key] += count
        for key in ("failures", "errors", "skipped"):
            missing = max(_claimed(suite, key) - total[key], 0)
            own[key] += missing
            total[key] += missing
        # pytest counts a test twice that passes and has an error when it is torn down
        if _claimed(suite, "tests") > total["tests"] + total["errors"]:
            raise EvidenceError(
                f"suite `{suite.name}` has fewer tests than it says: it is cut off", hint=RERUN
            )
        totals[number] = total
        if any(own.values()) or not inside:
            facts.append(_fact(suite, own))
    yield from reversed(facts)


def _own(suite: Suite) -> dict[str, int]:
    outcomes = [case.outcome for case in suite.cases]
    repeated = _repeated(suite)
    return {
        "tests": len(outcomes) - sum(repeated.values()),
        "failures": outcomes.count("failure"),
        "errors": outcomes.count("error"),
        "skipped": outcomes.count("skipped"),
        "flaky": sum(case.flaky for case in suite.cases) + len(repeated),
    }


def _repeated(suite: Suite) -> Mapping[str, int]:
    """Return how often tests were run again, where a suite shows more cases than it says it has tests.

    That is how pytest-rerunfailures writes it: the case once more, and passed each time.
    """
    surplus = len(suite.cases) - _claimed(suite, "tests")
    if "tests" not in suite.attributes or surplus <= 0:
        return {}
    seen: dict[str, int] = {}
    for case in suite.cases:
        if case.outcome == "passed":
            seen[case.full_name] = seen.get(case.full_name, -1) + 1
    again = {name: count for name, count in seen.items() if count}
    return again if sum(again.values()) == surplus else {}


def _claimed(suite: Suite, key: str) -> int:
    keys = ("skipped", "disabled") if key == "skipped" else (key,)
    return sum(_number(suite, attribute) for attribute in keys)


def _number(suite: Suite, attribute: str) -> int:
    text = suite.attributes.get(attribute) or "0"
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise EvidenceError(f"suite `{suite.name}` has a `{attribute}` that is no number", hint=RERUN)
    return int(match[1])


def _fact(suite: Suite, own: Mapping[str, int]) -> Fact:
    passed = own["tests"] - own["failures"] - own["errors"] - own["skipped"]
    return {
        "type": "tests",
        "suite": suite.name,
        "tests": own["tests"],
        "passed": max(passed, 0),
        "failures": own["failures"],
        "errors": own["errors"],
        "skipped": own["skipped"],
        "flaky": own["flaky"],
    }

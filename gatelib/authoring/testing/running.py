"""Runs what was picked, over processes where there is much of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from gatelib import sources
from gatelib.authoring.suite import CaseGroup, Suite, ask
from gatelib.authoring.testing.explaining import explain
from gatelib.authoring.testing.opa_tests import opa_tests
from gatelib.authoring.testing.picking import Picked
from gatelib.authoring.testing.results import Checked, Status, of_test
from gatelib.authoring.testing.tracing import trace
from gatelib.authoring.unit_tests import Test
from gatelib.errors import EngineError
from gatelib.executors import Failure, executor
from gatelib.fixtures import Case

EMBEDDED: Final = "embedded"
OPA: Final = "opa"

_DEADLINE: Final = 600.0
"""Seconds for one package of tests, or for the fixtures of one rule."""
_FEW: Final = 4
"""Tasks that are not worth a process."""


def run(suite: Suite, picked: Picked, engine: str, *, jobs: int) -> list[Checked]:
    """Return what became of each test and fixture, in their order.

    Raises:
        EngineError: OPA is to run them, and is not there.

    """
    found: list[Checked] = []
    tasks: list[tuple[str, str]] = [("fixture", rule) for rule in picked.cases]
    if engine == OPA:
        found += opa_tests(suite, picked.tests)
    else:
        tasks += [("test", package) for package in picked.tests]
    tasks.sort(key=lambda task: -_size(picked, task))  # the long ones first, so that no process waits
    _ = suite.found, suite.modules  # read once, before processes share it
    pool = executor(
        lambda: _work(suite, picked, engine),
        jobs=jobs,
        timeout=_DEADLINE,
        isolated=jobs > 1 and len(tasks) > _FEW,
    )
    try:
        for task, results in pool.run(tasks):
            found += _lost(picked, task, results, suite) if isinstance(results, Failure) else results
    finally:
        pool.close()
    return sorted(found, key=_order(suite))


def _work(suite: Suite, picked: Picked, engine: str) -> Callable[[Any], list[Checked]]:
    def work(task: tuple[str, str]) -> list[Checked]:
        kind, name = task
        if kind == "test":
            return list(_tests(suite, name, picked.tests[name]))
        return [
            result
            for group in suite.cases(name)
            for result in _cases(suite, group, frozenset(case.path for case in picked.cases[name]), engine)
        ]

    return work


def _tests(suite: Suite, package: str, tests: Sequence[Test]) -> Iterator[Checked]:
    try:
        engine = suite.engine(package)
    except EngineError as error:
        for test in tests:
            yield of_test(test, "error", error.message)
        return
    for test in tests:
        if test.skipped:
            yield of_test(test, "skip", test.skipped)
            continue
        result = ask(engine, test)
        details = [] if result.status == "pass" else explain(suite, test)
        yield of_test(test, result.status, result.message, details)


def _cases(suite: Suite, group: CaseGroup, wanted: frozenset[Any], engine: str) -> Iterator[Checked]:
    cases = [case for case in group.cases if case.path in wanted]
    if not cases:
        return
    group = CaseGroup(group.workspace, group.rule, tuple(cases))
    try:
        judge = group.engine(engine=engine)
    except EngineError as error:
        for case in cases:
            yield _of_case(suite, case, "error", error.message)
        return
    for number, case in enumerate(cases):
        try:
            outcome = group.judge(judge, number)
        except EngineError as error:
            yield _of_case(suite, case, "error", error.message)
            continue
        if outcome.passed:
            yield _of_case(suite, case, "pass")
        else:
            yield _of_case(suite, case, "fail", "", trace(group, outcome))


def _of_case(
    suite: Suite, case: Case, status: Status, message: str = "", details: Sequence[str] = ()
) -> Checked:
    return Checked(
        kind="fixture",
        group=case.rule,
        name=case.name,
        file=sources.display(case.path, suite.workspace.base),
        line=1,
        status=status,
        message=message,
        details=tuple(details),
    )


def _lost(picked: Picked, task: tuple[str, str], failure: Failure, suite: Suite) -> Iterator[Checked]:
    kind, name = task
    if kind == "test":
        yield from (of_test(test, "error", failure.reason) for test in picked.tests[name])
    else:
        yield from (_of_case(suite, case, "error", failure.reason) for case in picked.cases[name])


def _size(picked: Picked, task: tuple[str, str]) -> int:
    kind, name = task
    return len(picked.tests[name]) if kind == "test" else len(picked.cases[name])


def _order(suite: Suite) -> Callable[[Checked], tuple[Any, ...]]:
    packages: Mapping[str, int] = {package: number for number, package in enumerate(suite.found)}

    def order(result: Checked) -> tuple[Any, ...]:
        place = packages.get(result.group, 0) if result.kind == "test" else 0
        return (result.kind != "test", place, result.group if place == 0 else "", result.file, result.line)

    return order

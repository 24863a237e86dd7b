"""Runs tests and fixtures, and records which parts of the policies they reach."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, Final, TypeVar

import orjson

from gatelib.authoring.coverage.layout import Probed
from gatelib.authoring.coverage.probes import probed, written_out
from gatelib.authoring.suite import CaseGroup, Suite, ask
from gatelib.authoring.unit_tests import Test
from gatelib.engines import Engine
from gatelib.engines.embedded import EmbeddedEngine
from gatelib.errors import EngineError, PolicyError
from gatelib.policy import Module

_TIMEOUT: Final = 60.0

_T = TypeVar("_T")

Reached = Mapping[str, frozenset[int]]
"""Numbers of parts, by the paths of modules."""


@dataclass(frozen=True, slots=True)
class Run:
    """A file of tests, or the fixtures of a rule, and what they reach."""

    name: str
    count: int
    """How many tests or fixtures."""
    problems: tuple[str, ...]
    """Of each that did not pass, its name and what became of it."""
    reached: Reached


class CoveringEngine(EmbeddedEngine):
    """The embedded engine, which also knows on which lines it has evaluated something."""

    def __init__(self, modules: Sequence[Module], data: Mapping[str, Any], *, timeout: float) -> None:
        """Compile the policy."""
        super().__init__(modules, data, timeout=timeout)
        self._engine.set_enable_coverage(True)
        self._used: list[Any] = []
        self._live: Any = None

    def ask(self, question: str, envelope: bytes) -> Any:
        """Evaluate; as for every engine."""
        try:
            return super().ask(question, envelope)
        except EngineError:
            self._live = None  # what it leaves half done is in nobody's way
            raise

    def lines(self) -> dict[str, set[int]]:
        """Return the lines by the paths of modules, and forget them."""
        found: dict[str, set[int]] = {}
        for engine in self._used:
            for file in orjson.loads(engine.get_coverage_report_as_json())["files"]:
                found.setdefault(file["path"], set()).update(file["covered"])
        self._used, self._live = [], None
        return found

    def _copy(self) -> Any:
        """Return the copy in use, which counts up; a report for each test would take as long again."""
        if self._live is None:
            self._live = super()._copy()
            self._used.append(self._live)
        return self._live


class Recorder:
    """Runs what a workspace has, in a layout that tells what is reached."""

    def __init__(self, suite: Suite) -> None:
        """Record what a suite reaches."""
        self._suite = suite
        self._probed: dict[str, Probed] = {}
        self._texts: dict[str, str] = {}

    def probed(self, module: Module) -> Probed:
        """Return a policy's parts.

        Raises:
            PolicyError: regorus cannot read it.

        """
        if module.path not in self._probed:
            self._probed[module.path] = self._parsed(probed, module)
        return self._probed[module.path]

    def tests(self, package: str) -> Iterator[Run]:
        """Run the tests of a package, and yield what those of each file reach.

        Raises:
            EngineError: the package does not compile.
            PolicyError: a policy cannot be read.

        """
        modules = [
            module for name in sorted(self._suite.needed(package)) for module in self._suite.modules[name]
        ]
        engine = CoveringEngine(self._laid_out(modules), self._suite.workspace.data, timeout=_TIMEOUT)
        for file, tests in groupby(self._suite.tests[package], key=lambda test: test.file.name):
            results = [ask(engine, test) for test in tests]
            failed = [result.test for result in results if result.status != "pass"]
            yield Run(file, len(results), tuple(self._failures(package, failed)), self._reached(engine))

    def fixtures(self, rule: str) -> Run:
        """Judge the fixtures of a rule.

        Raises:
            EngineError: the policy does not compile.
            PolicyError: a policy cannot be read.

        """
        reached: Reached = {}
        problems: list[str] = []
        groups = self._suite.cases(rule)
        for group in groups:
            modules, data = group.policy
            engine = CoveringEngine(self._laid_out(modules), data, timeout=_TIMEOUT)
            failed = list(_unexpected(group, engine, range(len(group.cases))))
            # As below: what counts is what they say of the policies as they are written.
            again = _unexpected(group, group.engine(), [number for number, _ in failed]) if failed else ()
            problems += [problem for _, problem in again]
            reached = together(reached, self._reached(engine))
        return Run(f"fixtures of {rule}", sum(len(group.cases) for group in groups), tuple(problems), reached)

    def _failures(self, package: str, tests: Sequence[Test]) -> Iterator[str]:
        """Say of tests that failed what becomes of them with the policies as they are written."""
        engine = self._suite.engine(package) if tests else None
        for result in (ask(engine, test) for test in tests if engine):
            if result.status != "pass":
                yield f"{result.test.name}: {result.message or 'it does not hold'}"

    def _laid_out(self, modules: Iterable[Module]) -> list[Module]:
        return [Module(module.path, self.text(module)) for module in modules]

    def text(self, module: Module) -> str:
        """Return the text to load: of a policy laid out, of tests with references in full.

        Raises:
            PolicyError: regorus cannot read it.

        """
        if module.path not in self._tests:
            return self.probed(module).text
        if module.path not in self._texts:
            self._texts[module.path] = self._parsed(written_out, module)
        return self._texts[module.path]

    def _parsed(self, lay_out: Callable[[Module], _T], module: Module) -> _T:
        try:
            return lay_out(module)
        except RuntimeError as error:
            said = str(error).partition("Stack backtrace")[0].strip().splitlines()
            place = re.search(r"--> .*:(\d+):\d+$", str(error), re.MULTILINE)
            raise PolicyError(
                f"does not parse: {said[-1].removeprefix('error: ')}",
                file=self._names.get(module.path, module.path),
                line=int(place[1]) if place else None,
            ) from None

    @cached_property
    def _names(self) -> Mapping[str, str]:
        workspace = self._suite.workspace
        names = {source.module.path: source.name for source in workspace.own}
        return {**names, **{file.module.path: file.name for file in workspace.tests}}

    @cached_property
    def _tests(self) -> frozenset[str]:
        return frozenset(file.module.path for file in self._suite.workspace.tests)

    def _reached(self, engine: CoveringEngine) -> Reached:
        return {
            path: self._probed[path].reached(lines)
            for path, lines in engine.lines().items()
            if path in self._probed
        }


def together(*each: Reached) -> Reached:
    """Return what several runs reach."""
    found: dict[str, frozenset[int]] = {}
    for reached in each:
        for path, parts in reached.items():
            found[path] = found.get(path, frozenset()) | parts
    return found


def _unexpected(group: CaseGroup, engine: Engine, numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
    """Yield the fixtures that fail, by their numbers, and what became of them."""
    for number in numbers:
        name = group.cases[number].name
        try:
            if not group.judge(engine, number).passed:
                yield number, f"{name}: it has other findings"
        except EngineError as error:
            yield number, f"{name}: {error.message}"

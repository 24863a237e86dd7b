"""The Rego unit tests and fixtures of a workspace, run in this process on the embedded engine.

A test is a rule of a ``*_test.rego`` whose name begins with ``test_``, as for ``opa test``: it passes where
it is true. Each test file is loaded with what it names of the workspace, directly or not, and compiled once.
Tests that do not run here are known by name (see :mod:`gatelib.authoring.unit_tests`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Literal

import orjson

from gatelib import engines, fixtures
from gatelib.authoring.unit_tests import Test, in_packages
from gatelib.authoring.workspace import Workspace
from gatelib.engines import Engine
from gatelib.errors import EngineError
from gatelib.fixtures import Case, Outcome
from gatelib.policy import Module

_NAMED: Final = re.compile(r"\bdata\.(gatelib(?:\.[a-z_][a-z0-9_]*)+)")
_TIMEOUT: Final = 60.0
_NOTHING_REPLACED: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a test."""

    test: Test
    status: Literal["pass", "fail", "error"]
    message: str = ""
    """What the engine said, of an error."""


@dataclass(frozen=True)
class Suite:
    """Runs tests and fixtures, where asked with other texts in place of some policies."""

    workspace: Workspace

    @cached_property
    def tests(self) -> Mapping[str, tuple[Test, ...]]:
        """The tests of each package of tests that run here, in the order of their files.

        Raises:
            PolicyError: two tests of a package share a name, and each engine would run them in its own way.

        """
        return {
            package: tuple(test for test in tests if not test.skipped)
            for package, tests in self.found.items()
        }

    @cached_property
    def found(self) -> Mapping[str, tuple[Test, ...]]:
        """All tests of each package, also those that are skipped here; raises as ``tests`` does."""
        return in_packages(self.workspace.tests)

    def needed(self, package: str) -> frozenset[str]:
        """Return the packages that one is loaded with, itself among them."""
        reached: set[str] = set()
        todo = [package]
        while todo:
            name = self._existing(todo.pop())
            if name and name not in reached:
                reached.add(name)
                todo += self.named(name)
        if not self.workspace.core:  # nobody checked how a team's rule names what it uses
            reached |= {name for name in self.modules if name.startswith(_SHARED)}
        return frozenset(reached)

    def named(self, package: str) -> tuple[str, ...]:
        """Return the packages that one names, in an import or in place."""
        if package not in self._named:
            texts = (module.text for module in self.modules[package])
            found = (self._existing(name) for text in texts for name in _NAMED.findall(text))
            self._named[package] = tuple(dict.fromkeys(name for name in found if name))
        return self._named[package]

    @cached_property
    def _named(self) -> dict[str, tuple[str, ...]]:
        return {}

    def run(self, package: str, replaced: Mapping[str, str] = _NOTHING_REPLACED) -> Iterator[Result]:
        """Run the tests of a package, one after the other; ``replaced`` are texts by the paths of modules.

        Raises:
            EngineError: the package does not compile.

        """
        engine = self.engine(package, replaced)
        for test in self.tests[package]:
            yield ask(engine, test)

    def engine(self, package: str, replaced: Mapping[str, str] = _NOTHING_REPLACED) -> Engine:
        """Return the embedded engine with a package of tests and all that it needs."""
        modules = [
            Module(module.path, replaced.get(module.path, module.text))
            for name in sorted(self.needed(package))
            for module in self.modules[name]
        ]
        return engines.engine("embedded")(modules, self.workspace.data, timeout=_TIMEOUT)

    def cases(self, rule: str) -> tuple[CaseGroup, ...]:
        """Return the fixtures of a rule, those together that one compiled engine can judge."""
        groups: dict[bytes, list[Case]] = {}
        for case in self.workspace.cases:
            if case.rule == rule:
                given = [case.given.get("params", {}), case.given.get("exceptions", [])]
                groups.setdefault(orjson.dumps(given), []).append(case)
        return tuple(CaseGroup(self.workspace, rule, tuple(cases)) for cases in groups.values())

    @cached_property
    def modules(self) -> Mapping[str, tuple[Module, ...]]:
        """All modules, tests among them, by their packages."""
        found: dict[str, tuple[Module, ...]] = {}
        for module in (*self.workspace.policy.modules, *(file.module for file in self.workspace.tests)):
            found[module.package] = (*found.get(module.package, ()), module)
        return found

    def _existing(self, name: str) -> str:
        """Return the package that a reference leads into."""
        while name and name not in self.modules:
            name = name.rpartition(".")[0]
        return name


@dataclass(frozen=True)
class CaseGroup:
    """Fixtures of one rule with the same parameters and exceptions."""

    workspace: Workspace
    rule: str
    cases: tuple[Case, ...]

    @cached_property
    def envelopes(self) -> tuple[bytes, ...]:
        """What an engine is given of each."""
        return tuple(orjson.dumps(fixtures.envelope(case, self.workspace.policy)) for case in self.cases)

    @cached_property
    def policy(self) -> tuple[Sequence[Module], Mapping[str, Any]]:
        """The modules and the data that judge them."""
        given = self.cases[0].given
        params, exceptions = given.get("params", {}), given.get("exceptions", [])
        policy = self.workspace.policy
        policy = replace(policy, data={**policy.data, "params": params, "exceptions": exceptions})
        return policy.modules_for([self.rule]), policy.engine_data([self.rule])

    def engine(self, replaced: Mapping[str, str] = _NOTHING_REPLACED, engine: str = "embedded") -> Engine:
        """Return an engine that judges them.

        Raises:
            EngineError: it refuses the policy.

        """
        modules, data = self.policy
        texts = [Module(module.path, replaced.get(module.path, module.text)) for module in modules]
        return engines.engine(engine)(texts, data, timeout=_TIMEOUT)

    def judge(self, engine: Engine, number: int) -> Outcome:
        """Judge one of them.

        Raises:
            EngineError: the engine failed, or its answer is none.

        """
        return fixtures.check(self.cases[number], engine.decide(self.envelopes[number]), engine.name)

    def run(
        self, replaced: Mapping[str, str] = _NOTHING_REPLACED, engine: str = "embedded"
    ) -> Iterator[Outcome]:
        """Judge each.

        Raises:
            EngineError: the policy does not compile, or an answer is none.

        """
        judge = self.engine(replaced, engine)
        for number in range(len(self.cases)):
            yield self.judge(judge, number)


def ask(engine: Engine, test: Test) -> Result:
    """Run one test."""
    try:
        answer = engine.ask(test.query, b"{}")
    except EngineError as error:
        return Result(test, "error", error.message)
    return Result(test, "pass" if answer is True else "fail")


_SHARED: Final = ("gatelib.input", "gatelib.lib.", "gatelib.main")

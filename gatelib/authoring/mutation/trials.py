"""The tests and fixtures that a policy is held to, with and without a mutant in its place."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Literal, NamedTuple

import orjson

from gatelib import fixtures
from gatelib.authoring.mutation.compiling import analyse, complaint, reason
from gatelib.authoring.mutation.mutant import Mutant
from gatelib.authoring.suite import CaseGroup, Suite
from gatelib.authoring.workspace import Workspace
from gatelib.engines import Decision
from gatelib.engines.interface import DECISION
from gatelib.errors import EngineError
from gatelib.fixtures import Case
from gatelib.policy import Module

_MOST_PARSED: Final = 32
"""Engines that wait for their next mutant; each has some megabytes."""


class Group(NamedTuple):
    """Checks that one engine can run."""

    kind: Literal["test", "fixture"]
    name: str
    """The package of tests, or the rule."""


class Groups(NamedTuple):
    """What a policy is held to."""

    own: tuple[Group, ...]
    others: tuple[Group, ...]
    """Of what needs it, where it is no rule: first of what names it."""

    def all(self) -> tuple[Group, ...]:
        """Return all of them, its own first."""
        return self.own + self.others


class Check(NamedTuple):
    """One Rego unit test, or one fixture."""

    group: Group
    number: int
    """Its place in the group."""


class Judged(NamedTuple):
    """What became of a mutant."""

    status: Literal["killed", "survived", "invalid"]
    killer: Check | None = None
    message: str = ""


class Reached(NamedTuple):
    """What a check says of the policies as they are, and which of their lines it evaluates."""

    check: Check
    failure: str
    """Empty where it passes."""
    lines: Mapping[str, frozenset[int]]
    """By the paths of modules."""
    known: Mapping[str, frozenset[int]]
    """All lines that can be reached."""
    seconds: float

    def evaluates(self, mutant: Mutant, path: str) -> bool:
        """Tell whether the check evaluates what is changed in a module, or may."""
        if path not in self.lines:
            return False
        if mutant.reach is None:
            return True
        lines = frozenset(range(mutant.reach[0], mutant.reach[1] + 1))
        return bool(lines & self.lines[path]) or not lines & self.known[path]


@dataclass(frozen=True, slots=True)
class _Case:
    """A fixture, and the data of the engine that judges it."""

    group: CaseGroup
    number: int
    data: str

    @property
    def case(self) -> Case:
        return self.group.cases[self.number]


class Trials:
    """Runs checks in this process; a policy is compiled once for all checks of a group."""

    def __init__(self, workspace: Workspace) -> None:
        """Run the tests and fixtures of a workspace."""
        self._workspace = workspace
        self._suite = Suite(workspace)
        self._data = orjson.dumps(workspace.data).decode()
        self._cases: dict[str, list[_Case]] = {}
        self._parsed: dict[tuple[Group, str], Any] = {}
        self._modules: dict[str, list[Module]] = {}
        for module in (*workspace.policy.modules, *(file.module for file in workspace.tests)):
            self._modules.setdefault(module.package, []).append(module)

    def checks(self, group: Group) -> tuple[Check, ...]:
        """Return the checks of a group, in order."""
        of_kind = self._suite.tests if group.kind == "test" else {group.name: self._cases_of(group.name)}
        return tuple(Check(group, number) for number in range(len(of_kind[group.name])))

    def name(self, check: Check) -> str:
        """Return what a check is called."""
        kind, name = check.group
        if kind == "test":
            return f"{name}.{self._suite.tests[name][check.number].name}"
        return self._cases_of(name)[check.number].case.name

    def groups(self, module: Module, rule: str | None) -> Groups:
        """Return what a policy is held to."""
        found = (*self._tests_of(module, rule), *self._fixtures_of(module, rule))
        ordered = sorted(found, key=lambda one: (one[0], one[1].kind != "test"))
        return Groups(
            tuple(group for distance, group in ordered if distance == 0),
            tuple(group for distance, group in ordered if distance),
        )

    def _tests_of(self, module: Module, rule: str | None) -> Iterator[tuple[int, Group]]:
        own = f"{module.package}_test"
        for package, needed in self._needed_by_tests.items():
            if package == own:
                yield 0, Group("test", package)
            elif rule is None and module.package in needed:
                texts = [test.text for test in self._modules[package]]
                yield 1 if _names(texts, module) else 2, Group("test", package)

    def _fixtures_of(self, module: Module, rule: str | None) -> Iterator[tuple[int, Group]]:
        for other, modules in self._needed_by_fixtures.items():
            if other == rule:
                yield 0, Group("fixture", other)
            elif rule is None and module in modules:
                entry = ".".join(("gatelib", "rules", *self._workspace.policy.catalog[other]["package"]))
                texts = [own.text for own in modules if own.package == entry]
                yield 1 if _names(texts, module) else 2, Group("fixture", other)

    @cached_property
    def _needed_by_tests(self) -> dict[str, frozenset[str]]:
        return {package: self._suite.needed(package) for package in self._suite.tests}

    @cached_property
    def _needed_by_fixtures(self) -> dict[str, tuple[Module, ...]]:
        rules = sorted({case.rule for case in self._workspace.cases})
        return {rule: self._workspace.policy.modules_for([rule]) for rule in rules}

    def baseline(self, group: Group, paths: frozenset[str]) -> list[Reached]:
        """Run checks on the policies as they are, and say which lines of ``paths`` they reach."""
        engine = self._compiled(group, "", "")
        found = []
        for check in self.checks(group):
            copy = engine.clone()
            copy.set_enable_coverage(True)
            started = time.perf_counter()
            failure = self._failure(copy, check)
            seconds = time.perf_counter() - started
            report = orjson.loads(copy.get_coverage_report_as_json())
            files = [file for file in report["files"] if file["path"] in paths]
            lines = {file["path"]: frozenset(file["covered"]) for file in files}
            known = {file["path"]: lines[file["path"]] | frozenset(file["not_covered"]) for file in files}
            found.append(Reached(check, failure, lines, known, seconds))
        return found

    def judge(self, path: str, text: str, checks: Iterable[Check]) -> Judged:
        """Run checks with another text in the place of a module, until one fails."""
        engines: dict[Group, Any] = {}
        wrong = complaint(path, text)
        if wrong:
            return Judged("invalid", None, wrong)
        for check in checks:
            if check.group not in engines:
                try:
                    engines[check.group] = self._compiled(check.group, path, text)
                except RuntimeError as error:  # only among the others does it not compile
                    return Judged("invalid", None, reason(error))
            failure = self._failure(engines[check.group].clone(), check)
            if failure:
                return Judged("killed", check, failure)
        return Judged("survived", None, "")

    def _compiled(self, group: Group, path: str, text: str) -> Any:
        """Return an engine with all that a group needs, and another text at a path."""
        parsed = self._parsed.pop((group, path), None) or self._parse(group, path)
        self._parsed[group, path] = parsed
        if len(self._parsed) > _MOST_PARSED:
            del self._parsed[next(iter(self._parsed))]
        engine = parsed.clone()
        if path:
            engine.add_policy(path, text)
        analyse(engine)
        return engine

    def _parse(self, group: Group, path: str) -> Any:
        import regorus

        kind, name = group
        modules: Iterable[Module] = (
            self._workspace.policy.modules_for([name])
            if kind == "fixture"
            else (module for package in sorted(self._suite.needed(name)) for module in self._modules[package])
        )
        engine = regorus.Engine()
        for module in modules:
            if module.path != path:
                engine.add_policy(module.path, module.text)
        engine.add_data_json(self._data)
        return engine

    def _failure(self, engine: Any, check: Check) -> str:
        """Return what is wrong when a check is run, or nothing."""
        try:
            if check.group.kind == "test":
                return "" if self._holds(engine, check) else "is not true"
            return "" if self._as_expected(engine, check) else "finds something else"
        except (RuntimeError, EngineError) as error:
            return f"cannot be evaluated: {reason(error)}"

    def _holds(self, engine: Any, check: Check) -> bool:
        return _ask(engine, self._suite.tests[check.group.name][check.number].query, b"{}") is True

    def _as_expected(self, engine: Any, check: Check) -> bool:
        found = self._cases_of(check.group.name)[check.number]
        engine.clear_data()
        engine.add_data_json(found.data)
        value = _ask(engine, DECISION, found.group.envelopes[found.number])
        return fixtures.check(found.case, Decision.parse(value), "embedded").passed

    def _cases_of(self, rule: str) -> list[_Case]:
        if rule not in self._cases:
            self._cases[rule] = [
                _Case(group, number, self._data_of(group))
                for group in self._suite.cases(rule)
                for number in range(len(group.cases))
            ]
        return self._cases[rule]

    def _data_of(self, group: CaseGroup) -> str:
        given, policy = group.cases[0].given, self._workspace.policy
        own = {"params": given.get("params", {}), "exceptions": given.get("exceptions", [])}
        return orjson.dumps(replace(policy, data={**policy.data, **own}).engine_data([group.rule])).decode()


def _names(texts: Iterable[str], module: Module) -> bool:
    name = re.compile(rf"\bdata\.{re.escape(module.package)}\b")
    return any(name.search(text) for text in texts)


def _ask(engine: Any, question: str, envelope: bytes) -> Any:
    engine.set_input_json(envelope.decode())
    results = orjson.loads(engine.eval_query_as_json(question)).get("result", [])
    return results[0]["expressions"][0]["value"] if results else None

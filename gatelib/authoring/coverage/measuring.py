"""Which bodies and lines of policies their tests reach, file by file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, Final, Literal

from gatelib.authoring.coverage.layout import Part
from gatelib.authoring.coverage.opa import Figures
from gatelib.authoring.coverage.opa import figures as asked
from gatelib.authoring.coverage.recording import Recorder, Run, together
from gatelib.authoring.suite import Suite
from gatelib.authoring.workspace import Source
from gatelib.errors import GatelibError, PolicyError
from gatelib.executors import Failure, executor

By = Literal["tests", "fixtures", "all"]
State = Literal["reached", "partly", "missed"]

_DEADLINE: Final = 600.0
"""Seconds for one package of tests, or for the fixtures of one rule."""
_FEW: Final = 4
"""Tasks that are not worth a process."""


@dataclass(frozen=True)
class FileCoverage:
    """One policy."""

    source: Source
    parts: tuple[Part, ...]
    reached: frozenset[int]
    """Numbers of parts."""
    opa: Figures | None = None
    """What OPA says of its lines, where it was asked."""

    @cached_property
    def lines(self) -> Mapping[int, State]:
        """Every line that can be reached; ``partly`` is one of which only some was.

        A line is what begins on it, or else the innermost part that goes over it.
        """
        found: dict[int, State] = {}
        for line in sorted({line for part in self.parts for line in range(part.line, part.last + 1)}):
            numbers = [number for number, part in enumerate(self.parts) if part.line == line]
            if not numbers:  # parts come in the order in which they begin, so that the innermost is the last
                numbers = [number for number, part in enumerate(self.parts) if part.line < line <= part.last][
                    -1:
                ]
            count = sum(number in self.reached for number in numbers)
            found[line] = "missed" if not count else "reached" if count == len(numbers) else "partly"
        return found

    @property
    def bodies(self) -> list[tuple[Part, bool]]:
        """Each body, and whether it held in any test."""
        return [
            (part, number in self.reached) for number, part in enumerate(self.parts) if part.kind == "body"
        ]

    @property
    def missed(self) -> list[Part]:
        """The bodies that held in no test."""
        return [part for part, held in self.bodies if not held]

    @property
    def reached_lines(self) -> int:
        """How many lines were reached, all of each."""
        return sum(state == "reached" for state in self.lines.values())


@dataclass(frozen=True)
class Coverage:
    """What tests reach of some policies."""

    files: tuple[FileCoverage, ...]
    runs: tuple[Run, ...]
    skipped: tuple[str, ...]
    """Tests that only OPA can run, and what they would have reached is not known."""

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Each test that did not pass, with the file that it is in."""
        return [(run.name, problem) for run in self.runs for problem in run.problems]

    @property
    def bodies(self) -> tuple[int, int]:
        """How many bodies held, and how many there are."""
        each = [held for file in self.files for _, held in file.bodies]
        return sum(each), len(each)

    @property
    def lines(self) -> tuple[int, int]:
        """How many lines were reached, and how many there are."""
        return sum(file.reached_lines for file in self.files), sum(len(file.lines) for file in self.files)


def measure(suite: Suite, policies: Sequence[Source], by: By, *, opa: bool, jobs: int) -> Coverage:
    """Run all that needs the policies, and say what of them it reaches.

    Raises:
        EngineError: OPA was asked for its figures and gave none.
        PolicyError: a policy cannot be read.

    """
    recorder = Recorder(suite)
    tasks = list(_tasks(suite, policies, by))
    for name in {name for kind, package in tasks if kind == "tests" for name in suite.needed(package)}:
        for module in suite.modules[name]:
            with suppress(PolicyError):  # which is told where it is run
                recorder.text(module)  # laid out once, before processes share it
    runs = _run(recorder, tasks, jobs)
    packages = [package for kind, package in tasks if kind == "tests"]
    skipped = [
        test for package in packages for test in suite.found[package] if test.skipped and not test.todo
    ]
    modules = [source.module for source in policies]
    figures: Mapping[str, Figures] = {}
    if opa and packages:
        figures = asked(suite, packages, modules)
    for file, tests in groupby(skipped if opa else (), key=lambda test: test.file.name):
        names = [f"{test.file.module.package}.{test.name}" for test in tests]
        found = asked(suite, names, modules)
        by_opa = {
            module.path: found[module.path].reached(recorder.probed(module).parts) for module in modules
        }
        runs.append(Run(file, len(names), (), by_opa))
    reached = together(*(run.reached for run in runs))
    files = tuple(
        FileCoverage(
            source,
            recorder.probed(source.module).parts,
            reached.get(source.module.path, frozenset()),
            figures.get(source.module.path),
        )
        for source in policies
    )
    unknown = [] if opa else [f"{test.file.name}:{test.line} {test.name}" for test in skipped]
    return Coverage(files, tuple(runs), tuple(unknown))


def _tasks(suite: Suite, policies: Sequence[Source], by: By) -> Iterator[tuple[str, str]]:
    packages = {source.module.package for source in policies}
    is_all = len(policies) == len(suite.workspace.own)
    if by != "fixtures":
        for package, tests in suite.found.items():
            if tests and (is_all or packages & suite.needed(package)):
                yield "tests", package
    if by != "tests":
        paths = {source.module.path for source in policies}
        for rule in sorted({case.rule for case in suite.workspace.cases}):
            if any(module.path in paths for module in suite.workspace.policy.modules_for([rule])):
                yield "fixtures", rule


def _run(recorder: Recorder, tasks: list[tuple[str, str]], jobs: int) -> list[Run]:
    isolated = jobs > 1 and len(tasks) > _FEW
    pool = executor(lambda: _work(recorder), jobs=jobs, timeout=_DEADLINE, isolated=isolated)
    try:
        found = sorted(pool.run(tasks), key=lambda pair: tasks.index(pair[0]))
    finally:
        pool.close()
    return [
        run
        for (_, name), runs in found
        for run in ([Run(name, 0, (runs.reason,), {})] if isinstance(runs, Failure) else runs)
    ]


def _work(recorder: Recorder) -> Callable[[Any], list[Run]]:
    def work(task: tuple[str, str]) -> list[Run]:
        kind, name = task
        try:
            return list(recorder.tests(name)) if kind == "tests" else [recorder.fixtures(name)]
        except GatelibError as error:
            return [Run(name, 0, (str(error),), {})]

    return work

"""Mutants over all cores: which are killed, and which survive."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from gatelib import executors
from gatelib.authoring.mutation.compiling import refusal
from gatelib.authoring.mutation.marks import Mark, marks
from gatelib.authoring.mutation.mutant import Mutant
from gatelib.authoring.mutation.mutators import mutants
from gatelib.authoring.mutation.results import Outcome, Tested
from gatelib.authoring.mutation.trials import Check, Group, Groups, Judged, Reached, Trials
from gatelib.authoring.workspace import Source, Workspace
from gatelib.errors import EngineError, EngineTimeoutError
from gatelib.executors import Failure
from gatelib.settings import Progress

_PATIENCE: Final = 600.0
"""Seconds for the tests of one package, or the fixtures of one rule, on the policies as they are."""
_LEAST_PATIENCE: Final = 20.0
_MOST_OTHERS: Final = 100
"""Checks of what needs a policy, beside its own: all of them for each survivor would take hours."""
_SLOWER: Final = 10
"""How much longer than all checks together one mutant may take before it counts as killed."""


@dataclass(slots=True)
class _File:
    source: Source
    groups: Groups
    mutants: tuple[Mutant, ...]
    unselected: tuple[Mutant, ...]
    marks: tuple[Mark, ...]
    reached: list[Reached] = field(default_factory=list)
    killers: list[Check] = field(default_factory=list)
    """The latest first."""
    costs: dict[Check, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.source.module.text

    @property
    def broken(self) -> list[Reached]:
        return [found for found in self.reached if found.failure]

    def checks(self, mutant: Mutant) -> list[Check]:
        """Return what may notice a mutant: all its own checks, and the nearest others."""
        path = self.source.module.path
        able = [found.check for found in self.reached if found.evaluates(mutant, path)]
        own = [check for check in able if check.group in self.groups.own]
        return own + [check for check in able if check.group not in self.groups.own][:_MOST_OTHERS]

    def ordered(self, checks: Sequence[Check]) -> list[Check]:
        """Return checks, those first that killed a neighbour, and then the quick ones."""
        rank = {check: place for place, check in enumerate(self.killers)}
        return sorted(checks, key=lambda check: (rank.get(check, len(rank)), self.cost(check)))

    def cost(self, check: Check) -> float:
        if not self.costs:
            self.costs = {found.check: found.seconds for found in self.reached}
        return self.costs[check]

    def note(self, killer: Check) -> None:
        self.killers = [killer, *(check for check in self.killers if check != killer)]


@dataclass(frozen=True, slots=True)
class _Todo:
    file: _File
    mutant: Mutant
    checks: Sequence[Check]

    def seconds(self) -> float:
        """Return what its checks cost as they are."""
        return sum(self.file.cost(check) for check in self.checks)


def every(_: Source, __: Mutant) -> bool:
    """Select each mutant."""
    return True


def run(
    workspace: Workspace,
    sources: Sequence[Source],
    *,
    jobs: int,
    selected: Callable[[Source, Mutant], bool],
    progress: Progress,
) -> tuple[Tested, ...]:
    """Hold policies to what they are tested by, with each change that is ``selected`` in turn.

    Raises:
        PolicyError: a policy is no Rego, or a mark in it not of its form.
        EngineError: the policies and their tests do not compile.
        EngineTimeoutError: the tests take too long as it is.

    """
    trials = Trials(workspace)
    files = [_file(trials, source, selected) for source in sources]
    _measure(trials, files, jobs)
    todo = [
        _Todo(file, mutant, file.checks(mutant))
        for file in files
        if not file.broken
        for mutant in file.mutants
    ]
    judged = iter(_judged(trials, todo, jobs, progress))
    return tuple(_tested(trials, file, judged) for file in files)


def _file(trials: Trials, source: Source, selected: Callable[[Source, Mutant], bool]) -> _File:
    text = source.module.text
    found = mutants(text, source.name)
    chosen = tuple(mutant for mutant in found if selected(source, mutant))
    return _File(
        source,
        trials.groups(source.module, source.rule),
        chosen,
        tuple(mutant for mutant in found if not selected(source, mutant)),
        marks(text, source.name),
    )


def _measure(trials: Trials, files: Sequence[_File], jobs: int) -> None:
    """Run every check that is needed once as it is, and see what it reaches."""
    wanted: dict[Group, set[str]] = {}
    for file in files:
        for group in file.groups.all() if file.mutants else ():
            wanted.setdefault(group, set()).add(file.source.module.path)

    def measure(task: tuple[Group, frozenset[str]]) -> list[Reached] | EngineError:
        try:
            return trials.baseline(*task)
        except RuntimeError as error:  # of the engine's making
            return refusal(error)

    worker = executors.executor(lambda: measure, jobs=jobs, timeout=_PATIENCE, isolated=True)
    found: dict[Group, list[Reached]] = {}
    try:
        for task, reached in worker.run((group, frozenset(paths)) for group, paths in wanted.items()):
            if isinstance(reached, Failure):
                raise EngineTimeoutError(f"the tests of `{task[0].name}` do not end: {reached.reason}")
            if isinstance(reached, EngineError):
                raise reached
            found[task[0]] = reached
    finally:
        worker.close()
    for file in files:
        file.reached = [one for group in file.groups.all() for one in found.get(group, ())]


def _judged(trials: Trials, todo: Sequence[_Todo], jobs: int, progress: Progress) -> list[Judged | Failure]:
    done: dict[int, Judged | Failure] = {}

    def judge(task: tuple[int, list[Check]]) -> Judged:
        number, checks = task
        one = todo[number]
        return trials.judge(one.file.source.module.path, one.mutant.apply(one.file.text), checks)

    def tasks() -> Iterator[tuple[int, list[Check]]]:
        for number, one in enumerate(todo):
            yield number, one.file.ordered(one.checks)

    patience = max([_LEAST_PATIENCE, *(_SLOWER * one.seconds() for one in todo)])
    worker = executors.executor(lambda: judge, jobs=jobs, timeout=patience, isolated=True)
    try:
        for (number, _), judged in worker.run(tasks()):
            done[number] = judged
            if isinstance(judged, Judged) and judged.killer:
                todo[number].file.note(judged.killer)
            progress(len(done), len(todo))
    finally:
        worker.close()
    return [done[number] for number in range(len(todo))]


def _tested(trials: Trials, file: _File, judged: Iterator[Judged | Failure]) -> Tested:
    if file.broken:
        broken = tuple((trials.name(found.check), found.failure) for found in file.broken)
        return Tested(file.source, (), (), broken)
    outcomes = tuple(_outcome(trials, file, mutant, next(judged)) for mutant in file.mutants)
    used = {outcome.mark for outcome in outcomes}
    unknown = {mark for mark in file.marks for mutant in file.unselected if mark.matches(mutant, file.text)}
    stale = tuple(mark for mark in file.marks if mark not in used | unknown)
    return Tested(file.source, outcomes, stale, ())


def _outcome(trials: Trials, file: _File, mutant: Mutant, judged: Judged | Failure) -> Outcome:
    if isinstance(judged, Failure):
        return Outcome(mutant, "killed", note=judged.reason)
    if judged.status != "survived":
        return Outcome(mutant, judged.status, note=judged.message)
    names = tuple(trials.name(check) for check in file.checks(mutant))
    mark = next((mark for mark in file.marks if mark.matches(mutant, file.text)), None)
    if mark is not None:
        return Outcome(mutant, "equivalent", names, mark)
    return Outcome(mutant, "survived" if names else "unreached", names)

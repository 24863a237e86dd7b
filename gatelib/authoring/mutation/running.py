"""Mutants over all cores: which are killed, and which survive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from gatelib import executors
from gatelib.authoring.mutation.mutant import Mutant
from gatelib.authoring.mutation.mutators import mutants
from gatelib.authoring.mutation.trials import Check, Group, Judged, Reached, Trials
from gatelib.authoring.workspace import Source, Workspace
from gatelib.executors import Failure
from gatelib.settings import Progress

_TIMEOUT: Final = 60.0
"""Seconds for one mutant, and for the checks of one group as they are."""

Status = Literal["killed", "survived", "unreached", "invalid"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutant."""

    source: Source
    mutant: Mutant
    status: Status
    reached: tuple[str, ...] = ()
    """The checks that evaluated what is changed, of a survivor."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """What became of all of them, in the order of files and places."""

    outcomes: tuple[Outcome, ...]
    broken: Mapping[str, str]
    """Checks that fail on the policies as they are, and why: no mutant is held to them."""


@dataclass(slots=True)
class _File:
    source: Source
    groups: tuple[Group, ...]
    reached: list[Reached] = field(default_factory=list)
    killers: list[Check] = field(default_factory=list)
    """The latest first."""

    def checks(self, mutant: Mutant) -> list[Check]:
        path = self.source.module.path
        return [found.check for found in self.reached if not found.failure and _reaches(found, mutant, path)]

    def ordered(self, checks: Sequence[Check]) -> list[Check]:
        """Return checks, those first that killed a neighbour, and then the quick ones."""
        rank = {check: place for place, check in enumerate(self.killers)}
        cost = {found.check: found.seconds for found in self.reached}
        return sorted(checks, key=lambda check: (rank.get(check, len(rank)), cost[check]))


def run(workspace: Workspace, sources: Sequence[Source], *, jobs: int, progress: Progress) -> Run:
    """Run the mutants of some policies against what they are held to.

    Raises:
        PolicyError: a policy cannot be read.

    """
    trials = Trials(workspace)
    files = [_File(source, _groups(trials, source)) for source in sources]
    worker = executors.executor(lambda: _work(trials), jobs=jobs, timeout=_TIMEOUT, isolated=True)
    try:
        broken = _measure(trials, files, worker)
        return Run(tuple(_judge(trials, files, worker, progress)), broken)
    finally:
        worker.close()


def _groups(trials: Trials, source: Source) -> tuple[Group, ...]:
    own, named, needed = trials.groups(source.module, source.rule)
    return own if source.rule else own + named + needed


def _work(trials: Trials):  # type: ignore[no-untyped-def]
    def work(task):  # type: ignore[no-untyped-def]
        if isinstance(task[0], Group):
            return trials.baseline(*task)
        _, _, path, text, checks = task
        return trials.judge(path, text, checks)

    return work


def _measure(trials: Trials, files: Sequence[_File], worker: executors.Executor) -> dict[str, str]:
    wanted: dict[Group, set[str]] = {}
    for file in files:
        for group in file.groups:
            wanted.setdefault(group, set()).add(file.source.module.path)
    found: dict[Group, list[Reached]] = {}
    broken = {}
    for (group, _), reached in worker.run((group, frozenset(paths)) for group, paths in wanted.items()):
        if isinstance(reached, Failure):
            raise RuntimeError(reached.reason)
        found[group] = reached
    for group in wanted:
        broken.update({trials.name(one.check): one.failure for one in found[group] if one.failure})
    for file in files:
        file.reached = [one for group in file.groups for one in found[group]]
    return broken


def _judge(
    trials: Trials, files: Sequence[_File], worker: executors.Executor, progress: Progress
) -> Iterator[Outcome]:
    todo = [(file, mutant) for file in files for mutant in mutants(file.source.module.text, file.source.name)]
    held = [file.checks(mutant) for file, mutant in todo]
    done: dict[int, Judged | Failure] = {}

    def tasks():  # type: ignore[no-untyped-def]
        for number, (file, mutant) in enumerate(todo):
            module = file.source.module
            checks = file.ordered(held[number])
            yield number, None, module.path, mutant.apply(module.text), checks

    for (number, *_), judged in worker.run(tasks()):
        done[number] = judged
        if isinstance(judged, Judged) and judged.killer:
            killers = todo[number][0].killers
            if judged.killer in killers:
                killers.remove(judged.killer)
            killers.insert(0, judged.killer)
        progress(len(done), len(todo))
    for number, (file, mutant) in enumerate(todo):
        yield _outcome(trials, file.source, mutant, done[number], held[number])


def _outcome(
    trials: Trials, source: Source, mutant: Mutant, judged: Judged | Failure, checks: Sequence[Check]
) -> Outcome:
    if isinstance(judged, Failure):
        return Outcome(source, mutant, "killed", why=judged.reason)
    if judged.status != "survived":
        return Outcome(source, mutant, judged.status, why=judged.message)
    names = tuple(trials.name(check) for check in checks)
    return Outcome(source, mutant, "survived" if names else "unreached", names)


def _reaches(found: Reached, mutant: Mutant, path: str) -> bool:
    """Tell whether a check evaluates what is changed, or may."""
    if mutant.reach is None or path not in found.lines:
        return path in found.lines
    lines = range(mutant.reach[0], mutant.reach[1] + 1)
    known = found.known[path]
    return any(line in found.lines[path] for line in lines) or not any(line in known for line in lines)

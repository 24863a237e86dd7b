"""Recorded requests, judged again by both sides."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import orjson

from gatelib import engines, executors
from gatelib.authoring.impact import asking
from gatelib.authoring.impact.owners import Owners
from gatelib.authoring.impact.recorded import Reader, Record, Source
from gatelib.authoring.impact.sides import Side
from gatelib.authoring.impact.tally import Tally
from gatelib.catalog import GATES
from gatelib.errors import GatelibError
from gatelib.loader import Limits
from gatelib.merging import problem_of
from gatelib.normalize import Kinds
from gatelib.plan import Plan
from gatelib.policy import shipped
from gatelib.report import Problem
from gatelib.run import Run
from gatelib.settings import Settings
from gatelib.sources import CODE

_BATCH: Final = 32
"""Requests of one task."""
_REVIEW: Final = "gatelib.admission.request"


class Recorded(NamedTuple):
    """A file with requests that were answered before."""

    path: Path
    source: Source


def ask(
    sides: tuple[Side, Side],
    recorded: Sequence[Recorded],
    settings: Settings,
    tally: Tally,
    *,
    now: str | None,
) -> None:
    """Ask both sides about each request, as of ``now``, or else as of when it was asked first."""
    base = Path(settings.base or Path.cwd())
    plans = [_plans(side, settings) for side in sides]
    name = settings.engine or engines.default()
    timeout = next((plan.timeout for plan in plans[0].values() if isinstance(plan, Plan)), 60.0)
    review = [module for module in shipped().modules if module.package == _REVIEW]
    passing = engines.engine(name)(review, {}, timeout=timeout)
    kinds = Kinds.of(sides[1].policy.data["kinds"])
    reader = Reader(lambda given: passing.ask(f"data.{_REVIEW}", orjson.dumps(given)) or {}, kinds)
    old, new = (asking.Asker(plan, tuple(settings.rules), settings.gate, now) for plan in plans)
    unasked: set[str] = set()
    tally.owners.setdefault(None, Owners(base, (), kinds, settings.namespace, Limits()))
    worker = executors.executor(
        partial(asking.start, (old, new)),
        jobs=max(1, settings.jobs or os.cpu_count() or 1),
        timeout=(timeout + 1.0) * 2,
        isolated=settings.isolated,
    )
    try:
        again: list[Record] = []
        for task, result in worker.run(_batches(_records(recorded, reader, new, unasked, tally))):
            if isinstance(result, executors.Failure):
                again += task
            else:
                _take(task, result, tally)
        for task, result in worker.run((record,) for record in again):
            if isinstance(result, executors.Failure):
                problem = replace(
                    problem_of(result, None), message=f"request {task[0].name}: {result.reason}"
                )
                tally.problems([problem], [problem])
            else:
                _take(task, result, tally)
    finally:
        worker.close()
    if unasked:
        tally.notes.append(
            f"rules that some request leaves out, or cannot be judged by: {', '.join(sorted(unasked))}"
        )
    tally.notes += [
        f"{number} entries: {reason}" if number > 1 else f"1 entry: {reason}"
        for reason, number in sorted(reader.left_out.items())
    ]


def _plans(side: Side, settings: Settings) -> dict[str, Plan | str]:
    """Return the plan of each gate that a request may have been for, or why there is none."""
    found: dict[str, Plan | str] = {}
    for gate in (settings.gate,) if settings.gate else GATES:
        try:
            run = Run(replace(settings, gate=gate, rules=()), side.policy, Limits(), [])
            found[gate], problems = run.plan()
            if problems:
                found[gate] = str(problems[0])
        except GatelibError as error:
            found[gate] = str(error)
    return found


def _records(
    recorded: Sequence[Recorded], reader: Reader, asker: asking.Asker, unasked: set[str], tally: Tally
) -> Iterator[Record]:
    for path, source in recorded:
        try:
            with path.open("rb") as file:
                for found in reader.read(file, path.as_posix(), source):
                    if isinstance(found, Problem):
                        tally.problems([found], [found])
                    else:
                        unasked |= asker.left_out(found)
                        yield found
        except OSError as error:
            lost = Problem(code=CODE, message=f"cannot be read: {error.strerror}", file=path.as_posix())
            tally.problems([lost], [lost])


def _batches(records: Iterator[Record]) -> Iterator[tuple[Record, ...]]:
    while batch := tuple(islice(records, _BATCH)):
        yield batch


def _take(task: Sequence[Record], replies: Sequence[tuple[asking.Reply, asking.Reply]], tally: Tally) -> None:
    for old, new in replies:
        tally.old += old.findings
        tally.new += new.findings
        tally.problems(old.problems, new.problems)
        tally.count(0, old.judged)
        tally.count(1, new.judged)
        tally.judged += 1
    tally.requests += len(task)

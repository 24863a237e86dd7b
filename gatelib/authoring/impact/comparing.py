"""Two policies over the same inputs."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from gatelib import engines
from gatelib import settings as settings_
from gatelib._version import __version__
from gatelib.authoring.impact import again, matching
from gatelib.authoring.impact.again import Recorded
from gatelib.authoring.impact.model import Fault, Found, Impact, Place, Rule, Threshold
from gatelib.authoring.impact.owners import Owners
from gatelib.authoring.impact.sides import Side
from gatelib.authoring.impact.tally import Tally
from gatelib.errors import GatelibError, UsageError
from gatelib.gate import Gate
from gatelib.loader import Limits
from gatelib.normalize import Kinds
from gatelib.report import Finding, Problem, Report
from gatelib.settings import Settings
from gatelib.sources import CODE
from gatelib.tasks import CHANGED

_BATCH: Final = 32
"""Requests of one task."""
_REVIEW: Final = "gatelib.admission.request"

Sides = tuple[Side, Side]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """Files and folders to judge, with what they are relative to."""

    name: str | None
    """``None`` where there is only one."""
    base: Path
    paths: tuple[str, ...]
    stdin: bytes | None = None


def compare(
    sides: Sides,
    *,
    settings: Settings,
    now: str,
    checkouts: Sequence[Checkout] = (),
    recorded: Sequence[Recorded] = (),
    threshold: Threshold | None = None,
) -> Impact:
    """Judge everything by both sides, and return what is otherwise.

    ``settings`` are those of :class:`gatelib.Gate`, for both; rules that one side lacks are not run on it.
    Without a moment in them, files are judged as of ``now``, and each recorded request as of when it was
    asked.
    Of a configuration, parameters and what else says how to judge count, and its bundle and policies do not.

    Raises:
        UsageError: the settings cannot be carried out, or both sides lack a rule.

    """
    settings_.check(settings)
    known = sides[0].policy.catalog.keys() | sides[1].policy.catalog.keys()
    for rule in settings.rules:
        if rule not in known:
            raise UsageError(f"there is no rule `{rule}` on either side")
    gate = _gate(sides, settings)
    given, settings = settings.now, replace(settings, gate=gate, sealed=True, now=settings.now or now)
    tally = Tally()
    for checkout in checkouts:
        _judge(sides, checkout, settings, tally)
    if recorded:
        again.ask(sides, recorded, settings, tally, now=given)
    return Impact(
        tool_version=__version__,
        engine=settings.engine or engines.default(),
        sides=(sides[0].info, sides[1].info),
        gate=gate or ("pr" if checkouts else None),
        now=settings.now or "",
        changes=matching.changes(
            tally.old, tally.new, lambda found: tally.owners[found.place.repository].of(found)
        ),
        rules=tuple(_rules(sides, tally)),
        faults=tuple(sorted(tally.faults, key=_order)),
        notes=tuple(tally.notes),
        judged=tally.judged,
        requests=tally.requests,
        repositories=tuple(checkout.name for checkout in checkouts if checkout.name is not None),
        inputs=tuple(sorted(tally.inputs)),
        threshold=threshold,
    )


def _gate(sides: Sides, settings: Settings) -> str | None:
    fixed = {side.policy.data["bundle"]["gate"] for side in sides if "gate" in side.policy.data["bundle"]}
    if settings.gate is not None:
        fixed.add(settings.gate)
    if len(fixed) > 1:
        raise UsageError(f"the two judge for different gates: {', '.join(sorted(fixed))}")
    return next(iter(fixed), None)


def _judge(sides: Sides, checkout: Checkout, settings: Settings, tally: Tally) -> None:
    """Judge files by both sides: each run is the one of ``gatelib check``, so that no finding can differ."""
    reports: list[Report | None] = []
    failed: list[list[Problem]] = [[], []]
    for number, side in enumerate(sides):
        try:
            reports.append(_report(side, checkout, settings))
        except GatelibError as error:
            if checkout.name is None:
                raise
            # One checkout of many that cannot be judged hides nothing of the others.
            failed[number].append(_as_problem(error))
            reports.append(None)
    for number, (report, found) in enumerate(zip(reports, (tally.old, tally.new), strict=True)):
        if report is not None:
            found.extend(_of_file(finding, checkout.name) for finding in report.findings)
            tally.count(number, {rule.id: rule.judged for rule in report.rules if rule.status != "skipped"})
    errors = [report.errors if report else () for report in reports]
    tally.problems((*failed[0], *errors[0]), (*failed[1], *errors[1]), checkout.name)
    inputs = [dict(report.inputs) if report else {} for report in reports]
    for file in inputs[0].keys() & inputs[1].keys():
        if inputs[0][file] != inputs[1][file]:
            lost = Problem(code=CHANGED, message="changed while it was judged", file=file)
            tally.faults.add(Fault(side="both", repository=checkout.name, problem=lost))
    tally.inputs += [
        (checkout.name or "", file, digest) for file, digest in {**inputs[0], **inputs[1]}.items()
    ]
    tally.judged += max((report.judged for report in reports if report), default=0)
    kinds = Kinds.of(sides[1].policy.data["kinds"])
    tally.owners[checkout.name] = Owners(checkout.base, checkout.paths, kinds, settings.namespace, Limits())


def _report(side: Side, checkout: Checkout, settings: Settings) -> Report | None:
    rules = [rule for rule in settings.rules if rule in side.policy.catalog]
    if settings.rules and not rules:
        return None  # the rule is new, or gone: this side says nothing
    chosen = replace(settings, base=checkout.base, rules=rules)
    stdin = io.BytesIO(checkout.stdin) if checkout.stdin is not None else None
    return Gate(chosen, side.policy).check(checkout.paths, stdin=stdin)


def _of_file(finding: Finding, repository: str | None) -> Found:
    where = finding.location
    return Found(
        rule=finding.rule,
        action="waived" if finding.waived_by else finding.action,
        severity=finding.severity,
        message=finding.message,
        fingerprint=finding.fingerprint,
        resource=finding.resource,
        place=Place(
            repository=repository,
            file=where.file if where else None,
            document=where.document if where else None,
            line=where.line if where else None,
            column=where.column if where else None,
        ),
    )


def _rules(sides: Sides, tally: Tally) -> Iterator[Rule]:
    catalogs = [side.policy.catalog for side in sides]
    shown = tally.by_rule[0].keys() | tally.by_rule[1].keys()
    for rule in sorted(shown & (catalogs[0].keys() | catalogs[1].keys())):
        entry: Any = catalogs[1].get(rule) or catalogs[0].get(rule)
        yield Rule(
            id=rule,
            title=entry["title"],
            old=rule in tally.by_rule[0],
            new=rule in tally.by_rule[1],
            judged=(tally.by_rule[0].get(rule, 0), tally.by_rule[1].get(rule, 0)),
        )


def _as_problem(error: GatelibError) -> Problem:
    return Problem(
        code=CODE,
        message=error.message,
        file=error.file,
        line=error.line,
        column=error.column,
        hint=error.hint,
    )


def _order(fault: Fault) -> tuple[str, str, int, str, str]:
    problem = fault.problem
    return fault.repository or "", problem.file or "", problem.line or 0, problem.code, problem.message

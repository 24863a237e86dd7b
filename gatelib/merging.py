"""Putting together what the tasks of a run found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from gatelib.executors import Failure
from gatelib.plan import GivenException, Plan
from gatelib.report import Finding, NotJudged, Problem, RuleResult, Status, Trial, WaivedBy, Waiver
from gatelib.tasks import FAILED, STATUS_OF, TIMED_OUT, Held, Match, Reading, Spot, Verdicts, worse

_EXCEPTION: Final = "gatelib.dev/PolicyException"


class Tally:
    """A run's findings so far. The order in which tasks are added does not matter."""

    def __init__(self, plan: Plan) -> None:
        """Start with nothing."""
        self._plan = plan
        self._held = plan.held()
        self._set_types = plan.types_of(plan.set_rules) if plan.set_rules else frozenset()
        self._findings: set[Finding] = set()
        self._matches: set[Match] = set()
        self._judged: dict[str, int] = {}
        self._statuses: dict[str, str] = {}
        self._hid: dict[int, set[str]] = {}
        self.problems: set[Problem] = set()
        self.not_judged: set[NotJudged] = set()
        self.inputs: set[tuple[str, str]] = set()
        self.revisions: set[str] = set()
        self.objects = 0
        self.covered = 0
        self.for_sets: list[Held] = []
        """What the rules that look at several documents need."""
        self.required: list[Held] = []
        """What the gate requires to be there."""
        self.images: set[str] = set()

    def add(self, found: Verdicts) -> None:
        """Take in a task's result."""
        self._findings.update(found.findings)
        self._matches.update(found.matches)
        self.problems.update(found.problems)
        self.not_judged.update(found.not_judged)
        self.revisions |= found.revisions
        for rule, judged in found.judged.items():
            self._judged[rule] = self._judged.get(rule, 0) + judged
        for rule, status in found.statuses.items():
            self._statuses[rule] = worse(self._statuses.get(rule), status)
        if isinstance(found, Reading):
            self.inputs.update(found.inputs)
            self.objects += found.objects
            self.covered += found.covered
            self.images |= found.images
            for held in found.held:
                if self._set_types is None or held.type in self._set_types:
                    self.for_sets.append(held)
                if held.type in self._plan.required_types:
                    self.required.append(held)

    def hidden(self) -> tuple[tuple[int, int], ...]:
        """Return each exception that fits any finding, and how many documents and images it would hide."""
        return tuple(sorted((number, len(subjects)) for number, subjects in self._fitting().items()))

    def settle(self) -> None:
        """Decide which exception hides each finding, once all parts are there.

        One that would hide too much, over the whole run, hides nothing: then another may, or the finding
        stands. That can only take back what a part took for waived.
        """
        too_much = {number for number, hidden in self.hidden() if hidden > self._plan.most_subjects}
        for match in self._matches:
            number = next((number for number in match.exceptions if number not in too_much), None)
            if number is None:
                status = STATUS_OF[match.finding.action]
                self._statuses[match.finding.rule] = worse(self._statuses.get(match.finding.rule), status)
                self._findings.add(match.finding)
            else:
                finding = replace(match.finding, waived_by=_waived_by(self._plan.exceptions[number]))
                self._findings.add(finding)
                self._hid.setdefault(number, set()).add(finding.fingerprint)
        self._matches.clear()

    def findings(self) -> tuple[Finding, ...]:
        """Return the findings by file, line and rule."""
        return tuple(sorted(self._findings, key=_finding_order))

    def rules(self, skipped: Sequence[str]) -> tuple[RuleResult, ...]:
        """Return what became of each rule, selected or skipped, by ID."""
        counts: dict[str, int] = {}
        for finding in self._findings:
            counts[finding.rule] = counts.get(finding.rule, 0) + 1
        results = [self._result(rule, counts.get(rule, 0)) for rule in self._plan.rules]
        results += [self._named(rule, "skipped") for rule in skipped]
        return tuple(sorted(results, key=lambda result: result.id))

    def waivers(self) -> tuple[Waiver, ...]:
        """Return the given exceptions with what each hid."""
        return tuple(
            _waiver(given, sorted(self._hid.get(number, ())))
            for number, given in enumerate(self._plan.exceptions)
        )

    def _fitting(self) -> dict[int, set[Spot | str]]:
        """Return the documents and the images that each exception fits."""
        found: dict[int, set[Spot | str]] = {}
        for match in self._matches:
            for number in match.exceptions:
                subjects = found.setdefault(number, set())
                if match.subject is not None:
                    subjects.add(match.subject)
        return found

    def _result(self, rule: str, findings: int) -> RuleResult:
        entry = self._plan.catalog[rule]
        judged, status = self._judged.get(rule, 0), self._statuses.get(rule, "not_applicable")
        if _EXCEPTION in entry["kinds"]:
            judged += len(self._plan.exceptions)
        if judged and status == "not_applicable":
            status = "pass"
        return self._named(rule, _as_status(status), judged=judged, findings=findings)

    def _named(self, rule: str, status: Status, *, judged: int = 0, findings: int = 0) -> RuleResult:
        entry, stage = self._plan.catalog[rule], self._held.get(rule)
        on_trial = stage is not None and stage.action == "canary"
        return RuleResult(
            id=rule,
            title=entry["title"],
            status=status,
            judged=judged,
            findings=findings,
            kinds=tuple(entry["kinds"]),
            controls=tuple(entry["controls"]),
            staged=stage is not None,
            trial=Trial(stage.until, stage.share) if stage and on_trial else None,
        )


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems by file and line."""
    return tuple(sorted(problems, key=_problem_order))


def problem_of(failure: Failure, file: str | None) -> Problem:
    """Return what a report says of a task without a result."""
    code = TIMED_OUT if failure.timed_out else FAILED
    return Problem(code=code, message=f"could not be judged: {failure.reason}", file=file)


def _as_status(status: str) -> Status:
    known: tuple[Status, ...] = ("fail", "warn", "waived", "canary", "pass", "not_applicable", "skipped")
    return next(entry for entry in known if entry == status)


def _waiver(given: GivenException, hid: Sequence[str]) -> Waiver:
    return Waiver(
        name=given.name,
        sha256=given.sha256,
        requester=given.requester,
        approver=given.approver,
        expires=given.expires,
        reason=given.reason,
        ticket=given.ticket,
        signed_by=given.signed_by,
        hid=tuple(hid),
    )


def _waived_by(given: GivenException) -> WaivedBy:
    return WaivedBy(
        name=given.name,
        sha256=given.sha256,
        requester=given.requester,
        approver=given.approver,
        expires=given.expires,
        reason=given.reason,
        ticket=given.ticket,
        signed_by=given.signed_by,
    )


def _finding_order(finding: Finding) -> tuple[str, int, int, str, str, str, str]:
    location = finding.location
    file, line, column = (location.file, location.line, location.column) if location else ("", 0, 0)
    return file, line, column, finding.rule, finding.fingerprint, finding.action, finding.message


def _problem_order(problem: Problem) -> tuple[str, int, int, str, str]:
    return problem.file or "", problem.line or 0, problem.column or 0, problem.code, problem.message

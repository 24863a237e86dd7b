"""What a report proves of each rule.

A rule proves nothing by its silence: one that did not run, could not judge or had nothing to judge proves
nothing. The one exception is a rule on objects of a kind that is not deployed, and only where workloads were
judged at all: its proof is empty, but nothing speaks against it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from gatelib.report import Problem, Report, RuleResult

Standing = Literal["failed", "not evaluated", "waived", "passed", "empty", "idle"]

_RELEASE: Final = "gatelib.dev/Release"
_RECORDS: Final = "gatelib.dev/"
_WORKLOADS: Final = "workloads"
_RULE: Final = re.compile(r"rule `([A-Z0-9-]+)` (?:could not be judged|cannot judge this|exported a finding)")
_CODES: Final = frozenset({"GL-ERR-005", "GL-ERR-009", "GL-ERR-201", "GL-ERR-202"})
"""Of errors whose message this gatelib or its rules word, and not a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What became of one rule."""

    rule: str
    title: str
    standing: Standing
    """``empty`` where it rightly had nothing to judge, ``idle`` where that proves nothing."""
    why: str
    """In a few words; of a rule that denies, its first message."""


def ruled(problem: Problem) -> tuple[str, ...]:
    """Return the rules that an error says could not judge; without one, anything may have been missed."""
    found = _RULE.match(problem.message) if problem.code in _CODES else None
    return (found[1],) if found else ()


class Proofs:
    """What one report proves."""

    def __init__(self, report: Report) -> None:
        self._results = {result.id: result for result in report.rules}
        self._workloads = any(result.judged for result in report.rules if result.kinds == (_WORKLOADS,))
        self._unjudged = {rule for problem in report.errors for rule in ruled(problem)}
        self._messages: dict[str, str] = {}
        for finding in report.findings:
            if finding.action == "deny" and finding.waived_by is None:
                self._messages.setdefault(finding.rule, finding.message)
        self._on_trial = {
            finding.rule
            for finding in report.findings
            if finding.action == "canary" and finding.waived_by is None
        }

    def of(self, rule: str) -> Proof:
        """Return what became of a rule, be it there or not."""
        result = self._results.get(rule)
        standing, why = self._standing(rule, result)
        return Proof(rule=rule, title=result.title if result else "", standing=standing, why=why)

    def _standing(self, rule: str, result: RuleResult | None) -> tuple[Standing, str]:
        if result is None:
            return "not evaluated", "did not run"
        if result.status == "skipped":
            return "not evaluated", "was skipped"
        if result.status == "fail":
            return "failed", self._messages.get(rule, "denies")
        if rule in self._unjudged:
            return "not evaluated", "could not judge"
        if result.status == "canary" or rule in self._on_trial or (result.staged and result.status == "warn"):
            return "not evaluated", "has findings, and is on trial"
        if result.trial is not None:
            return "not evaluated", "is on trial"
        if result.status == "waived":
            return "waived", f"{result.findings} waived"
        if result.judged:
            return "passed", "warns" if result.status == "warn" else ""
        return self._nothing_judged(result)

    def _nothing_judged(self, result: RuleResult) -> tuple[Standing, str]:
        if not result.kinds or _RELEASE in result.kinds:
            return "idle", "judged nothing"
        if all(kind.startswith(_RECORDS) for kind in result.kinds):
            return "empty", "no such record is there"
        if not self._workloads:
            return "idle", "judged nothing: no workload is among the manifests"
        return "empty", "nothing of its kind is deployed"

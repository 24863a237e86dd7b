"""What reports say of each control.

A control passes where its rules ran, judged something, and found nothing that no exception hides; where its
evidence is there; and where nothing puts the reports themselves in doubt. All else is no pass: a finding
makes it ``fail``, an absence ``not evaluated``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from gatelib.attestation.model import ControlResult, NotApplicable, RuleStanding, Status
from gatelib.catalog import SEVERITIES
from gatelib.controls import Catalogue, Control, EvidencePath, Framework, clauses_of
from gatelib.controls.paths import fits
from gatelib.proofs import Proof, Proofs, Standing
from gatelib.report import EvidenceFile, Finding, Report, RuleResult

_ORDER: Final[tuple[Standing, ...]] = ("failed", "not evaluated", "waived", "passed", "empty", "idle")
"""The gravest first: what one report denies, no other makes good."""
_OPEN: Final = ("not evaluated", "idle")
_STATUSES: Final = ("fail", "canary", "waived", "warn", "pass", "not_applicable", "skipped")
_OWN: Final = "GL-"
"""What the IDs of the library's rules begin with."""
_SHOWN: Final = 10
"""The most messages of a rule."""
_LEVELS: Final[Mapping[str, tuple[str, ...]]] = {
    "ERROR": ("critical", "high"),
    "WARNING": ("medium",),
    "NOTE": ("low",),
}
"""SARIF's own levels, in severities."""


@dataclass(frozen=True, slots=True)
class Case:
    """What controls are judged by."""

    reports: tuple[Report, ...]
    pack: str
    """SHA-256 of the pack that they speak of."""
    doubts: tuple[str, ...]
    """Why nothing that the reports say is enough for a pass."""
    layout: Mapping[str, Any]
    exempt: Mapping[str, NotApplicable]
    """By control: what an approver has signed."""
    unproved: Mapping[str, str]
    """By control: why what the Release declares does not count."""


def controls(catalogue: Catalogue, frameworks: Sequence[Framework], case: Case) -> tuple[ControlResult, ...]:
    """Return what became of each control, in the catalogue's order."""
    judge = _Judge(case)
    return tuple(
        judge.control(control, clauses_of(control.id, frameworks), simple=catalogue.simple)
        for control in catalogue.controls
    )


def evidence_of(report: Report, pack: str) -> dict[str, EvidenceFile]:
    """Return a report's files of evidence by path in the pack; none if it read another pack."""
    if report.pack is None or report.pack.sha256 != pack:
        return {}
    folder = f"{report.pack.name}/"
    return {file.file.removeprefix(folder): file for file in report.evidence if file.file.startswith(folder)}


class _Judge:
    def __init__(self, case: Case) -> None:
        self.case = case
        self.proofs = [Proofs(report) for report in case.reports]
        self.results: dict[str, list[RuleResult]] = {}
        for report in case.reports:
            for result in report.rules:
                self.results.setdefault(result.id, []).append(result)
        self.files: dict[str, EvidenceFile] = {}
        for report in case.reports:
            for path, file in evidence_of(report, case.pack).items():
                self.files[path] = replace(file, file=path)
        self.present = {file.role for file in self.files.values()}
        self.roles: dict[str, list[str]] = {}
        for role, entry in case.layout["roles"].items():
            self.roles.setdefault(entry["rule"], []).append(role)

    def control(
        self, control: Control, clauses: tuple[tuple[str, str], ...], *, simple: bool
    ) -> ControlResult:
        rules = self._rules(control, simple=simple)
        proofs = {rule: self._proof(rule) for rule in rules}
        missing = [path.path for path in control.evidence if not self._found(path)]
        denied = [*self._denied(proofs), *self._levels(control)]
        open_ = [
            {"rule": rule, "message": proof.why} for rule, proof in proofs.items() if proof.standing in _OPEN
        ]
        reasons = [self.case.unproved[control.id]] if control.id in self.case.unproved else []
        reasons += self.case.doubts
        if not any(result.judged for rule in rules for result in self.results.get(rule, ())):
            reasons.append("nothing was judged")
        status: Status = "pass"
        if denied:
            status = "fail"
        elif (exempt := self.case.exempt.get(control.id)) is not None:
            status = "not applicable"
        elif missing or open_ or reasons:
            status = "not evaluated"
        details: list[Mapping[str, str]] = [{"missing": path} for path in missing]
        details += [*denied, *open_, *({"reason": reason} for reason in reasons)]
        return ControlResult(
            id=control.id,
            name=control.name,
            statement=control.statement,
            owner=control.owner,
            status=status,
            details=tuple(details) if status in ("fail", "not evaluated") else (),
            rules=tuple(self._standing(rule, proofs[rule]) for rule in rules),
            evidence=tuple(replace(file, facts=()) for file in self._evidence(control)),
            waivers=self._waivers(rules),
            clauses=clauses,
            not_applicable=exempt if status == "not applicable" else None,
        )

    def _rules(self, control: Control, *, simple: bool) -> list[str]:
        """Return a control's rules, those of a team that name it among them."""
        own = {
            rule
            for rule, results in self.results.items()
            if any(control.id in result.controls for result in results)
            and not (simple and rule.startswith(_OWN))
        }
        return sorted({*control.rules, *own})

    def _proof(self, rule: str) -> Proof:
        """Return the gravest of what the reports prove of a rule, those apart that did not run it."""
        proofs = [known.of(rule) for known in self.proofs]
        ran = [
            proof
            for proof, report in zip(proofs, self.case.reports, strict=True)
            if any(result.id == rule and result.status != "skipped" for result in report.rules)
        ]
        proof = min(ran or proofs, key=lambda proof: _ORDER.index(proof.standing))
        roles = self.roles.get(rule, [])
        if proof.standing == "failed" and roles and not self.present.intersection(roles):
            return replace(proof, standing="not evaluated", why="its evidence is missing")
        return proof

    def _found(self, path: EvidencePath) -> bool:
        return any(self._belongs(file, path) for file in self.files.values())

    def _belongs(self, file: EvidenceFile, path: EvidencePath) -> bool:
        return fits(file.file, path.path) if path.exact else file.role in path.roles

    def _evidence(self, control: Control) -> Iterator[EvidenceFile]:
        for _, file in sorted(self.files.items()):
            if any(self._belongs(file, path) for path in control.evidence):
                yield file

    def _denied(self, proofs: Mapping[str, Proof]) -> Iterator[Mapping[str, str]]:
        for rule, proof in proofs.items():
            if proof.standing == "failed":
                messages = dict.fromkeys(finding.message for finding in self._findings(rule))
                shown = [*messages][:_SHOWN] or [proof.why]
                if (more := len(messages) - _SHOWN) > 0:
                    shown.append(f"{more} more")
                for message in shown:
                    yield {"rule": rule, "message": message}

    def _findings(self, rule: str) -> Iterator[Finding]:
        for report in self.case.reports:
            for finding in report.findings:
                if finding.rule == rule and finding.action == "deny" and finding.waived_by is None:
                    yield finding

    def _levels(self, control: Control) -> Iterator[Mapping[str, str]]:
        """Yield what a scan found at a level that the simple form forbids, exceptions apart."""
        if not control.levels:
            return
        severities = {
            severity for level in control.levels for severity in _LEVELS.get(level, (level.lower(),))
        }
        waived = {
            finding.vulnerability
            for report in self.case.reports
            for finding in report.findings
            if finding.waived_by is not None and finding.vulnerability is not None
        }
        hidden = {(entry.id, entry.package, entry.image) for entry in waived}
        shown: Counter[str] = Counter()
        for file in self._evidence(control):
            for fact in file.facts:
                named = tuple(str(fact.get(key)) for key in ("id", "package", "image"))
                severity, count = fact.get("severity"), fact.get("count", 1)
                # What is no severity at all is none that the catalogue would allow.
                if severity is None or (severity in SEVERITIES and severity not in severities):
                    continue
                if named not in hidden:
                    shown[str(severity)] += count if isinstance(count, int) else 1
        for severity, count in sorted(shown.items()):
            yield {
                "rule": "GL-REL-003",
                "message": f"{count} of level `{severity.upper()}`, which the catalogue forbids",
            }

    def _waivers(self, rules: Sequence[str]) -> tuple[str, ...]:
        return tuple(
            sorted(
                {
                    finding.waived_by.name
                    for report in self.case.reports
                    for finding in report.findings
                    if finding.rule in rules and finding.waived_by is not None
                }
            )
        )

    def _standing(self, rule: str, proof: Proof) -> RuleStanding:
        results = self.results.get(rule, [])
        status = min((result.status for result in results), key=_STATUSES.index, default="missing")
        return RuleStanding(
            id=rule,
            status=status,
            judged=sum(result.judged for result in results),
            findings=sum(result.findings for result in results),
            why=proof.why,
        )

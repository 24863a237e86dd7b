"""What a control attestation says: plain, frozen data; its JSON form is ``gatelib.dev/attestation/v1``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from gatelib.report import EvidenceFile, Waiver

SCHEMA: Final = "gatelib.dev/attestation/v1"

Status = Literal["pass", "fail", "not evaluated", "not applicable"]

_HOLDING: Final = ("pass", "not applicable")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotApplicable:
    """Why a control has nothing to say of a release, on an approver's word."""

    reason: str
    approver: str
    """Whom the Release names."""
    signed_by: str
    """Whose signature was verified: the same name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleStanding:
    """What became of one rule of a control."""

    id: str
    status: str
    """As in a report, or ``missing`` where no report has the rule."""
    judged: int
    """How many subjects it judged, in all reports."""
    findings: int
    why: str
    """In a few words, where it is no plain pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlResult:
    """What became of one control."""

    id: str
    name: str
    statement: str
    owner: str
    status: Status
    details: tuple[Mapping[str, str], ...]
    """What is in the way of a pass: ``{"missing": path}``, ``{"rule", "message"}`` or ``{"reason"}``."""
    rules: tuple[RuleStanding, ...]
    evidence: tuple[EvidenceFile, ...]
    """With the path in the pack; facts are left out."""
    waivers: tuple[str, ...]
    """Names of the exceptions that hid findings of its rules."""
    clauses: tuple[tuple[str, str], ...]
    """``(framework, clause)``."""
    not_applicable: NotApplicable | None

    @property
    def holds(self) -> bool:
        """Whether nothing of it is in the way of the release."""
        return self.status in _HOLDING

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form; ``pass`` and ``details`` are what renderers of the simple form read."""
        return {
            "id": self.id,
            "name": self.name,
            "pass": self.holds,
            "details": [dict(detail) for detail in self.details],
            "status": self.status,
            "statement": self.statement,
            "owner": self.owner,
            "rules": [asdict(rule) for rule in self.rules],
            "evidence": [
                {
                    "file": file.file,
                    "role": file.role,
                    "sha256": file.sha256,
                    "size": file.size,
                    "producers": list(file.producers),
                }
                for file in self.evidence
            ],
            "waivers": list(self.waivers),
            "clauses": [{"framework": framework, "clause": clause} for framework, clause in self.clauses],
            "not_applicable": self.not_applicable and asdict(self.not_applicable),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The release that is attested, as its record says."""

    name: str
    service: str
    version: str
    commit: str
    images: tuple[str, ...]
    """Each ``repository@sha256:…``."""
    changes: tuple[tuple[str, str, str], ...]
    """``(id, summary, url)``."""
    sha256: str
    """Of the record's file."""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "name": self.name,
            "service": self.service,
            "version": self.version,
            "commit": self.commit,
            "images": list(self.images),
            "changes": [{"id": id_, "summary": text, "url": url} for id_, text, url in self.changes],
            "sha256": self.sha256,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A report that an attestation is made from."""

    file: str
    """Its path below ``controls/``."""
    sha256: str
    """Of its bytes; of a signed one, of the envelope's."""
    gate: str
    now: str
    outcome: str
    bundle: Mapping[str, Any]
    """``{"revision", "sha256", "signed_by"}``."""
    config: Mapping[str, Any]
    """``{"sha256", "trusted"}``."""
    engine: Mapping[str, str]
    """``{"name", "version"}``."""
    signed_by: str | None
    """The runner whose signature over it was verified; ``None`` where the gate was run to attest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """The whole of it."""

    created: str
    """When it was made, RFC 3339 in UTC."""
    release: Subject
    pack: str
    """SHA-256 of the sealed Evidence Pack."""
    controls: tuple[ControlResult, ...]
    objections: tuple[str, ...]
    """What speaks against the release besides the controls."""
    waivers: tuple[Waiver, ...]
    """Those that hid something."""
    reports: tuple[Source, ...]
    tool: str
    """Version of gatelib."""
    catalog: str
    """SHA-256 of the control catalogue."""
    frameworks: tuple[tuple[str, str, str, str], ...]
    """``(id, name, edition, SHA-256 of the crosswalk's file)``."""

    @property
    def overall(self) -> bool:
        """Whether every control passes or is, signed, not applicable, and nothing else speaks against it."""
        return bool(self.controls) and not self.objections and all(control.holds for control in self.controls)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        first = self.reports[0]
        return {
            "schema": SCHEMA,
            "created_utc": self.created,
            "release": self.release.to_dict(),
            "pack": {"sha256": self.pack},
            "overall": self.overall,
            "objections": list(self.objections),
            "controls": [control.to_dict() for control in self.controls],
            "waivers": [
                {**asdict(waiver), "signed_by": list(waiver.signed_by), "hid": list(waiver.hid)}
                for waiver in self.waivers
            ],
            "reports": [
                {
                    "file": report.file,
                    "sha256": report.sha256,
                    "gate": report.gate,
                    "now": report.now,
                    "outcome": report.outcome,
                    "bundle": dict(report.bundle),
                    "config": dict(report.config),
                    "engine": dict(report.engine),
                    "signed_by": report.signed_by,
                }
                for report in self.reports
            ],
            "bundle": dict(first.bundle),
            "config": dict(first.config),
            "engine": dict(first.engine),
            "tool": {"name": "gatelib", "version": self.tool},
            "catalog": {"sha256": self.catalog},
            "frameworks": [
                {"id": id_, "name": name, "edition": edition, "sha256": digest}
                for id_, name, edition, digest in self.frameworks
            ],
        }

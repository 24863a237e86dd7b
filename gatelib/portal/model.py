"""What the portal shows: releases, what is claimed of them, and what of that gatelib verified itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

Status = Literal["pass", "fail", "not evaluated", "not applicable"]
State = Literal["verified", "not verified", "not checked", "absent", "unreadable"]
Verdict = Literal["pass", "no pass", "not verified", "not checked", "no attestation", "unreadable"]
Standing = Literal["denies", "warns", "on trial", "waived"]

STATUSES: Final[tuple[Status, ...]] = ("pass", "fail", "not evaluated", "not applicable")
STANDINGS: Final[tuple[Standing, ...]] = ("denies", "warns", "on trial", "waived")
VERDICTS: Final[tuple[Verdict, ...]] = (
    "pass",
    "no pass",
    "not verified",
    "unreadable",
    "not checked",
    "no attestation",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What became of an attestation's signature."""

    state: State
    by: str = ""
    """Who signed, by the configuration; only of one that is verified."""
    keys: tuple[str, ...] = ()
    """SHA-256 of the public keys that the configuration has for them."""
    faults: tuple[str, ...] = ()
    """Why it is not verified, or cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A file of a release that the site has too, byte for byte."""

    label: str
    path: str
    """In the release."""
    name: str
    """In the release's folder of the site."""
    sha256: str
    size: int
    note: str = ""
    """What a reader must know of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """What became of a rule."""

    id: str
    status: str
    judged: int
    findings: int
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLine:
    """A file of evidence, named and not copied."""

    file: str
    role: str
    sha256: str
    size: int
    producers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlLine:
    """A control as an attestation has it."""

    id: str
    name: str
    status: Status
    statement: str
    owner: str
    details: tuple[str, ...]
    rules: tuple[RuleLine, ...]
    evidence: tuple[EvidenceLine, ...]
    waivers: tuple[str, ...]
    clauses: tuple[tuple[str, str], ...]
    """``(framework, clause)``."""
    reason: str = ""
    """Why it is not applicable, and who says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverLine:
    """A waiver that was in force when a release was attested."""

    name: str
    sha256: str
    requester: str
    approver: str
    expires: str
    reason: str
    ticket: str
    signed_by: tuple[str, ...]
    hid: int

    @property
    def key(self) -> tuple[str, str]:
        """What tells one waiver from another."""
        return self.name, self.sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """What an attestation says; whether it is true is the signature's affair."""

    created: str
    service: str
    version: str
    overall: bool
    objections: tuple[str, ...]
    controls: tuple[ControlLine, ...]
    waivers: tuple[WaiverLine, ...]
    changes: tuple[tuple[str, str, str], ...]
    """``(id, summary, url)``."""
    reports: tuple[tuple[str, str], ...]
    """``(file, SHA-256)`` of the reports that it is made from."""
    frameworks: tuple[tuple[str, str, str], ...]
    """``(id, name, edition)``."""
    facts: tuple[tuple[str, str], ...]
    """Bundle, configuration, engine and what else an auditor needs to run the gate again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """A finding of a report."""

    rule: str
    severity: str
    standing: Standing
    message: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateLine:
    """A report of a gate."""

    file: str
    gate: str
    outcome: str
    now: str
    is_attested: bool
    """Whether it is one of those that the attestation names by their digest."""
    rules: tuple[RuleLine, ...]
    findings: tuple[FindingLine, ...]
    """The first of them; :attr:`counts` has them all."""
    counts: Mapping[Standing, int]
    errors: tuple[str, ...]
    facts: tuple[tuple[str, dict[str, Any]], ...]
    """``(file, facts of an SBOM)``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sbom:
    """A bill of materials, copied."""

    copy: Copy
    is_sealed: bool
    """Whether it is what the pack's manifest has."""
    spec: str
    components: int | None
    """How many, by the report's facts; ``None`` where no report says."""


@dataclass(slots=True, kw_only=True)
class Release:
    """One release, read from its folder or archive."""

    place: str
    """As the command line named it."""
    service: str
    version: str
    commit: str
    images: tuple[str, ...]
    slug: str = ""
    """Its folder in the site."""
    pack: str | None
    """SHA-256 of its manifest."""
    broken: tuple[str, ...]
    """In what the pack is not as it was sealed."""
    signature: Signature
    attestation: Attestation | None
    gates: tuple[GateLine, ...]
    sboms: tuple[Sbom, ...]
    copies: tuple[Copy, ...]
    sealed: tuple[tuple[str, str, int, bool], ...]
    """``(path, SHA-256, size, whether the seal has it so)`` of each file of the pack."""
    problems: tuple[str, ...] = ()
    """What of it could not be read."""
    notes: tuple[str, ...] = ()
    """What happened to what is attested since, such as a waiver that expired."""
    unchecked: tuple[str, ...] = ()
    """What the verification did not look at."""
    twins: list[str] = field(default_factory=list)
    """Other packs that claim to be of the same service and version."""

    @property
    def is_verified(self) -> bool:
        """Whether what the attestation says may be shown as more than a claim."""
        return self.signature.state == "verified"

    @property
    def verdict(self) -> Verdict:
        """What the site says of it."""
        state = self.signature.state
        if state == "absent":
            return "no attestation"
        if state == "unreadable" or self.attestation is None:
            return "unreadable"
        if state != "verified":
            return state
        whole = self.attestation.overall and not (self.broken or self.problems or self.twins)
        return "pass" if whole else "no pass"

    @property
    def created(self) -> str:
        """When it was attested, RFC 3339 in UTC; else when its gate ran; empty where nothing says."""
        if self.attestation is not None and self.attestation.created:
            return self.attestation.created
        return max((gate.now for gate in self.gates), default="")

    @property
    def year(self) -> str:
        """The year of that."""
        return self.created[:4]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A release that could not be read."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the whole site is made with."""

    title: str
    now: datetime
    base_url: str
    is_checked: bool
    """Whether a configuration said whose signatures count."""
    tool_version: str

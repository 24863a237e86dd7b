"""What a memo says: plain, frozen data that the formats print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from gatelib.report import EvidenceFile, Report, Waiver

Standing = Literal["proved", "waived", "not proved"]
Decision = Literal["GO", "NO-GO"]


class Change(NamedTuple):
    """One change of a release; what it does not name is empty."""

    id: str
    summary: str
    url: str


class Risk(NamedTuple):
    """What may go wrong, and what is done about it."""

    risk: str
    mitigation: str
    owner: str


class Rollback(NamedTuple):
    """The way back."""

    plan: str
    owner: str
    url: str


class Approver(NamedTuple):
    """A signature line."""

    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the Release record says of itself, in texts; nothing of it proves anything."""

    name: str
    service: str
    version: str
    commit: str
    images: tuple[str, ...]
    changes: tuple[Change, ...]
    risks: tuple[Risk, ...]
    rollback: Rollback
    approvers: tuple[Approver, ...]
    pack: str
    """The SHA-256 of the Evidence Pack."""
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What became of one rule of a gate."""

    rule: str
    title: str
    standing: Standing
    why: str
    """In a few words; of a rule that denies, its first message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateProof:
    """A readiness gate."""

    id: str
    title: str
    proofs: tuple[Proof, ...]
    evidence: tuple[EvidenceFile, ...]
    """The files of the pack that its rules judge."""
    lacks: tuple[str, ...] = ()
    """What is missing besides its rules."""

    @property
    def standing(self) -> Standing:
        """The worst of its rules'; a gate without rules is not proved."""
        found = {proof.standing for proof in self.proofs}
        if not found or self.lacks or "not proved" in found:
            return "not proved"
        return "waived" if "waived" in found else "proved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Memo:
    """The whole page."""

    record: Record
    gates: tuple[GateProof, ...]
    objections: tuple[str, ...]
    """What speaks against a promotion besides the gates, such as errors."""
    waivers: tuple[Waiver, ...]
    """Those that hid something."""
    report: Report

    @property
    def decision(self) -> Decision:
        """GO only where every gate is proved or waived, and nothing else speaks against it."""
        proved = all(gate.standing != "not proved" for gate in self.gates)
        return "GO" if proved and not self.objections and self.report.outcome == "pass" else "NO-GO"

    @property
    def exit_code(self) -> int:
        """0 for GO, 1 for NO-GO, 3 where something could not be read or judged."""
        if self.report.errors:
            return 3
        return 0 if self.decision == "GO" else 1

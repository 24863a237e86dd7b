"""The answer: plain, frozen data that is printed; its JSON is ``gatelib.dev/impact/v1``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from gatelib.report import Problem, Resource

Kind = Literal["newly_fails", "newly_passes", "action", "severity", "message", "findings"]
"""What became otherwise for a subject by a rule. ``findings``: it has more or fewer of them."""

KINDS: Final[tuple[Kind, ...]] = (
    "newly_fails",
    "newly_passes",
    "action",
    "severity",
    "message",
    "findings",
)

Outcome = Literal["no_impact", "impact", "above_threshold", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a finding's subject is."""

    repository: str | None = None
    """The checkout, where several are judged."""
    file: str | None = None
    document: int | None = None
    """Number of the document in the file."""
    line: int | None = None
    column: int | None = None
    request: str | None = None
    """The recorded decision or review that asked about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A finding of one side."""

    rule: str
    action: str
    """``deny``, ``warn``, ``canary``, or ``waived``."""
    severity: str
    message: str
    fingerprint: str
    resource: Resource | None
    place: Place
    labels: Mapping[str, Mapping[str, str]] | None = None
    """Labels and annotations of the subject, where they are known already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one side says at one place."""

    action: str
    severity: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A finding that is not the same on both sides; ``None`` is where it is not there."""

    fingerprint: str
    old: Said | None
    new: Said | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who has to do something about a subject."""

    name: str
    by: str
    """``annotation``, ``label``, ``codeowners``, ``namespace``, or ``none``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A subject to which a rule says something else."""

    rule: str
    kinds: tuple[Kind, ...]
    resource: Resource | None
    place: Place
    owner: Owner
    newly_denied: bool
    """Whether the rule denies it now, and did not before."""
    differences: tuple[Difference, ...]

    @property
    def subject(self) -> tuple[str, ...]:
        """What tells subjects apart; an object that was asked about often is one."""
        what = self.resource
        named = (what.api_version, what.kind, what.namespace, what.name) if what else ()
        where = self.place
        if where.request is not None and named:
            return (where.repository or "", "", "", *named)
        return (where.repository or "", where.file or where.request or "", str(where.document), *named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a side could not read or judge."""

    side: Literal["from", "to", "both"]
    """``to`` alone: it newly cannot be judged."""
    repository: str | None
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of either side."""

    id: str
    title: str
    old: bool
    """Whether the one side runs it."""
    new: bool
    judged: tuple[int, int]
    """How many documents it judged on each side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideInfo:
    """What a side was."""

    name: str
    """As it was named."""
    kind: str
    revision: str
    """The bundle's, or the commit."""
    sha256: str
    """Over all policies and data."""
    signed_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """How many subjects may newly be denied."""

    text: str
    """As it was given."""
    value: float
    is_share: bool
    """Whether the value is percent of the judged subjects."""

    def is_exceeded(self, denied: int, judged: int) -> bool:
        """Tell whether there are more; of nothing that was judged, any is more."""
        return denied > (self.value * judged / 100 if self.is_share else self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """All of it."""

    tool_version: str
    engine: str
    sides: tuple[SideInfo, SideInfo]
    gate: str | None
    """``None`` where each recorded request has its own."""
    now: str
    changes: tuple[Change, ...]
    rules: tuple[Rule, ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]
    """What was left out, and why that is no fault."""
    judged: int
    """Objects that some rule of either side judges."""
    requests: int
    """Recorded ones that were judged again."""
    repositories: tuple[str, ...]
    inputs: tuple[tuple[str, str, str], ...]
    """``(repository, file, SHA-256)``."""
    threshold: Threshold | None = None

    @property
    def newly_denied(self) -> int:
        """How many subjects some rule newly denies."""
        return len({change.subject for change in self.changes if change.newly_denied})

    @property
    def outcome(self) -> Outcome:
        """An error first: what could not be judged is never without impact."""
        if self.faults:
            return "error"
        if self.threshold and self.threshold.is_exceeded(self.newly_denied, self.judged):
            return "above_threshold"
        return "impact" if self.changes else "no_impact"

    @property
    def exit_code(self) -> int:
        """3, 1 or 0."""
        return {"error": 3, "above_threshold": 1}.get(self.outcome, 0)

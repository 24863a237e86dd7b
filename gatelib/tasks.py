"""What a run and its workers say to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from gatelib.report import Finding, NotJudged, Problem

if TYPE_CHECKING:
    from gatelib.executors.interface import Work
    from gatelib.loader import Path
    from gatelib.plan import Plan
    from gatelib.sources import Source

FAILED: Final = "GL-ERR-201"
"""An engine that failed; what it failed on judged nothing."""

TIMED_OUT: Final = "GL-ERR-202"

NOTHING: Final = "GL-ERR-001"
MALFORMED: Final = "GL-ERR-007"

CHANGED: Final = "GL-ERR-203"
"""A file that is not the same when it is read again."""


Spot: TypeAlias = "tuple[str, int, Path]"
"""File, number of the document in it, path inside that document."""


class ReadTask(NamedTuple):
    """Files to read and judge."""

    sources: tuple[Source, ...]
    alone: bool = False
    """Whether these are all of the run, so that every rule can judge them at once."""
    tried: bool = True
    """Whether the rules on trial judge them, too."""


class Held(NamedTuple):
    """A document kept for the rules that look at several."""

    source: Source
    sha256: str
    ordinal: int
    prefix: Path
    type: str
    scope: str
    content: bytes
    """JSON."""
    masked: bool
    """Whether its file also holds secrets, so that none of its lines may be shown."""


class SetTask(NamedTuple):
    """Documents to judge together, and those to look up."""

    judged: tuple[Held, ...]
    inventory: tuple[bytes, ...]
    tried: bool = True
    """As above."""


class ProofTask(NamedTuple):
    """What only the whole run can tell: the documents that the gate requires, and the given exceptions."""

    required: tuple[Held, ...]
    hidden: tuple[tuple[int, int], ...] = ()
    """The number of each exception that fits any finding, and how many documents and images it would hide."""
    tried: bool = True
    """As above."""


Task: TypeAlias = ReadTask | SetTask | ProofTask


class Match(NamedTuple):
    """A finding that exceptions fit; which of them hides it, the whole run decides."""

    finding: Finding
    exceptions: tuple[int, ...]
    """Their numbers, the first to hide it first."""
    subject: Spot | str | None
    """The document, or the image with a vulnerability; ``None`` for what else the evidence says."""


@dataclass
class Verdicts:
    """What a task found."""

    findings: list[Finding] = field(default_factory=list)
    """Those that no exception fits."""
    matches: list[Match] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    not_judged: list[NotJudged] = field(default_factory=list)
    judged: dict[str, int] = field(default_factory=dict)
    """Documents judged, by rule."""
    statuses: dict[str, str] = field(default_factory=dict)
    revisions: set[str] = field(default_factory=set)


@dataclass
class Read:
    """What was read so far."""

    problems: list[Problem] = field(default_factory=list)
    inputs: list[tuple[str, str]] = field(default_factory=list)
    """``(file, SHA-256)``."""
    not_judged: list[NotJudged] = field(default_factory=list)
    objects: int = 0


@dataclass
class Reading(Verdicts, Read):
    """What a ``ReadTask`` found."""

    covered: int = 0
    """Objects of a type that some selected rule judges."""
    held: list[Held] = field(default_factory=list)
    images: set[str] = field(default_factory=set)
    """What workloads run, where the gate is about a release."""


STATUS_OF: Final = {"deny": "fail", "warn": "warn", "canary": "canary"}
"""What becomes of a rule with a finding of an action that nothing hides."""

_WORST_FIRST: Final = ("fail", "warn", "waived", "canary", "pass", "not_applicable")


def worse(one: str | None, other: str) -> str:
    """Return the status that a rule has over two parts of a run."""
    return other if one is None else min(one, other, key=_WORST_FIRST.index)


def start(plan: Plan) -> Work:
    """Make a worker; only it needs the parsers and the engine."""
    from gatelib.judge import Judge

    return Judge(plan)

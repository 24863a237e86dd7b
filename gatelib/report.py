"""What a run found: plain, frozen data that reporters print and auditors keep.

The JSON form is ``gatelib.dev/report/v1``; its schema ships as ``gatelib/schemas/report-v1.json``. It holds
no clock, no absolute path and nothing of the environment: the same inputs and ``now`` give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

from gatelib.catalog import SEVERITIES, Entry

SCHEMA: Final = "gatelib.dev/report/v1"

Action = Literal["deny", "warn", "canary"]
Status = Literal["fail", "warn", "waived", "canary", "pass", "not_applicable", "skipped"]
Outcome = Literal["pass", "fail", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where something stands in a file."""

    file: str
    """As the user named it, with forward slashes; ``-`` is standard input."""
    document: int
    """Number of the document in the file, from 0, empty ones counted."""
    line: int
    """1-based."""
    column: int
    """1-based, in characters."""
    end_column: int
    """Exclusive, on the same line."""
    text: str | None
    """The source line; ``None`` where it may hold a secret's value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """The object that a finding is about, as the object names itself; empty where it does not."""

    api_version: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        """``Kind namespace/name``, leaving out what is empty."""
        name = "/".join(part for part in (self.namespace, self.name) if part)
        return " ".join(part for part in (self.kind, name) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vulnerability:
    """What is wrong with a package of an image; an exception for it names all three."""

    id: str
    package: str
    image: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaivedBy:
    """The exception that hides a finding."""

    name: str
    approver: str
    expires: str
    reason: str
    sha256: str = ""
    """Digest of the exception's content."""
    requester: str = ""
    ticket: str = ""
    signed_by: tuple[str, ...] = ()
    """Whose signatures were verified, the requester's first; empty where none are required."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a rule found in one document, file of evidence, or exception."""

    rule: str
    """Stable ID, such as ``GL-K8S-001``."""
    action: Action
    severity: str
    controls: tuple[str, ...]
    message: str
    """What is wrong here, as one sentence of Markdown code spans and plain text."""
    remediation: str
    """What to do, the same for every finding of the rule."""
    resource: Resource | None
    location: Location | None
    """``None`` when the input came without text, as an admission review does."""
    path: tuple[str | int, ...]
    """Where in the document, outermost key first; empty for the document itself."""
    fingerprint: str
    """``rule|group/Kind|namespace|name|path``; survives a move to another line or file."""
    vulnerability: Vulnerability | None = None
    """What a scan of an image found, where it is that."""
    waived_by: WaivedBy | None = None
    sensitive: bool = False
    """Whether no value and no source line may be shown."""


class Trial(NamedTuple):
    """A rule that reports what it finds, and does not deny."""

    until: str | None
    """The RFC 3339 date-time from which it is in force, or the last day before; ``None`` for no end."""
    share: int
    """In how many of a hundred namespaces it is in force already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """What became of one rule."""

    id: str
    title: str
    status: Status
    judged: int
    """How many documents it judged."""
    findings: int
    kinds: tuple[str, ...] = ()
    """What it judges, as its METADATA has it."""
    controls: tuple[str, ...] = ()
    """The controls that it helps to prove."""
    staged: bool = False
    """Whether it is held back: on trial, or only warning for a while."""
    trial: Trial | None = None
    """How it is on trial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that could not be read or judged."""

    code: str
    """Stable, such as ``GL-ERR-104``."""
    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    hint: str | None = None
    """What to do about it."""

    def __str__(self) -> str:
        """``file:line:column: message``, leaving out what is not known."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return f"{place}: {self.message}" if place else self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class NotJudged:
    """A file or document that is nothing to judge, with the reason."""

    file: str
    document: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A given exception and what it hid."""

    name: str
    sha256: str
    """Digest of its canonical form, by which it is revoked."""
    requester: str = ""
    approver: str
    expires: str
    reason: str = ""
    ticket: str = ""
    signed_by: tuple[str, ...] = ()
    """Whose signatures were verified, the requester's first."""
    hid: tuple[str, ...]
    """Fingerprints, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile:
    """A file of evidence, and what the rules were told of it."""

    file: str
    """With the pack's name before it."""
    role: str | None
    """What it is for in the layout; ``None`` where the layout does not know it."""
    format: str
    sha256: str
    size: int
    """Bytes."""
    producers: tuple[str, ...]
    """Those whose signatures over it hold."""
    facts: tuple[Mapping[str, Any], ...]
    """As ``gatelib/schemas/facts.json`` describes them."""


class PackGiven(NamedTuple):
    """The sealed Evidence Pack of a run."""

    name: str
    """What reports call it."""
    sha256: str
    """Of its manifest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole answer of a run."""

    tool_version: str
    engine: str
    engine_version: str
    revision: str
    """Revision of the bundle that decided."""
    bundle_sha256: str
    """Digest over the policies and data that decided."""
    signed_by: str | None
    gate: str
    selected: tuple[str, ...]
    skipped: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    """Rules of the gate that were not asked for."""
    fail_on: str
    """The least severity at which a deny finding fails the run."""
    now: str
    config_sha256: str | None
    config_trusted: bool | None
    """``False`` where the configuration was found in, or lies in, the judged tree; ``None`` without one."""
    params: Mapping[str, Any]
    """The parameters that differ from the shipped ones."""
    config_settings: tuple[str, ...] = ()
    """What the configuration sets besides parameters, by name."""
    findings: tuple[Finding, ...]
    rules: tuple[RuleResult, ...]
    exceptions: tuple[Waiver, ...]
    errors: tuple[Problem, ...]
    files: int
    judged: int
    """Documents that at least one selected rule judges."""
    inventory: int
    objects: int
    """Kubernetes objects and records that were read, judged or not."""
    not_judged: tuple[NotJudged, ...]
    inputs: tuple[tuple[str, str], ...]
    """``(file, SHA-256)`` of everything that was read."""
    evidence: tuple[EvidenceFile, ...] = ()
    """By file."""
    pack: PackGiven | None = None
    """``None`` where there is none, or it is not sealed."""
    releases: tuple[tuple[str, str], ...] = ()
    """``(file, SHA-256)`` of each Release that was judged, where the gate requires one."""
    images: tuple[str, ...] = ()
    """What the judged workloads run, where the gate is about a release."""
    catalog: Mapping[str, Entry] = field(default_factory=dict, compare=False, repr=False)
    """The entries of the selected rules, for reporters that explain; not part of the JSON."""

    @property
    def failing(self) -> tuple[Finding, ...]:
        """The deny findings that no exception hides, at or above ``fail_on``."""
        limit = SEVERITIES.index(self.fail_on)
        return tuple(
            finding
            for finding in self.findings
            if finding.action == "deny"
            and finding.waived_by is None
            and SEVERITIES.index(finding.severity) <= limit
        )

    @property
    def outcome(self) -> Outcome:
        """``error`` before ``fail`` before ``pass``."""
        if self.errors:
            return "error"
        return "fail" if self.failing else "pass"

    @property
    def exit_code(self) -> int:
        """3, 1 or 0."""
        return {"error": 3, "fail": 1, "pass": 0}[self.outcome]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        from gatelib import report_form

        return report_form.of(self)

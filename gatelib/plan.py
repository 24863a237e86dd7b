"""What a run has decided before it reads the first file; workers get a copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from gatelib.catalog import Entry
from gatelib.engines import Connection
from gatelib.loader import Limits, Path
from gatelib.normalize import Kinds
from gatelib.policy import Policy
from gatelib.report import Problem
from gatelib.sources import Source
from gatelib.stages import Stage, held_back


class GivenException(NamedTuple):
    """A PolicyException that the trusted side gave."""

    source: Source
    ordinal: int
    prefix: Path
    name: str
    sha256: str
    approver: str
    expires: str
    reason: str
    requester: str
    ticket: str
    signed_by: tuple[str, ...]
    """The identities whose signatures were verified, the requester's first."""


@dataclass(slots=True)
class Given:
    """What the trusted side gave, and what of it cannot be used."""

    exceptions: list[dict[str, Any]] = field(default_factory=list)
    """The records as an engine gets them."""
    given: list[GivenException] = field(default_factory=list)
    """The same, as reports show them."""
    evidence: dict[str, Any] = field(default_factory=dict)
    """Facts by file."""
    verifications: list[dict[str, Any]] = field(default_factory=list)
    """What was verified of them."""
    packs: dict[str, str] = field(default_factory=dict)
    """What reports call the files of a pack, by their paths in it."""
    pack: str = ""
    """What reports call the pack."""
    inventory: list[tuple[str, str, bytes]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    inputs: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything but the judged files."""

    policy: Policy
    """With the parameters and exceptions of this run in its data."""
    engine: str
    connection: Connection | None
    """Where the engine is, if it is not here."""
    gate: str
    now: str
    document_rules: tuple[str, ...]
    set_rules: tuple[str, ...]
    namespace: str | None
    evidence: Mapping[str, Any]
    verifications: tuple[Mapping[str, Any], ...]
    packs: Mapping[str, str]
    """What reports call the files of a pack, by their paths in it."""
    pack: str
    """What reports call the pack."""
    exceptions: tuple[GivenException, ...]
    inventory: tuple[tuple[str, str, bytes], ...]
    """``(type, scope, document of an envelope in JSON)`` of what is looked up and not judged."""
    timeout: float
    """Seconds for one answer of an engine."""
    limits: Limits
    kinds: Kinds
    catalog: Mapping[str, Entry]

    @property
    def rules(self) -> tuple[str, ...]:
        """All that run, by ID."""
        return tuple(sorted((*self.document_rules, *self.set_rules)))

    def held(self) -> dict[str, Stage]:
        """Return the rules that are held back, by ID."""
        return held_back(self.policy, self.rules, self.now)

    @property
    def trials(self) -> tuple[str, ...]:
        """The rules that are on trial in every namespace."""
        return tuple(
            rule for rule, stage in self.held().items() if stage.action == "canary" and not stage.share
        )

    def without_trials(self) -> Plan:
        """Return the same without these."""
        trials = self.trials
        return replace(
            self,
            document_rules=tuple(rule for rule in self.document_rules if rule not in trials),
            set_rules=tuple(rule for rule in self.set_rules if rule not in trials),
        )

    @property
    def required_types(self) -> frozenset[str]:
        """The types of which the gate requires documents; a bundle may say so itself."""
        gate = self.policy.data["gates"].get(self.gate, {})
        needs = self.policy.data["bundle"].get("requires", gate.get("requires", ()))
        return frozenset(need["kind"] for need in needs)

    @property
    def most_subjects(self) -> int:
        """How many documents or images an exception may hide, as ``gatelib.lib.params`` has it."""
        defaults, own = self.policy.data["defaults"], self.policy.data["params"]
        most: int = own.get("exceptions", {}).get("max_subjects", defaults["exceptions"]["max_subjects"])
        return most

    def types_of(self, rules: tuple[str, ...]) -> frozenset[str] | None:
        """Return the types that the rules name in their METADATA; ``None`` means all."""
        named = {kind for rule in rules for kind in self.catalog[rule]["kinds"]}
        if "*" in named:
            return None
        if "workloads" in named:
            named |= set(self.policy.data["kinds"]["workloads"])
            named |= {kind["kind"] for kind in self._extra_kinds()}
        return frozenset(self.kinds.aliases.get(kind, kind) for kind in named)

    def envelope(self, rules: tuple[str, ...]) -> dict[str, Any]:
        """Return an envelope without documents."""
        return {
            "gatelib": 1,
            "now": self.now,
            "gate": self.gate,
            "rules": list(rules),
            "documents": [],
            "inventory": [],
            "evidence": self.evidence,
            "verifications": list(self.verifications),
        }

    def _extra_kinds(self) -> list[dict[str, str]]:
        kinds: list[dict[str, str]] = self.policy.data["params"].get("workloads", {}).get("extra_kinds", [])
        return kinds

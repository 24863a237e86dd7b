"""What both sides found so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from gatelib.authoring.impact.model import Fault, Found
from gatelib.authoring.impact.owners import Owners
from gatelib.report import Problem


@dataclass(slots=True)
class Tally:
    """Findings and faults of both sides."""

    old: list[Found] = field(default_factory=list)
    new: list[Found] = field(default_factory=list)
    faults: set[Fault] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    judged: int = 0
    requests: int = 0
    by_rule: tuple[dict[str, int], dict[str, int]] = field(default_factory=lambda: ({}, {}))
    inputs: list[tuple[str, str, str]] = field(default_factory=list)
    owners: dict[str | None, Owners] = field(default_factory=dict)

    def problems(self, old: Iterable[Problem], new: Iterable[Problem], repository: str | None = None) -> None:
        """Note what each side could not read or judge."""
        before, after = set(old), set(new)
        sides: tuple[tuple[Literal["from", "to", "both"], set[Problem]], ...] = (
            ("both", before & after),
            ("from", before - after),
            ("to", after - before),
        )
        for side, problems in sides:
            self.faults |= {Fault(side=side, repository=repository, problem=one) for one in problems}

    def count(self, side: int, judged: Mapping[str, int]) -> None:
        """Add up how many documents the rules of a side judged."""
        for rule, number in judged.items():
            self.by_rule[side][rule] = self.by_rule[side].get(rule, 0) + number

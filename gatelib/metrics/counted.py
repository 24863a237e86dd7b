"""What was counted, before it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from gatelib.metrics.families import Family
from gatelib.report import Problem

Series: TypeAlias = dict[tuple[str, ...], float]
"""Values by those of the labels, in the family's order."""


@dataclass(slots=True)
class Counted:
    """Values by family, and what could not be counted."""

    values: dict[Family, Series] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    """What could not be read, each file once."""
    remarks: list[Problem] = field(default_factory=list)
    """What was left out on purpose, such as the same report again."""

    def add(self, family: Family, *labels: str, by: float = 1) -> None:
        """Add to a value."""
        series = self.values.setdefault(family, {})
        series[labels] = series.get(labels, 0) + by

    def put(self, family: Family, *labels: str, value: float) -> None:
        """Set a value."""
        self.values.setdefault(family, {})[labels] = value

    def latest(self, family: Family, *labels: str, value: float) -> None:
        """Set a value where it is larger than the one before."""
        series = self.values.setdefault(family, {})
        series[labels] = max(series.get(labels, value), value)

    def merge(self, other: Mapping[Family, Series]) -> None:
        """Add what was counted apart: moments by the latest, all else by sum."""
        for family, series in other.items():
            for labels, value in series.items():
                if family.unit == "seconds":
                    self.latest(family, *labels, value=value)
                else:
                    self.add(family, *labels, by=value)

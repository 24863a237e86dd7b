"""What became of mutants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gatelib.authoring.mutation.marks import Mark
from gatelib.authoring.mutation.mutant import Mutant
from gatelib.authoring.workspace import Source

Status = Literal["killed", "survived", "unreached", "equivalent", "invalid"]
"""``unreached`` survives because no test gets there; an ``invalid`` one does not compile."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutant."""

    mutant: Mutant
    status: Status
    reached: tuple[str, ...] = ()
    """The tests and fixtures that evaluate what is changed, of one that no check killed."""
    mark: Mark | None = None
    """Of an equivalent one."""
    note: str = ""
    """Why it is invalid, or how it was killed where no check says so."""

    @property
    def survives(self) -> bool:
        """Whether a test is missing."""
        return self.status in ("survived", "unreached")


@dataclass(frozen=True, slots=True)
class Score:
    """How many mutants were killed."""

    killed: int
    survived: int
    equivalent: int
    invalid: int

    @property
    def percent(self) -> float:
        """Of those that are neither equivalent nor invalid; 100 where there are none."""
        return 100 * self.killed / (self.killed + self.survived) if self.killed + self.survived else 100.0


@dataclass(frozen=True, slots=True)
class Tested:
    """What became of the mutants of one policy."""

    source: Source
    outcomes: tuple[Outcome, ...]
    """In the order of their places."""
    stale: tuple[Mark, ...]
    """Marks that no surviving mutant answers to."""
    broken: tuple[tuple[str, str], ...]
    """Checks that fail on the policy as it is, and why: nothing was tried then."""

    @property
    def score(self) -> Score:
        """How many were killed."""
        return score([self])


def score(tested: Sequence[Tested]) -> Score:
    """Return how many mutants of all were killed."""
    counts = Counter(outcome.status for one in tested for outcome in one.outcomes)
    survived = counts["survived"] + counts["unreached"]
    return Score(counts["killed"], survived, counts["equivalent"], counts["invalid"])

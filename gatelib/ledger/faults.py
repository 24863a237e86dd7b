"""What is wrong with a ledger, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, TypeAlias

MOST: Final = 1000
"""Faults that are kept; the others are counted."""

Problem: TypeAlias = Literal[
    "stray",  # a file that does not belong in a ledger
    "unreadable",
    "malformed",  # a line that is no entry, or no checkpoint
    "misplaced",  # an entry in the folder of another day
    "backwards",  # earlier than what comes before it
    "beginning",  # the first entry is not a first one, or another ledger's
    "changed",  # or what followed it was taken away: the next entry follows another one
    "inserted",
    "repeated",
    "out of order",
    "torn",  # a line without end that is not the last
    "untrusted",  # a checkpoint that no trusted key has signed
    "foreign",  # a checkpoint of another ledger
    "contradicted",  # a checkpoint is over other entries than those that are there
    "truncated",  # a checkpoint is over more entries than are there
    "unsigned",  # checkpoints were taken away
    "missing",  # evidence that must still exist does not
]


class Place(NamedTuple):
    """Where an entry is."""

    entry: int
    """Its number in the ledger, from 1."""
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong."""

    problem: Problem
    message: str
    file: str
    line: int | None = None
    entry: int | None = None
    """Which entry of the ledger it is about, from 1, where it is about one."""

    def to_dict(self) -> dict[str, Any]:
        """Return the fault as JSON shows it."""
        return {
            "problem": self.problem,
            "file": self.file,
            "line": self.line,
            "entry": self.entry,
            "message": self.message,
        }

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        about = f"entry {self.entry:,} " if self.entry is not None and self.line is not None else ""
        return f"{place}: {about}{self.message}"


@dataclass(slots=True)
class Faults:
    """Those that were found, as many as are worth keeping."""

    kept: list[Fault] = field(default_factory=list)
    more: int = 0

    def add(self, fault: Fault) -> int | None:
        """Keep a fault, and return where; ``None`` where there are too many."""
        if len(self.kept) == MOST:
            self.more += 1
            return None
        self.kept.append(fault)
        return len(self.kept) - 1

    def at(self, place: Place, problem: Problem, message: str) -> int | None:
        """Keep a fault of an entry."""
        return self.add(Fault(problem, message, place.file, place.line, place.entry))

"""One small change to a policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Edit(NamedTuple):
    """A change, as what makes it knows it."""

    start: int
    """In characters of the policy's text; ``end`` is one past the last."""
    end: int
    replacement: str
    mutator: str
    """What kind of change it is, such as ``comparison``."""


@dataclass(frozen=True, slots=True, order=True)
class Mutant:
    """A change that parses, and that tests should notice."""

    start: int
    """In characters of the policy's text; ``end`` is one past the last."""
    end: int
    replacement: str
    mutator: str
    """What kind of change it is, such as ``comparison``."""
    reach: tuple[int, int] | None
    """First and last line of what has to be evaluated for it to matter; ``None`` where no line tells."""

    def apply(self, text: str) -> str:
        """Return the policy with the change made."""
        return text[: self.start] + self.replacement + text[self.end :]

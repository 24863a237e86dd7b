"""The plug point for output formats."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from gatelib.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What the place of output can show."""

    color: bool = False
    """Whether ANSI colours are welcome: a terminal, and no ``NO_COLOR``."""
    width: int = 100
    """Columns of the terminal."""


class Reporter(ABC):
    """Turns a report into text in one format.

    A reporter is pure: it reads no file, no clock, no environment, and the same report gives the same text.
    Everything that comes from a document (names, values, source lines) is escaped for the format.
    """

    name: ClassVar[str]
    """What ``--format`` calls it."""
    media_type: ClassVar[str]

    @abstractmethod
    def render(self, report: Report, style: Style) -> str:
        """Return the whole text, ending with a line feed."""

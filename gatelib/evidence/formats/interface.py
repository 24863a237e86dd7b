"""What a format is: it knows its files by their content and reduces each to facts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Fact: TypeAlias = Mapping[str, Any]
"""One thing that a file says, as JSON: ``type`` says which; ``gatelib/schemas/facts.json`` has them all."""


@dataclass(frozen=True, slots=True)
class Given:
    """A file of evidence, read."""

    path: str
    """Inside its pack, with forward slashes."""
    data: bytes
    json: Any = None
    """Its value where it is one JSON document; ``None`` where it is none."""


@dataclass(frozen=True, slots=True)
class Reduced:
    """What is left of a file once it is read."""

    format: str
    """The name of the format; ``unknown`` where none knows it."""
    facts: Sequence[Fact] = ()


class Format(ABC):
    """One format, or the versions of one that differ little."""

    name: str

    @abstractmethod
    def recognises(self, given: Given) -> bool:
        """Tell from its content whether a file is of this format; cheap, and never by its name alone."""

    @abstractmethod
    def facts(self, given: Given) -> list[Fact]:
        """Return the facts in a file that :meth:`recognises` took.

        Raises:
            EvidenceError: it breaks its format; with the line where one is known.

        """

"""Free text: evidence for people, of which nothing is read."""

from __future__ import annotations

from typing import Final

from gatelib.evidence.formats.interface import Fact, Format, Given


class Text(Format):
    """What says something in UTF-8."""

    name = "text"

    def recognises(self, given: Given) -> bool:
        """Take any characters that are not all white space."""
        try:
            return bool(given.data.decode().strip())
        except UnicodeDecodeError:
            return False

    def facts(self, given: Given) -> list[Fact]:
        """Return no facts: the verdict is in the record beside the text."""
        return []


FORMAT: Final = Text()

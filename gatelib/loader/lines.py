"""Lines and columns of a text."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final

_LINE_END: Final = re.compile(r"\r\n|\n|\r")


def line_ends(text: str, start: int, end: int) -> int:
    """Count the line ends between two offsets, neither of which is inside a CR LF."""
    if "\r" in text:
        return text.count("\n", start, end) + text.count("\r", start, end) - text.count("\r\n", start, end)
    return text.count("\n", start, end)


class Lines:
    """The lines of a text as editors count them; YAML 1.1 also ends lines at NEL, LS and PS."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0]
        self._starts.extend(end.end() for end in _LINE_END.finditer(text))
        self._shown: dict[int, str] = {}

    def place(self, offset: int) -> tuple[int, int]:
        """Return the 1-based line and column of a character."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Return a line without its line end; the same object each time, as lines may be megabytes long."""
        if number not in self._shown:
            start = self._starts[number - 1]
            end = self._starts[number] if number < len(self._starts) else len(self._text)
            self._shown[number] = self._text[start:end].rstrip("\r\n")
        return self._shown[number]

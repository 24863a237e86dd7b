"""Lines and columns of a text."""

from __future__ import annotations


def line_ends(text: str, start: int, end: int) -> int:
    """Count the line ends (LF, CR LF, CR) between two offsets, neither of which is inside a CR LF."""
    count = text.count("\n", start, end)
    if text.find("\r", start, end) >= 0:
        count += text.count("\r", start, end) - text.count("\r\n", start, end)
    return count


class Lines:
    """The lines of a text as editors count them; YAML 1.1 also ends lines at NEL, LS and PS.

    It goes forward through the text and keeps nothing, as a file may have millions of lines or one of
    megabytes: ask in the order of the offsets.
    """

    def __init__(self, text: str) -> None:
        self._source = text
        self._start, self._next, self._line = 0, 0, 1
        self._shown: str | None = None
        self._go(0, 1)

    def place(self, offset: int) -> tuple[int, int]:
        """Return the 1-based line and column of a character."""
        if offset < self._start:
            self._go(0, 1)
        if offset >= self._next:
            start = self._line_start(offset)
            self._go(start, self._line + line_ends(self._source, self._start, start))
        return self._line, offset - self._start + 1

    def text(self) -> str:
        """Return the line of the last place without its line end; the same object for all its places."""
        if self._shown is None:
            self._shown = self._source[self._start : self._next].rstrip("\r\n")
        return self._shown

    def _go(self, start: int, line: int) -> None:
        self._start, self._line, self._shown = start, line, None
        feed = self._source.find("\n", start)
        feed = len(self._source) if feed < 0 else feed
        carriage = self._source.find("\r", start, feed)
        self._next = feed + 1 if carriage in (-1, feed - 1) else carriage + 1

    def _line_start(self, offset: int) -> int:
        start = max(self._source.rfind("\n", self._start, offset) + 1, self._start)
        inside = offset - 1 if self._source.startswith("\r\n", offset - 1) else offset
        return max(self._source.rfind("\r", start, inside) + 1, start)

"""A text with edits, and where parts of it lie before and after them."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["body", "statement"]
_MARK: Final = re.compile(rb"\0(\d+)\0")


@dataclass(frozen=True, slots=True)
class Part:
    """What tests reach or do not: a body, which holds or does not, or a statement in one."""

    kind: Kind
    line: int
    """In the author's text; of a body, where its head or its ``else`` begins."""
    column: int
    """In characters, as OPA counts."""
    last: int
    """The last line of the statement, or of the head."""


@dataclass(frozen=True, slots=True)
class Probed:
    """A policy in a layout in which lines tell what was reached."""

    text: str
    parts: tuple[Part, ...]
    probes: tuple[range, ...]
    """The lines of each part in this layout."""

    def reached(self, lines: AbstractSet[int]) -> frozenset[int]:
        """Return the numbers of the parts that were reached where something on these lines was evaluated."""
        return frozenset(
            number for number, probe in enumerate(self.probes) if any(line in lines for line in probe)
        )


class Layout:
    """Collects edits. Offsets are in bytes; at one offset, insertions come first, in the order of making."""

    def __init__(self, text: str) -> None:
        self.raw: Final = text.encode()
        self._ends: Final = [match.end() for match in re.finditer(b"\n", self.raw)]
        self._edits: list[tuple[int, bool, int, int, bytes]] = []
        self._made = 0
        self._parts: list[Part] = []

    def replace(self, start: int, end: int, text: bytes) -> None:
        """Put a text in the place of what lies between two offsets."""
        self._made += 1
        self._edits.append((start, end > start, self._made, end, text))

    def part(self, kind: Kind, start: int, end: int) -> bytes:
        """Note a part of the text; return the mark to put where its lines begin, and again where they end."""
        line = self._line(start)
        column = len(self.raw[self._ends[line - 2] if line > 1 else 0 : start].decode()) + 1
        while end > start + 1 and self.raw[end - 1 : end].isspace():
            end -= 1
        self._parts.append(Part(kind, line, column, self._line(max(start, end - 1))))
        return b"\0%d\0" % (len(self._parts) - 1)

    def edited(self, start: int, end: int) -> bytes:
        """Return a range as its edits leave it, and forget them."""
        inside = sorted(edit for edit in self._edits if start <= edit[0] and edit[3] <= end)
        self._edits = [edit for edit in self._edits if not (start <= edit[0] and edit[3] <= end)]
        text, place = bytearray(), start
        for begin, _, _, after, edit in inside:
            text += self.raw[place:begin] + edit
            place = after
        return bytes(text + self.raw[place:end])

    def probed(self) -> Probed:
        """Make the edits that are left."""
        pieces = _MARK.split(self.edited(0, len(self.raw)))
        rows: dict[int, range] = {}
        row = 1
        for text, mark in zip(pieces[::2], (*pieces[1::2], b""), strict=True):
            row += text.count(b"\n")
            if mark:
                begun = rows.get(int(mark))
                rows[int(mark)] = range(begun.start if begun else row, row + 1)
        return Probed(
            b"".join(pieces[::2]).decode(),
            tuple(self._parts),
            tuple(rows[n] for n in range(len(self._parts))),
        )

    def _line(self, offset: int) -> int:
        return bisect(self._ends, offset) + 1

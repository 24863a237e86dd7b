"""The source line of a finding with carets under the value, cut to the width of the terminal."""

from __future__ import annotations

import unicodedata
from typing import Final

from gatelib.report import Location
from gatelib.reporters.show import visible

_TAB: Final = "    "
_CUT: Final = "…"


def excerpt(location: Location, width: int) -> list[str]:
    """Return two lines, or none where the source may not be shown.

    Widths follow Unicode Standard Annex #11: East Asian wide and fullwidth characters take two columns,
    combining marks none.
    """
    if location.text is None:
        return []
    number = str(location.line)
    room = max(width - len(number) - len("     | "), 20)
    line, offset, length = _window(location.text, location.column - 1, location.end_column - 1, room)
    return [
        f"    {number} | {line}".rstrip(),
        f"    {' ' * len(number)} | {' ' * offset}{'^' * length}",
    ]


def _window(text: str, start: int, end: int, room: int) -> tuple[str, int, int]:
    """Return what to show of a line, and in columns where the carets start and how many there are.

    Of a line of megabytes only the part that may be seen is looked at: no character is narrower than nothing.
    """
    start = min(max(start, 0), len(text))
    end = min(max(end, start), len(text))
    first = max(0, start - room)
    before = [_cell(char) for char in text[first:start]]
    value = [_cell(char) for char in text[start : min(end, start + room)]]
    after = [_cell(char) for char in text[end : end + room]] if end <= start + room else []
    if first == 0 and start + room >= end and len(text) <= end + room:
        whole = before + value + after
        if _width(whole) <= room:
            return _text(whole), _width(before), max(_width(value), 1)
    lead = max(room // 3, room - _width(value) - _width(after))
    kept_before, _ = _last(before, lead, first > 0)
    left = room - _width(kept_before)
    kept_value, cut_value = _first(value, left, end > start + room)
    left -= _width(kept_value)
    kept_after, _ = _first(after, left, len(text) > end + room) if not cut_value else ([], False)
    offset = _width(kept_before)
    return _text(kept_before + kept_value + kept_after), offset, max(_width(kept_value), 1)


Cell = tuple[str, int]


def _cell(char: str) -> Cell:
    if char == "\t":
        return _TAB, len(_TAB)
    shown = visible(char)
    if len(shown) > 1:
        return shown, len(shown)
    if unicodedata.category(char) in ("Mn", "Me"):
        return char, 0
    return char, 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def _width(cells: list[Cell]) -> int:
    return sum(width for _, width in cells)


def _text(cells: list[Cell]) -> str:
    return "".join(text for text, _ in cells)


def _first(cells: list[Cell], room: int, cut: bool) -> tuple[list[Cell], bool]:
    """Keep the first cells that fit; the cut mark takes a column of the room."""
    if not cut and _width(cells) <= room:
        return cells, False
    kept: list[Cell] = []
    left = room - 1
    for cell in cells:
        left -= cell[1]
        if left < 0:
            break
        kept.append(cell)
    return [*kept, (_CUT, 1)] if room > 0 else [], True


def _last(cells: list[Cell], room: int, cut: bool) -> tuple[list[Cell], bool]:
    kept, was_cut = _first(cells[::-1], room, cut)
    return kept[::-1], was_cut

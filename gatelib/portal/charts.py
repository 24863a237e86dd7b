"""Charts as numbers: where each bar of an inline SVG stands. Templates draw them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 400
HEIGHT: Final = 200
_LEFT: Final = 34
_TOP: Final = 10
_BOTTOM: Final = 176
_TICKS: Final = (1, 2, 5)
_MOST_LABELS: Final = 7


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a column."""

    series: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Columns of parts that stand on each other, with an axis for how many."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, int], ...]
    """``(y, value)``."""
    labels: tuple[tuple[float, str], ...]
    """``(x, text)``."""
    series: tuple[str, ...]
    """In the order from below."""
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    """The same as a table: the column's name, and a number for each of the series."""
    left: float = _LEFT
    bottom: float = _BOTTOM


def stacked(columns: Sequence[tuple[str, Mapping[str, int]]], series: Sequence[str]) -> Chart:
    """Return the chart of some columns; series that are nowhere more than 0 are left out, but the first."""
    used = tuple(
        name for place, name in enumerate(series) if not place or any(values[name] for _, values in columns)
    )
    most = max((sum(values[name] for name in used) for _, values in columns), default=0)
    step = _step(most)
    top = max(step * -(-most // step), step)
    scale = (_BOTTOM - _TOP) / top
    pitch = (WIDTH - _LEFT) / max(len(columns), 1)
    width = min(pitch * 0.72, 36)
    bars: list[Bar] = []
    for place, (_, values) in enumerate(columns):
        x, below = _LEFT + pitch * (place + 0.5) - width / 2, 0
        for name in used:
            if values[name]:
                y = _BOTTOM - (below + values[name]) * scale
                bars.append(
                    Bar(name, round(x, 2), round(y, 2), round(width, 2), round(values[name] * scale, 2))
                )
                below += values[name]
    every = -(-len(columns) // _MOST_LABELS) or 1
    return Chart(
        bars=tuple(bars),
        ticks=tuple((round(_BOTTOM - value * scale, 2), value) for value in range(0, top + 1, step)),
        labels=tuple(
            (round(_LEFT + pitch * (place + 0.5), 2), name)
            for place, (name, _) in enumerate(columns)
            if (len(columns) - 1 - place) % every == 0
        ),
        series=used,
        rows=tuple((name, tuple(values[part] for part in used)) for name, values in columns),
    )


def _step(most: int) -> int:
    """Return the distance of the axis' lines: 1, 2 or 5 times a power of ten, for at most five of them."""
    power = 1
    while True:
        for tick in _TICKS:
            if tick * power * 5 >= most:
                return tick * power
        power *= 10

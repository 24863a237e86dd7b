"""Coverage as text: a table, and the policies with a mark and a colour for each line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import click

from gatelib.authoring.coverage.formats import percent
from gatelib.authoring.coverage.measuring import Coverage, FileCoverage
from gatelib.reporters.show import inert, plural, visible

_MARKS: Final = {"reached": " ", "partly": "~", "missed": "!"}
_COLOURS: Final = {"reached": "green", "partly": "yellow", "missed": "red"}
_AROUND: Final = 2
"""Lines that are shown around one that is missed."""


def text(coverage: Coverage, source: str | None) -> str:
    """Return the table, and the source where it is asked for, ``uncovered`` or ``always``."""
    lines = list(_table(coverage))
    if source:
        for file in coverage.files:
            lines += _source(file, whole=source == "always")
    return "\n".join(lines)


def _table(coverage: Coverage) -> Iterator[str]:
    has_opa = any(file.opa is not None for file in coverage.files)
    rows = [["policy", "rule", "bodies", "lines", *(["OPA"] if has_opa else []), "not reached"]]
    for file in coverage.files:
        held = len(file.bodies) - len(file.missed)
        rows.append(
            [
                visible(file.source.name),
                file.source.rule or "",
                f"{held}/{len(file.bodies)}",
                f"{percent(file.reached_lines, len(file.lines)):.1f} %",
                *([f"{file.opa.percent:.1f} %" if file.opa else ""] if has_opa else []),
                ranges(line for line, state in file.lines.items() if state != "reached"),
            ]
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield inert("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    yield ""
    (held, bodies), (reached, lines) = coverage.bodies, coverage.lines
    count = sum(run.count for run in coverage.runs)
    yield (
        f"{held} of {bodies} bodies and {reached} of {lines} lines are reached "
        f"({percent(held, bodies):.2f} % and {percent(reached, lines):.2f} %) by {plural(count, 'test')}"
    )
    if coverage.skipped:
        yield f"not run, since only OPA can run it: {', '.join(map(visible, coverage.skipped))}"


def _source(file: FileCoverage, *, whole: bool) -> Iterator[str]:
    states = file.lines
    missed = {line for line, state in states.items() if state != "reached"}
    if not whole and not missed:
        return
    yield ""
    yield inert(visible(file.source.name))
    lines = file.source.module.text.splitlines()
    width = len(str(len(lines)))
    before = 0
    for number, line in enumerate(lines, 1):
        if not whole and not any(abs(number - other) <= _AROUND for other in missed):
            continue
        if before and number > before + 1:
            yield f"{'':{width}}   ..."
        before = number
        state = states.get(number)
        mark = _MARKS[state] if state else " "
        shown = inert(f"{number:{width}} {mark} {visible(line.expandtabs(4))}".rstrip())
        yield click.style(shown, fg=_COLOURS[state]) if state else shown


def ranges(lines: Iterable[int]) -> str:
    """Return lines as ``3-5, 8``."""
    found: list[list[int]] = []
    for line in lines:
        if found and found[-1][1] == line - 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in found)

"""``docs/parity.md``: a matrix in Markdown, the same for the same results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from tests.parity.matrix import ADMISSION, DECISIONS, Matrix, Row
from tests.paths import ROOT

PAGE = ROOT / "docs" / "parity.md"
HEAD = """\
# Parity

<!-- Written by `make parity`; change what it runs, not this file. -->

Each fixture, and each labelled manifest of the public projects in the corpus, is judged by every engine with
its rule, parameters, exceptions and evidence, at the versions that `.ci/tools` pins. A case counts for an
engine that gives the answer of the embedded engine: the same findings and errors, each by rule, action,
resource, path and message. *conftest* runs in a folder that `gatelib export conftest` wrote, once on the
envelope that gatelib makes of a file, and once on the file itself, by the clock.

At the admission gate each object is asked about alone, with the others as what the cluster holds: *OPA* by an
AdmissionReview, *gator* by the template and Constraints of `gatelib export gatekeeper`. An object counts
where it is allowed or denied as the embedded engine allows or denies it.
"""


def text(matrices: Sequence[Matrix]) -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *(section(matrix) for matrix in matrices)])


def section(matrix: Matrix) -> str:
    """Return what the page says of one part."""
    return "\n".join(_section(matrix)) + "\n"


def _section(matrix: Matrix) -> Iterator[str]:
    rows = matrix.rows.values()
    yield f"## {matrix.part.capitalize()}"
    yield ""
    yield from _table(("rule", "cases", "findings", *DECISIONS), [_decisions(row) for row in rows])
    yield ""
    admitted = [row for row in rows if row.allowed or row.denied]
    heads = ("rule, at admission", "allowed", "denied", *ADMISSION)
    yield from _table(heads, [_admission(row) for row in admitted])
    yield ""
    share = len(matrix.left_out) / matrix.asked
    counted = f"{len(matrix.left_out)} of {matrix.asked:,} comparisons ({share:.1%})"
    yield f"Different: {len(matrix.different)}. Left out: {counted}."
    if matrix.left_out:
        yield ""
        yield from _lines(("left out of", "since", "cases"), list(_reasons(matrix)))


def _reasons(matrix: Matrix) -> Iterator[tuple[str, str, str]]:
    for (name, reason), cases in groupby(sorted(matrix.left_out), key=lambda left: left[:2]):
        yield name, reason, ", ".join(case for _, _, case in cases)


def _decisions(row: Row) -> tuple[str, ...]:
    return row.rule, *map(str, (row.cases, row.findings, *(row.same[name] for name in DECISIONS)))


def _admission(row: Row) -> tuple[str, ...]:
    return row.rule, *map(str, (row.allowed, row.denied, *(row.answers[name] for name in ADMISSION)))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    totals = [f"{sum(int(row[column]) for row in rows):,}" for column in range(1, len(heads))]
    yield from _lines(heads, [*rows, ("all", *totals)])


def _lines(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"

"""The matrix as CSV (RFC 4180): one line for each control and clause, for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Final

from gatelib.controls.model import Catalogue, Control, Framework
from gatelib.reporters.show import visible

_HEAD: Final = (
    "control",
    "name",
    "owner",
    "framework",
    "edition",
    "clause",
    "what it asks for, or why there is none",
    "rules",
    "evidence",
    "documents",
)
_FORMULA: Final = ("=", "+", "-", "@")


def render(catalogue: Catalogue, frameworks: tuple[Framework, ...]) -> str:
    """Return the lines, with a head."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEAD)
    for control in catalogue.controls:
        proof = (" ".join(control.rules), _evidence(control), " ".join(control.subjects))
        for framework in frameworks:
            for clause, asked in _clauses(control, framework):
                who = (control.id, control.name, control.owner, framework.name, framework.edition)
                writer.writerow([_cell(value) for value in (*who, clause, asked, *proof)])
    return text.getvalue()


def _clauses(control: Control, framework: Framework) -> Iterator[tuple[str, str]]:
    found = [(clause.id, clause.text) for clause in framework.clauses if control.id in clause.controls]
    yield from found or [("", dict(framework.unmapped).get(control.id, ""))]


def _evidence(control: Control) -> str:
    return " ".join(evidence.path for evidence in control.evidence)


def _cell(value: str) -> str:
    """Return a value that a spreadsheet takes for text, however it begins (OWASP, CSV Injection)."""
    shown = visible(value)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown

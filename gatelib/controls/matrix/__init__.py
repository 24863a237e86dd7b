"""The matrix: controls, the clauses that they support, and the rules and evidence that prove them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gatelib.catalog import Entry
from gatelib.controls.model import Catalogue, Framework

FORMATS: Final = ("markdown", "csv", "html")


def render(
    form: str,
    catalogue: Catalogue,
    frameworks: tuple[Framework, ...],
    rules: Mapping[str, Entry],
    *,
    pages: str = "",
) -> str:
    """Return the matrix in one of ``FORMATS``.

    ``rules`` has their titles; ``pages`` is where their pages lie, such as ``rules/``, for Markdown's links.
    """
    if form == "csv":
        from gatelib.controls.matrix import as_csv

        return as_csv.render(catalogue, frameworks)
    if form == "html":
        from gatelib.controls.matrix import as_html

        return as_html.render(catalogue, frameworks, rules)
    from gatelib.controls.matrix import as_markdown

    return as_markdown.render(catalogue, frameworks, rules, pages)


def supported(control: str, framework: Framework) -> list[str]:
    """Return the numbers of the clauses that a control supports in a framework."""
    return [clause.id for clause in framework.clauses if control in clause.controls]

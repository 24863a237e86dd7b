"""The matrix as Markdown: a table of all, then each control, then each framework."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from gatelib.catalog import Entry
from gatelib.controls.matrix import supported
from gatelib.controls.model import Catalogue, Control, Framework
from gatelib.reporters.prose import cell, code, prose

_HEAD: Final = """\
# Controls and clauses

What auditors ask for, and what proves it here: a control holds for a release where its rules let it pass. A
control *supports* a clause, and never satisfies it alone; what it leaves open, each framework says below.
The clauses are numbered as in the framework, and told in words of our own.
"""
_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>|])")


def render(
    catalogue: Catalogue, frameworks: tuple[Framework, ...], rules: Mapping[str, Entry], pages: str
) -> str:
    """Return the page."""
    parts = [_HEAD, "## Matrix", "", *_matrix(catalogue, frameworks, pages), ""]
    for control in catalogue.controls:
        parts += _control(control, rules, pages)
    for framework in frameworks:
        parts += _framework(framework)
    return "\n".join(parts).rstrip() + "\n"


def _matrix(catalogue: Catalogue, frameworks: tuple[Framework, ...], pages: str) -> list[str]:
    head = ["control", *(_own(framework.name) for framework in frameworks), "rules", "evidence"]
    rows = [head, ["---"] * len(head)]
    for control in catalogue.controls:
        evidence = [code(item.path) for item in control.evidence] or [code(kind) for kind in control.subjects]
        rows.append(
            [
                f"**{_text(control.id)}** {prose(control.name)}",
                *(_own(", ".join(supported(control.id, framework)) or "none") for framework in frameworks),
                ", ".join(_rule(rule, pages) for rule in control.rules),
                ", ".join(evidence),
            ]
        )
    return [f"| {' | '.join(map(cell, row))} |" for row in rows]


def _control(control: Control, rules: Mapping[str, Entry], pages: str) -> list[str]:
    lines = [f"## {_text(control.id)} {prose(control.name)}", ""]
    if control.statement:
        lines += [prose(control.statement), ""]
    facts = (
        ("Owner", prose(control.owner)),
        ("Evidence", ", ".join(code(evidence.path) for evidence in control.evidence)),
        ("Documents judged", ", ".join(code(kind) for kind in control.subjects)),
    )
    lines += [f"- {name}: {value}" for name, value in facts if value]
    lines += ["", "| rule | which says |", "| --- | --- |"]
    for rule in control.rules:
        title = rules[rule]["title"] if rule in rules else ""
        lines.append(f"| {cell(_rule(rule, pages))} | {cell(prose(title))} |")
    return [*lines, ""]


def _framework(framework: Framework) -> list[str]:
    lines = [
        f"## {_own(framework.name)}",
        "",
        f"{_own(framework.edition)}. {_own(framework.publisher)}, <{framework.source}>.",
        "",
        _own(framework.licence),
        "",
        f"**Not covered.** {_own(framework.beyond)}",
        "",
    ]
    for control, reason in framework.unmapped:
        lines += [f"**{_own(control)}** supports no clause of it: {_own(reason)}", ""]
    lines += ["| clause | asks in short | controls |", "| --- | --- | --- |"]
    for clause in framework.clauses:
        lines.append(f"| {_own(clause.id)} | {_own(clause.text)} | {', '.join(map(_own, clause.controls))} |")
    return [*lines, ""]


def _rule(rule: str, pages: str) -> str:
    return f"[{rule}]({pages}{rule}.md)" if pages else rule


def _text(value: str) -> str:
    return re.sub(r"([^A-Za-z0-9-])", r"\\\1", value)


def _own(value: str) -> str:
    """Return what ships with gatelib, with what Markdown would take for its own."""
    return _SPECIAL.sub(r"\\\1", value)

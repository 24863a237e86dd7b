"""What the METADATA of a rule says, and what its controls are in the frameworks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from gatelib.authoring.docs.markdown import escaped, table
from gatelib.catalog import Entry
from gatelib.controls import Catalogue, Framework
from gatelib.policy import Policy

_ACTION: Final = re.compile(r"^(deny|warn) (?:contains\b|:=)", re.MULTILINE)
_SCOPES: Final = {"document": "each document by itself", "set": "each document together with others"}
_KINDS: Final = {"workloads": "workloads", "*": "every document"}


def actions(entry: Entry, policy: Policy) -> list[str]:
    """Return which of ``deny`` and ``warn`` a rule has."""
    package = ".".join(("gatelib.rules", *entry["package"]))
    texts = [module.text for module in policy.modules if module.package == package]
    return sorted({action for text in texts for action in _ACTION.findall(text)})


def section(entry: Entry, does: Sequence[str]) -> str:
    """Return the list of what a rule's METADATA says; ``does`` are its actions."""
    kinds = ", ".join(_KINDS.get(kind) or f"`{kind}`" for kind in entry["kinds"])
    lines = [
        f"- Severity: **{entry['severity']}**",
        f"- Action: {' and '.join(does)}",
        f"- Gates: {', '.join(entry['gates'])}",
        f"- Judges: {kinds}; {_SCOPES[entry['scope']]}",
        f"- Controls: {', '.join(map(escaped, entry['controls'])) or 'none'}",
        f"- Since: {escaped(entry['since'])}",
    ]
    if entry.get("deprecated"):
        lines.insert(0, "- **Deprecated**")
    if "stage" in entry:
        lines.append(f"- Stage: {entry['stage']}")
    if "effective_on" in entry:
        lines.append(f"- Takes effect: {escaped(entry['effective_on'])}")
    if entry.get("sensitive"):
        lines.append("- Sensitive: no output shows the value or its line")
    return "\n".join([*lines, f"- Remediation: {escaped(' '.join(entry['remediation'].split()))}"])


def controls_section(entry: Entry, catalogue: Catalogue, frameworks: Sequence[Framework], docs: str) -> str:
    """Return the clauses that a rule's controls support.

    ``docs`` is where the page of all controls lies, such as ``../``; empty where there is none.
    """
    if not entry["controls"]:
        return "None."
    known = {control.id: control.name for control in catalogue.controls}
    lines: list[str] = []
    for control in entry["controls"]:
        name = f"{control} {known[control]}" if control in known else control
        anchor = re.sub(r"[^\w\- ]", "", name.lower()).replace(" ", "-")
        shown = (
            f"[{escaped(name)}]({docs}controls.md#{anchor})" if docs and control in known else escaped(name)
        )
        rows = [
            [escaped(framework.name), ", ".join(escaped(clause) for clause in clauses)]
            for framework in frameworks
            if (clauses := [clause.id for clause in framework.clauses if control in clause.controls])
        ]
        supports = f"{shown} supports:" if rows else f"{shown} supports no clause of a framework."
        lines += [supports, "", *(table(["framework", "clauses"], rows) if rows else ()), ""]
    return "\n".join(lines).rstrip("\n")

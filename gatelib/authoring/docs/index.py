"""The index of rules' pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gatelib.authoring.docs.facts import actions
from gatelib.authoring.docs.markdown import escaped, table
from gatelib.catalog import Entry
from gatelib.policy import Policy

TITLE: Final = "Rules"
SECTION: Final = "index"
SKELETON: Final = """\
# Rules

Each rule has a page, which `gatelib explain ID` prints. *deny* fails the run, *warn* only reports; where both
stand, the page says which applies when. Rules marked *set* need other documents than the one they judge, such
as the NetworkPolicies of a namespace. A rule runs at the gates that its row names.

<!-- gatelib:index -->
<!-- /gatelib:index -->
"""

_HEAD: Final = ("ID", "denies what breaks", "severity", "action", "scope", "gates", "controls")


def section(rules: Mapping[str, Entry], policy: Policy) -> str:
    """Return a table of rules for each domain."""
    domains: dict[str, list[str]] = {}
    for rule, entry in rules.items():
        domains.setdefault(entry["package"][0], []).append(rule)
    lines: list[str] = []
    for domain, members in sorted(domains.items()):
        rows = [_row(rule, rules[rule], policy) for rule in members]
        lines += [f"## {heading(domain)}", "", *table(_HEAD, rows), ""]
    return "\n".join(lines) or "There is no rule."


def heading(domain: str) -> str:
    """Return a domain as a title."""
    return domain.replace("_", " ").capitalize()


def _row(rule: str, entry: Entry, policy: Policy) -> list[str]:
    return [
        f"[{rule}]({rule}.md)",
        escaped(entry["title"]),
        entry["severity"],
        ", ".join(actions(entry, policy)),
        entry["scope"],
        ", ".join(entry["gates"]),
        ", ".join(map(escaped, entry["controls"])),
    ]

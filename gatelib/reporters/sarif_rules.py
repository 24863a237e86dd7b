"""The rules of a SARIF log: reporting descriptors (section 3.49), made from the catalogue."""

from __future__ import annotations

from typing import Any, Final

from gatelib.catalog import Entry
from gatelib.report import Finding, Report
from gatelib.reporters.show import visible

SECURITY_SEVERITY: Final = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
"""Scores in the bands that GitHub shows as critical (over 9.0), high (7.0-8.9), medium (4.0-6.9) and low;
text, as its documentation asks for."""


def rules(report: Report) -> list[dict[str, Any]]:
    """Return one descriptor a rule of the catalogue, and one for any other rule that found something."""
    entries: dict[str, Entry] = dict(report.catalog)
    titles = {rule.id: rule.title for rule in report.rules}
    for finding in report.findings:
        if finding.rule not in entries:
            entries[finding.rule] = _entry(finding, titles.get(finding.rule, finding.rule))
    tried = {rule.id for rule in report.rules if rule.trial and not rule.trial.share}
    return [_descriptor(id_, entries[id_], "note" if id_ in tried else "error") for id_ in sorted(entries)]


def _entry(finding: Finding, title: str) -> Entry:
    return {
        "id": finding.rule,
        "title": title,
        "description": title,
        "severity": finding.severity,
        "controls": list(finding.controls),
        "remediation": finding.remediation,
    }


def _descriptor(id_: str, entry: Entry, level: str) -> dict[str, Any]:
    severity = entry["severity"]
    title, description, remediation = entry["title"], entry["description"], entry["remediation"]
    controls = entry.get("controls", [])
    name = "".join(word.capitalize() for part in entry.get("package", []) for word in part.split("_"))
    return {
        "id": id_,
        **({"name": name} if name else {}),
        "shortDescription": {"text": visible(title)},
        "fullDescription": {"text": visible(description)},
        "help": {
            "text": visible(f"{description} What to do: {remediation}"),
            "markdown": f"{visible(description)}\n\n**What to do:** {visible(remediation)}",
        },
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": ["security", f"severity/{severity}", *(f"control/{control}" for control in controls)],
            "security-severity": SECURITY_SEVERITY[severity],
        },
    }

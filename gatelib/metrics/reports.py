"""Gate reports, ``gatelib.dev/report/v1``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gatelib.metrics.counted import Counted
from gatelib.metrics.families import (
    CONTROL_FINDINGS,
    CONTROLS,
    COVERAGE,
    DOCUMENTS,
    ERRORS,
    FINDINGS,
    REPORT_TIME,
    REPORTS,
    RULES,
)
from gatelib.metrics.labels import Labels
from gatelib.metrics.moments import seconds

POINTS: Final = "points"
_MEASURED: Final = "governance.verdict_coverage"
"""What GL-GOV-007 reads as well."""


def count(report: Mapping[str, Any], counted: Counted, labels: Labels, *, now: float) -> None:
    """Count a report that its schema takes; one of the future is not the newest."""
    gate = labels.gate(report["gate"])
    counted.add(REPORTS, gate, report["outcome"])
    moment = seconds(report["now"])
    if moment is not None and moment <= now:
        counted.latest(REPORT_TIME, gate, value=moment)
    told = {finding["rule"]: finding["severity"] for finding in report["findings"]}
    for entry in report["rules"]:
        severity = told.get(entry["id"]) or labels.severity_of(entry["id"])
        counted.add(RULES, gate, labels.rule(entry["id"]), severity, entry["status"])
        for control in entry.get("controls", ()):
            counted.add(CONTROLS, gate, labels.control(control), entry["status"])
    for finding in report["findings"]:
        state = "waived" if finding["waived_by"] else finding["action"]
        severity = finding["severity"]
        counted.add(FINDINGS, gate, labels.rule(finding["rule"]), severity, state)
        for control in finding["controls"]:
            counted.add(CONTROL_FINDINGS, gate, labels.control(control), severity, state)
    for error in report["errors"]:
        counted.add(ERRORS, gate, labels.code(error["code"]))
    for state in ("judged", "inventory"):
        counted.add(DOCUMENTS, gate, state, by=report["documents"][state])
    counted.add(DOCUMENTS, gate, "not_judged", by=len(report["not_judged"]))
    for share in _coverage(report):
        series = counted.values.setdefault(COVERAGE, {})
        series[(POINTS,)] = min(series.get((POINTS,), share), share)


def _coverage(report: Mapping[str, Any]) -> Iterator[float]:
    """Yield the shares of points of entry and exit that were measured to ask for a verdict."""
    for file in report.get("evidence", ()):
        for fact in file["facts"]:
            spec = fact.get("spec")
            if not isinstance(spec, Mapping) or spec.get("name") != _MEASURED:
                continue
            value: Any = spec.get("value")
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if is_number and spec.get("unit") == "percent" and 0 <= value <= 100:
                yield value / 100

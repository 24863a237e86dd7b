"""``--format conftest``: what ``conftest test --output json`` writes, for tools that read that.

The fields are those of Conftest's ``output`` package (``CheckResult`` and ``Result`` in
``output/result.go``): lists are left out when they are empty, and standard input has an empty file name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from gatelib.report import Finding, Problem, Report
from gatelib.reporters.interface import Reporter, Style
from gatelib.reporters.show import explained, standing

_KINDS: Final = {
    "fails": ("failures", "deny"),
    "warns": ("warnings", "warn"),
    "trial": ("warnings", "warn"),
    "waived": ("exceptions", "exception"),
}
"""The list a finding stands in, and the query that Conftest would have found it with."""


class ConftestReporter(Reporter):
    """One result a file; what belongs to no file stands under an empty name."""

    name = "conftest"
    media_type = "application/json"

    def render(self, report: Report, style: Style) -> str:
        """Return a JSON array, indented by tabs as Conftest does."""
        results = {file: _result(file) for file in sorted(_files(report))}
        broken: dict[str, set[str]] = {file: set() for file in results}
        for problem in report.errors:
            _add(results[problem.file or ""], "failures", _error(problem))
        for finding in report.findings:
            file = _file(finding)
            broken[file].add(finding.rule)
            _add(results[file], *_finding(report, finding))
        ran = {rule.id for rule in report.rules if rule.status != "skipped"}
        unread = {entry.file for entry in report.not_judged if entry.document is None}
        unread |= {problem.file or "" for problem in report.errors} | {""}
        for file, result in results.items():
            result["successes"] = 0 if file in unread else len(ran - broken[file])
        return json.dumps(list(results.values()), ensure_ascii=False, indent="\t") + "\n"


def _files(report: Report) -> Iterable[str]:
    places = {problem.file or "" for problem in report.errors} | {
        _file(finding) for finding in report.findings
    }
    return places | {file for file, _ in report.inputs}


def _file(finding: Finding) -> str:
    return finding.location.file if finding.location else ""


def _result(file: str) -> dict[str, Any]:
    return {"filename": "" if file == "-" else file, "namespace": "main", "successes": 0}


def _add(result: dict[str, Any], kind: str, entry: dict[str, Any]) -> None:
    result.setdefault(kind, []).append(entry)


def _error(problem: Problem) -> dict[str, Any]:
    return _entry(
        explained(problem),
        problem.file,
        problem.line,
        {"query": "data.main.deny", "rule": problem.code, "severity": "critical"},
    )


def _finding(report: Report, finding: Finding) -> tuple[str, dict[str, Any]]:
    kind, query = _KINDS[standing(report, finding)]
    metadata: dict[str, Any] = {
        "query": f"data.main.{query}",
        "rule": finding.rule,
        "action": finding.action,
        "severity": finding.severity,
        "controls": list(finding.controls),
        "remediation": finding.remediation,
        "resource": str(finding.resource or ""),
        "path": list(finding.path),
        "fingerprint": finding.fingerprint,
    }
    if finding.waived_by:
        waived = finding.waived_by
        names = {"name": waived.name, "approver": waived.approver, "expires": waived.expires}
        metadata["waived_by"] = {**names, "reason": waived.reason}
    location = finding.location
    file, line = (location.file, location.line) if location else (None, None)
    return kind, _entry(finding.message, file, line, metadata)


def _entry(message: str, file: str | None, line: int | None, metadata: dict[str, Any]) -> dict[str, Any]:
    place = {key: value for key, value in (("file", file), ("line", line)) if value}
    return {"msg": message, **({"loc": place} if place else {}), "metadata": metadata}

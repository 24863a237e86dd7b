"""``--format gitlab``: a Code Quality report.

The format is GitLab's subset of the Code Climate specification: docs.gitlab.com, "Code Quality", section
"Code Quality report format". Required are ``description``, ``check_name``, a ``fingerprint`` that no other
entry has, ``severity`` (info, minor, major, critical, blocker) and ``location`` with ``path`` (relative,
without ``./``) and ``lines.begin``.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

import orjson

from gatelib.report import Finding, Problem, Report
from gatelib.reporters.interface import Reporter, Style
from gatelib.reporters.show import explained, numbered, relative, standing, visible, waiver

_SEVERITIES: Final = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor"}


class GitlabReporter(Reporter):
    """For the widget of a merge request, which compares fingerprints to say what is new."""

    name = "gitlab"
    media_type = "application/json"

    def render(self, report: Report, style: Style) -> str:
        """Return a JSON array, errors first."""
        entries = [_error(problem, index) for index, problem in enumerate(report.errors)]
        entries += [_finding(report, finding, before) for finding, before in numbered(report.findings)]
        return orjson.dumps(entries, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _error(problem: Problem, index: int) -> dict[str, Any]:
    identity = f"{problem.code}|{problem.file or ''}|{index}"
    return _entry(problem.code, explained(problem), identity, "blocker", problem.file, problem.line)


def _finding(report: Report, finding: Finding, before: int) -> dict[str, Any]:
    stands = standing(report, finding)
    severity = {"fails": _SEVERITIES[finding.severity], "warns": "minor"}.get(stands, "info")
    prefix = f"{waiver(finding.waived_by)}: " if finding.waived_by else ""
    if stands == "trial":
        prefix = "on trial: "
    resource = f" ({finding.resource})" if finding.resource and str(finding.resource) else ""
    identity = f"{finding.fingerprint}\0{before}" if before else finding.fingerprint
    file, line = (finding.location.file, finding.location.line) if finding.location else (None, None)
    return _entry(finding.rule, f"{prefix}{finding.message}{resource}", identity, severity, file, line)


def _entry(
    check: str, description: str, identity: str, severity: str, file: str | None, line: int | None
) -> dict[str, Any]:
    return {
        "description": visible(description),
        "check_name": check,
        "fingerprint": hashlib.sha256(identity.encode()).hexdigest(),
        "severity": severity,
        "location": {"path": relative(file or ""), "lines": {"begin": line or 1}},
    }

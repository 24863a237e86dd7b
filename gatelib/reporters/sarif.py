"""``--format sarif``: a log in SARIF 2.1.0 (OASIS Standard, with Errata 01), for code scanning.

What GitHub reads of it: docs.github.com, "SARIF support for code scanning". Two choices that a reader may
ask about: the level says what the gate does (a finding that fails the run is an ``error`` whatever its
severity), since the severity has its own place in ``security-severity``. And ``primaryLocationLineHash`` is
a hash of our fingerprint, not of the source: GitHub's own algorithm (``github/codeql-action``,
``src/fingerprints.ts``) hashes the hundred characters from the line on and counts equal hashes in the file,
so it changes with the neighbours, and it cannot be computed from one line.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final
from urllib.parse import quote

import orjson

from gatelib.report import Finding, Location, Problem, Report, WaivedBy
from gatelib.reporters.interface import Reporter, Style
from gatelib.reporters.prose import prose
from gatelib.reporters.sarif_rules import rules
from gatelib.reporters.show import explained, numbered, relative, standing, visible

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {"fails": "error", "warns": "warning", "trial": "note"}


class SarifReporter(Reporter):
    """One run, with every rule of the report and every finding, waived ones as suppressed."""

    name = "sarif"
    media_type = "application/sarif+json"

    def render(self, report: Report, style: Style) -> str:
        """Return the log, indented by two."""
        log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report)]}
        return orjson.dumps(log, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _run(report: Report) -> dict[str, Any]:
    descriptors = rules(report)
    indexes = {rule["id"]: index for index, rule in enumerate(descriptors)}
    return {
        "tool": {"driver": {"name": "gatelib", "version": report.tool_version, "rules": descriptors}},
        "automationDetails": {"id": f"gatelib/{quote(report.gate, safe='')}/"},
        "columnKind": "utf16CodeUnits",
        "invocations": [
            {
                "executionSuccessful": not report.errors,
                "exitCode": report.exit_code,
                "toolExecutionNotifications": [_notification(problem) for problem in report.errors],
            }
        ],
        "artifacts": _artifacts(report),
        "results": [
            _result(report, finding, before, indexes[finding.rule])
            for finding, before in numbered(report.findings)
        ],
        "properties": {
            "gate": report.gate,
            "outcome": report.outcome,
            "now": report.now,
            "engine": f"{report.engine} {report.engine_version}",
            "bundleRevision": report.revision,
            "bundleSha256": report.bundle_sha256,
            "rulesPassed": [rule.id for rule in report.rules if rule.status == "pass"],
        },
    }


def _artifacts(report: Report) -> list[dict[str, Any]]:
    digests = {uri(file): digest for file, digest in report.inputs}
    return [{"location": {"uri": name}, "hashes": {"sha-256": digest}} for name, digest in digests.items()]


def _result(report: Report, finding: Finding, before: int, index: int) -> dict[str, Any]:
    """Return a result object (section 3.27)."""
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "kind": "fail",
        "level": _level(report, finding),
        "message": message(finding.message),
        "locations": [_location(finding)],
        "partialFingerprints": {
            "gatelib/v1": finding.fingerprint,
            "primaryLocationLineHash": _line_hash(finding.fingerprint, before),
        },
        "suppressions": [_suppression(finding.waived_by)] if finding.waived_by else [],
        "properties": {
            "action": finding.action,
            "severity": finding.severity,
            "controls": list(finding.controls),
            "path": list(finding.path),
        },
    }


def _level(report: Report, finding: Finding) -> str:
    stands = standing(report, finding)
    if stands == "waived":
        return "error" if finding.action == "deny" else "warning"
    return _LEVELS[stands]


def _line_hash(fingerprint: str, before: int) -> str:
    """Return 16 hex digits and a count, the form of GitHub's; equal fingerprints are counted apart."""
    return f"{hashlib.sha256(fingerprint.encode()).hexdigest()[:16]}:{before + 1}"


def _suppression(waived: WaivedBy) -> dict[str, Any]:
    """Return a suppression object (section 3.35): decided outside the source, and accepted."""
    who = f"exception {waived.name}, approved by {waived.approver}, until {waived.expires}"
    return {"kind": "external", "status": "accepted", "justification": visible(f"{waived.reason} ({who})")}


def _location(finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if finding.location:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": uri(finding.location.file)},
            "region": _region(finding.location, finding.sensitive),
        }
    if finding.resource and str(finding.resource):
        name = visible(str(finding.resource))
        location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "object"}]
    return location


def _region(location: Location, sensitive: bool) -> dict[str, Any]:
    """Return a region object (section 3.30); the whole line where the text may not be shown.

    Without the text a column cannot be turned into UTF-16 units, and would tell how long a secret is.
    """
    region: dict[str, Any] = {"startLine": location.line}
    if location.text is None or sensitive:
        return region
    start, end = location.column - 1, location.end_column - 1
    region["startColumn"] = _utf16(location.text[:start]) + 1
    if end > start:
        region["endColumn"] = _utf16(location.text[:end]) + 1
        region["snippet"] = {"text": location.text[start:end]}
    return region


def _utf16(text: str) -> int:
    return len(text) + (0 if text.isascii() else sum(char > "\uffff" for char in text))


def _notification(problem: Problem) -> dict[str, Any]:
    """Return a notification object (section 3.58)."""
    notification: dict[str, Any] = {
        "descriptor": {"id": problem.code},
        "level": "error",
        "message": message(explained(problem)),
    }
    if problem.file is not None:
        physical: dict[str, Any] = {"artifactLocation": {"uri": uri(problem.file)}}
        if problem.line is not None:
            physical["region"] = {"startLine": problem.line}
        notification["locations"] = [{"physicalLocation": physical}]
    return notification


def message(text: str) -> dict[str, str]:
    """Return a message object (section 3.11) whose text is shown as it is.

    Section 3.11.5 doubles braces, which would be placeholders; a backslash keeps ``[text](target)`` from
    being an embedded link (section 3.11.6).
    """
    plain = visible(text).replace("](", "\\](") or "(no message)"
    return {"text": _braces(plain), "markdown": _braces(prose(text) or plain)}


def _braces(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def uri(file: str) -> str:
    """Return a file's name as a relative URI reference (RFC 3986, section 4.2), percent-encoded."""
    return quote(relative(file), safe="/")

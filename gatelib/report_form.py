"""The JSON form of a report, ``gatelib.dev/report/v1``; its schema is ``gatelib/schemas/report-v1.json``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from gatelib.report import SCHEMA, Finding, Report


def of(report: Report) -> dict[str, Any]:
    """Return a report as JSON values, in the schema's order."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "gatelib", "version": report.tool_version},
        "engine": {"name": report.engine, "version": report.engine_version},
        "bundle": {
            "revision": report.revision,
            "sha256": report.bundle_sha256,
            "signed_by": report.signed_by,
        },
        "gate": report.gate,
        "selection": {
            "rules": list(report.selected),
            "skipped": list(report.skipped),
            "fail_on": report.fail_on,
        },
        "now": report.now,
        "config": {
            "sha256": report.config_sha256,
            "trusted": report.config_trusted,
            "settings": list(report.config_settings),
            "params": dict(report.params),
        },
        "outcome": report.outcome,
        "findings": [_finding(finding) for finding in report.findings],
        "rules": [
            {"id": rule.id, "status": rule.status, "judged": rule.judged, "findings": rule.findings}
            for rule in report.rules
        ],
        "exceptions": [
            {
                "name": waiver.name,
                "sha256": waiver.sha256,
                "requester": waiver.requester,
                "approver": waiver.approver,
                "expires": waiver.expires,
                "reason": waiver.reason,
                "ticket": waiver.ticket,
                "signed_by": list(waiver.signed_by),
                "hid": list(waiver.hid),
            }
            for waiver in report.exceptions
        ],
        "errors": [
            {
                "file": error.file,
                "line": error.line,
                "column": error.column,
                "code": error.code,
                "message": f"{error.message}: {error.hint}" if error.hint else error.message,
            }
            for error in report.errors
        ],
        "documents": {
            "files": report.files,
            "objects": report.objects,
            "judged": report.judged,
            "inventory": report.inventory,
        },
        "not_judged": [
            {"file": entry.file, "document": entry.document, "reason": entry.reason}
            for entry in report.not_judged
        ],
        "inputs": [{"file": file, "sha256": digest} for file, digest in report.inputs],
        "evidence": [
            {
                "file": entry.file,
                "role": entry.role,
                "format": entry.format,
                "sha256": entry.sha256,
                "size": entry.size,
                "producers": list(entry.producers),
                "facts": list(entry.facts),
            }
            for entry in report.evidence
        ],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    resource, location, waived = finding.resource, finding.location, finding.waived_by
    return {
        "rule": finding.rule,
        "action": finding.action,
        "severity": finding.severity,
        "controls": list(finding.controls),
        "message": finding.message,
        "remediation": finding.remediation,
        "resource": resource
        and {
            "apiVersion": resource.api_version,
            "kind": resource.kind,
            "namespace": resource.namespace,
            "name": resource.name,
        },
        "location": location
        and {
            "file": location.file,
            "document": location.document,
            "line": location.line,
            "column": location.column,
        },
        "path": list(finding.path),
        "fingerprint": finding.fingerprint,
        "vulnerability": finding.vulnerability and asdict(finding.vulnerability),
        "waived_by": waived
        and {
            "name": waived.name,
            "sha256": waived.sha256,
            "requester": waived.requester,
            "approver": waived.approver,
            "expires": waived.expires,
            "reason": waived.reason,
            "ticket": waived.ticket,
            "signed_by": list(waived.signed_by),
        },
    }

"""The JSON form of a report, ``gatelib.dev/report/v1``; its schema is ``gatelib/schemas/report-v1.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from gatelib.report import (
    SCHEMA,
    EvidenceFile,
    Finding,
    Location,
    NotJudged,
    PackGiven,
    Problem,
    Report,
    Resource,
    RuleResult,
    Trial,
    Vulnerability,
    WaivedBy,
    Waiver,
)


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
            "left_out": list(report.left_out),
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
            {
                "id": rule.id,
                "status": rule.status,
                "judged": rule.judged,
                "findings": rule.findings,
                "kinds": list(rule.kinds),
                "controls": list(rule.controls),
                "staged": rule.staged,
                "trial": rule.trial and rule.trial._asdict(),
            }
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
        "pack": report.pack and report.pack._asdict(),
        "releases": [{"file": file, "sha256": digest} for file, digest in report.releases],
        "images": list(report.images),
    }


def parse(value: Mapping[str, Any]) -> Report:
    """Return the report with a JSON form that its schema takes.

    What that form leaves out stays out: titles, excerpts of sources, the catalogue.
    """
    config, documents = value["config"], value["documents"]
    return Report(
        tool_version=value["tool"]["version"],
        engine=value["engine"]["name"],
        engine_version=value["engine"]["version"],
        revision=value["bundle"]["revision"],
        bundle_sha256=value["bundle"]["sha256"],
        signed_by=value["bundle"]["signed_by"],
        gate=value["gate"],
        selected=tuple(value["selection"]["rules"]),
        skipped=tuple(value["selection"]["skipped"]),
        left_out=tuple(value["selection"].get("left_out", ())),
        fail_on=value["selection"]["fail_on"],
        now=value["now"],
        config_sha256=config["sha256"],
        config_trusted=config["trusted"],
        params=config["params"],
        config_settings=tuple(config.get("settings", ())),
        findings=tuple(_parsed_finding(entry) for entry in value["findings"]),
        rules=tuple(
            RuleResult(
                title="",
                **{
                    **entry,
                    "kinds": tuple(entry.get("kinds", ())),
                    "controls": tuple(entry.get("controls", ())),
                    "trial": Trial(**entry["trial"]) if entry.get("trial") else None,
                },
            )
            for entry in value["rules"]
        ),
        exceptions=tuple(
            Waiver(**{**entry, "signed_by": tuple(entry.get("signed_by", ())), "hid": tuple(entry["hid"])})
            for entry in value["exceptions"]
        ),
        errors=tuple(Problem(**entry) for entry in value["errors"]),
        files=documents["files"],
        judged=documents["judged"],
        inventory=documents["inventory"],
        objects=documents["objects"],
        not_judged=tuple(NotJudged(**entry) for entry in value["not_judged"]),
        inputs=tuple((entry["file"], entry["sha256"]) for entry in value["inputs"]),
        evidence=tuple(
            EvidenceFile(**{**entry, "producers": tuple(entry["producers"]), "facts": tuple(entry["facts"])})
            for entry in value.get("evidence", ())
        ),
        pack=PackGiven(**value["pack"]) if value.get("pack") else None,
        releases=tuple((entry["file"], entry["sha256"]) for entry in value.get("releases", ())),
        images=tuple(value.get("images", ())),
    )


def _parsed_finding(value: Mapping[str, Any]) -> Finding:
    resource, location, waived = value["resource"], value["location"], value["waived_by"]
    vulnerability = value.get("vulnerability")
    return Finding(
        rule=value["rule"],
        action=value["action"],
        severity=value["severity"],
        controls=tuple(value["controls"]),
        message=value["message"],
        remediation=value["remediation"],
        resource=resource
        and Resource(
            api_version=resource["apiVersion"],
            kind=resource["kind"],
            namespace=resource["namespace"],
            name=resource["name"],
        ),
        location=location and Location(**location, end_column=location["column"], text=None),
        path=tuple(value["path"]),
        fingerprint=value["fingerprint"],
        vulnerability=vulnerability and Vulnerability(**vulnerability),
        waived_by=waived and WaivedBy(**{**waived, "signed_by": tuple(waived.get("signed_by", ()))}),
    )


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

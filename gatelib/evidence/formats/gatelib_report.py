"""gatelib's own reports: ``gatelib check --format json``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import orjson

from gatelib import resources
from gatelib.catalog import SEVERITIES
from gatelib.errors import EvidenceError
from gatelib.evidence.formats import shape
from gatelib.evidence.formats.conftest import MOST_FAILURES
from gatelib.evidence.formats.interface import Fact, Format, Given

_SCHEMA: Final = "gatelib.dev/report/v1"


class _Report(Format):
    name = "gatelib-report"

    def recognises(self, given: Given) -> bool:
        return isinstance(given.json, Mapping) and given.json.get("schema") == _SCHEMA

    def facts(self, given: Given) -> list[Fact]:
        report = given.json
        shape.check(report, _shape(), what="gatelib report")
        findings = report["findings"]
        failing = [finding for finding in findings if _fails(finding)]
        if report["outcome"] != _outcome(report):
            raise EvidenceError("is no gatelib report: its outcome is not that of its findings and errors")
        return [
            {
                "type": "policy_results",
                "tool": "gatelib",
                "gate": report["gate"],
                "outcome": report["outcome"],
                "files": report["documents"]["files"],
                "passed": sum(rule["status"] == "pass" for rule in report["rules"]),
                "failures": len(failing),
                "warnings": sum(
                    finding["action"] == "warn" and finding["waived_by"] is None for finding in findings
                ),
                "waived": sum(finding["waived_by"] is not None for finding in findings),
                "errors": len(report["errors"]),
                "skipped": sorted({*report["selection"]["skipped"], *_left_out(report)}),
                "fail_on": report["selection"]["fail_on"],
                "trusted": report["config"]["trusted"],
                "signed_by": report["bundle"]["signed_by"],
                "bundle": report["bundle"]["sha256"],
                "now": report["now"],
            },
            *sorted(map(_failure, failing), key=lambda fact: (fact["file"], fact["rule"], fact["message"]))[
                :MOST_FAILURES
            ],
        ]


FORMAT: Final = _Report()


def _fails(finding: Mapping[str, Any]) -> bool:
    return finding["action"] == "deny" and finding["waived_by"] is None


def _outcome(report: Mapping[str, Any]) -> str:
    """Return the outcome that follows from what a report lists."""
    if report["errors"]:
        return "error"
    stopping = SEVERITIES[: SEVERITIES.index(report["selection"]["fail_on"]) + 1]
    failed = any(_fails(finding) and finding["severity"] in stopping for finding in report["findings"])
    return "fail" if failed else "pass"


def _left_out(report: Mapping[str, Any]) -> frozenset[str]:
    """Return the rules of the gate of which a report says nothing, as of those that `--rule` left out."""
    return _rules_of(report["gate"]) - {rule["id"] for rule in report["rules"]}


@cache
def _rules_of(gate: str) -> frozenset[str]:
    catalog = orjson.loads((resources.rego() / "gatelib" / "catalog" / "core" / "data.json").read_bytes())
    return frozenset(
        rule for rule, entry in catalog.items() if gate in entry["gates"] and not entry.get("deprecated")
    )


def _failure(finding: Mapping[str, Any]) -> Fact:
    return {
        "type": "policy_failure",
        "tool": "gatelib",
        "rule": finding["rule"],
        "file": finding["location"]["file"] if finding["location"] else "",
        "message": finding["message"],
    }


@cache
def _shape() -> shape.Shape:
    found: shape.Shape = orjson.loads(resources.schema("report-v1.json").read_bytes())
    return found

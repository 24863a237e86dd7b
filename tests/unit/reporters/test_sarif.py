from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gatelib.report import Finding, Report
from gatelib.reporters.interface import Style
from gatelib.reporters.sarif import SarifReporter, uri
from tests.unit.reporters.samples import (
    BROKEN,
    EVERYTHING,
    NOTHING_FOUND,
    ON_TRIAL,
    PRIVILEGED,
    SECRET,
    UNPINNED,
    WAIVED,
    catalog,
)
from tests.unit.reporters.third_party import sarif_schema


def log(report: Report) -> Any:
    return json.loads(SarifReporter().render(report, Style()))


def run(report: Report) -> Any:
    return log(report)["runs"][0]


def result(finding: Finding, **changes: Any) -> Any:
    return run(replace(NOTHING_FOUND, findings=(finding,), **changes))["results"][0]


@pytest.mark.parametrize("report", [EVERYTHING, NOTHING_FOUND])
def test_a_log_is_what_the_schema_of_oasis_says(report: Report) -> None:
    schema = json.loads(sarif_schema().read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(log(report))


def test_the_schema_of_oasis_is_looked_at() -> None:
    schema = json.loads(sarif_schema().read_text(encoding="utf-8"))
    wrong = log(EVERYTHING)
    wrong["runs"][0]["results"][0]["level"] = "fatal"
    assert not Draft202012Validator(schema).is_valid(wrong)


def test_a_log_with_one_finding_is_this() -> None:
    fingerprint = PRIVILEGED.fingerprint
    report = replace(NOTHING_FOUND, findings=(PRIVILEGED,), catalog=catalog(PRIVILEGED))
    assert log(report) == {
        "$schema": (
            "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
        ),
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "gatelib",
                        "version": "0.1.0",
                        "rules": [
                            {
                                "id": "GL-K8S-001",
                                "name": "KubernetesSampleRule",
                                "shortDescription": {"text": "Containers must not be privileged"},
                                "fullDescription": {"text": "Containers must not be privileged: why."},
                                "help": {
                                    "text": (
                                        "Containers must not be privileged: why. "
                                        "What to do: Remove `securityContext.privileged`."
                                    ),
                                    "markdown": (
                                        "Containers must not be privileged: why.\n\n"
                                        "**What to do:** Remove `securityContext.privileged`."
                                    ),
                                },
                                "defaultConfiguration": {"level": "error"},
                                "properties": {
                                    "tags": ["security", "severity/critical", "control/PL-01"],
                                    "security-severity": "9.5",
                                },
                            }
                        ],
                    }
                },
                "automationDetails": {"id": "gatelib/pr/"},
                "columnKind": "utf16CodeUnits",
                "invocations": [
                    {"executionSuccessful": True, "exitCode": 1, "toolExecutionNotifications": []}
                ],
                "artifacts": [{"location": {"uri": "svc.yaml"}, "hashes": {"sha-256": "cd" * 32}}],
                "results": [
                    {
                        "ruleId": "GL-K8S-001",
                        "ruleIndex": 0,
                        "kind": "fail",
                        "level": "error",
                        "message": {
                            "text": "container `api` is privileged",
                            "markdown": "container `api` is privileged",
                        },
                        "locations": [
                            {
                                "physicalLocation": {
                                    "artifactLocation": {"uri": "k8s/api.yaml"},
                                    "region": {
                                        "startLine": 12,
                                        "startColumn": 17,
                                        "endColumn": 21,
                                        "snippet": {"text": "true"},
                                    },
                                },
                                "logicalLocations": [
                                    {"fullyQualifiedName": "Deployment shop/api", "kind": "object"}
                                ],
                            }
                        ],
                        "partialFingerprints": {
                            "gatelib/v1": fingerprint,
                            "primaryLocationLineHash": (
                                hashlib.sha256(fingerprint.encode()).hexdigest()[:16] + ":1"
                            ),
                        },
                        "suppressions": [],
                        "properties": {
                            "action": "deny",
                            "severity": "critical",
                            "controls": ["PL-01"],
                            "path": list(PRIVILEGED.path),
                        },
                    }
                ],
                "properties": {
                    "gate": "pr",
                    "outcome": "fail",
                    "now": "2026-11-22T00:00:00Z",
                    "engine": "regorus 0.13.0",
                    "bundleRevision": "1.0.0",
                    "bundleSha256": "ab" * 32,
                    "rulesPassed": ["GL-K8S-004"],
                },
            }
        ],
    }


def test_every_result_points_at_its_rule() -> None:
    whole = run(EVERYTHING)
    rules = whole["tool"]["driver"]["rules"]
    assert [rules[entry["ruleIndex"]]["id"] for entry in whole["results"]] == [
        finding.rule for finding in EVERYTHING.findings
    ]


def test_a_rule_without_a_catalogue_entry_is_described_from_its_finding() -> None:
    whole = run(replace(EVERYTHING, catalog={}))
    assert [rule["id"] for rule in whole["tool"]["driver"]["rules"]] == [
        "GL-DATA-001",
        "GL-K8S-001",
        "GL-K8S-002",
        "GL-K8S-003",
    ]


@pytest.mark.parametrize(
    ("finding", "fail_on", "level"),
    [
        (PRIVILEGED, "low", "error"),
        (replace(PRIVILEGED, severity="medium"), "low", "error"),
        (replace(PRIVILEGED, severity="medium"), "high", "warning"),
        (UNPINNED, "low", "warning"),
        (ON_TRIAL, "low", "note"),
        (WAIVED, "low", "error"),
    ],
)
def test_the_level_says_what_the_gate_does(finding: Finding, fail_on: str, level: str) -> None:
    assert result(finding, fail_on=fail_on)["level"] == level


def test_a_waived_finding_is_suppressed_and_says_by_whom() -> None:
    assert result(WAIVED)["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": (
                "reads the kernel's log (exception agent-2026, approved by ana, until 2026-12-31)"
            ),
        }
    ]


def test_a_sensitive_finding_shows_its_line_and_nothing_of_it() -> None:
    assert result(SECRET)["locations"][0]["physicalLocation"]["region"] == {"startLine": 6}


def test_columns_count_utf_16_units() -> None:
    assert PRIVILEGED.location is not None
    line = "a: 😀b 😀c"
    location = replace(PRIVILEGED.location, text=line, column=7, end_column=9)
    region = result(replace(PRIVILEGED, location=location))["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 12, "startColumn": 8, "endColumn": 11, "snippet": {"text": "😀c"[:2]}}
    units = line.encode("utf-16-le")
    assert units[7 * 2 : 10 * 2].decode("utf-16-le") == "😀c"


def test_equal_fingerprints_are_told_apart() -> None:
    entries = run(replace(NOTHING_FOUND, findings=(PRIVILEGED, PRIVILEGED)))["results"]
    first, second = (entry["partialFingerprints"] for entry in entries)
    assert first["gatelib/v1"] == second["gatelib/v1"]
    assert second["primaryLocationLineHash"] == first["primaryLocationLineHash"][:-1] + "2"


def test_an_error_is_a_notification_of_a_run_that_did_not_succeed() -> None:
    invocation = run(replace(NOTHING_FOUND, errors=(BROKEN,)))["invocations"][0]
    assert invocation == {
        "executionSuccessful": False,
        "exitCode": 3,
        "toolExecutionNotifications": [
            {
                "descriptor": {"id": "GL-ERR-103"},
                "level": "error",
                "message": {
                    "text": "This is not YAML. Check the indentation.",
                    "markdown": "This is not YAML. Check the indentation.",
                },
                "locations": [
                    {
                        "physicalLocation": {
                            "artifactLocation": {"uri": "k8s/broken.yaml"},
                            "region": {"startLine": 3},
                        }
                    }
                ],
            }
        ],
    }


def test_braces_are_no_placeholders_and_brackets_no_links() -> None:
    message = result(replace(PRIVILEGED, message="name is {0} [x](https://evil.example)"))["message"]
    assert message == {
        "text": "name is {{0}} [x\\](https://evil.example)",
        "markdown": "name is `{{0}}` `[x](https://evil.example)`",
    }


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("k8s/api.yaml", "k8s/api.yaml"),
        ("./k8s/api.yaml", "k8s/api.yaml"),
        ("/srv/api.yaml", "srv/api.yaml"),
        ("//host/api.yaml", "host/api.yaml"),
        ("C:/api.yaml", "api.yaml"),
        ("a b#c?d%e.yaml", "a%20b%23c%3Fd%25e.yaml"),
        ("http://x", "http%3A//x"),
        ("ä.yaml", "%C3%A4.yaml"),
        ("-", "-"),
        ("/", "-"),
    ],
)
def test_a_uri_is_relative_and_percent_encoded(file: str, expected: str) -> None:
    assert uri(file) == expected

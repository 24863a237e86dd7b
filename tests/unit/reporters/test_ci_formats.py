"""The small formats of CI systems: workflow commands, Code Quality and Conftest's JSON."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gatelib.report import Report
from gatelib.reporters.conftest_json import ConftestReporter
from gatelib.reporters.github import GithubReporter
from gatelib.reporters.gitlab import GitlabReporter
from gatelib.reporters.interface import Style
from tests.unit.reporters.samples import EVERYTHING, NOTHING_FOUND, PRIVILEGED, SECRET, WAIVED

CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!/|\./)."},
                    "lines": {"type": "object", "properties": {"begin": {"type": "integer", "minimum": 1}}},
                },
            },
        },
    },
}
"""What GitLab's documentation requires, and no more than we write."""


def github(report: Report) -> list[str]:
    return GithubReporter().render(report, Style()).splitlines()


def test_github_gets_errors_then_findings_by_what_they_do() -> None:
    assert github(EVERYTHING) == [
        "::error file=k8s/broken.yaml,line=3,col=1,title=GL-ERR-103::"
        "This is not YAML. Check the indentation.",
        "::error file=k8s/api.yaml,line=12,col=17,endColumn=21,title=GL-K8S-001 critical::"
        "container `api` is privileged (Deployment shop/api)%0ARemove `securityContext.privileged`.",
        "::error file=k8s/secret.yaml,line=6,col=13,title=GL-DATA-001 high::"
        "`data` holds 1 value in plain text (Secret shop/db)%0AUse a secret store.",
        "::warning file=k8s/api.yaml,line=9,col=12,endColumn=17,title=GL-K8S-002 medium::"
        "image `api:1` has no digest (Deployment shop/api)%0APin the image by its digest.",
        "::notice title=GL-K8S-003 high::"
        "on trial: no seccomp profile (Deployment shop/api)%0ASet `seccompProfile`.",
        "::notice file=agent.yaml,line=7,col=17,endColumn=21,title=GL-K8S-001 critical::"
        "waived by agent-2026, approved by ana, until 2026-12-31: container `agent` is privileged "
        "(Pod node-agent)%0ARemove `securityContext.privileged`.",
        "::notice title=gatelib::gate pr: error, 2 failing findings, 1 error; judged 4 documents in 5 files",
    ]


def test_a_report_of_nothing_is_one_notice() -> None:
    assert github(NOTHING_FOUND) == [
        "::notice title=gatelib::gate pr: pass, 0 failing findings, 0 errors; judged 1 document in 1 file"
    ]


def test_github_s_properties_and_data_are_escaped_as_its_toolkit_does() -> None:
    assert PRIVILEGED.location is not None
    finding = replace(
        PRIVILEGED,
        message="100%\n::error::x",
        resource=None,
        remediation="a,b:c",
        location=replace(PRIVILEGED.location, file="a,b:c%.yaml"),
    )
    assert github(replace(NOTHING_FOUND, findings=(finding,)))[0] == (
        "::error file=a%2Cb%3Ac%25.yaml,line=12,col=17,endColumn=21,title=GL-K8S-001 critical::"
        "100%25\\n::error::x%0Aa,b:c"
    )


def gitlab(report: Report) -> Any:
    return json.loads(GitlabReporter().render(report, Style()))


@pytest.mark.parametrize("report", [EVERYTHING, NOTHING_FOUND])
def test_gitlab_gets_what_its_documentation_requires(report: Report) -> None:
    Draft202012Validator(CODE_QUALITY).validate(gitlab(report))


def test_gitlab_gets_an_entry_a_finding_and_an_error() -> None:
    assert gitlab(replace(NOTHING_FOUND, findings=(PRIVILEGED,))) == [
        {
            "description": "container `api` is privileged (Deployment shop/api)",
            "check_name": "GL-K8S-001",
            "fingerprint": hashlib.sha256(PRIVILEGED.fingerprint.encode()).hexdigest(),
            "severity": "blocker",
            "location": {"path": "k8s/api.yaml", "lines": {"begin": 12}},
        }
    ]
    assert [(entry["check_name"], entry["severity"]) for entry in gitlab(EVERYTHING)] == [
        ("GL-ERR-103", "blocker"),
        ("GL-DATA-001", "critical"),
        ("GL-K8S-001", "info"),
        ("GL-K8S-001", "blocker"),
        ("GL-K8S-002", "minor"),
        ("GL-K8S-003", "info"),
    ]


def test_no_two_entries_of_gitlab_share_a_fingerprint() -> None:
    twice = replace(EVERYTHING, findings=EVERYTHING.findings * 2, errors=EVERYTHING.errors * 2)
    entries = gitlab(twice)
    assert len({entry["fingerprint"] for entry in entries}) == len(entries) == 12


def conftest(report: Report) -> Any:
    return json.loads(ConftestReporter().render(report, Style()))


def test_conftest_s_fields_are_there_and_empty_lists_are_not() -> None:
    assert ConftestReporter().render(NOTHING_FOUND, Style()) == (
        '[\n\t{\n\t\t"filename": "svc.yaml",\n\t\t"namespace": "main",\n\t\t"successes": 1\n\t}\n]\n'
    )


def test_conftest_gets_what_fails_what_warns_and_what_is_waived() -> None:
    kinds = ("failures", "warnings", "exceptions")
    shown = [
        (
            entry["filename"],
            entry["successes"],
            *((kind, len(entry[kind])) for kind in kinds if kind in entry),
        )
        for entry in conftest(EVERYTHING)
    ]
    assert shown == [
        ("", 0, ("warnings", 1)),
        ("agent.yaml", 5, ("exceptions", 1)),
        ("k8s/api.yaml", 4, ("failures", 1), ("warnings", 1)),
        ("k8s/broken.yaml", 0, ("failures", 1)),
        ("k8s/secret.yaml", 5, ("failures", 1)),
    ]


def test_a_result_of_conftest_has_a_message_a_place_and_metadata() -> None:
    (entry,) = (file for file in conftest(replace(NOTHING_FOUND, findings=(WAIVED,))) if "exceptions" in file)
    assert entry["exceptions"] == [
        {
            "msg": "container `agent` is privileged",
            "loc": {"file": "agent.yaml", "line": 7},
            "metadata": {
                "query": "data.main.exception",
                "rule": "GL-K8S-001",
                "action": "deny",
                "severity": "critical",
                "controls": ["PL-01"],
                "remediation": "Remove `securityContext.privileged`.",
                "resource": "Pod node-agent",
                "path": ["spec", "containers", 0, "securityContext", "privileged"],
                "fingerprint": WAIVED.fingerprint,
                "waived_by": {
                    "name": "agent-2026",
                    "approver": "ana",
                    "expires": "2026-12-31",
                    "reason": "reads the kernel's log",
                },
            },
        }
    ]


def test_standard_input_has_no_name_for_conftest() -> None:
    assert SECRET.location is not None
    finding = replace(SECRET, location=replace(SECRET.location, file="-"))
    report = replace(NOTHING_FOUND, findings=(finding,), inputs=(("-", "00" * 32),))
    assert [(entry["filename"], len(entry["failures"])) for entry in conftest(report)] == [("", 1)]

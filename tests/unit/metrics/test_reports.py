"""Metrics of gate reports and attestations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.openmetrics import only
from tests.unit.metrics.inputs import JUDGED_AT, attestation, counted, report, said, write


@pytest.fixture
def judged(tmp_path: Path) -> Any:
    return report(tmp_path)


def test_a_report_gives_its_outcome_its_rules_its_controls_and_its_findings(
    tmp_path: Path, judged: Any
) -> None:
    found, counts = counted(*write(tmp_path, {"report.json": judged}))
    assert counts.problems == []
    assert found == {
        'gatelib_reports{gate="pr",outcome="fail"}': 1,
        'gatelib_report_timestamp_seconds{gate="pr"}': JUDGED_AT,
        'gatelib_report_rules{gate="pr",rule="GL-K8S-001",severity="critical",status="fail"}': 1,
        'gatelib_report_rules{gate="pr",rule="GL-K8S-011",severity="critical",status="not_applicable"}': 1,
        'gatelib_report_controls{control="RUN-01",gate="pr",status="fail"}': 1,
        'gatelib_report_controls{control="SEC-01",gate="pr",status="not_applicable"}': 1,
        'gatelib_findings{gate="pr",rule="GL-K8S-001",severity="critical",state="deny"}': 1,
        'gatelib_control_findings{control="RUN-01",gate="pr",severity="critical",state="deny"}': 1,
        'gatelib_documents{gate="pr",state="judged"}': 1,
        'gatelib_documents{gate="pr",state="inventory"}': 0,
        'gatelib_documents{gate="pr",state="not_judged"}': 0,
        'gatelib_inputs{kind="report",state="read"}': 1,
    }


def test_several_reports_add_up_and_the_newest_gives_the_moment(tmp_path: Path, judged: Any) -> None:
    older = {**judged, "now": "2026-11-20T00:00:00Z"}
    other = {**judged, "gate": "admission", "now": "2026-11-01T00:00:00Z"}
    found, _ = counted(*write(tmp_path, {"a.json": judged, "b.json": older, "c.json": other}))
    assert only(found, "gatelib_reports", "gatelib_report_timestamp_seconds") == {
        'gatelib_reports{gate="pr",outcome="fail"}': 2,
        'gatelib_reports{gate="admission",outcome="fail"}': 1,
        'gatelib_report_timestamp_seconds{gate="pr"}': JUDGED_AT,
        'gatelib_report_timestamp_seconds{gate="admission"}': JUDGED_AT - 21 * 86400,
    }
    assert only(found, "gatelib_findings") == {
        'gatelib_findings{gate="pr",rule="GL-K8S-001",severity="critical",state="deny"}': 2,
        'gatelib_findings{gate="admission",rule="GL-K8S-001",severity="critical",state="deny"}': 1,
    }


def test_a_report_of_the_future_keeps_no_alert_quiet(tmp_path: Path, judged: Any) -> None:
    future = {**judged, "now": "2199-01-01T00:00:00Z"}
    found, _ = counted(*write(tmp_path, {"a.json": judged, "b.json": future}))
    assert only(found, "gatelib_report_timestamp_seconds") == {
        'gatelib_report_timestamp_seconds{gate="pr"}': JUDGED_AT
    }


def test_the_same_report_counts_once_wherever_it_lies(tmp_path: Path, judged: Any) -> None:
    paths = write(tmp_path, {"a.json": judged, "b.json": judged})
    found, counts = counted(*paths, paths[0])
    assert only(found, "gatelib_reports", "gatelib_inputs") == {
        'gatelib_reports{gate="pr",outcome="fail"}': 1,
        'gatelib_inputs{kind="report",state="read"}': 1,
        'gatelib_inputs{kind="report",state="repeated"}': 2,
    }
    assert [remark.message for remark in counts.remarks] == [
        f"is the same as {paths[0]}, and counts once"
    ] * 2
    assert counts.problems == []


def test_a_waived_finding_is_counted_as_waived(tmp_path: Path, judged: Any) -> None:
    (finding,) = judged["findings"]
    finding["waived_by"] = {"name": "for-now", "approver": "omar", "expires": "2026-12-31", "reason": "soon"}
    found, counts = counted(*write(tmp_path, {"report.json": judged}))
    assert said(counts) == []
    assert only(found, "gatelib_findings") == {
        'gatelib_findings{gate="pr",rule="GL-K8S-001",severity="critical",state="waived"}': 1
    }


def test_errors_are_counted_by_their_code(tmp_path: Path, judged: Any) -> None:
    error = {"file": "a.yaml", "line": 1, "column": 1, "code": "GL-ERR-103", "message": "is no YAML"}
    judged["errors"] = [error, error, {**error, "code": "whatever\nsomebody wrote"}]
    found, _ = counted(*write(tmp_path, {"report.json": judged}))
    assert only(found, "gatelib_report_errors") == {
        'gatelib_report_errors{code="GL-ERR-103",gate="pr"}': 2,
        'gatelib_report_errors{code="other",gate="pr"}': 1,
    }


def measured(value: Any, unit: str = "percent") -> dict[str, Any]:
    fact = {"spec": {"name": "governance.verdict_coverage", "value": value, "unit": unit}}
    return {
        "file": "pack/governance/propagation.json",
        "role": "propagation",
        "format": "gatelib.dev/v1",
        "sha256": "a" * 64,
        "size": 1,
        "producers": ["governance"],
        "facts": [{"type": "other"}, fact],
    }


def test_the_least_coverage_that_was_measured_is_the_coverage(tmp_path: Path, judged: Any) -> None:
    reports = {
        "a.json": {**judged, "evidence": [measured(98.5)]},
        "b.json": {**judged, "evidence": [measured(100)]},
        "c.json": {
            **judged,
            "evidence": [measured(1, "ratio"), measured(True), measured("99"), measured(101)],
        },
    }
    found, counts = counted(*write(tmp_path, reports))
    assert said(counts) == []
    assert only(found, "gatelib_verdict_coverage_ratio") == {
        'gatelib_verdict_coverage_ratio{of="points"}': 0.985
    }


def test_an_attestation_gives_each_control_by_its_status(tmp_path: Path) -> None:
    first = attestation(SC_01="pass", DR_01="not evaluated", TEN_01="not applicable", REL_01="fail")
    second = attestation(SC_01="pass", overall=True, created="2026-11-21T00:00:00Z")
    found, counts = counted(*write(tmp_path, {"a.json": first, "b.json": second}))
    assert said(counts) == []
    assert found == {
        'gatelib_attestations{overall="fail"}': 1,
        'gatelib_attestations{overall="pass"}': 1,
        'gatelib_attestation_controls{control="SC-01",status="pass"}': 2,
        'gatelib_attestation_controls{control="DR-01",status="not_evaluated"}': 1,
        'gatelib_attestation_controls{control="TEN-01",status="not_applicable"}': 1,
        'gatelib_attestation_controls{control="REL-01",status="fail"}': 1,
        "gatelib_attestation_timestamp_seconds": JUDGED_AT,
        'gatelib_inputs{kind="attestation",state="read"}': 2,
    }


def test_each_bad_file_has_one_diagnostic_and_the_others_count(tmp_path: Path, judged: Any) -> None:
    lacking = {key: value for key, value in judged.items() if key != "outcome"}
    paths = write(
        tmp_path,
        {
            "cut.json": b'{"schema": "gatelib.dev/report/v1",\n "tool": ',
            "good.json": judged,
            "lacking.json": lacking,
            "other.json": {"schema": "sarif"},
            "none.json": b"",
            "half.json": {**attestation(SC_01="pass"), "overall": "yes"},
        },
    )
    found, counts = counted(*paths, tmp_path / "absent.json")
    assert said(counts) == [
        "cut.json:2 is no JSON",
        "lacking.json: is no gatelib report: the document lacks `outcome`",
        "other.json: is no report, attestation or list of exceptions",
        "none.json:1 is no JSON",
        "half.json: is no control attestation: `overall` must be a boolean",
        "absent.json: cannot be read: No such file or directory",
    ]
    assert only(found, "gatelib_reports", "gatelib_inputs") == {
        'gatelib_reports{gate="pr",outcome="fail"}': 1,
        'gatelib_inputs{kind="document",state="unreadable"}': 6,
        'gatelib_inputs{kind="report",state="read"}': 1,
    }

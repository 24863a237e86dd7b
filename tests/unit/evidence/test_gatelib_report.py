from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gatelib.errors import EvidenceError
from gatelib.policy import shipped
from tests.unit.evidence.stored import changed, facts, reduced

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: api}
spec: {hostNetwork: true, containers: [{name: api, securityContext: {privileged: true}}]}
"""
RULES = ["--rule", "GL-K8S-001", "--rule", "GL-K8S-014", "--rule", "GL-K8S-015", "--rule", "GL-K8S-002"]
NOW = "2026-11-21T10:00:00Z"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A report that gatelib wrote, of a Pod that breaks two rules, keeps one and makes one warn."""
    folder = tmp_path_factory.mktemp("judged")
    (folder / "pod.yaml").write_text(POD)
    return run(folder)


def run(folder: Path, *more: str) -> Any:
    command = [sys.executable, "-m", "gatelib", "check", "pod.yaml", *RULES, *more]
    done = subprocess.run(
        [*command, "--now", NOW, "--format", "json"], cwd=folder, capture_output=True, check=False
    )
    return json.loads(done.stdout)


def left_out() -> list[str]:
    """Return the rules of the gate that the run did not even select."""
    catalog = shipped().catalog
    return [rule for rule, entry in catalog.items() if "pr" in entry["gates"] and rule not in RULES]


def results(report: Any) -> dict[str, Any]:
    return {
        "type": "policy_results",
        "tool": "gatelib",
        "gate": "pr",
        "outcome": "fail",
        "files": 1,
        "passed": 1,
        "failures": 2,
        "warnings": 1,
        "waived": 0,
        "errors": 0,
        "skipped": left_out(),
        "fail_on": "low",
        "trusted": None,
        "signed_by": None,
        "bundle": report["bundle"]["sha256"],
        "now": NOW,
    }


def failure(rule: str, message: str) -> dict[str, str]:
    return {
        "type": "policy_failure",
        "tool": "gatelib",
        "rule": rule,
        "file": "pod.yaml",
        "message": message,
    }


def test_a_report(written: Any) -> None:
    assert facts(written, "gatelib-report") == [
        results(written),
        failure("GL-K8S-001", "container `api` is privileged"),
        failure("GL-K8S-014", next(f["message"] for f in written["findings"] if f["rule"] == "GL-K8S-014")),
    ]


def test_a_report_is_known_without_a_role(written: Any) -> None:
    assert reduced(written).format == "gatelib-report"


def test_what_was_left_out_is_told(written: Any, tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    report = run(tmp_path, "--skip", "GL-K8S-001", "--skip", "GL-K8S-014", "--fail-on", "critical")
    (fact,) = facts(report, "gatelib-report")
    assert fact == {
        **results(written),
        "outcome": "pass",
        "failures": 0,
        "skipped": sorted(["GL-K8S-001", "GL-K8S-014", *left_out()]),
        "fail_on": "critical",
    }


def test_a_waived_finding_is_no_failure(written: Any) -> None:
    waiver = {"name": "w", "approver": "a@example.com", "expires": "2026-12-01", "reason": "r"}
    place = next(n for n, finding in enumerate(written["findings"]) if finding["rule"] == "GL-K8S-001")
    found = facts(changed(written, ["findings", place, "waived_by"], waiver), "gatelib-report")
    assert found[0] == {**results(written), "failures": 1, "waived": 1}
    assert [fact["rule"] for fact in found[1:]] == ["GL-K8S-014"]


def test_findings_below_the_limit_are_failures_that_fail_no_run(written: Any) -> None:
    report = changed(written, ["selection", "fail_on"], "critical")
    report["findings"] = [finding for finding in report["findings"] if finding["severity"] != "critical"]
    assert facts({**report, "outcome": "pass"}, "gatelib-report")[0] == {
        **results(written),
        "outcome": "pass",
        "failures": 1,
        "fail_on": "critical",
    }


@pytest.mark.parametrize("outcome", ["pass", "error"])
def test_an_outcome_that_its_findings_belie_is_refused(written: Any, outcome: str) -> None:
    with pytest.raises(EvidenceError, match="its outcome is not that of its findings and errors"):
        reduced({**written, "outcome": outcome}, "gatelib-report")


@pytest.mark.parametrize(
    ("path", "new"),
    [
        (["findings"], ...),
        (["findings", 0, "action"], "allow"),
        (["findings", 0, "waived_by"], "somebody"),
        (["selection", "fail_on"], "never"),
        (["outcome"], "good"),
        (["extra"], 1),
    ],
    ids=str,
)
def test_what_breaks_the_schema_of_reports(written: Any, path: list[str | int], new: Any) -> None:
    with pytest.raises(EvidenceError, match="is no gatelib report"):
        reduced(changed(written, path, new), "gatelib-report")

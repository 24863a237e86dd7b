from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gatelib.errors import EvidenceError
from tests.engines import need
from tests.unit.evidence.stored import changed, facts, reduced, stored

RESULTS = {
    "type": "policy_results",
    "tool": "conftest",
    "gate": "",
    "outcome": "pass",
    "files": 1,
    "passed": 4,
    "failures": 0,
    "warnings": 0,
    "waived": 0,
    "errors": 0,
    "skipped": [],
    "fail_on": "",
    "trusted": None,
    "signed_by": None,
    "bundle": "",
    "now": "",
}


def failure(rule: str, file: str, message: str) -> dict[str, str]:
    return {"type": "policy_failure", "tool": "conftest", "rule": rule, "file": file, "message": message}


def test_a_run_that_passes() -> None:
    assert facts(stored("conftest/pass.json"), "conftest") == [RESULTS]


def test_a_run_that_fails() -> None:
    assert facts(stored("conftest/fail.json"), "conftest") == [
        {**RESULTS, "outcome": "fail", "files": 2, "failures": 2, "warnings": 1, "waived": 1},
        failure("data.main.deny", "deployment.yaml", "Deployment api may run as root"),
        failure("data.main.deny", "deployment.yaml", "image by tag"),
    ]


def test_a_run_of_the_rules_that_gatelib_exports_names_rule_and_file() -> None:
    found = facts(stored("conftest/gatelib-export.json"), "conftest")
    assert found[0] == {**RESULTS, "outcome": "fail", "passed": 0, "failures": 5, "warnings": 2}
    assert found[1] == failure(
        "GL-K8S-001", "k8s/api.yaml", "GL-K8S-001 Pod api: container `api` is privileged"
    )
    assert [(fact["rule"], fact["file"]) for fact in found[2:]] == [
        ("GL-K8S-004", "k8s/api.yaml"),
        ("GL-K8S-009", "k8s/api.yaml"),
        ("GL-K8S-013", "k8s/api.yaml"),
        ("GL-K8S-013", "k8s/api.yaml"),
    ]


def test_what_conftest_writes_now(tmp_path: Path) -> None:
    (tmp_path / "main.rego").write_text(
        'package main\n\nimport rego.v1\n\ndeny contains "a secret" if input.kind == "Secret"\n'
    )
    (tmp_path / "a.yaml").write_text("kind: Secret\n")
    command = [need("conftest"), "test", "-o", "json", "-p", "main.rego", "a.yaml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert facts(done.stdout, "conftest") == [
        {**RESULTS, "outcome": "fail", "passed": 0, "failures": 1},
        failure("data.main.deny", "a.yaml", "a secret"),
    ]


@pytest.mark.parametrize(
    "results", [[], [{"filename": "a.yaml", "namespace": "main", "successes": 0}]], ids=["none", "one"]
)
def test_a_run_that_tried_nothing_is_an_error(results: list[Any]) -> None:
    assert facts(results, "conftest") == [
        {**RESULTS, "outcome": "error", "files": len(results), "passed": 0, "errors": 1}
    ]


def test_a_run_is_known_without_a_role_and_an_empty_list_is_not() -> None:
    assert reduced(stored("conftest/fail.json")).format == "conftest"
    assert reduced(b"[]").format == "unknown"


def test_what_was_skipped_is_named() -> None:
    results = json.loads(stored("conftest/pass.json"))
    (fact,) = facts(changed(results, [0, "skipped"], [{"msg": "b"}, {"msg": "a"}, {"msg": "a"}]), "conftest")
    assert (fact["outcome"], fact["skipped"]) == ("pass", ["a", "b"])


def test_a_hundred_failures_are_told_and_all_are_counted() -> None:
    result = {
        "filename": "a.yaml",
        "namespace": "main",
        "successes": 0,
        "failures": [{"msg": f"{number:03}", "metadata": {"rule": 7}} for number in reversed(range(150))],
    }
    found = facts([result], "conftest")
    assert found[0]["failures"] == 150
    assert found[1:] == [failure("", "a.yaml", f"{number:03}") for number in range(100)]


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ([0, "successes"], "4"),
        ([0, "successes"], -1),
        ([1, "failures"], {}),
        ([1, "failures", 0], "x"),
        ([1, "failures", 0, "msg"], ...),
        ([1, "failures", 0, "msg"], 7),
        ([1, "exceptions", 0, "msg"], None),
        ([1, "filename"], None),
    ],
    ids=str,
)
def test_what_breaks_the_form_of_results(path: list[str | int], new: Any) -> None:
    results = json.loads(stored("conftest/fail.json"))
    with pytest.raises(EvidenceError, match="is no output of `conftest test -o json`"):
        reduced(changed(results, path, new), "conftest")

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from gatelib.errors import EvidenceError
from tests.unit.evidence.stored import changed, facts, reduced, stored

HEALTHY = {
    "type": "analysis",
    "name": "api-6fb9c7d9c4-7-2",
    "namespace": "production",
    "rollout": "api",
    "revision": "7",
    "pod_template_hash": "6fb9c7d9c4",
    "phase": "Successful",
    "started": "2026-11-22T11:36:47Z",
    "finished": "2026-11-22T11:36:50Z",
    "metrics": [
        {
            "name": "success-rate",
            "phase": "Successful",
            "dry_run": False,
            "successful": 4,
            "failed": 0,
            "inconclusive": 0,
            "error": 0,
            "measurements": [
                {"phase": "Successful", "finished": f"2026-11-22T11:36:{second}Z"}
                for second in (47, 48, 49, 50)
            ],
        },
        {
            "name": "latency-trial",
            "phase": "Failed",
            "dry_run": True,
            "successful": 0,
            "failed": 1,
            "inconclusive": 0,
            "error": 0,
            "measurements": [{"phase": "Failed", "finished": "2026-11-22T11:36:47Z"}],
        },
    ],
}


def healthy() -> Any:
    return yaml.safe_load(stored("analysis-run/one.yaml").replace(b": null", b": ''"))


def test_a_run_in_yaml() -> None:
    assert facts(stored("analysis-run/one.yaml"), "analysis-run") == [HEALTHY]


def test_a_list_in_json() -> None:
    first, second = facts(stored("analysis-run/list.json"), "analysis-run")
    assert first == HEALTHY
    assert (second["name"], second["phase"]) == ("api-6fb9c7d9c4-7-3", "Failed")
    assert [metric["name"] for metric in second["metrics"]] == ["latency-trial", "success-rate"]
    assert [entry["phase"] for entry in second["metrics"][1]["measurements"]] == [
        "Successful",
        "Failed",
        "Failed",
    ]


def test_several_documents() -> None:
    one = stored("analysis-run/one.yaml")
    assert facts(one + b"---\n" + one, "analysis-run") == [HEALTHY, HEALTHY]


@pytest.mark.parametrize("name", ["one.yaml", "list.json"])
def test_a_run_is_known_without_a_role(name: str) -> None:
    assert reduced(stored(f"analysis-run/{name}")).format == "analysis-run"


@pytest.mark.parametrize(
    ("path", "new", "want"),
    [
        (["status"], ..., {"phase": "", "started": "", "finished": "", "metrics": []}),
        (["status", "phase"], "", {"phase": ""}),
        (["status", "metricResults"], None, {"metrics": []}),
        (["status", "startedAt"], "yesterday", {"started": ""}),
        (["metadata", "ownerReferences"], ..., {"rollout": ""}),
        (["metadata", "ownerReferences", 0, "kind"], "Experiment", {"rollout": ""}),
        (["metadata", "annotations"], None, {"revision": ""}),
        (["metadata", "labels"], {}, {"pod_template_hash": ""}),
        (["metadata", "namespace"], ..., {"namespace": ""}),
    ],
    ids=str,
)
def test_each_part_of_a_run(path: list[str | int], new: Any, want: dict[str, Any]) -> None:
    assert facts(changed(healthy(), path, new), "analysis-run") == [{**HEALTHY, **want}]


def test_the_oldest_measurement_comes_first_and_what_is_not_done_last() -> None:
    measured = [
        {"phase": "Running"},
        {"phase": "Failed", "finishedAt": "2026-11-22T12:00:00Z"},
        {"phase": "Successful", "finishedAt": "2026-11-22T12:30:00+01:00"},
    ]
    (fact,) = facts(
        changed(healthy(), ["status", "metricResults", 0, "measurements"], measured), "analysis-run"
    )
    assert fact["metrics"][0]["measurements"] == [
        {"phase": "Successful", "finished": "2026-11-22T11:30:00Z"},
        {"phase": "Failed", "finished": "2026-11-22T12:00:00Z"},
        {"phase": "Running", "finished": ""},
    ]


@pytest.mark.parametrize(
    ("path", "new"),
    [
        (["status", "phase"], "Fine"),
        (["status", "metricResults", 0, "phase"], 1),
        (["status", "metricResults", 0, "successful"], "4"),
        (["status", "metricResults", 0, "successful"], -1),
        (["status", "metricResults", 0, "dryRun"], "no"),
        (["status", "metricResults", 0, "measurements", 0, "phase"], ...),
        (["status", "metricResults"], {}),
        (["metadata"], ...),
        (["metadata", "ownerReferences"], ["api"]),
    ],
    ids=str,
)
def test_what_breaks_the_form_of_a_run(path: list[str | int], new: Any) -> None:
    with pytest.raises(EvidenceError, match="is no AnalysisRun of Argo Rollouts"):
        reduced(changed(healthy(), path, new), "analysis-run")


@pytest.mark.parametrize(
    "value",
    [
        {"apiVersion": "example.com/v1", "kind": "AnalysisRun", "metadata": {}},
        {"apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisTemplate", "metadata": {}},
        {"apiVersion": "v1", "kind": "List", "items": []},
        {"apiVersion": "v1", "kind": "List"},
        {"apiVersion": "v1", "kind": "List", "items": ["AnalysisRun"]},
    ],
    ids=lambda value: json.dumps(value),
)
def test_what_is_no_run(value: Any) -> None:
    assert reduced(value, "analysis-run").format == "unknown"

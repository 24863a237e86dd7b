from __future__ import annotations

import json
from typing import Any

import pytest

from gatelib.errors import EvidenceError
from tests.unit.evidence.stored import changed, facts, reduced, stored

FAILED = ["http_req_duration: p(99)<0.0001", "http_req_failed: rate<0.01"]


def test_an_exported_summary() -> None:
    assert facts(stored("k6/summary-export.json"), "k6") == [
        {
            "type": "load_test",
            "requests": 120,
            "p95_ms": 10.520727199999996,
            "error_rate": 0.1,
            "checks_passed": 108,
            "checks_failed": 12,
            "thresholds_failed": FAILED,
        }
    ]


def test_the_data_of_handle_summary() -> None:
    assert facts(stored("k6/handle-summary.json"), "k6") == [
        {
            "type": "load_test",
            "requests": 122,
            "p95_ms": 7.641192599999987,
            "error_rate": 0.09836065573770492,
            "checks_passed": 110,
            "checks_failed": 12,
            "thresholds_failed": FAILED,
        }
    ]


@pytest.mark.parametrize("name", ["summary-export", "handle-summary"])
def test_a_summary_is_known_without_a_role(name: str) -> None:
    assert reduced(stored(f"k6/{name}.json")).format == "k6"


def test_a_test_without_checks_has_none() -> None:
    summary = changed(json.loads(stored("k6/summary-export.json")), ["metrics", "checks"], ...)
    (fact,) = facts(summary, "k6")
    assert (fact["checks_passed"], fact["checks_failed"]) == (0, 0)


def handled() -> Any:
    return json.loads(stored("k6/handle-summary.json"))


@pytest.mark.parametrize("metric", ["http_req_duration", "http_req_failed", "http_reqs"])
def test_a_test_without_requests_cannot_be_judged(metric: str) -> None:
    with pytest.raises(EvidenceError, match="is a k6 summary of a test without HTTP requests"):
        reduced(changed(handled(), ["metrics", metric], ...), "k6")


@pytest.mark.parametrize(
    ("path", "new", "message"),
    [
        (["metrics", "http_req_duration", "values", "p(95)"], ..., r"lacks `p\(95\)`"),
        (["metrics", "http_req_duration", "values", "p(95)"], "7", "must be a number"),
        (["metrics", "http_req_failed", "values", "rate"], ..., "lacks `rate`"),
        (["metrics", "http_reqs", "values", "count"], None, "must be a whole number"),
        (["metrics", "http_reqs", "values", "count"], -1, "must be at least 0"),
        (["metrics", "http_req_duration", "values", "p(95)"], -1, "must be at least 0"),
        (["metrics", "http_req_failed", "values", "rate"], -0.1, "must be at least 0"),
        (["metrics", "http_req_failed", "values", "rate"], 1.1, "must be at most 1"),
        (["metrics", "checks", "values", "fails"], -1, "must be at least 0"),
        (["metrics", "http_reqs"], [], "must be an object"),
        (["metrics", "http_req_failed", "thresholds", "rate<0.01", "ok"], "yes", "must be a boolean"),
        (["metrics", "http_req_failed", "thresholds", "rate<0.01"], None, "must be an object"),
        (["metrics", "http_req_failed", "thresholds"], [], "must be an object"),
    ],
    ids=str,
)
def test_what_breaks_the_form_of_a_summary(path: list[str | int], new: Any, message: str) -> None:
    with pytest.raises(EvidenceError, match=message):
        reduced(changed(handled(), path, new), "k6")

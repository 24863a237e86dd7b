"""k6 summaries: what ``--summary-export`` writes, and what ``handleSummary`` is given, as JSON.

See https://grafana.com/docs/k6/latest/results-output/end-of-test/. Times are in milliseconds in both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gatelib.errors import EvidenceError
from gatelib.evidence.formats import shape
from gatelib.evidence.formats.interface import Fact, Format, Given
from gatelib.evidence.formats.shape import COUNT, FLAG, NUMBER, record

_DURATION, _FAILED, _REQUESTS, _CHECKS = "http_req_duration", "http_req_failed", "http_reqs", "checks"
_SUMMARY: Final = record(
    "metrics",
    metrics={"type": "object", "additionalProperties": record(values=record(), thresholds=record())},
)
_MEASURED: Final = {
    _DURATION: record("p(95)", **{"p(95)": {**NUMBER, "minimum": 0}}),
    _REQUESTS: record("count", count=COUNT),
    _FAILED: record("rate", rate={**NUMBER, "minimum": 0, "maximum": 1}),
    _CHECKS: record("passes", "fails", passes=COUNT, fails=COUNT),
}


class _K6(Format):
    name = "k6"

    def recognises(self, given: Given) -> bool:
        if not isinstance(given.json, Mapping):
            return False
        metrics = given.json.get("metrics")
        return isinstance(metrics, Mapping) and {"iterations", _REQUESTS, "vus"} & metrics.keys() != set()

    def facts(self, given: Given) -> list[Fact]:
        shape.check(given.json, _SUMMARY, what="k6 summary")
        metrics: Mapping[str, Mapping[str, Any]] = given.json["metrics"]
        if not {_DURATION, _FAILED, _REQUESTS} <= metrics.keys():
            raise EvidenceError(
                "is a k6 summary of a test without HTTP requests", hint="measure what users wait for"
            )
        checks = _values(metrics, _CHECKS) if _CHECKS in metrics else {"passes": 0, "fails": 0}
        return [
            {
                "type": "load_test",
                "requests": int(_values(metrics, _REQUESTS)["count"]),
                "p95_ms": _values(metrics, _DURATION)["p(95)"],
                "error_rate": _values(metrics, _FAILED)["rate"],
                "checks_passed": checks["passes"],
                "checks_failed": checks["fails"],
                "thresholds_failed": sorted(_crossed(metrics)),
            }
        ]


FORMAT: Final = _K6()


def _values(metrics: Mapping[str, Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    """Return a metric's values; an exported summary has them beside the thresholds, and a rate is `value`."""
    metric = metrics[name]
    values: Mapping[str, Any] = metric.get("values", metric)
    if "values" not in metric and "value" in metric:
        values = {**metric, "rate": metric["value"]}
    shape.check({name: values}, record(**{name: _MEASURED[name]}), what="k6 summary")
    return values


def _crossed(metrics: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the thresholds that were not kept; an exported summary says of each whether it was crossed."""
    for name, metric in metrics.items():
        for threshold, result in metric.get("thresholds", {}).items():
            is_export = isinstance(result, bool)
            shape.check(result, FLAG if is_export else record("ok", ok=FLAG), what="k6 summary")
            if result if is_export else not result["ok"]:
                yield f"{name}: {threshold}"

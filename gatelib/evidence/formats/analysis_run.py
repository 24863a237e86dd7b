"""Argo Rollouts AnalysisRuns: one, a List or several documents, as JSON or YAML (``kubectl get -o``).

See https://argo-rollouts.readthedocs.io/en/stable/features/analysis/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gatelib.errors import EvidenceError
from gatelib.evidence.formats import moments, shape
from gatelib.evidence.formats.interface import Fact, Format, Given
from gatelib.evidence.formats.shape import COUNT, FLAG, TEXT, items, optional, record

_GROUP: Final = "argoproj.io/"
_KIND: Final = "AnalysisRun"
_PHASE: Final = {
    "type": "string",
    "enum": ["", "Pending", "Running", "Successful", "Failed", "Error", "Inconclusive"],
}
_COUNTS: Final = ("successful", "failed", "inconclusive", "error")
_RUN: Final = record(
    "metadata",
    metadata=record(
        name=TEXT,
        namespace=optional(TEXT),
        labels=optional(record()),
        annotations=optional(record()),
        ownerReferences=optional(items(record("kind", "name", kind=TEXT, name=TEXT))),
    ),
    status=optional(
        record(
            phase=_PHASE,
            startedAt=optional(TEXT),
            completedAt=optional(TEXT),
            metricResults=optional(
                items(
                    record(
                        "name",
                        "phase",
                        name=TEXT,
                        phase=_PHASE,
                        dryRun=FLAG,
                        measurements=optional(
                            items(record("phase", phase=_PHASE, finishedAt=optional(TEXT)))
                        ),
                        **dict.fromkeys(_COUNTS, COUNT),
                    )
                )
            ),
        )
    ),
)


class _AnalysisRun(Format):
    name = "analysis-run"

    def recognises(self, given: Given) -> bool:
        if given.json is None and _KIND.encode() not in given.data:
            return False
        try:
            found = list(_objects(given))
        except EvidenceError:
            return False
        return bool(found) and all(_is_run(value) for value in found)

    def facts(self, given: Given) -> list[Fact]:
        return [_fact(value) for value in _objects(given)]


FORMAT: Final = _AnalysisRun()


def _objects(given: Given) -> Iterator[Any]:
    for value in [given.json] if given.json is not None else _documents(given.data):
        if isinstance(value, Mapping) and str(value.get("kind", "")).endswith("List"):
            listed = value.get("items")
            yield from listed if isinstance(listed, list) else ()
        else:
            yield value


def _documents(data: bytes) -> Iterator[Any]:
    from gatelib.loader import load

    loaded = load(data)
    if loaded.error is not None:
        raise EvidenceError(loaded.error.message, line=loaded.error.line)
    for document in loaded.documents:
        if document.value is not None:
            yield document.value


def _is_run(value: object) -> bool:
    return (
        isinstance(value, Mapping)
        and value.get("kind") == _KIND
        and str(value.get("apiVersion", "")).startswith(_GROUP)
    )


def _fact(run: Mapping[str, Any]) -> Fact:
    shape.check(run, _RUN, what="AnalysisRun of Argo Rollouts")
    metadata, status = run["metadata"], run.get("status") or {}
    return {
        "type": "analysis",
        "name": metadata.get("name", ""),
        "namespace": metadata.get("namespace") or "",
        "rollout": _rollout(metadata),
        "revision": _text(metadata.get("annotations"), "rollout.argoproj.io/revision"),
        "pod_template_hash": _text(metadata.get("labels"), "rollouts-pod-template-hash"),
        "phase": status.get("phase", ""),
        "started": moments.utc(status.get("startedAt")),
        "finished": moments.utc(status.get("completedAt")),
        "metrics": [_metric(result) for result in status.get("metricResults") or []],
    }


def _metric(result: Mapping[str, Any]) -> dict[str, Any]:
    """Argo counts all measurements of a metric and keeps the last ten; here the oldest comes first."""
    measurements = [
        {"phase": measurement["phase"], "finished": moments.utc(measurement.get("finishedAt"))}
        for measurement in result.get("measurements") or []
    ]
    return {
        "name": result["name"],
        "phase": result["phase"],
        "dry_run": result.get("dryRun", False),
        **{count: result.get(count, 0) for count in _COUNTS},
        "measurements": sorted(
            measurements, key=lambda entry: (not entry["finished"], moments.order(entry["finished"]))
        ),
    }


def _rollout(metadata: Mapping[str, Any]) -> str:
    """Return the Rollout that a run belongs to; one of an Experiment or one that somebody made has none."""
    owners = metadata.get("ownerReferences") or []
    return next((str(owner["name"]) for owner in owners if owner["kind"] == "Rollout"), "")


def _text(values: Mapping[str, Any] | None, key: str) -> str:
    found = (values or {}).get(key)
    return found if isinstance(found, str) else ""

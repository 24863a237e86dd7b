"""What rules on trial found, as decision logs and reports have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from gatelib import report_form
from gatelib.authoring.impact import traces
from gatelib.authoring.impact.model import Found, Owner, Place
from gatelib.authoring.impact.readiness import Ledger, Seen
from gatelib.errors import EvidenceError
from gatelib.metrics import documents
from gatelib.metrics.decisions import ENTRYPOINTS
from gatelib.metrics.streaming import Bad, values
from gatelib.normalize import Kinds
from gatelib.policy import Policy
from gatelib.report import Resource

_MOST: Final = 256 * 1024**2


def on_trial(policy: Policy) -> set[str]:
    """Return the rules that a policy's METADATA or bundle put on trial, now or until a date."""
    actions = policy.data["bundle"].get("actions", {})
    return {
        rule
        for rule, entry in policy.catalog.items()
        if entry.get("stage") == "canary"
        or "effective_on" in entry
        or actions.get(rule, {}).get("action") == "canary"
    }


def of_reports(paths: Sequence[Path], ledger: Ledger, owner_of: traces.Owners) -> None:
    """Read reports of ``gatelib check --format json``."""
    for path in paths:
        name = path.as_posix()
        try:
            with path.open("rb") as file:
                kind, content = documents.parse(file.read(_MOST))
        except OSError as error:
            ledger.miss(traces.lost(name, f"cannot be read: {error.strerror}"))
            continue
        except EvidenceError as error:
            ledger.miss(traces.lost(name, error.message, error.line))
            continue
        if kind != "report":
            ledger.miss(traces.lost(name, "is no report of `gatelib check --format json`"))
            continue
        _report(report_form.parse(content), name, ledger, owner_of)


def _report(report: Any, name: str, ledger: Ledger, owner_of: traces.Owners) -> None:
    moment = traces.moment_of(report.now)
    if moment is None or report.errors:
        what = "has no moment" if moment is None else "has errors, so that not everything was judged"
        ledger.miss(traces.lost(name, what))
        return
    denied: dict[str, list[tuple[Found, Owner]]] = {}
    for finding in report.findings:
        if finding.action == "canary":
            place = Place(file=finding.location.file if finding.location else None)
            one = traces.finding(
                finding.rule, finding.message, finding.resource, place, None, finding.fingerprint
            )
            denied.setdefault(finding.rule, []).append((one, owner_of(one)))
    ledger.on_trial |= denied.keys()
    for rule in report.rules:
        if rule.status != "skipped":
            seen = Seen(moment=moment, judged=rule.judged, denied=tuple(denied.get(rule.id, ())))
            ledger.add(rule.id, seen)


def of_logs(paths: Sequence[Path], ledger: Ledger, owner_of: traces.Owners, policy: Policy) -> None:
    """Read decision logs of OPA."""
    reader = _Log(ledger, owner_of, policy)
    for path in paths:
        try:
            with path.open("rb") as file:
                for value in values(file):
                    if isinstance(value, Bad):
                        ledger.miss(traces.lost(path.as_posix(), value.message, value.line))
                    else:
                        reader.read(value, path.as_posix())
        except OSError as error:
            ledger.miss(traces.lost(path.as_posix(), f"cannot be read: {error.strerror}"))


class _Log:
    def __init__(self, ledger: Ledger, owner_of: traces.Owners, policy: Policy) -> None:
        self._ledger, self._owner_of = ledger, owner_of
        self._kinds = Kinds.of(policy.data["kinds"])
        self._trials = on_trial(policy)
        self._types = {rule: _types(entry["kinds"], policy) for rule, entry in policy.catalog.items()}

    def read(self, event: Any, name: str) -> None:
        path = event.get("path") if isinstance(event, Mapping) else None
        steps = path.strip("/").split("/") if isinstance(path, str) else []
        if steps[:1] != ["gatelib"] or len(steps) < 2 or steps[1] not in ENTRYPOINTS:
            self._ledger.leave("no decision of gatelib's policies")
            return
        moment = traces.moment_of(event.get("timestamp"))
        result = event.get("result")
        if moment is None:
            self._ledger.miss(traces.lost(name, "a decision has no moment"))
        elif not isinstance(result, Mapping):
            what = "failed" if "error" in event else "does not tell its findings"
            self._ledger.miss(traces.lost(name, f"a decision {what}"))
        elif isinstance(result.get("response"), Mapping):
            self._review(event, result["response"], moment, name)
        elif isinstance(result.get("rules"), list) or isinstance(result.get("findings"), list):
            self._decision(event, result, moment)
        else:
            self._ledger.miss(traces.lost(name, "a decision does not tell its findings"))

    def _decision(self, event: Mapping[str, Any], result: Mapping[str, Any], moment: datetime) -> None:
        denied: dict[str, list[tuple[Found, Owner]]] = {}
        for raw in traces.objects(result.get("canary")):
            one = _of_raw(raw, event)
            denied.setdefault(one.rule, []).append((one, self._owner_of(one)))
        for raw in traces.objects(result.get("findings")):
            if raw.get("action") == "canary":
                one = _of_raw(raw, event)
                denied.setdefault(one.rule, []).append((one, self._owner_of(one)))
        self._ledger.on_trial |= denied.keys()
        if "rules" not in result:  # an answer to a request, which does not say what judged
            for name in self._trials | denied.keys():
                self._ledger.add(name, Seen(moment=moment, judged=None, denied=tuple(denied.get(name, ()))))
        for rule in traces.objects(result.get("rules")):
            name, judged = str(rule.get("id")), rule.get("judged")
            if rule.get("status") == "canary":
                self._ledger.on_trial.add(name)
            number = judged if isinstance(judged, int) else None
            self._ledger.add(name, Seen(moment=moment, judged=number, denied=tuple(denied.get(name, ()))))

    def _review(
        self, event: Mapping[str, Any], response: Mapping[str, Any], moment: datetime, name: str
    ) -> None:
        """Take the answer to a review: an annotation has the findings, and the kind says what judged."""
        annotations = response.get("auditAnnotations")
        said = annotations.get("canary", "") if isinstance(annotations, Mapping) else ""
        request = traces.mapping(traces.mapping(event.get("input")).get("request"))
        content = traces.mapping(request.get("object"))
        resource = _resource(content, request)
        denied: dict[str, list[tuple[Found, Owner]]] = {}
        for line in str(said).splitlines():
            match = traces.LINE.fullmatch(line)
            if match is None:
                self._ledger.miss(traces.lost(name, "a review's answer does not name all that was found"))
                continue
            labels = traces.mapping(content.get("metadata"))
            one = traces.finding(
                match[1],
                match[2],
                resource,
                Place(request=str(event.get("decision_id"))),
                labels,
                f"{match[1]}|{resource}",
            )
            denied.setdefault(match[1], []).append((one, self._owner_of(one)))
        self._ledger.on_trial |= denied.keys()
        is_known = isinstance(content.get("kind"), str)
        type_ = self._kinds.type_of(content) if is_known else None
        for rule in self._types.keys() | denied.keys():
            types = self._types.get(rule)
            if not is_known:
                judged = None
            else:
                is_one = request.get("operation") != "DELETE" and (types is None or type_ in types)
                judged = 1 if is_one or rule in denied else 0
            if judged != 0:
                self._ledger.add(rule, Seen(moment=moment, judged=judged, denied=tuple(denied.get(rule, ()))))


def _of_raw(raw: Mapping[str, Any], event: Mapping[str, Any]) -> Found:
    given = traces.mapping(raw.get("resource"))
    texts = {key: str(given.get(key, "")) for key in ("apiVersion", "kind", "namespace", "name")}
    resource = Resource(
        api_version=texts["apiVersion"], kind=texts["kind"], namespace=texts["namespace"], name=texts["name"]
    )
    index = raw.get("document")
    contents = [
        traces.mapping(entry.get("content"))
        for entry in traces.objects(traces.mapping(event.get("input")).get("documents"))
        if entry.get("index") == index
    ]
    labels = traces.mapping(contents[0].get("metadata")) if contents else {}
    place = Place(request=f"decision {event.get('decision_id')}")
    message, fingerprint = str(raw.get("msg", raw.get("message", ""))), str(raw.get("fingerprint", ""))
    return traces.finding(str(raw.get("rule")), message, resource, place, labels, fingerprint)


def _resource(content: Mapping[str, Any], request: Mapping[str, Any]) -> Resource:
    metadata, kind = traces.mapping(content.get("metadata")), traces.mapping(request.get("kind"))
    version = "/".join(str(kind[key]) for key in ("group", "version") if kind.get(key))
    return Resource(
        api_version=str(content.get("apiVersion") or version),
        kind=str(content.get("kind") or kind.get("kind") or ""),
        namespace=str(metadata.get("namespace") or request.get("namespace") or ""),
        name=str(metadata.get("name") or request.get("name") or metadata.get("generateName") or ""),
    )


def _types(kinds: Sequence[str], policy: Policy) -> frozenset[str] | None:
    named = set(kinds)
    if "*" in named:
        return None
    if "workloads" in named:
        named |= set(policy.data["kinds"]["workloads"])
    aliases = policy.data["kinds"]["aliases"]
    return frozenset(aliases.get(kind, kind) for kind in named)

"""Requests that were answered before: what of them can be asked again.

An OPA decision log has the input of each decision
(https://www.openpolicyagent.org/docs/management-decision-logs), unless masks took it away; API servers and
proxies keep AdmissionReviews. What cannot be asked again is said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import orjson

from gatelib.loader import RawDocument
from gatelib.metrics.decisions import CODE, ENTRYPOINTS, is_decision
from gatelib.metrics.streaming import Bad, Readable, values
from gatelib.normalize import Document, Kinds, normalize
from gatelib.report import Problem
from gatelib.settings import parse_now

Source = Literal["decision_log", "reviews"]

_OF_NO_RULE: Final = (
    "/input/request/userInfo",
    "/input/request/options",
    "/input/request/object/metadata/managedFields",
)
"""What no rule reads, so that it may be masked."""

_REQUEST: Final = frozenset({"action", "subject", "context", "artefact"})
_REVIEW: Final = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}
_BESIDE: Final = ("inventory", "evidence", "verifications", "request")
_TIMES: Final = "repeats an input that is judged already"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One request."""

    name: str
    """The decision's ID, or the review's."""
    now: str | None
    """When it was asked; ``None`` where nothing says so."""
    gate: str | None
    rules: tuple[str, ...] | None
    """Those that were asked for; ``None`` for all of the gate."""
    documents: tuple[Mapping[str, Any], ...] = ()
    """As an envelope has them."""
    beside: Mapping[str, Any] = field(default_factory=dict)
    """What else an envelope has."""
    is_alone: bool
    """Whether it is one object, without what rules that look at several would need."""


@dataclass(slots=True)
class Reader:
    """Reads files, and remembers what it has seen."""

    ask: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    """Answers ``data.gatelib.admission.request`` for a review."""
    kinds: Kinds
    left_out: dict[str, int] = field(default_factory=dict)
    """How many requests were left out, by the reason why that is no fault."""
    _seen: set[bytes] = field(default_factory=set)

    def read(self, file: Readable, name: str, source: Source) -> Iterator[Record | Problem]:
        """Yield what each line of a file asks."""
        number, bad = 0, 0
        for value in values(file):
            if isinstance(value, Bad):
                bad += 1
                if bad == 1:
                    yield Problem(code=CODE, message=value.message, file=name, line=value.line)
                continue
            if source == "decision_log" and not is_decision(value):
                self._leave("is no decision, but another line of OPA's console")
                continue
            number += 1
            found = (
                self._event(value)
                if source == "decision_log"
                else self._input(value, _uid(value) or f"{name}#{number}", None)
            )
            if isinstance(found, str):
                yield Problem(
                    code=CODE, message=f"request {number} cannot be judged again: {found}", file=name
                )
            elif found is not None:
                yield found
        if bad > 1:
            yield Problem(code=CODE, message=f"has {bad - 1} more places that are no JSON", file=name)
        if not number and not bad:
            yield Problem(code=CODE, message="has no request in it", file=name)

    def _event(self, event: Mapping[str, Any]) -> Record | str | None:
        path = event.get("path")
        steps = path.strip("/").split("/") if isinstance(path, str) else []
        if steps[:1] != ["gatelib"] or len(steps) < 2 or steps[1] not in ENTRYPOINTS:
            return self._leave("is a decision of another policy")
        masked = [
            entry
            for key in ("erased", "masked")
            for entry in _texts(event.get(key))
            if f"{entry}/".startswith("/input/") and not entry.startswith(_OF_NO_RULE)
        ]
        if "input" not in event or masked:
            what = f"`{min(masked)}`" if masked else "the input"
            return f"{what} is masked, or was not logged"
        moment = event.get("timestamp")
        is_moment = isinstance(moment, str) and parse_now(moment) is not None
        return self._input(event["input"], event["decision_id"], moment if is_moment else None)

    def _input(self, given: Any, name: str, now: str | None) -> Record | str | None:
        try:
            digest = hashlib.sha256(orjson.dumps(given, option=orjson.OPT_SORT_KEYS)).digest()
        except (TypeError, ValueError):
            return "its input is nested too deep, or has numbers that no engine takes"
        if digest in self._seen:
            return self._leave(_TIMES)
        self._seen.add(digest)
        return self._shaped(given, name, now)

    def _shaped(self, given: Any, name: str, now: str | None) -> Record | str | None:
        """Return the request in one of the shapes that ``gatelib.input.shapes`` knows."""
        if not isinstance(given, Mapping):
            return "its input is no object"
        if given.get("gatelib") == 1 and isinstance(given.get("documents"), list):
            return _envelope(given, name, now)
        if "gatelib" in given:
            return "its input poses as an envelope"
        if given.get("kind") == "AdmissionReview":
            return self._review(given, given, name, now)
        if isinstance(given.get("review"), Mapping):
            as_review = {
                "apiVersion": "admission.k8s.io/v1",
                "kind": "AdmissionReview",
                "request": given["review"],
            }
            return self._review(as_review, given, name, now)
        if given.keys() & {"action", "artefact"} and given.keys() <= _REQUEST:
            return Record(
                name=name, now=now, gate=None, rules=None, beside={"request": dict(given)}, is_alone=False
            )
        if isinstance(given.get("kind"), str):
            return self._objects(given, None, name, now, None, None)
        return "its input has no shape that gatelib judges"

    def _review(
        self, review: Mapping[str, Any], given: Mapping[str, Any], name: str, now: str | None
    ) -> Record | str | None:
        asked = self.ask(review)
        if "problem" in asked:
            return str(asked["problem"])
        if asked.get("passes") is True:
            return self._leave("brings nothing into being that a rule looks at")
        request = review["request"]
        parameters = given.get("parameters")
        rules = parameters.get("rules") if isinstance(parameters, Mapping) else None
        named = tuple(rule for rule in rules if isinstance(rule, str)) if isinstance(rules, list) else None
        return self._objects(request["object"], request.get("namespace"), name, now, "admission", named)

    def _objects(
        self,
        content: Any,
        namespace: Any,
        name: str,
        now: str | None,
        gate: str | None,
        rules: tuple[str, ...] | None,
    ) -> Record | str | None:
        raw = RawDocument(0, content, 1)
        home = namespace if isinstance(namespace, str) and namespace else None
        found = list(normalize(raw, self.kinds, root=0, namespace=home))
        refused = [one for one in found if not isinstance(one, Document)]
        if refused:
            return refused[0].reason if refused[0].is_error else self._leave(refused[0].reason)
        documents = tuple(
            {"index": index, "file": name, "position": 0, "root": 0, "content": one.content}
            for index, one in enumerate(found)
            if isinstance(one, Document)
        )
        return Record(name=name, now=now, gate=gate, rules=rules, documents=documents, is_alone=True)

    def _leave(self, reason: str) -> Record | None:
        """Count a request that is left out; it stands for no record."""
        self.left_out[reason] = self.left_out.get(reason, 0) + 1
        return None


def _envelope(given: Mapping[str, Any], name: str, now: str | None) -> Record | str:
    rules, gate = given.get("rules"), given.get("gate")
    named = isinstance(rules, list) and all(isinstance(rule, str) for rule in rules)
    if rules is not None and not named:
        return "its envelope names rules that are none"
    documents = given["documents"]
    if not all(
        isinstance(entry, Mapping) and isinstance(entry.get("content"), Mapping) for entry in documents
    ):
        return "its envelope has documents that are none"
    moment = given.get("now")
    return Record(
        name=name,
        now=moment if isinstance(moment, str) else now,
        gate=gate if isinstance(gate, str) else None,
        rules=tuple(rules) if isinstance(rules, list) else None,
        documents=tuple(documents),
        beside={
            key: given[key] for key in ("inventory", "evidence", "verifications", "request") if key in given
        },
        is_alone=False,
    )


def _texts(value: Any) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


def _uid(value: Any) -> str | None:
    request = value.get("request") if isinstance(value, Mapping) else None
    uid = request.get("uid") if isinstance(request, Mapping) else None
    return uid if isinstance(uid, str) and uid else None

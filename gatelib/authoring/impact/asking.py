"""A worker that asks both policies about recorded requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from gatelib import engines
from gatelib.asking import OF_THE_RUN
from gatelib.authoring.impact.model import Found, Place
from gatelib.authoring.impact.recorded import Record
from gatelib.catalog import OF_REQUESTS
from gatelib.engines.interface import Engine
from gatelib.errors import EngineError, EngineTimeoutError
from gatelib.plan import Plan
from gatelib.report import Problem, Resource
from gatelib.tasks import FAILED, TIMED_OUT

_GROUPS = ("deny", "warn", "canary", "waived")


class Reply(NamedTuple):
    """What one side says of one request."""

    findings: tuple[Found, ...]
    problems: tuple[Problem, ...]
    judged: Mapping[str, int]


@dataclass(slots=True)
class Asker:
    """One side; a plan for each gate, or why there is none."""

    plans: Mapping[str, Plan | str]
    only: tuple[str, ...]
    """The rules that were asked for, of all."""
    gate: str | None
    now: str | None
    """When all is judged; ``None`` for when each was asked."""
    _engines: dict[tuple[str, tuple[str, ...]], Engine] = field(default_factory=dict)

    def __call__(self, record: Record) -> Reply:
        """Judge a request."""
        gate = self.gate or record.gate or "pr"
        plan = self.plans.get(gate, f"there is no gate `{gate}`")
        if isinstance(plan, str):
            return Reply((), (_problem(FAILED, plan, record),), {})
        rules = self._rules(plan, record)
        if not rules:
            return Reply((), (), {})
        envelope = {
            **plan.envelope(rules),
            **record.beside,
            "documents": list(record.documents),
            "now": self.now or record.now or plan.now,
        }
        try:
            decision = self._engine(plan, gate, rules).decide(orjson.dumps(envelope)).value
        except EngineTimeoutError as error:
            return Reply((), (_problem(TIMED_OUT, error.message, record),), {})
        except EngineError as error:
            return Reply((), (_problem(FAILED, error.message, record),), {})
        errors = [error for error in decision["errors"] if error["code"] not in OF_THE_RUN]
        codes = {error["code"] for error in decision["errors"]}
        findings = tuple(
            _found(raw, group, record)
            for group in _GROUPS
            for raw in decision[group]
            if raw["rule"] not in codes and "exception" not in raw and self._is_asked_for(raw["rule"])
        )
        problems = tuple(_problem(error["code"], error["message"], record) for error in errors)
        judged = {rule["id"]: rule["judged"] for rule in decision["rules"] if self._is_asked_for(rule["id"])}
        return Reply(findings, problems, judged)

    def left_out(self, record: Record) -> set[str]:
        """Return the rules of the gate that a request is not judged by."""
        plan = self.plans.get(self.gate or record.gate or "pr")
        if plan is None or isinstance(plan, str):
            return set()
        return {rule for rule in plan.rules if self._is_asked_for(rule)} - {*self._rules(plan, record)}

    def _rules(self, plan: Plan, record: Record) -> tuple[str, ...]:
        chosen = set(plan.document_rules) if record.is_alone else set(plan.rules)
        if record.rules is not None:
            known = {rule for rule in record.rules if rule in plan.catalog}
            chosen = chosen & known if record.is_alone else known
        chosen = {rule for rule in chosen if self._is_asked_for(rule)}
        if "request" in record.beside:  # these judge every request, whatever is asked for
            chosen |= {rule for rule in OF_REQUESTS if rule in plan.catalog}
        return tuple(sorted(chosen))

    def _is_asked_for(self, rule: str) -> bool:
        return not self.only or rule in self.only

    def _engine(self, plan: Plan, gate: str, rules: tuple[str, ...]) -> Engine:
        key = (gate, rules)
        if key not in self._engines:
            self._engines[key] = engines.engine(plan.engine)(
                plan.policy.modules_for(rules),
                plan.policy.engine_data(rules),
                timeout=plan.timeout,
                connection=plan.connection,
            )
        return self._engines[key]


class Both:
    """Both sides, about some requests."""

    def __init__(self, askers: tuple[Asker, Asker]) -> None:
        """Compile nothing yet."""
        self._askers = askers

    def __call__(self, task: tuple[Record, ...]) -> list[tuple[Reply, Reply]]:
        """Return both replies to each."""
        old, new = self._askers
        return [(old(record), new(record)) for record in task]


def start(askers: tuple[Asker, Asker]) -> Both:
    """Make a worker."""
    return Both(askers)


def _found(raw: Mapping[str, Any], group: str, record: Record) -> Found:
    resource = raw["resource"]
    return Found(
        rule=raw["rule"],
        action=group,
        severity=raw["severity"],
        message=raw["msg"],
        fingerprint=raw["fingerprint"],
        resource=Resource(
            api_version=resource["apiVersion"],
            kind=resource["kind"],
            namespace=resource["namespace"],
            name=resource["name"],
        ),
        place=Place(request=record.name),
        labels=_metadata(raw, record),
    )


def _metadata(raw: Mapping[str, Any], record: Record) -> Mapping[str, Any]:
    index = raw.get("document")
    content: Mapping[str, Any] = next(
        (entry["content"] for entry in record.documents if entry.get("index") == index), {}
    )
    metadata = content.get("metadata")
    return metadata if isinstance(metadata, Mapping) else {}


def _problem(code: str, message: str, record: Record) -> Problem:
    return Problem(code=code, message=f"request {record.name}: {message}")

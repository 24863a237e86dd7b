"""Answering requests: settings made into a policy once, and asked many times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import orjson

from gatelib import engines, executors, telemetry
from gatelib import settings as settings_
from gatelib.catalog import OF_REQUESTS
from gatelib.engines.interface import VERDICT
from gatelib.errors import EngineError, EngineTimeoutError, EvidenceError, LoadError, UsageError
from gatelib.gate import Gate
from gatelib.run import Run
from gatelib.settings import Settings
from gatelib.verdicts.request import Request

if TYPE_CHECKING:
    from types import TracebackType

    from gatelib.executors.interface import Work
    from gatelib.keys import SigningKey
    from gatelib.plan import Plan
    from gatelib.policy import Policy

Verdict: TypeAlias = dict[str, Any]
"""``{allow, decider, rule_id, reason, findings, bundle, now}``, and ``signature`` where one was asked for."""

_FORM: Final[Mapping[str, type | tuple[type, ...]]] = {
    "allow": bool,
    "decider": str,
    "rule_id": (str, type(None)),
    "reason": str,
    "findings": list,
    "bundle": str,
    "now": str,
}


def evaluate(
    action: str,
    subject: str | Mapping[str, Any],
    context: Mapping[str, Any],
    artefact: Any,
    *,
    signing_key: SigningKey | None = None,
    **values: Any,
) -> Verdict:
    """Return whether a subject may do an action with an artefact, in a context.

    ``context`` carries ``provenance`` (``{origin, actor, timestamp, confidence, simulated}``) and may carry
    an earlier ``verdict``; ``artefact`` is an object or a list of them. Whatever is wrong with a request
    denies it. ``signing_key`` adds a ``signature``; see :func:`verify_verdict`. ``values`` are the fields of
    :class:`Settings`. Who asks more than once makes a :class:`Decider`.

    Raises:
        UsageError: the settings or a configuration cannot be carried out.
        EvidenceError: what the settings name as exceptions, evidence or inventory cannot be used.
        EngineError: the engine gave no answer, which is no verdict either.

    """
    with Decider.load(**values) as decider:
        return decider.evaluate(action, subject, context, artefact, signing_key=signing_key)


class Decider:
    """Answers requests for a verdict; :meth:`load` makes one, and a ``with`` block ends it.

    >>> with Decider.load(gate="pr") as decider:
    ...     verdict = decider.evaluate("deploy", "ci", {"provenance": {...}}, manifest)
    """

    def __init__(self, gate: Gate) -> None:
        """Read what the gate's settings name; :meth:`load` is the way to call it."""
        skipped = sorted({*gate.settings.skip} & {*OF_REQUESTS})
        if skipped:
            raise UsageError(f"rule `{skipped[0]}` judges every request for a verdict")
        run = Run(gate.settings, gate.policy, gate.limits, (), shape="artefact")
        self._fixed_now = gate.settings.now
        self._trust = run.force.trust()
        self._plan, problems = run.plan()
        if self._plan.connection is not None:
            _require_envelopes(self._plan.policy)
        for problem in problems:
            raise EvidenceError(problem.message, file=problem.file, line=problem.line, hint=problem.hint)
        self._executor = executors.executor(
            partial(_start, self._plan),
            jobs=1,
            timeout=self._plan.timeout + 1.0,
            isolated=gate.settings.isolated,
        )

    @classmethod
    def load(cls, settings: Settings | None = None, /, **values: Any) -> Decider:
        """Return one with the shipped rules; keyword arguments are the fields of :class:`Settings`.

        Raises:
            UsageError: a value is not acceptable, or a configuration cannot be carried out.
            EvidenceError: exceptions, evidence or inventory cannot be used.

        """
        return cls(Gate.load(settings, **values))

    def evaluate(
        self,
        action: str,
        subject: str | Mapping[str, Any],
        context: Mapping[str, Any],
        artefact: Any,
        *,
        now: str | None = None,
        signing_key: SigningKey | None = None,
    ) -> Verdict:
        """Return a verdict; see :func:`evaluate`.

        ``now`` is RFC 3339; by default it is the settings', then the clock's.

        Raises:
            UsageError: ``now`` is no RFC 3339 date-time, or the key cannot sign.
            EngineError: the engine gave no answer, which is no verdict either.

        """
        if now is not None and settings_.parse_now(now) is None:
            raise UsageError(f"`{now}` is no RFC 3339 date-time", hint="such as 2026-11-22T00:00:00Z")
        moment = now or self._fixed_now or datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        request = Request(action, subject, context, artefact)
        try:
            verdict = self._ask(self._envelope(request, moment))
        except LoadError as error:
            verdict = self._refusal(error, moment)
            signing_key = None  # there is nothing to bind a signature to
        telemetry.record(verdict, context)
        if signing_key is not None:
            from gatelib.verdicts.signing import signed

            verdict = {**verdict, "signature": signed(verdict, request, signing_key)}
        return verdict

    def close(self) -> None:
        """End what was started."""
        self._executor.close()

    def __enter__(self) -> Decider:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End what was started."""
        self.close()

    def _envelope(self, request: Request, now: str) -> bytes:
        asked = request.to_json(self._plan.limits)
        envelope = self._plan.envelope(self._plan.rules)
        envelope["now"] = now
        envelope["inventory"] = [orjson.Fragment(document) for _, _, document in self._plan.inventory]
        envelope["request"] = orjson.Fragment(asked)
        if request.upstream is not None and self._trust.verdicts:
            from gatelib.verdicts.signing import upstream

            envelope["verifications"] = [*envelope["verifications"], *upstream(request, self._trust)]
        return orjson.dumps(envelope)

    def _ask(self, envelope: bytes) -> Verdict:
        for _, answer in self._executor.run([envelope]):
            if isinstance(answer, EngineError):
                raise answer
            if isinstance(answer, executors.Failure):
                kind = EngineTimeoutError if answer.timed_out else EngineError
                raise kind(f"the engine gave no verdict: {answer.reason}")
            if not isinstance(answer, dict) or not _is_verdict(answer):
                raise EngineError(
                    "the engine gave no verdict",
                    hint="a bundle has `data.gatelib.verdict` where its `inputs` name `artefact`",
                )
            return answer
        raise AssertionError("each task has one result")

    def _refusal(self, error: LoadError, now: str) -> Verdict:
        """Return what ``gatelib.lib.verdicts`` would, of a request that no engine can be given."""
        finding = {
            "rule": error.code,
            "action": "deny",
            "severity": "critical",
            "controls": [],
            "msg": error.message,
        }
        return {
            "allow": False,
            "decider": "gatelib",
            "rule_id": error.code,
            "reason": error.message,
            "findings": [finding],
            "bundle": self._plan.policy.data["bundle"]["revision"],
            "now": now,
        }


def _is_verdict(answer: Mapping[str, Any]) -> bool:
    return answer.keys() == _FORM.keys() and all(isinstance(answer[key], kind) for key, kind in _FORM.items())


def _start(plan: Plan) -> Work:
    """Make a worker, which returns an engine's error as it returns its answer."""
    policy = _taking_envelopes(plan.policy)
    rules = sorted({*plan.rules, *OF_REQUESTS} & plan.catalog.keys())
    made: list[engines.Engine] = []

    def ask(envelope: bytes) -> Any:
        try:
            if not made:
                made.append(
                    engines.engine(plan.engine)(
                        policy.modules_for(rules, ["gatelib.verdict"]),
                        policy.engine_data(rules),
                        timeout=plan.timeout,
                        connection=plan.connection,
                    )
                )
            return made[0].ask(VERDICT, envelope)
        except EngineError as error:
            return error

    return ask


def _require_envelopes(policy: Policy) -> None:
    if "envelope" not in policy.data["bundle"].get("inputs", ()):
        raise UsageError(
            "the server's bundle takes no envelope, which tells it the moment of judgement",
            hint="name `envelope` among its definition's `inputs`, and let only deciders reach the server",
        )


def _taking_envelopes(policy: Policy) -> Policy:
    """Return a policy that is asked here, by us; where a bundle is deployed, an envelope may be anybody's."""
    fixed = policy.data["bundle"]
    if "artefact" not in fixed.get("inputs", ()):
        return policy
    inputs = sorted({*fixed["inputs"], "envelope"})
    return replace(policy, data={**policy.data, "bundle": {**fixed, "inputs": inputs}})

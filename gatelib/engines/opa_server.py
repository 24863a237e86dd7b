"""A running OPA server, which has its policy from a bundle of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gatelib.engines.connection import Connection
from gatelib.engines.interface import DECISION, Decision, Engine
from gatelib.engines.opa_api import Api
from gatelib.errors import EngineError, EngineUnavailableError
from gatelib.policy import Module

_VERSION_TIMEOUT: Final = 30.0
_LONGEST: Final = 100
_TOO_LARGE: Final = "its `server.decoding.max_length` says how large one may be"
_REFUSALS: Final = {400: _TOO_LARGE, 404: "is it OPA that answers at this URL?", 413: _TOO_LARGE}
"""No part of the question would fare better."""


class OpaServerEngine(Engine):
    """Asks a server, and takes no answer but of the bundle that gatelib was given as well."""

    name = "opa-server"

    def __init__(
        self,
        modules: Sequence[Module],
        data: Mapping[str, Any],
        *,
        timeout: float,
        connection: Connection | None = None,
    ) -> None:
        """Note which revision must answer; nothing is sent to the server, which has its own policy."""
        del modules
        self._revision: str = data["gatelib"]["bundle"]["revision"]
        self._exceptions = len(data["gatelib"]["exceptions"])
        self._api = Api(_named(connection), timeout=timeout)

    def decide(self, envelope: bytes) -> Decision:
        """Ask the server; each answer says which bundles it comes from."""
        decision = super().decide(envelope)
        self._check_exceptions(decision)
        return decision

    def ask(self, question: str, envelope: bytes) -> Any:
        """Ask the server; as there."""
        answer = _ask(self._api, question, envelope)
        self._check(answer)
        return answer["result"]

    @classmethod
    def version(cls, connection: Connection | None = None) -> str:
        """Return the version of the OPA that answers."""
        # No more than that: a rule on trial that fails must not fail this.
        answer = _ask(Api(_named(connection), timeout=_VERSION_TIMEOUT), f"{DECISION}.revision", b"{}")
        return str(_object(answer.get("provenance")).get("version", ""))[:_LONGEST]

    def _check(self, answer: Mapping[str, Any]) -> None:
        """Refuse an answer of another revision, or one whose policy came from no bundle at all."""
        result, provenance = _object(answer["result"]), _object(answer.get("provenance"))
        said = str(result.get("revision", result.get("bundle")))[:_LONGEST]
        if said != self._revision:
            raise EngineUnavailableError(
                f"the OPA server answers from bundle `{said}`, and `{self._revision}` was expected",
                hint="give the bundle that the server runs with --bundle, or wait until it has the new one",
            )
        active = [_object(bundle).get("revision") for bundle in _object(provenance.get("bundles")).values()]
        if self._revision not in active:
            raise EngineUnavailableError(
                f"the OPA server has the policy of `{self._revision}`, but from no bundle",
                hint="`gatelib bundle status` compares what it runs with what it should run",
            )

    def _check_exceptions(self, decision: Decision) -> None:
        """Refuse an answer that names an exception which the server did not have when the run began."""
        raws = [raw for key in ("deny", "warn", "canary", "waived", "errors") for raw in decision.value[key]]
        numbers = [raw[key] for raw in raws for key in ("exception", "waived_by") if key in raw]
        numbers += [number for raw in raws for number in raw.get("matched_by", ())]
        if any(number not in range(self._exceptions) for number in numbers):
            raise EngineUnavailableError(
                "the OPA server got other exceptions while it was asked", hint="run again"
            )


def _named(connection: Connection | None) -> Connection:
    if connection is None:
        raise EngineUnavailableError("no OPA server is named", hint="name one with --opa URL")
    return connection


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _ask(api: Api, question: str, envelope: bytes) -> Mapping[str, Any]:
    parameters = {"strict-builtin-errors": "true", "provenance": "true"}
    reply = api.post("/v1/" + question.replace(".", "/"), b'{"input":' + envelope + b"}", **parameters)
    if reply.status in _REFUSALS:
        raise EngineUnavailableError(
            f"the OPA server refuses the question: {api.said(reply)}", hint=_REFUSALS[reply.status]
        )
    if reply.status != 200:
        raise EngineError(f"the OPA server failed: {api.said(reply)}")
    answer = reply.value()
    if not isinstance(answer, dict) or "result" not in answer:
        raise EngineUnavailableError(
            "the OPA server gave no decision",
            hint=f"{question} is undefined there: /health?bundles tells whether its bundle is active",
        )
    return answer

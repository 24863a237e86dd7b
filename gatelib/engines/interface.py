"""The plug point for engines: an envelope goes in, a decision or a verdict comes out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import orjson

from gatelib.engines.connection import Connection
from gatelib.errors import EngineError
from gatelib.policy import Module

DECISION = "data.gatelib.main"
"""The one document that every engine is asked for."""

VERDICT = "data.gatelib.verdict"
"""The same decision, as the answer to a request."""

_LISTS = ("deny", "warn", "canary", "waived", "rules", "waivers_used", "errors")


class Decision(NamedTuple):
    """An engine's answer, in an order that no engine chooses."""

    value: Mapping[str, Any]

    @classmethod
    def parse(cls, value: object) -> Decision:
        """Take an engine's answer.

        Raises:
            EngineError: it has another form, or lacks ``rules`` and ``revision``, which prove that it ran.

        """
        if not isinstance(value, dict):
            raise EngineError("the engine gave no decision", hint=f"{DECISION} is undefined in this policy")
        missing = [key for key in (*_LISTS, "revision", "verdict") if key not in value]
        if missing or not all(isinstance(value[key], list) for key in _LISTS):
            lacks = ", ".join(missing) or "a list"
            raise EngineError(f"the engine's answer is no decision: it lacks {lacks}")
        return cls({key: _canonical(entry) if key in _LISTS else entry for key, entry in value.items()})

    def to_bytes(self) -> bytes:
        """Return the canonical JSON, equal for equal decisions."""
        return orjson.dumps(self.value, option=orjson.OPT_SORT_KEYS)


class Engine(ABC):
    """Runs one policy; made once, asked many times."""

    name: ClassVar[str]
    """What ``--engine`` calls it."""

    @abstractmethod
    def __init__(
        self,
        modules: Sequence[Module],
        data: Mapping[str, Any],
        *,
        timeout: float,
        connection: Connection | None = None,
    ) -> None:
        """Load the policy.

        ``timeout`` is in seconds, for one decision; an engine that runs in this process cannot keep it and
        relies on the executor, which ends the process. ``connection`` is for an engine that runs elsewhere.

        Raises:
            EngineError: the engine is not there, or refuses the policy.

        """

    def decide(self, envelope: bytes) -> Decision:
        """Judge an envelope in JSON.

        Raises:
            EngineError: the engine failed, or its answer is no decision.
            EngineTimeoutError: it did not answer in time.

        """
        return Decision.parse(self.ask(DECISION, envelope))

    @abstractmethod
    def ask(self, question: str, envelope: bytes) -> Any:
        """Return the value of a document, such as ``data.gatelib.main``, with an envelope as input.

        ``None`` stands for one that is undefined. Raises as :meth:`decide` does.
        """

    @classmethod
    @abstractmethod
    def version(cls, connection: Connection | None = None) -> str:
        """Return the engine's own version; one that runs elsewhere is asked.

        Raises:
            EngineError: the engine is not there.

        """


def _canonical(entries: list[Any]) -> list[Any]:
    return sorted(entries, key=lambda entry: orjson.dumps(entry, option=orjson.OPT_SORT_KEYS))

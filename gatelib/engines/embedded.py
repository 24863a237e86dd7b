"""regorus, in this process: no binary, no server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import orjson

from gatelib.engines.connection import Connection
from gatelib.engines.interface import Engine
from gatelib.errors import EngineError
from gatelib.policy import Module

_DISTRIBUTION: Final = "gordon_to_regorus-"
_NOTHING: Final = "true"
"""A question that makes an engine analyse the whole policy, and nothing more."""


class EmbeddedEngine(Engine):
    """The default engine."""

    name = "embedded"

    def __init__(
        self,
        modules: Sequence[Module],
        data: Mapping[str, Any],
        *,
        timeout: float,
        connection: Connection | None = None,
    ) -> None:
        """Compile the policy; ``timeout`` is the executor's to keep."""
        del timeout, connection
        self._engine = _regorus().Engine()
        try:
            for module in modules:
                self._engine.add_policy(module.path, module.text)
            self._engine.add_data_json(orjson.dumps(data).decode())
        except Exception as error:  # regorus raises RuntimeError and ValueError of its own making
            raise EngineError(f"the embedded engine refuses the policy: {_first_lines(error)}") from None
        self._analysed = False

    def ask(self, question: str, envelope: bytes) -> Any:
        """Evaluate in a copy of the compiled engine, so that no answer leaks into the next."""
        try:
            if not self._analysed:  # or each copy would do it again
                self._engine.eval_query_as_json(_NOTHING)
                self._analysed = True
            engine = self._copy()
            engine.set_input_json(envelope.decode())
            answer = engine.eval_query_as_json(question)
        except Exception as error:  # as above
            raise EngineError(f"the embedded engine failed: {_first_lines(error)}") from None
        results = orjson.loads(answer).get("result", [])
        return results[0]["expressions"][0]["value"] if results else None

    def _copy(self) -> Any:
        """Return the engine that is to answer one question."""
        return self._engine.clone()

    @classmethod
    def version(cls, connection: Connection | None = None) -> str:
        """Return regorus' version."""
        del connection
        spec = find_spec("regorus")
        if spec is None or spec.origin is None:
            raise EngineError("the embedded engine has no wheel for this platform")
        # The folder's name says it; importlib.metadata takes as long to import as a decision.
        for place in Path(spec.origin).parent.parent.glob(f"{_DISTRIBUTION}*.dist-info"):
            return place.name.removeprefix(_DISTRIBUTION).removesuffix(".dist-info")
        return "unknown"


def _regorus() -> Any:
    try:
        import regorus
    except ImportError:  # no wheel for this platform
        raise EngineError(
            "the embedded engine has no wheel for this platform", hint="install `opa` and use --engine opa"
        ) from None
    return regorus


def _first_lines(error: Exception) -> str:
    text = str(error).partition("Stack backtrace")[0]
    lines = [line.strip() for line in text.splitlines() if line.strip() not in ("", "|")]
    return " ".join(lines)[:400]

"""regorus, in this process: no binary, no server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from gatelib.engines.interface import DECISION, Decision, Engine
from gatelib.errors import EngineError
from gatelib.policy import Module

try:
    import regorus
except ImportError:  # no wheel for this platform
    regorus = None

_MAX_DEPTH = 127  # of JSON that regorus reads


class EmbeddedEngine(Engine):
    """The default engine."""

    name = "embedded"

    def __init__(self, modules: Sequence[Module], data: Mapping[str, Any], *, timeout: float) -> None:
        """Compile the policy; ``timeout`` is the executor's to keep."""
        del timeout
        if regorus is None:
            raise EngineError(
                "the embedded engine has no wheel for this platform",
                hint="install `opa` and use --engine opa",
            )
        self._engine = regorus.Engine()
        try:
            for module in modules:
                self._engine.add_policy(module.path, module.text)
            self._engine.add_data_json(orjson.dumps(data).decode())
        except Exception as error:  # regorus raises RuntimeError and ValueError of its own making
            raise EngineError(f"the embedded engine refuses the policy: {_first_lines(error)}") from None

    def decide(self, envelope: bytes) -> Decision:
        """Evaluate in a copy of the compiled engine, so that no answer leaks into the next."""
        engine = self._engine.clone()
        try:
            engine.set_input_json(envelope.decode())
            answer = engine.eval_query_as_json(DECISION)
        except Exception as error:  # as above
            raise EngineError(f"the embedded engine failed: {_first_lines(error)}") from None
        results = orjson.loads(answer).get("result", [])
        value = results[0]["expressions"][0]["value"] if results else None
        return Decision.parse(value)

    @classmethod
    def version(cls) -> str:
        """Return regorus' version."""
        if regorus is None:
            raise EngineError("the embedded engine has no wheel for this platform")
        # The folder's name says it; importlib.metadata takes as long to import as a decision.
        found = sorted(Path(regorus.__file__).parent.parent.glob("gordon_to_regorus-*.dist-info"))
        return (
            found[0].name.removeprefix("gordon_to_regorus-").removesuffix(".dist-info")
            if found
            else "unknown"
        )


def _first_lines(error: Exception) -> str:
    text = str(error).partition("Stack backtrace")[0]
    lines = [line.strip() for line in text.splitlines() if line.strip() not in ("", "|")]
    return " ".join(lines)[:400]

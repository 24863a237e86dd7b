"""What the shipped Rego says, asked in this process and by itself."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson
import regorus

from gatelib.policy import shipped


@cache
def _compiled() -> Any:
    policy = shipped()
    engine = regorus.Engine()
    for module in policy.modules_for([]):
        engine.add_policy(module.path, module.text)
    engine.add_data_json(orjson.dumps(policy.engine_data([])).decode())
    return engine


def value_of(path: str, given: object) -> Any:
    """Return what a document such as ``data.gatelib.input.documents`` is for an input."""
    engine = _compiled().clone()
    engine.set_input_json(orjson.dumps(given).decode())
    result = orjson.loads(engine.eval_query_as_json(path))["result"]
    return result[0]["expressions"][0]["value"]

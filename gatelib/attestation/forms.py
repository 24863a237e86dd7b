"""JSON that was read, held against a shipped schema."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import orjson

from gatelib import resources
from gatelib.errors import EvidenceError

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


def require(value: object, schema: str, what: str) -> None:
    """Refuse what breaks a schema.

    Raises:
        EvidenceError: it does.

    """
    from jsonschema.exceptions import best_match

    error = best_match(_validator(schema).iter_errors(value))
    if error is not None:
        where = ".".join(str(step) for step in error.absolute_path)
        raise EvidenceError(f"is no {what}: `{where or 'it'}` breaks the schema's `{error.validator}`")


@cache
def _validator(schema: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(orjson.loads(resources.schema(schema).read_bytes()))

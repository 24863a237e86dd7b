"""Whether a file has the parts that are read of it; what else it has is its tool's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gatelib.errors import EvidenceError

Shape = Mapping[str, Any]
"""A JSON Schema."""

_WRITE_AGAIN: Final = "write the file again, with the tool that it comes from"


def check(value: object, shape: Shape, *, what: str, line: int | None = None) -> None:
    """Compare a value with a shape; ``what`` names the file's format.

    Raises:
        EvidenceError: the value breaks it; the message names the first place.

    """
    from gatelib.validation import violations

    for violation in violations(value, shape):
        raise EvidenceError(f"is no {what}: {violation.message}", line=line, hint=_WRITE_AGAIN)


def record(*required: str, **properties: Shape) -> Shape:
    """Return the shape of an object: what each of its keys is, and which of them it must have."""
    return {"type": "object", "properties": properties, "required": list(required)}


def items(shape: Shape) -> Shape:
    """Return the shape of a list."""
    return {"type": "array", "items": shape}


def optional(shape: Shape) -> Shape:
    """Return the same shape, or null, which many tools write for nothing."""
    return {"anyOf": [{"type": "null"}, shape]}


TEXT: Final[Shape] = {"type": "string"}
NUMBER: Final[Shape] = {"type": "number"}
COUNT: Final[Shape] = {"type": "integer", "minimum": 0}
FLAG: Final[Shape] = {"type": "boolean"}

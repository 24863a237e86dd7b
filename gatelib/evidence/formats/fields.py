"""Fields of a document that may be absent or null, and must not be anything else than they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelib.errors import EvidenceError

_WRITE_AGAIN = "write the file again, with the tool that it comes from"


def mapping(value: object, what: str) -> Mapping[str, Any]:
    """Return an object, or an empty one for null; ``what`` names the file's format.

    Raises:
        EvidenceError: it is something else.

    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise EvidenceError(f"is no {what}: it has something else than an object in it", hint=_WRITE_AGAIN)
    return value


def values(value: object, what: str) -> list[Any]:
    """Return a list, or an empty one for null.

    Raises:
        EvidenceError: it is something else.

    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise EvidenceError(f"is no {what}: it has something else than a list in it", hint=_WRITE_AGAIN)
    return value


def mappings(value: object, what: str) -> list[Mapping[str, Any]]:
    """Return a list of objects.

    Raises:
        EvidenceError: it is something else.

    """
    return [mapping(entry, what) for entry in values(value, what)]


def text(value: object) -> str:
    """Return text without the white space around it, and empty text for anything else."""
    return value.strip() if isinstance(value, str) else ""


def line(value: object) -> int:
    """Return the number of a line, and 0 for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**53 else 0

"""Reading JSON that a stranger wrote: values of the form that is wanted, empty ones in place of any other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def text(value: object) -> str:
    """Return a text; nothing in place of what is none."""
    return value if isinstance(value, str) else ""


def texts(value: object) -> tuple[str, ...]:
    """Return the texts of a list."""
    return tuple(entry for entry in listed(value) if isinstance(entry, str))


def count(value: object) -> int:
    """Return a number of things; 0 in place of what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


def mapping(value: object) -> Mapping[str, Any]:
    """Return an object; an empty one in place of what is none."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> tuple[Mapping[str, Any], ...]:
    """Return the objects of a list."""
    return tuple(entry for entry in listed(value) if isinstance(entry, dict))


def listed(value: object) -> list[Any]:
    """Return a list; an empty one in place of what is none."""
    return value if isinstance(value, list) else []

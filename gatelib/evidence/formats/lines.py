"""Files of one JSON value, or of one a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gatelib.errors import EvidenceError
from gatelib.evidence.formats import content
from gatelib.evidence.formats.interface import Given


def values(given: Given) -> Iterator[tuple[int | None, Any]]:
    """Yield each JSON value of a file with its line; the one value of a file has none.

    Raises:
        EvidenceError: a line is no JSON.

    """
    if given.json is not None:
        yield None, given.json
    else:
        yield from content.json_lines(given.data)


def first(given: Given) -> Any:
    """Return the first JSON value of a file; ``None`` where it does not begin with one."""
    try:
        return next((value for _, value in values(given)), None)
    except EvidenceError:
        return None

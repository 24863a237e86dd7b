"""Two values as a diff of their JSON."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff
from typing import Any, Final

import orjson

_SORTED: Final = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS


def difference(expected: Any, found: Any) -> Iterator[str]:
    """Yield the lines of a diff, with all that is the same when there is little of it."""
    yield from unified_diff(_lines(expected), _lines(found), "expected", "found", lineterm="", n=6)


def _lines(value: Any) -> list[str]:
    return orjson.dumps(value, option=_SORTED).decode().splitlines()

"""Moments in seconds since 1970."""

from __future__ import annotations

import re
from typing import Final

from gatelib.settings import parse_now

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DAY: Final = 86400


def seconds(value: object) -> float | None:
    """Return the moment that an RFC 3339 date-time names, or the first of a date; else ``None``."""
    if not isinstance(value, str):
        return None
    moment = parse_now(f"{value}T00:00:00Z" if _DATE.fullmatch(value) else value)
    return moment.timestamp() if moment else None


def end(value: object) -> float | None:
    """Return the same, but of a date the moment after its last one, as an expiry means it."""
    found = seconds(value)
    if found is None or not isinstance(value, str):
        return None
    return found + _DAY if _DATE.fullmatch(value) else found

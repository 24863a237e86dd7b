"""Times in evidence: RFC 3339 date-times, in UTC."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Final

_DATE_TIME: Final = re.compile(
    r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)


def utc(value: object) -> str:
    """Return an RFC 3339 date-time of the years 1970 to 2259 in UTC, to the nanosecond; else empty text."""
    match = _DATE_TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return ""
    whole, fraction, zone = match[1].upper(), (match[2] or "").rstrip("0"), match[3].upper()
    try:
        moment = datetime.fromisoformat(whole + zone.replace("Z", "+00:00")).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return ""
    if not 1970 <= moment.year <= 2259:
        return ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{'.' if fraction else ''}{fraction}Z"


def order(moment: str) -> str:
    """Return what orders the texts of :func:`utc` by time; empty text comes first."""
    return moment.removesuffix("Z")


def seconds(moment: str) -> float:
    """Return a text of :func:`utc` in seconds since 1970."""
    whole, _, fraction = moment.removesuffix("Z").partition(".")
    return datetime.fromisoformat(f"{whole}+00:00").timestamp() + float(f"0.{fraction or 0}")

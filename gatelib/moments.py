"""From the dates that people write to the moments that engines read: RFC 3339 date-times with an offset."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Final

from gatelib.settings import parse_now

_DAY: Final = r"\d{4}-\d\d-\d\d"
_LOCAL: Final = rf"{_DAY}T\d\d:\d\d:\d\d"
_ZONE: Final = r"UTC|[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)+"


def worked_out(text: str, time_zone: str | None, *, last: bool = False) -> str:
    """Return the moment of a date, of a local time, or of an RFC 3339 date-time, as the last of these.

    Without a ``time_zone`` (an IANA name), a date is one of UTC, and a time needs its offset. A date is its
    first moment; as the ``last`` day of something, the moment when it is over.

    Raises:
        ValueError: there is no such moment, or more than one; says why, or what to write instead.

    """
    day = _as_day(text)
    if day is not None:
        day += timedelta(days=last)
        moment = f"{day:%Y-%m-%dT%H:%M:%S}Z" if time_zone is None else _in_zone(day, time_zone)
        if parse_now(moment) is None:
            raise ValueError(f"`{text}` is later than any engine can tell")
        return moment
    if time_zone is None:
        if parse_now(text) is None:
            raise ValueError(f"`{text}` is no RFC 3339 date or date-time")
        return text
    if re.fullmatch(_LOCAL, text, re.ASCII) is None or parse_now(f"{text}Z") is None:
        raise ValueError(f"`{text}` is no date, and no time without an offset, as a time zone needs it")
    return _in_zone(datetime.fromisoformat(text), time_zone)


def nanoseconds(moment: str) -> int | None:
    """Return an RFC 3339 date-time as ``gatelib.lib.timestamps.ns`` does, in nanoseconds since 1970."""
    parsed = parse_now(moment)
    if parsed is None:
        return None
    fraction = re.search(r"\.(\d{1,9})", moment)
    return round(parsed.timestamp()) * 10**9 + (int(fraction[1].ljust(9, "0")) if fraction else 0)


def _as_day(text: str) -> datetime | None:
    moment = parse_now(f"{text}T00:00:00Z") if re.fullmatch(_DAY, text, re.ASCII) else None
    return moment.replace(tzinfo=None) if moment else None


def _in_zone(local: datetime, name: str) -> str:
    from zoneinfo import ZoneInfo

    try:
        # What is not of this form would depend on the machine, such as `localtime`.
        zone = ZoneInfo(name) if re.fullmatch(_ZONE, name, re.ASCII) else None
    except (KeyError, ValueError, OSError):
        zone = None
    if zone is None:
        raise ValueError(
            f"there is no time zone `{name}`: write `Area/City` of the IANA database, which must be installed"
        )
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.astimezone(timezone.utc).astimezone(zone).replace(tzinfo=None) != local:
        raise ValueError(f"the clocks of `{name}` skip {local:%Y-%m-%dT%H:%M:%S}: write another time")
    if first.utcoffset() != second.utcoffset():
        shown = f"{local:%Y-%m-%dT%H:%M:%S}"
        raise ValueError(f"the clocks of `{name}` show {shown} twice: write it with its offset, and no zone")
    text = first.isoformat(timespec="seconds")
    # Until 1972, some offsets had seconds, which RFC 3339 has not.
    return text if parse_now(text) else f"{first.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"

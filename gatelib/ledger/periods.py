"""How long what an entry names must exist, by the entry's type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import orjson

from gatelib.errors import UsageError

DEFAULT: Final = "default"
"""Stands for every type that has no period of its own."""

_TABLE: Final = Path(__file__).with_name("retention.json")
_PERIOD: Final = re.compile(r"([1-9][0-9]{0,3})([yd])")
_MOST_YEARS: Final = 100


class Period(NamedTuple):
    """A length of time."""

    years: int
    days: int

    def after(self, day: date) -> date:
        """Return the first day on which what is of that day need not exist any more."""
        if day.year + self.years + self.days // 365 >= date.max.year:
            return date.max
        try:
            end = day.replace(year=day.year + self.years)
        except ValueError:  # a 29th of February, in a year that has none
            end = date(day.year + self.years, 3, 1)
        return end + timedelta(days=self.days)


class Periods:
    """The shipped table, with what somebody set in its place."""

    def __init__(self, said: Mapping[str, str] | None = None) -> None:
        """Take periods by type, or for ``default``, such as ``3y`` or ``400d``.

        Raises:
            UsageError: one is no period.

        """
        shipped = orjson.loads(_TABLE.read_bytes())
        self.said: dict[str, str] = {DEFAULT: shipped[DEFAULT], **shipped["types"], **(said or {})}
        """Each as it was written."""
        self._read = {type_: _period(type_, text) for type_, text in self.said.items()}

    def until(self, type_: str, day: date) -> date:
        """Return until when what an entry of some day names must exist."""
        return self._read.get(type_, self._read[DEFAULT]).after(day)


def _period(type_: str, text: str) -> Period:
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise UsageError(f"`{text}` is no period for `{type_}`", hint="years or days, such as 3y or 400d")
    number = int(match[1])
    if match[2] == "d":
        return Period(0, number)
    if number > _MOST_YEARS:
        raise UsageError(f"`{text}` is too long a period for `{type_}`", hint=f"at most {_MOST_YEARS}y")
    return Period(number, 0)

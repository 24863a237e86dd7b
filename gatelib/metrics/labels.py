"""What a label may say: so little that no report and no log can fill a database with series.

A value is a word of a closed set, or has the form of an identifier; of those that gatelib does not know only
so many are taken, in the order in which they are met. Everything else is ``other``. A name, a message, or a
text that somebody chose never becomes a label.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

import orjson

from gatelib import resources
from gatelib.catalog import GATES, SEVERITIES

OTHER: Final = "other"
NONE: Final = "none"

_RULE: Final = r"[A-Z][A-Z0-9]{0,15}(-[A-Z0-9]{1,16}){0,3}-[0-9]{3}"
_CONTROL: Final = r"(?=.{1,32}$)[A-Za-z0-9]+([._-][A-Za-z0-9]+)*"
_CODE: Final = r"GL-[A-Z]{2,8}-[0-9]{3}"

_MOST: Final = 500
"""Values of a label that gatelib does not know."""


class Values:
    """The values of one label."""

    def __init__(self, form: str = "", known: Iterable[str] = (), most: int = _MOST) -> None:
        self._form = re.compile(form, re.ASCII)
        self._taken = set(known)
        self._room = most if form else 0

    def __call__(self, value: object) -> str:
        """Return the value, or ``other``."""
        if not isinstance(value, str):
            return OTHER
        if value in self._taken:
            return value
        if self._room and self._form.fullmatch(value):
            self._room -= 1
            self._taken.add(value)
            return value
        return OTHER


class Labels:
    """The values of all labels of one exposition."""

    def __init__(self) -> None:
        """Take what the shipped catalogue knows as known."""
        rules = catalog()
        self.rule = Values(_RULE, rules)
        self.control = Values(
            _CONTROL, {control for entry in rules.values() for control in entry["controls"]}
        )
        self.code = Values(_CODE)
        self.gate = Values(known=GATES)
        self.severity = Values(known=SEVERITIES)

    def severity_of(self, rule: object) -> str:
        """Return the severity of a rule that the shipped catalogue has."""
        entry = catalog().get(rule) if isinstance(rule, str) else None
        return self.severity(entry["severity"]) if entry else OTHER


def controls_of(rule: object) -> list[str]:
    """Return the controls of a rule that the shipped catalogue has."""
    entry = catalog().get(rule) if isinstance(rule, str) else None
    return list(entry["controls"]) if entry else []


@cache
def catalog() -> Mapping[str, Any]:
    """Return the shipped catalogue's entries by rule."""
    file = resources.rego() / "gatelib" / "catalog" / "core" / "data.json"
    found: Mapping[str, Any] = orjson.loads(file.read_bytes())
    return found

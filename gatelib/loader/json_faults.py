"""Where a JSON text has what no JSON document may have.

The decoder only notices that; this finds the place, token by token.
"""

from __future__ import annotations

import json
import re
from math import isfinite
from typing import Final

from gatelib.loader.problems import DUPLICATE_KEY, NO_JSON_FORM, Fault, quoted

read_value: Final = json.JSONDecoder(parse_int=float).raw_decode
"""Return the JSON value at an offset and its end; it takes all JSON, and integers of any length."""


class UnacceptableError(Exception):
    """The decoder met a duplicate key, or a value that JSON has no form for."""


_SPACE: Final = re.compile(r"[ \t\n\r]*")


def skip_space(text: str, offset: int) -> int:
    """Return the offset of what follows JSON's white space."""
    match = _SPACE.match(text, offset)
    return match.end() if match else offset


_ESCAPE: Final = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F])|.)", re.DOTALL
)


def has_lone_surrogate(text: str, start: int, end: int) -> bool:
    """Tell whether an escape writes half a surrogate pair, which is no character."""
    return any(escape[1] for escape in _ESCAPE.finditer(text, start, end))


_LEXEME: Final = re.compile(r'["\[\]{},]|[^\s"\[\]{}:,]+')


def diagnose(text: str, start: int) -> Fault:
    """Return the first fault of the JSON value at ``start``, which is known to have one."""
    keys: list[set[str] | None] = []  # of the open objects and, as None, of the open lists
    expects_key = False
    end = start
    while match := _LEXEME.search(text, end):
        lexeme, at, end = match[0], match.start(), match.end()
        if lexeme == '"':
            string, end = read_value(text, at)
            if has_lone_surrogate(text, at, end):
                return Fault(NO_JSON_FORM, "An escape writes half a surrogate pair.", at, hint=_PAIR)
            if expects_key and keys and (seen := keys[-1]) is not None:
                if string in seen:
                    message = f"The key {quoted(string)} is written twice in one object."
                    return Fault(DUPLICATE_KEY, message, at, hint=_ONE)
                seen.add(string)
            expects_key = False
        elif lexeme in "[{":
            expects_key = lexeme == "{"
            keys.append(set() if expects_key else None)
        elif lexeme in "]}":
            keys.pop()
        elif lexeme == ",":
            expects_key = bool(keys) and keys[-1] is not None
        elif lexeme in ("NaN", "Infinity", "-Infinity") or _is_too_large(lexeme):
            return Fault(NO_JSON_FORM, "JSON has no infinity and no NaN, and numbers end at 1.8e308.", at)
    return Fault(NO_JSON_FORM, "This has no form in JSON.", start)


_PAIR: Final = "Write the character itself, or both halves."
_ONE: Final = "Keep one: only the last would count."


def _is_too_large(lexeme: str) -> bool:
    return lexeme[0] in "-0123456789" and not isfinite(float(lexeme))

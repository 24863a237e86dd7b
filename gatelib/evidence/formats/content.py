"""From the bytes of a file of evidence to text, and to JSON where it is JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import orjson

from gatelib.errors import EvidenceError, LoadError

MAX_BYTES: Final = 256 * 1024 * 1024
"""A larger file of evidence is not read: what it is reduced from lies in memory."""

_SPACE: Final = b" \t\r\n"
_REWRITE: Final = "write the file again, with the tool that it comes from"


def decoded(data: bytes) -> bytes:
    """Return a file's bytes as UTF-8 without a byte order mark.

    Raises:
        EvidenceError: the file is empty, too large, or is no text.

    """
    from gatelib.loader.encoding import to_utf8

    try:
        utf8 = to_utf8(data, MAX_BYTES)
    except LoadError as error:
        raise EvidenceError(error.message, line=error.line, hint=_REWRITE) from None
    if not utf8.strip(_SPACE):
        raise EvidenceError("the file is empty", hint=_REWRITE)
    return utf8


def json(data: bytes) -> tuple[Any, EvidenceError | None]:
    """Return the value of a JSON object or list, or ``None`` and what is wrong with it.

    Other text gives ``None`` and no error: nobody meant it to be JSON. Several documents, one a line or back
    to back, are none.

    Raises:
        EvidenceError: it is JSON, but has a key twice in one object, so that readers differ about it.

    """
    if data.lstrip(_SPACE)[:1] not in (b"{", b"["):
        return None, None
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        line = min(error.lineno, last_line(data))
        return None, EvidenceError(f"this is no JSON: {error.msg}", line=line, hint=_REWRITE)
    try:
        again = orjson.dumps(value)
    except orjson.JSONEncodeError:
        raise EvidenceError("this JSON is nested too deep", hint=_REWRITE) from None
    if _strings(data) != _strings(again):
        raise _duplicate(data)
    return value, None


def json_lines(data: bytes) -> Iterator[tuple[int, Any]]:
    """Yield each line's number, from 1, and its JSON value; empty lines are left out.

    Raises:
        EvidenceError: a line is no JSON, or has a key twice in one object.

    """
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip(_SPACE):
            continue
        try:
            value, fault = json(line)
        except EvidenceError as error:
            fault = error
        if fault is not None or value is None:
            message = fault.message if fault else "this is no JSON object"
            raise EvidenceError(message, line=number, hint=_REWRITE)
        yield number, value


def last_line(data: bytes) -> int:
    """Return the number of the last line that says something: what is missing is missing there."""
    return data.count(b"\n", 0, len(data.rstrip(_SPACE))) + 1


def _strings(data: bytes) -> int:
    """Count the quotes around the strings of valid JSON.

    A key that is lost because it is written twice takes its string with it. This costs a tenth of what a
    parser that looks at each key would.
    """
    if b"\\" in data:
        data = data.replace(b"\\\\", b"")
        return data.count(b'"') - data.count(b'\\"')
    return data.count(b'"')


def _duplicate(data: bytes) -> EvidenceError:
    from gatelib.loader.json_faults import diagnose

    text = data.decode()
    error = diagnose(text, 0).located(text)
    return EvidenceError(error.message, line=error.line, column=error.column, hint=error.hint)

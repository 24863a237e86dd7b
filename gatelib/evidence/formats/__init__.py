"""The formats of evidence, by the name that a pack's layout calls them.

A format is one module with one :class:`~gatelib.evidence.formats.interface.Format` called ``FORMAT``, and one
line in the table below. A module is imported when a file may be of its format.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Final, cast

from gatelib.errors import EvidenceError, UsageError
from gatelib.evidence.formats import content
from gatelib.evidence.formats.interface import Fact, Format, Given, Reduced

__all__ = ["UNKNOWN", "Fact", "Format", "Given", "Reduced", "format_named", "names", "read", "recognise"]

UNKNOWN: Final = "unknown"
"""What the format of a file is called that none knows."""

_TEXT: Final = "text"
_FORMATS: Final = {
    "sarif": ("sarif", "FORMAT"),
    "gitleaks": ("gitleaks", "FORMAT"),
    "junit": ("junit", "FORMAT"),
    "cyclonedx": ("cyclonedx", "FORMAT"),
    "spdx": ("spdx", "FORMAT"),
    "slsa-provenance": ("intoto", "SLSA"),
    "in-toto": ("intoto", "FORMAT"),
    "cosign": ("cosign", "FORMAT"),
    "analysis-run": ("analysis_run", "FORMAT"),
    "k6": ("k6", "FORMAT"),
    "infracost": ("infracost", "FORMAT"),
    "falco": ("falco", "FORMAT"),
    "conftest": ("conftest", "FORMAT"),
    "gatelib-report": ("gatelib_report", "FORMAT"),
    "gatelib.dev/v1": ("records", "FORMAT"),
    _TEXT: (_TEXT, "FORMAT"),
}
_NOT_JSON: Final = {"junit", _TEXT}


def names() -> tuple[str, ...]:
    """Return the names of all formats, in the order in which they are tried."""
    return tuple(_FORMATS)


def format_named(name: str) -> Format:
    """Return a format.

    Raises:
        UsageError: none has this name.

    """
    if name not in _FORMATS:
        raise UsageError(
            f"there is no format of evidence `{name}`", hint=f"the formats are {', '.join(_FORMATS)}"
        )
    module, attribute = _FORMATS[name]
    return cast("Format", getattr(import_module(f"{__name__}.{module}"), attribute))


def read(path: str, data: bytes, expected: Sequence[str] = ()) -> Reduced:
    """Reduce the bytes of a file to facts.

    ``expected`` names the formats that the file's role in its pack admits; none where it has no role. What a
    file is, its content says; a file without a role that cannot be read is of unknown format.

    Raises:
        EvidenceError: the file is empty, is no text, or breaks its format; with the line where one is known.

    """
    try:
        with _no_collection():
            return _read(path, data, expected)
    except EvidenceError as error:
        error.file = error.file or path
        raise


def recognise(given: Given, expected: Sequence[str] = ()) -> Reduced:
    """Find the format that knows a file, those that are expected first, and return what it finds there.

    Raises:
        EvidenceError: the file breaks its format.

    """
    for name in _candidates(given, expected):
        known = format_named(name)
        if known.recognises(given):
            return Reduced(name, known.facts(given))
    return Reduced(UNKNOWN)


def _read(path: str, data: bytes, expected: Sequence[str]) -> Reduced:
    try:
        text = content.decoded(data)
    except EvidenceError:
        if expected:
            raise
        return Reduced(UNKNOWN)
    value, fault = content.json(text)
    reduced = recognise(Given(path, text, value), expected)
    is_json_wanted = any(name not in _NOT_JSON for name in expected)
    if fault and is_json_wanted and reduced.format in {UNKNOWN, _TEXT} - {*expected}:
        raise fault
    return reduced


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep Python's garbage collector away: in a large file it takes three times as long as the parser.

    It goes through all that was read again and again, looking for cycles, of which JSON has none.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _candidates(given: Given, expected: Sequence[str]) -> Iterator[str]:
    """Yield the formats to try; an empty list is whatever is expected, and markup or JSON is no free text."""
    yield from expected
    if given.json == []:
        return
    is_prose = given.json is None and not given.data.lstrip(b" \t\r\n").startswith(b"<")
    for name in _FORMATS:
        if name not in expected and (name != _TEXT or is_prose):
            yield name

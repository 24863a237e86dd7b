"""From JSON to documents: one value, or several back to back."""

from __future__ import annotations

import json
import re
from math import isfinite
from typing import Any, Final

from gatelib.loader.json_faults import UnacceptableError, diagnose, has_lone_surrogate, read_value, skip_space
from gatelib.loader.lines import line_ends
from gatelib.loader.model import JSON, Limits, RawDocument
from gatelib.loader.scalars import json_integer, json_number


def looks_like_json(utf8: bytes) -> bool:
    """Tell whether it is worth trying: only objects and lists are, all else means the same in YAML."""
    return utf8.lstrip(b" \t\n\r")[:1] in (b"{", b"[")


def read_json(text: str, limits: Limits, documents: list[RawDocument]) -> bool:
    """Append the documents of a JSON stream to ``documents``; leave it and return false if it is none.

    What is nested too deep is left to the YAML reader, which can say where.

    Raises:
        Fault: it is JSON, but not all of it is acceptable; the documents in front have been appended.
    """
    if _is_deeper(text, limits.max_depth):
        return False
    found: list[RawDocument] = []
    surrogates = "\\ud" in text or "\\uD" in text
    end, line, ordinal = 0, 1, 0
    try:
        while (start := skip_space(text, end)) < len(text):
            line += line_ends(text, end, start)
            value, end = _DECODER.raw_decode(text, start)
            if surrogates and has_lone_surrogate(text, start, end):
                raise UnacceptableError
            if value is not None:
                found.append(RawDocument(ordinal, value, line))
            line += line_ends(text, start, end)
            ordinal += 1
    except json.JSONDecodeError:
        return False
    except UnacceptableError:
        if not _is_json(text, start):
            return False
        documents.extend(found)
        raise diagnose(text, start) from None
    documents.extend(found)
    return True


def _is_json(text: str, start: int) -> bool:
    """Tell whether the value at ``start`` is JSON; in YAML ``[1e999 x]`` is a list of one string."""
    try:
        read_value(text, start)
    except json.JSONDecodeError:
        return False
    return True


_BRACKET: Final = re.compile(r'\\.|["\[\]{}]', re.DOTALL)


def _is_deeper(text: str, max_depth: int) -> bool:
    """Tell whether brackets nest deeper: Python's decoder recurses, and must not be let in."""
    if text.count("[") + text.count("{") <= max_depth:
        return False
    depth, in_string = 0, False
    for match in _BRACKET.finditer(text):
        mark = match[0]
        if mark == '"':
            in_string = not in_string
        elif not in_string:
            if mark in "[{":
                depth += 1
                if depth > max_depth:
                    return True
            elif mark in "]}":
                depth -= 1
    return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise UnacceptableError
    return mapping


def _integer(digits: str) -> JSON:
    if (number := json_integer(digits)) is None:
        raise UnacceptableError
    return number


def _float(digits: str) -> JSON:
    if not isfinite(number := float(digits)):
        raise UnacceptableError
    return json_number(number)


def _constant(_: str) -> JSON:
    raise UnacceptableError


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_float, parse_constant=_constant
)

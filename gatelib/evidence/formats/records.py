"""gatelib's own records (``apiVersion: gatelib.dev/v1``): JSON or YAML, one, several, or a list of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from gatelib.errors import EvidenceError
from gatelib.evidence.formats.interface import Fact, Format, Given
from gatelib.records import GROUP, VERSION, kinds, record_problems

_NAMED: Final = re.compile(rb"apiVersion[\"']?[ \t]*:[ \t]*[\"']?gatelib\.dev/")
_HINT: Final = "its schema is `gatelib/records/<kind>.json`"


class Records(Format):
    """Records, each of which is its own fact."""

    name = VERSION

    def recognises(self, given: Given) -> bool:
        """Take documents that name gatelib's group; what is no JSON is looked at as text."""
        if given.json is None:
            return _NAMED.search(given.data) is not None
        entries = given.json if isinstance(given.json, list) else [given.json]
        return any(_is_ours(entry) or any(map(_is_ours, _items(entry))) for entry in entries)

    def facts(self, given: Given) -> list[Fact]:
        """Return each record as it is written; of a list, each item."""
        return [record for place, record in _records(given) if _is_valid(given, place, record)]


FORMAT: Final = Records()

_Place = tuple[int, tuple[str | int, ...]]
"""The number of a document in its stream, and a path into it."""


def _records(given: Given) -> Iterator[tuple[_Place, dict[str, Any]]]:
    """Yield the records of a file with their places."""
    for ordinal, value in _documents(given):
        entries = enumerate(value) if isinstance(value, list) else [(None, value)]
        for position, entry in entries:
            path = () if position is None else (position,)
            if not isinstance(entry, dict):
                raise _error(given, (ordinal, path), "this is no record")
            if "items" not in entry:
                yield (ordinal, path), entry
                continue
            yield from _listed(given, (ordinal, path), entry)


def _listed(given: Given, place: _Place, entry: Mapping[str, Any]) -> Iterator[tuple[_Place, dict[str, Any]]]:
    """Yield the items of a ``List`` or an ``IncidentList``, which gives them its kind, as kubectl does."""
    ordinal, path = place
    kind = str(entry.get("kind") or "List").removesuffix("List")
    if kind and (kind not in kinds() or not _is_ours(entry)):
        raise _error(given, (ordinal, (*path, "kind")), f"there is no record of kind `{kind}`")
    inherited = {"apiVersion": entry.get("apiVersion"), "kind": kind} if kind else {}
    items = entry["items"]
    if not isinstance(items, list) and items is not None:
        raise _error(given, (ordinal, (*path, "items")), "`items` is no list")
    for number, item in enumerate(items or []):
        here = (ordinal, (*path, "items", number))
        if not isinstance(item, dict):
            raise _error(given, here, "this is no record")
        yield here, inherited | item


def _is_valid(given: Given, place: _Place, record: Mapping[str, Any]) -> bool:
    ordinal, path = place
    if not _is_ours(record):
        raise _error(given, (ordinal, (*path, "apiVersion")), f"a record has the apiVersion `{VERSION}`")
    for below, message in record_problems(f"{GROUP}/{record.get('kind')}", record):
        raise _error(given, (ordinal, (*path, *below)), message)
    return True


def _documents(given: Given) -> Iterator[tuple[int, Any]]:
    if given.json is not None:
        yield 0, given.json
        return
    from gatelib.loader import load

    loaded = load(given.data)
    if loaded.error is not None:
        error = loaded.error
        raise EvidenceError(error.message, line=error.line, column=error.column, hint=error.hint or _HINT)
    for document in loaded.documents:
        yield document.ordinal, document.value


def _error(given: Given, place: _Place, message: str) -> EvidenceError:
    from gatelib.loader import locate

    position = locate(given.data, [place])[0]
    return EvidenceError(message, line=position.line, column=position.column, hint=_HINT)


def _is_ours(entry: object) -> bool:
    version = entry.get("apiVersion") if isinstance(entry, dict) else None
    return isinstance(version, str) and version.startswith(f"{GROUP}/")


def _items(entry: object) -> list[Any]:
    items = entry.get("items") if isinstance(entry, dict) else None
    return items if isinstance(items, list) else []

"""What the loader takes and gives."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from gatelib.errors import LoadError

JSON: TypeAlias = bool | int | float | str | list["JSON"] | dict[str, "JSON"] | None
"""A value that JSON can write; what :func:`gatelib.loader.load` gives is always one that orjson takes."""

Path: TypeAlias = tuple[str | int, ...]
"""The way to a value inside a document, outermost key first."""

Span: TypeAlias = tuple[int, int]
"""Offsets in characters: the first one, and the one behind the last."""


class Limits(NamedTuple):
    """How much one file may ask for; what is over a limit is an error, never cut off."""

    max_bytes: int = 64 * 1024 * 1024
    """Size of the file."""

    max_depth: int = 100
    """Mappings and sequences inside each other. Engines take JSON up to a depth of 127."""

    max_alias_cost: int = 8_000_000
    """What all aliases of a file stand for, written out: 16 for each node, and its characters."""


class RawDocument(NamedTuple):
    """One document of a stream, as it is written."""

    ordinal: int
    """0-based number in its stream; empty documents count, but are not returned."""

    value: JSON
    """Never ``None``. Aliased values are shared, so nothing in it may be changed in place."""

    line: int
    """1-based line of its first content."""


class Loaded(NamedTuple):
    """What could be read of one file."""

    documents: tuple[RawDocument, ...]
    """In the order of the file; if there is an error, those in front of it."""

    error: LoadError | None
    """Why the rest could not be read."""


class Position(NamedTuple):
    """Where something is written, for a diagnostic with a caret."""

    line: int
    """1-based. Lines end with LF, CR LF or CR."""

    column: int
    """1-based, in characters."""

    end_column: int
    """The column behind it, on the same line; always more than ``column``."""

    text: str
    """The source line without its line end."""

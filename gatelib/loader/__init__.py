"""Reading files: bytes to documents or an error, and values back to their place in the file."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from gatelib.loader.model import JSON, Limits, Loaded, Path, Position, RawDocument

if TYPE_CHECKING:
    from gatelib.loader.places import locate
    from gatelib.loader.reader import load

__all__ = ["JSON", "Limits", "Loaded", "Path", "Position", "RawDocument", "load", "locate"]


_HOMES = {"load": "gatelib.loader.reader", "locate": "gatelib.loader.places"}


def __getattr__(name: str) -> object:
    """Import the parsers when something is read: what only talks of documents does without them."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)

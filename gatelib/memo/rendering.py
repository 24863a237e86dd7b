"""A memo's formats, by name."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final

from gatelib.memo.model import Memo

Link = Callable[[str], str | None]
"""Returns where the file of a report's name lies, relative to the memo, in the form of a URL; or ``None``."""

FORMATS: Final = ("markdown", "html")


def render(memo: Memo, format_: str, *, link: Link = lambda _: None) -> str:
    """Return the memo as a text that ends with a line feed."""
    found: str = import_module(f"gatelib.memo.{format_}").render(memo, link)
    return found

"""Text from documents in HTML: escaped, on one line, of a length that a page bears."""

from __future__ import annotations

import re
from html import escape
from typing import Final

from gatelib.reporters.prose import clip
from gatelib.reporters.show import visible

_URL: Final = re.compile(r"https?://[^\s<>\"]+")


def text(value: str, limit: int = 2000) -> str:
    """Return text for an element or an attribute in quotes."""
    return escape(clip(visible(value), limit))


def code(value: str, limit: int = 2000) -> str:
    """Return text as code."""
    return f"<code>{text(value, limit)}</code>"


def prose(value: str, limit: int = 2000) -> str:
    """Return a sentence with code spans in Markdown's form."""
    parts = clip(visible(value), limit).split("`")
    return "".join(
        f"<code>{escape(part)}</code>" if index % 2 else escape(part)
        for index, part in enumerate(parts)
        if part
    )


def linked(value: str, url: str, limit: int = 2000) -> str:
    """Return text that links to an address on the web; to anything else it does not link."""
    if not value or _URL.fullmatch(url) is None or not url.isprintable():
        return text(value, limit)
    return f'<a href="{escape(url)}" rel="noreferrer">{text(value, limit)}</a>'

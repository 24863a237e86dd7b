"""A page's Markdown as HTML: no raw HTML, and no link but to the web and to other pages of the site."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from gatelib.reporters.show import visible

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_PAGE: Final = re.compile(r"([A-Za-z0-9-]+)\.md(#.*)?")
_WEB: Final = re.compile(r"https?://[!-~]+")


def html(markdown: str, pages: Collection[str]) -> Markup:
    """Return a page's text as HTML; ``pages`` are the rules that have a page beside it."""
    reader = _reader()
    tokens = reader.parse("\n".join(map(visible, markdown.split("\n"))))
    taken: set[str] = set()
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", _anchor(tokens[index + 1].content, taken))
        if token.children:
            token.children = _linked(token.children, pages)
    rendered = reader.renderer.render(tokens, reader.options, {})
    return Markup(rendered)  # noqa: S704 - the reader takes no raw HTML, and escapes all text


def words(markdown: str) -> str:
    """Return the words of a page, each once, for a search."""
    found = {word.strip(".,;:!?`*_|>\"'") for word in visible(markdown.replace("\n", " ")).lower().split()}
    return " ".join(sorted(found - {"", "-", "#", "##", "---"}))


def _anchor(heading: str, taken: set[str]) -> str:
    name = re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") or "section"
    number, free = 1, name
    while free in taken:
        number, free = number + 1, f"{name}-{number}"
    taken.add(free)
    return free


def _linked(children: list[Token], pages: Collection[str]) -> list[Token]:
    """Return inline content whose links lead somewhere; an image is its text."""
    kept: list[Token] = []
    dropped = 0
    for token in children:
        if token.type == "link_open":
            target = _target(str(token.attrGet("href") or ""), pages)
            if target is None:
                dropped += 1
                continue
            token.attrSet("href", target)
            if target.startswith("http"):
                token.attrSet("rel", "noreferrer")
        elif token.type == "link_close" and dropped:
            dropped -= 1
            continue
        elif token.type == "image":
            token.type, token.tag = "text", ""
        kept.append(token)
    return kept


def _target(href: str, pages: Collection[str]) -> str | None:
    match = _PAGE.fullmatch(href)
    if match and match[1] in pages:
        return f"{match[1]}.html{match[2] or ''}"
    return href if href.startswith("#") or _WEB.fullmatch(href) else None


@cache
def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")

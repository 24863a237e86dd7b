"""Text from documents in Markdown (GitHub Flavored Markdown 0.29, GitLab's dialect) with no way out of it.

Escaping characters is not enough: a forge looks for mentions, issues and links in the text *after* Markdown
is done with it. So words go out as they are only when they are harmless by their form; everything else stands
in a code span, where neither Markdown nor a forge looks for anything.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from gatelib.reporters.show import visible

_CUT: Final = "…"
_WORD: Final = re.compile(
    r"[(\"']*(?:[A-Za-z]+(?:['/-][A-Za-z]+)*[)\"']*[.,;:?]?|[0-9]{1,5}[,;:]?)|[()\"',.;:?\u2014\u2026]+",
    re.ASCII,
)
_LOOKS_LIKE_A_COMMIT: Final = re.compile(r"[0-9a-f]{7,}", re.IGNORECASE)
_BACKTICKS: Final = re.compile(r"`+")


def prose(text: str, limit: int = 2000) -> str:
    """Return a sentence of code spans and plain words as Markdown on one line."""
    spans: list[_Span] = []
    for index, part in enumerate(clip(visible(text).strip(" "), limit).split("`")):
        if index % 2:
            _append(spans, _Span(part, True, f"`{part}`"))
            continue
        for piece in re.findall(r" +|[^ ]+", part):
            harmless = _WORD.fullmatch(piece) and not _LOOKS_LIKE_A_COMMIT.search(piece)
            _append(spans, _Span(piece, not harmless and piece[0] != " ", piece))
    return "".join(code(span.text) if span.is_code else span.text for span in spans)


def code(text: str, limit: int = 2000) -> str:
    """Return text as one code span on one line; nothing for no text (section 6.3: spans are never empty)."""
    text = clip(visible(text), limit)
    if not text:
        return ""
    fence = "`" * (max((len(run) for run in _BACKTICKS.findall(text)), default=0) + 1)
    padded = text.startswith(("`", " ")) or text.endswith(("`", " "))
    return f"{fence} {text} {fence}" if padded and text.strip(" ") else f"{fence}{text}{fence}"


def cell(markdown: str) -> str:
    """Return inline Markdown for a table's cell, where a pipe ends even a code span (section 4.10)."""
    return markdown.replace("|", "\\|")


def clip(text: str, limit: int) -> str:
    """Return text of at most so many characters."""
    return text if len(text) <= limit else text[: limit - 1] + _CUT


class _Span(NamedTuple):
    text: str
    is_code: bool
    source: str
    """As the sentence has it, backticks included."""


def _append(spans: list[_Span], span: _Span) -> None:
    """Add a span; two code spans side by side become one, as their backticks would run together."""
    if not span.text:
        return
    if spans and spans[-1].is_code and span.is_code:
        source = spans.pop().source + span.source
        span = _Span(source, True, source)
    spans.append(span)

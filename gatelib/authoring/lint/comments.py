"""What a policy's text has besides its tree: comments, and what is no comment and no text in quotes."""

from __future__ import annotations

import re
from typing import Any, Final

_QUOTED: Final = re.compile(r'"(?:\\.|[^"\\\n])*"|`[^`]*`|#[^\n]*')


def comments(text: str) -> list[dict[str, Any]]:
    """Return the comments as ``{text, line, column, alone}``; ``alone`` where nothing else is on the line."""
    found = []
    line, reached = 1, 0
    for match in _QUOTED.finditer(text):
        if match[0][0] != "#":
            continue
        line += text.count("\n", reached, match.start())
        reached = match.start()
        begin = text.rfind("\n", 0, reached) + 1
        found.append(
            {
                "text": match[0].rstrip(),
                "line": line,
                "column": reached - begin + 1,
                "alone": not text[begin:reached].strip(),
            }
        )
    return found


def bare(text: str) -> str:
    """Return the text with comments and quoted texts blanked; every other character keeps its place."""
    return _QUOTED.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)

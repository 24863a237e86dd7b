"""Changes to literals, and to what lists, sets and objects hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gatelib.authoring.mutation.mutant import Edit
from gatelib.authoring.mutation.tree import Node, Text

_MUTATED: Final = "mutated"
_LAST_ANCHOR: Final = re.compile(r"(?<!\\)(?:\\\\)*\$$")


def string(source: Text, node: Node) -> Iterator[Edit]:
    """Empty it, or fill it; take the anchors from a pattern."""
    text = source.of(node)
    quote, content = text[0], text[1:-1]
    if not content:
        yield Edit(node.start, node.end, f"{quote}{_MUTATED}{quote}", "string")
        return
    yield Edit(node.start, node.end, quote * 2, "string")
    if content.startswith("^") and len(content) > 1:
        yield Edit(node.start + 1, node.start + 2, "", "anchor")
    if _LAST_ANCHOR.search(content) and len(content) > 1:
        yield Edit(node.end - 2, node.end - 1, "", "anchor")


def template(source: Text, node: Node) -> Iterator[Edit]:
    """Change what ``sprintf`` says, and leave its verbs: no engine takes too few arguments or too many."""
    text = source.of(node)
    yield Edit(node.start, node.end, f"{text[0]}{_MUTATED} {text[1:]}", "string")


def number(source: Text, node: Node) -> Iterator[Edit]:
    """One more, and one less."""
    text = source.of(node)
    if re.fullmatch(r"-?[0-9]+", text):
        yield Edit(node.start, node.end, str(int(text) + 1), "number")
        yield Edit(node.start, node.end, str(int(text) - 1), "number")
    else:
        yield Edit(node.start, node.end, "0" if float(text) else "1", "number")


def boolean(_: Text, node: Node) -> Iterator[Edit]:
    """Change true to false, and false to true."""
    yield Edit(node.start, node.end, "false" if node.value else "true", "boolean")


def null(_: Text, node: Node) -> Iterator[Edit]:
    """Change it to another value that is none."""
    yield Edit(node.start, node.end, "false", "null")


def elements(source: Text, node: Node) -> Iterator[Edit]:
    """Drop each element of a literal, with its comma."""
    if node.one("refr"):  # the head of a partial set
        return
    found = [source.outer(element, node) for role, element in node.parts if role in ("items", "fields")]
    if node.kind == "Set" and len(found) == 1:
        yield Edit(node.start, node.end, "set()", "element")
        return
    for index, element in enumerate(found):
        comma = source.after(element.end)
        if source.text[comma] == ",":
            beside = (
                source.text[comma + 1] == " "
                and source.after(comma + 1) == comma + 2
                and index + 1 < len(found)
            )
            yield Edit(element.start, comma + 1 + beside, "", "element")
        else:
            start = source.after(found[index - 1].end) if index else element.start
            yield Edit(start, element.end, "", "element")

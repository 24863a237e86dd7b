"""Where the wanted values of a JSON stream are written."""

from __future__ import annotations

from gatelib.loader.json_faults import read_value, skip_space
from gatelib.loader.outline import Child, Node, Wanted


def outline_json(text: str, paths: dict[int, Wanted]) -> dict[int, Node] | None:
    """Return the roots of the wanted documents, or ``None`` if the text up to them is no JSON."""
    roots: dict[int, Node] = {}
    end = 0
    try:
        for ordinal in range(max(paths) + 1):
            start = skip_space(text, end)
            if start >= len(text):
                break
            node = _outline(text, start, paths.get(ordinal, {}))
            end = node.end
            if ordinal in paths:
                roots[ordinal] = node
    except (ValueError, RecursionError):  # RecursionError: the file was too deep to be loaded as JSON
        return None
    return roots


def _outline(text: str, start: int, wanted: Wanted) -> Node:
    """Outline the value at ``start``; it recurses into wanted values only, so never deeper than they are."""
    if not wanted or text[start] not in "[{":
        return Node(start, read_value(text, start)[1])
    node = Node(start, start)
    node.children = {}
    is_object = text[start] == "{"
    at = skip_space(text, start + 1)
    index = 0
    while text[at] not in "]}":
        step: str | int = index
        key = None
        if is_object:
            if text[at] != '"':
                raise ValueError("no JSON")
            step, end = read_value(text, at)
            key = (at, end)
            at = skip_space(text, end)
            if text[at] != ":":
                raise ValueError("no JSON")
            at = skip_space(text, at + 1)
        if (below := wanted.get(step)) is None:
            at = read_value(text, at)[1]
        else:
            node.children[step] = child = Child(_outline(text, at, below), key)
            at = child.node.end
        index += 1
        at = skip_space(text, at)
        if text[at] == ",":
            at = skip_space(text, at + 1)
        elif text[at] not in "]}":
            raise ValueError("no JSON")
    node.end = at + 1
    return node

"""A document as spans of text: what `locate` follows its paths through."""

from __future__ import annotations

from typing import TypeAlias

from gatelib.loader.model import Path, Span

Wanted: TypeAlias = "dict[str | int, Wanted]"
"""The paths that are asked for, as a tree of their steps."""


class Node:
    """Where a value is written."""

    __slots__ = ("children", "end", "is_block", "key", "start")

    def __init__(self, start: int, end: int, *, is_block: bool = False) -> None:
        self.start = start
        self.end = end
        self.is_block = is_block
        """A block collection, or a value left empty: its key shows it better."""
        self.children: dict[str | int, Child] | None = None
        """By key or index; only those that were asked for."""
        self.key: str | None = None
        """What an anchored scalar is when an alias makes it a key."""


class Child:
    """A value in its place: under a key, or behind a ``-``."""

    __slots__ = ("key", "node", "written")

    def __init__(self, node: Node, key: Span | None = None, written: Span | None = None) -> None:
        self.node = node
        self.key = key
        self.written = written
        """Where an alias stands for the node."""

    def span(self) -> Span:
        """Return what to point at."""
        if self.written:
            return self.written
        return self.key if self.node.is_block and self.key else (self.node.start, self.node.end)


def span_of(root: Node | None, path: Path) -> Span:
    """Return what to point at for a path, or for as much of it as there is."""
    if root is None:
        return 0, 0
    span, node = (root.start, root.end), root
    for step in path:
        child = node.children.get(step) if node.children else None
        if child is None:
            break
        span, node = child.span(), child.node
    return span

"""Where the wanted values of a YAML stream are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from gatelib.loader.outline import Child, Node, Wanted
from gatelib.loader.scalars import NoJsonFormError, key_text, plain_key, tagged_value
from gatelib.loader.yaml_parser import open_events
from gatelib.loader.yaml_reader import MERGE_TAG


def outline_yaml(text: str, paths: dict[int, Wanted]) -> dict[int, Node]:
    """Return the roots of the wanted documents; only these are parsed."""
    roots = {}
    last = max(paths)
    for ordinal, (start, end) in enumerate(cut(text)):
        if ordinal in paths:
            root = _Outliner(text[start:end], start).outline(paths[ordinal])
            if root is not None:
                roots[ordinal] = root
        if ordinal == last:
            break
    return roots


_BREAKS: Final = "\n\r\x85\u2028\u2029"
_BOUNDARY: Final = re.compile(rf"(?:---|\.\.\.)(?<![^{_BREAKS}]...)(?=[ \t{_BREAKS}]|\Z)", re.DOTALL)
_NO_CONTENT: Final = re.compile(rf"[ \t\ufeff{_BREAKS}]+|#[^{_BREAKS}]*|(?<![^{_BREAKS}])%[^{_BREAKS}]*")


def cut(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each document starts and ends, empty ones included, with the directives in front of it.

    At the start of a line ``---`` and ``...`` are never content (YAML 1.1, section 4.1.2 on c-forbidden).
    """
    start, is_open = 0, False
    for boundary in _BOUNDARY.finditer(text):
        at = boundary.start()
        if not is_open and _has_content(text, start, at):
            is_open = True
        if is_open:
            yield start, at
            start = at
        is_open = boundary[0] == "---"
        if not is_open:
            start = boundary.end()
    if is_open or _has_content(text, start, len(text)):
        yield start, len(text)


def _has_content(text: str, start: int, end: int) -> bool:
    while start < end and (match := _NO_CONTENT.match(text, start, end)):
        start = match.end()
    return start < end


class _Everything(dict[str | int, Any]):
    """Wants every child: what an anchor holds or a merge brings may be needed anywhere."""

    def get(self, key: object, default: Any = None) -> Wanted:
        return self


_EVERYTHING: Final = _Everything()
_NONE: Final[Any] = object()
_MERGE: Final[Any] = object()
_OPEN: Final = -1
"""The end of a node that is not known yet."""


class _Outliner:
    """Outlines one document, and stops as soon as all that is wanted was met."""

    def __init__(self, text: str, base: int) -> None:
        self._text = text if text.endswith("\n") else text + "\n"
        self._base = base
        self._anchors: dict[str, Node] = {}

    def outline(self, wanted: Wanted) -> Node | None:
        """Return the root with the wanted children; after a syntax error, with those in front of it."""
        top = Node(0, 0)
        top.children = {}
        if "&" in self._text or "<<" in self._text:
            wanted = _EVERYTHING
        with suppress(YAMLError):
            self._fill(top, {0: wanted})
        return top.children[0].node if top.children else None

    def _fill(self, node: Node, wanted: Wanted) -> None:
        next_event = open_events(self._text)
        base = self._base
        missing = _count(wanted)  # wanted nodes that were not met yet
        unended = 0  # nodes that were met, whose end is not known yet
        stack: list[Any] = []
        skipped = 0  # collections that are open and not wanted
        is_mapping, index = False, 0
        key, key_span = _NONE, None
        while next_event().__class__ is not DocumentStartEvent:
            pass
        for event in iter(next_event, None):
            kind = event.__class__
            if skipped:
                if kind is MappingStartEvent or kind is SequenceStartEvent:
                    skipped += 1
                elif kind is MappingEndEvent or kind is SequenceEndEvent:
                    skipped -= 1
                if skipped:
                    continue
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                if node.end == _OPEN:
                    node.end = base + event.end_mark.index
                    unended -= 1
                node, wanted, is_mapping, index, key, key_span = stack.pop()
            elif kind is DocumentEndEvent:
                return
            else:
                start, end = base + event.start_mark.index, base + event.end_mark.index
                if node.end == _OPEN and node.is_block:
                    node.end = end if start == node.start else node.start + 1
                    unended -= 1
                if is_mapping and key is _NONE:
                    key, key_span = self._key(event, start, end), (start, end)
                    continue
                below = wanted.get(key if is_mapping else index)
                is_collection = kind is MappingStartEvent or kind is SequenceStartEvent
                if below is None:
                    if is_collection:
                        skipped = 1
                        continue
                else:
                    missing -= 1
                    child = self._child(event, start, end, key_span)
                    if child is not None:
                        node.children[key if is_mapping else index] = child  # type: ignore[index]  # open nodes have some
                    if is_collection:
                        stack.append((node, wanted, is_mapping, index, key, key_span))
                        node, wanted = child.node, below
                        unended += node.end == _OPEN
                        is_mapping, index = kind is MappingStartEvent, 0
                        key, key_span = _NONE, None
                        continue
            if key is _MERGE:
                _merge(node)
            key, key_span = _NONE, None
            index += 1
            if not missing and not unended:
                return

    def _key(self, event: Any, start: int, end: int) -> Any:
        kind = event.__class__
        if kind is AliasEvent:
            aliased = self._anchors.get(event.anchor)
            return aliased.key if aliased else None
        if event.value == "<<" and (event.implicit[0] or event.tag == MERGE_TAG):
            return _MERGE
        if event.anchor:
            node = self._anchors[event.anchor] = Node(start, end)
            node.key = _key_of(event)
        return _key_of(event)

    def _child(self, event: Any, start: int, end: int, key: Any) -> Any:
        """Return the node that an event starts, in its place."""
        kind = event.__class__
        if kind is AliasEvent:
            node = self._anchors.get(event.anchor)
            return node and Child(node, key, (start, end))
        if kind is ScalarEvent:
            is_empty = start == end
            node = Node(start - is_empty, end, is_block=is_empty)
            if event.anchor:
                node.key = _key_of(event)
        else:
            is_block = not event.flow_style
            node = Node(start, end if is_block and end > start else _OPEN, is_block=is_block)
            node.children = {}
        if event.anchor:
            self._anchors[event.anchor] = node
        return Child(node, key)


def _count(wanted: Wanted) -> int:
    """Count the nodes below; never zero when everything is wanted."""
    count, level = 0, [wanted]
    while level:
        below = level.pop()
        if below is _EVERYTHING:
            return -1
        count += len(below)
        level.extend(below.values())
    return count


def _key_of(event: Any) -> str | None:
    if event.implicit[0]:
        return plain_key(event.value)
    if not event.tag:
        text: str = event.value
        return text
    try:
        return key_text(tagged_value(event.tag, event.value))
    except NoJsonFormError:
        return None


def _merge(into: Node) -> None:
    """Replace a ``<<`` by what it brings, in the order in which `load` does."""
    children: Any = into.children
    merge = children.pop(_MERGE, None)
    if merge is None:
        return
    sources = [merge.node]
    if merge.node.children and 0 in merge.node.children:
        sources = [child.node for child in reversed(merge.node.children.values())]
    for source in sources:
        children.update(source.children or {})

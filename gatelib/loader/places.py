"""From a value back to its place in the file."""

from __future__ import annotations

from collections.abc import Sequence

from gatelib.loader.encoding import to_utf8
from gatelib.loader.json_outline import outline_json
from gatelib.loader.json_reader import looks_like_json
from gatelib.loader.lines import Lines
from gatelib.loader.model import Path, Position, Span
from gatelib.loader.outline import Node, Wanted, span_of
from gatelib.loader.yaml_outline import outline_yaml


def locate(data: bytes, wanted: Sequence[tuple[int, Path]]) -> list[Position]:
    """Return where values are written, as ``(ordinal, path)`` of documents that ``load`` gave, in that order.

    A scalar or a flow collection is where its value starts, a block collection (and a value left
    empty) where its key does, or what stands behind its ``-``. The last step of a path decides when
    aliases are involved: a value that is an alias is at the alias, what is below it and what came
    by ``<<`` is where it is written, in the anchor's node. A path that does not exist gives the
    deepest part of it that does; a document that does not exist gives the start of the file.
    """
    if not wanted:
        return []
    utf8 = to_utf8(data, len(data))
    text = utf8.decode("utf-8", "replace")
    paths: dict[int, Wanted] = {}
    for ordinal, path in wanted:
        level = paths.setdefault(ordinal, {})
        for step in path:
            level = level.setdefault(step, {})
    roots: dict[int, Node] | None = outline_json(text, paths) if looks_like_json(utf8) else None
    if roots is None:
        roots = outline_yaml(text, paths)
    spans = [span_of(roots.get(ordinal), path) for ordinal, path in wanted]
    lines = Lines(text)
    positions = {span: _position(lines, span) for span in sorted(set(spans))}
    return [positions[span] for span in spans]


def _position(lines: Lines, span: Span) -> Position:
    line, column = lines.place(span[0])
    text = lines.text()
    end = min(column + span[1] - span[0], len(text) + 1)
    return Position(line, column, max(end, column + 1), text)

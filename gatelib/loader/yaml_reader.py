"""From YAML to documents, with kubectl's meaning.

One loop over libyaml's events builds the values. It is written out in one piece because it runs for
every node of every file: each call in it would cost a tenth of the speed.
"""

from __future__ import annotations

from itertools import chain
from typing import Any, Final

from yaml.error import MarkedYAMLError, YAMLError
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
from yaml.reader import ReaderError

from gatelib.loader.lines import Lines
from gatelib.loader.model import JSON, Limits, RawDocument
from gatelib.loader.problems import (
    ALIAS,
    DUPLICATE_KEY,
    NO_JSON_FORM,
    SYNTAX,
    TOO_DEEP,
    Fault,
    quoted,
    syntax_fault,
)
from gatelib.loader.scalars import TAG, NoJsonFormError, key_text, plain_key, plain_value, tagged_value
from gatelib.loader.yaml_parser import NextEvent, open_events
from gatelib.loader.yaml_traps import refuse_traps

MERGE_TAG: Final = TAG + "merge"

_NONE: Final[Any] = object()
"""In the place of a key: it comes next. In the place of an anchor's value: it is still open."""
_ITEM: Final[Any] = object()
"""In the place of a key: the collection is a list."""
_MERGE: Final[Any] = object()
"""In the place of a key: the ``<<`` of a merge."""


def read_yaml(utf8: bytes, limits: Limits, documents: list[RawDocument]) -> None:
    """Append the documents of a YAML stream to ``documents``.

    Raises:
        Fault: the documents in front of it have been appended.
    """
    refuse_traps(utf8)
    next_event = open_events(utf8)
    reader = _DocumentReader(next_event, limits)
    lines = Lines(utf8.decode("utf-8", "replace")) if _has_other_line_ends(utf8) else None
    ordinal = 0
    try:
        while (event := next_event()) is not None:
            if event.__class__ is DocumentStartEvent:
                first = next_event()
                value = reader.read(first)
                if value is not None:
                    mark = first.start_mark
                    line = lines.place(mark.index)[0] if lines else mark.line + 1
                    documents.append(RawDocument(ordinal, value, line))
                ordinal += 1
    except YAMLError as error:
        raise _parser_fault(error, utf8) from None


def _has_other_line_ends(utf8: bytes) -> bool:
    """Tell whether libyaml counts lines in another way than editors do: NEL, LS and PS."""
    if utf8.isascii():
        return False
    return b"\xe2\x80\xa8" in utf8 or b"\xe2\x80\xa9" in utf8 or b"\xc2\x85" in utf8


def _parser_fault(error: YAMLError, utf8: bytes) -> Fault:
    if isinstance(error, ReaderError):
        offset = len(utf8[: error.position].decode("utf-8", "replace"))
        if "control character" in error.reason:
            code = error.character if isinstance(error.character, int) else ord(error.character)
            message = f"The character U+{code:04X} may not stand in YAML."
            return Fault(SYNTAX, message, offset, hint='Write it as an escape in double quotes: "\\uXXXX".')
        return Fault(SYNTAX, "The file is not valid UTF-8.", offset, hint="Save the file as UTF-8.")
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        since = error.context_mark.index if error.context_mark else error.problem_mark.index
        return syntax_fault(error.problem, error.context, error.problem_mark.index, since)
    return syntax_fault(None, None, 0, 0)


class _DocumentReader:
    """Reads document after document; what aliases cost adds up over the file."""

    def __init__(self, next_event: NextEvent, limits: Limits) -> None:
        self._next_event = next_event
        self._max_depth = limits.max_depth
        self._max_alias_cost = limits.max_alias_cost
        self._alias_cost = 0

    def read(self, first: Any) -> JSON:
        """Return the document whose first node's event is ``first``, up to the end of the document."""
        max_depth, resolve = self._max_depth, plain_value
        anchors: dict[str, Any] = {}
        weights: dict[str, tuple[Any, int, int]] = {}
        stack: list[Any] = []  # what the variables below were, one tuple for each open collection
        current: Any = []  # the collection that is being filled
        key = _ITEM
        merged: set[str] | None = None  # the keys that only merges have set: they may be written once more
        anchor: str | None = None
        for event in chain((first,), iter(self._next_event, None)):
            kind = event.__class__
            if kind is ScalarEvent:
                value = event.value
                if event.implicit[0]:
                    try:
                        value = resolve(value)
                    except NoJsonFormError as error:
                        if key is not _NONE:
                            raise Fault(
                                NO_JSON_FORM, str(error), event.start_mark.index, hint=_QUOTE
                            ) from None
                        value = error.key
                elif event.tag is not None:
                    value = _tagged(event)
                if event.anchor:
                    anchors[event.anchor] = value
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                if len(stack) >= max_depth:
                    raise _too_deep(event, max_depth)
                if key is _NONE:
                    raise Fault(NO_JSON_FORM, _COLLECTION_AS_KEY, event.start_mark.index, hint=_QUOTE)
                stack.append((current, key, merged, anchor))
                if kind is MappingStartEvent:
                    current = {}
                    key = _NONE
                else:
                    current = []
                    key = _ITEM
                merged = None
                anchor = event.anchor
                if anchor:
                    anchors[anchor] = _NONE
                continue
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                value = current
                if anchor:
                    anchors[anchor] = value
                current, key, merged, anchor = stack.pop()
            elif kind is AliasEvent:
                value = self._aliased(event, anchors, weights, len(stack))
                if key is _MERGE and value.__class__ is list:
                    raise Fault(NO_JSON_FORM, _MERGE_OF_OTHER, event.start_mark.index)
            elif kind is DocumentEndEvent:
                break
            if key is _NONE:
                if value.__class__ is not str:
                    value = (
                        plain_key(event.value) if kind is ScalarEvent and not event.tag else key_text(value)
                    )
                    if value is None:
                        raise Fault(NO_JSON_FORM, _NO_KEY, event.start_mark.index, hint=_QUOTE)
                elif value == "<<" and kind is ScalarEvent and (event.implicit[0] or event.tag == MERGE_TAG):
                    key = _MERGE
                    continue
                if value in current and not (merged and value in merged):
                    raise _duplicate(value, event)
                key = value
            elif key.__class__ is str:
                if merged:
                    merged.discard(key)
                current[key] = value
                key = _NONE
            elif key is _ITEM:
                current.append(value)
            else:
                merged = set() if merged is None else merged
                _merge(value, current, merged, event)
                key = _NONE
        document: JSON = current[0]
        return document

    def _aliased(self, event: Any, anchors: dict[str, Any], weights: dict[str, Any], depth: int) -> Any:
        """Return what an alias stands for, if that is not too much; ``weights`` remembers weighing."""
        name, at = event.anchor, event.start_mark.index
        if name not in anchors:
            raise Fault(ALIAS, f"The alias {quoted(name)} has no anchor in front of it.", at)
        value = anchors[name]
        if value is _NONE:
            raise Fault(ALIAS, f"The anchor {quoted(name)} contains itself.", at)
        if name not in weights or weights[name][0] is not value:
            weights[name] = (value, *_weigh(value))
        _, weight, height = weights[name]
        self._alias_cost += weight
        if self._alias_cost > self._max_alias_cost:
            message = "The aliases stand for too much: written out, the file would be a bomb."
            raise Fault(ALIAS, message, at, hint="Write the values out, or split the file.")
        if depth + height > self._max_depth:
            raise _too_deep(event, self._max_depth)
        return value


_QUOTE: Final = "Write it in quotes if it is meant as text."
_NO_KEY: Final = "This cannot be a key: it is null, or a number that is too large."
_COLLECTION_AS_KEY: Final = "A mapping or a list cannot be a key."
_MERGE_OF_OTHER: Final = "A merge (`<<`) needs a mapping or a list of mappings."


def _tagged(event: Any) -> JSON:
    try:
        return tagged_value(event.tag, event.value)
    except NoJsonFormError as error:
        raise Fault(
            NO_JSON_FORM, str(error), event.start_mark.index, hint="Correct the value or the tag."
        ) from None


def _too_deep(event: Any, max_depth: int) -> Fault:
    message = f"Mappings and lists are nested more than {max_depth} deep."
    return Fault(
        TOO_DEEP, message, event.start_mark.index, hint="No manifest needs that: check what wrote it."
    )


def _duplicate(key: str, event: Any) -> Fault:
    message = f"The key {quoted(key)} is written twice in one mapping."
    return Fault(DUPLICATE_KEY, message, event.start_mark.index, hint="Keep one: only the last would count.")


def _merge(value: Any, into: dict[str, Any], merged: set[str], event: Any) -> None:
    """Merge in place, as go-yaml v2 does: over the keys in front of the ``<<``; a list's first one wins."""
    for mapping in reversed(value) if value.__class__ is list else (value,):
        if mapping.__class__ is not dict:
            raise Fault(NO_JSON_FORM, _MERGE_OF_OTHER, event.start_mark.index)
        merged.update(key for key in mapping if key not in into)
        into.update(mapping)


def _weigh(value: Any) -> tuple[int, int]:
    """Return what it costs to write ``value`` out, and how deep it is nested.

    The walk ends: what is inside was paid for when its own aliases were read.
    """
    weight, height, level = 0, 0, [value]
    while level:
        deeper: list[Any] = []
        collections = False
        weight += 16 * len(level)
        for node in level:
            if node.__class__ is str:
                weight += len(node)
            elif node.__class__ is dict:
                collections = True
                deeper.extend(node)
                deeper.extend(node.values())
            elif node.__class__ is list:
                collections = True
                deeper.extend(node)
        height += collections
        level = deeper
    return weight, height

"""Rego as a tree whose nodes know their whole text.

The embedded engine parses. The spans that it gives to names, numbers, strings and statements hold; those of
compound expressions do not (an object begins at its second key, ``set()`` runs into the next line, a string
lacks its quotes), and are derived here from what they hold and from balanced brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson

from gatelib.errors import EngineError, PolicyError

_TOKEN: Final = re.compile(r'#[^\n]*|"(?:[^"\\\n]|\\.)*"|`[^`]*`|[()\[\]{}]')
_CLOSING: Final = {")": "(", "]": "[", "}": "{"}
_BRACKET: Final = {
    "Array": "[",
    "ArrayCompr": "[",
    "Object": "{",
    "ObjectCompr": "{",
    "Set": "{",
    "SetCompr": "{",
}
_LEAVES: Final = frozenset({"Var", "String", "RawString", "Number", "Bool", "Null"})


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a policy."""

    kind: str
    """As regorus names it, such as ``BoolExpr``, or ``Query``, ``Stmt``, ``Body``, ``Field``, ``Name``."""
    start: int
    """In characters from the start of the text; ``end`` is one past the last."""
    end: int
    parts: tuple[tuple[str, Node], ...] = ()
    """What it holds, each with its role."""
    op: str = ""
    value: Any = None
    """Of a literal or a name."""
    is_else: bool = False

    def all(self, role: str) -> list[Node]:
        """Return the parts of a role."""
        return [node for name, node in self.parts if name == role]

    def one(self, role: str) -> Node | None:
        """Return the part of a role."""
        return next((node for name, node in self.parts if name == role), None)

    def only(self, role: str) -> Node:
        """Return the part of a role that the grammar does not let it lack."""
        return next(node for name, node in self.parts if name == role)

    def walk(self) -> Iterator[Node]:
        """Yield the node and all below it."""
        yield self
        for _, node in self.parts:
            yield from node.walk()


class Text:
    """The text of a policy, and its brackets."""

    def __init__(self, text: str) -> None:
        """Find the brackets outside strings and comments."""
        self.text = text
        self.pairs: list[tuple[int, int]] = []
        """Places of an opening bracket and of the one that closes it."""
        self.comments: list[tuple[int, int]] = []
        waiting: list[int] = []
        for match in _TOKEN.finditer(text):
            token = match[0]
            if token.startswith("#"):
                self.comments.append(match.span())
            elif token in _CLOSING:
                self.pairs.append((waiting.pop(), match.start()))
            elif len(token) == 1:
                waiting.append(match.start())

    def balanced(self, start: int, end: int) -> tuple[int, int]:
        """Return the span, widened until no bracket in it is without its other half."""
        while True:
            wider = (start, end)
            for opening, closing in self.pairs:
                if opening < start <= closing < end:
                    start = opening
                elif start <= opening < end <= closing:
                    end = closing + 1
            if wider == (start, end):
                return wider

    def around(self, start: int, end: int, bracket: str) -> tuple[int, int]:
        """Return the innermost pair of that bracket around a span, the brackets among it."""
        pairs = [
            (closing - opening, opening, closing)
            for opening, closing in self.pairs
            if opening < start and end <= closing and self.text[opening] == bracket
        ]
        _, opening, closing = min(pairs)
        return opening, closing + 1

    def closing(self, opening: int) -> int:
        """Return one past the bracket that closes the one at a place."""
        return next(end for start, end in self.pairs if start == opening) + 1

    def of(self, node: Node) -> str:
        """Return the text of a node."""
        return self.text[node.start : node.end]

    def line(self, place: int) -> int:
        """Return the line of a place, from 1."""
        return self.text.count("\n", 0, place) + 1

    def lines(self, node: Node) -> tuple[int, int]:
        """Return the first and the last line of a node."""
        return self.line(node.start), self.line(max(node.start, node.end - 1))

    def outer(self, node: Node, within: Node) -> Node:
        """Return a node with the parentheses around it that lie inside another."""
        for opening, closing in sorted(self.pairs, reverse=True):
            if (
                self.text[opening] == "("
                and within.start <= opening < node.start
                and node.end <= closing < within.end
                and self.after(opening + 1) == node.start
                and self.after(node.end) == closing
            ):
                node = replace(node, start=opening, end=closing + 1)
        return node

    def after(self, place: int) -> int:
        """Return the next place that is neither space nor comment."""
        ends = dict(self.comments)
        while place < len(self.text) and (place in ends or self.text[place].isspace()):
            place = ends.get(place, place + 1)
        return place


def parse(text: str, name: str) -> tuple[Text, tuple[Node, ...]]:
    """Return a policy's text and its rules.

    Raises:
        EngineError: there is no embedded engine.
        PolicyError: it is no Rego.

    """
    try:
        import regorus
    except ImportError:
        raise EngineError("the embedded engine has no wheel for this platform") from None
    engine = regorus.Engine()
    try:
        engine.add_policy(name, text)
    except RuntimeError as error:
        what = str(error).partition("error: ")[2].partition("\n")[0]
        raise PolicyError(f"is no Rego that the embedded engine reads: {what}", file=name) from None
    rules = orjson.loads(engine.get_ast_as_json())[0]["ast"]["rules"]
    source = Text(text)
    maker = _Maker(source)
    return source, tuple(maker.wrapped(rule) for rule in rules)


class _Maker:
    def __init__(self, source: Text) -> None:
        self._source = source
        self._places = _Places(source.text)

    def wrapped(self, raw: Mapping[str, Any]) -> Node:
        ((kind, body),) = raw.items()
        return self._node(kind, body)

    def _node(self, kind: str, raw: Mapping[str, Any]) -> Node:
        start, end = self._span(raw["span"])
        if kind in _LEAVES:
            quote = kind in ("String", "RawString")
            return Node(kind, start - quote, end + quote, value=raw["value"])
        parts = tuple(self._parts(raw))
        start, end = self._extent(kind, start, end, parts)
        op, is_else = raw.get("op", ""), bool(raw.get("is_else", False))
        return Node(kind, start, end, parts, op=op if isinstance(op, str) else "", is_else=is_else)

    def _parts(self, raw: Mapping[str, Any]) -> Iterator[tuple[str, Node]]:
        for role, value in raw.items():
            if role == "span" or value is None:
                continue
            if role == "field":
                yield role, self._name(value[0], value[1])
            elif isinstance(value, list):
                for entry in value:
                    yield role, self._entry(role, entry)
            elif isinstance(value, dict):
                yield role, self._entry(role, value)

    def _entry(self, role: str, raw: Any) -> Node:
        if role == "fields":
            parts = (("key", self.wrapped(raw[1])), ("value", self.wrapped(raw[2])))
            return Node("Field", *self._source.balanced(parts[0][1].start, parts[1][1].end), parts)
        if "start" in raw:
            return self._name(raw, None)
        if "span" in raw:
            kinds = {
                "query": "Query",
                "stmts": "Stmt",
                "bodies": "Body",
                "with_mods": "With",
                "assign": "Assign",
            }
            return self._node(kinds[role], raw)
        return self.wrapped(raw)

    def _name(self, span: Mapping[str, int], value: Any) -> Node:
        start, end = self._span(span)
        return Node("Name", start, end, value=value or self._source.text[start:end])

    def _extent(
        self, kind: str, start: int, end: int, parts: tuple[tuple[str, Node], ...]
    ) -> tuple[int, int]:
        source, text = self._source, self._source.text
        if not parts:
            if kind not in _BRACKET:
                return start, end
            opening = text.index("(", start) if text.startswith("set", start) else start
            return start, source.closing(opening)
        first, last = min(node.start for _, node in parts), max(node.end for _, node in parts)
        if kind == "RefBrack":
            return first, source.around(*_span(parts, "index"), "[")[1]
        if kind in _BRACKET and not any(role == "refr" for role, _ in parts):
            return source.around(*source.balanced(first, last), _BRACKET[kind])
        if kind in ("Call", "Func") and text.startswith("(", source.after(last)):
            last = source.closing(source.after(last))
        return source.balanced(min(start, first), last)

    def _span(self, span: Mapping[str, int]) -> tuple[int, int]:
        return self._places[span["start"]], self._places[span["end"]]


class _Places:
    """Characters by bytes."""

    def __init__(self, text: str) -> None:
        self._text = text.encode()
        self._plain = text.isascii()

    def __getitem__(self, place: int) -> int:
        return place if self._plain else len(self._text[:place].decode())


def _span(parts: tuple[tuple[str, Node], ...], role: str) -> tuple[int, int]:
    node = next(node for name, node in parts if name == role)
    return node.start, node.end

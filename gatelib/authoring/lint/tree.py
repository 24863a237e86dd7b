"""A policy as the embedded engine parses it, and the steps of walking that tree.

regorus gives places as bytes from the start and counts a tab as four columns, and the place of a compound
expression is that of its operator; so a place here is that of an expression's first leaf, in characters.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import orjson

from gatelib.errors import EngineUnavailableError, PolicyError
from gatelib.policy import Module

Node = dict[str, Any]
Step = str | int | float | bool | None | dict[str, Any]
"""A part of a reference: what it is where it is written out, else ``{"var": …}`` or ``{"expr": True}``."""

_FIRST: Final = {
    "AssignExpr": "lhs",
    "BinExpr": "lhs",
    "BoolExpr": "lhs",
    "ArithExpr": "lhs",
    "Call": "fcn",
    "RefDot": "refr",
    "RefBrack": "refr",
}
COMPREHENSIONS: Final = {"ArrayCompr": ("term",), "SetCompr": ("term",), "ObjectCompr": ("key", "value")}
"""The members of a comprehension beside its ``query``."""
_CONSTANTS: Final = ("String", "RawString", "Number", "Bool", "Null")


class Place(NamedTuple):
    """Where something begins: line and column from 1, in characters."""

    line: int
    column: int


class Places:
    """Turns bytes from the start of a text into places."""

    def __init__(self, text: str) -> None:
        self._bytes = text.encode()
        self._starts = [0, *(index + 1 for index, byte in enumerate(self._bytes) if byte == 10)]
        self._is_ascii = len(text) == len(self._bytes)

    def at(self, offset: int) -> Place:
        """Return the place of a byte."""
        line = bisect_right(self._starts, offset)
        start = self._starts[line - 1]
        length = offset - start
        if not self._is_ascii:
            length = len(self._bytes[start:offset].decode("utf-8", "replace"))
        return Place(line, length + 1)

    def text(self, start: int, end: int) -> str:
        """Return the text between two bytes."""
        return self._bytes[start:end].decode("utf-8", "replace")


def parse(module: Module) -> Node:
    """Return the tree of a policy.

    Raises:
        PolicyError: it does not parse.
        EngineUnavailableError: the embedded engine is not installed.

    """
    try:
        import regorus
    except ImportError:
        raise EngineUnavailableError(
            "the embedded engine is not installed", hint="install its wheel"
        ) from None
    engine = regorus.Engine()
    try:
        engine.add_policy(module.path, module.text)
        answer = engine.get_ast_as_json()
    except Exception as error:  # regorus raises RuntimeError and ValueError of its own making
        raise _unparsed(module, str(error)) from None
    tree: Node = orjson.loads(answer)[0]["ast"]
    return tree


def _unparsed(module: Module, said: str) -> PolicyError:
    lines = said.partition("Stack backtrace")[0].strip().splitlines()
    place = re.search(r"--> .*?:(\d+):\d+", said)
    reason = lines[-1].removeprefix("error: ") if lines else "no reason given"
    return PolicyError(
        f"does not parse: {reason}",
        file=module.path,
        line=int(place[1]) if place else None,
        hint="`opa check --strict` may say more",
    )


def kind(expression: Node) -> tuple[str, Any]:
    """Return what an expression is, and its parts."""
    return next(iter(expression.items()))


def start(expression: Node) -> int:
    """Return the byte at which an expression begins."""
    while True:
        name, parts = kind(expression)
        if name not in _FIRST:
            offset: int = parts["span"]["start"]
            return offset - 1 if name in ("String", "RawString") else offset
        expression = parts[_FIRST[name]]


def constant(expression: Node) -> tuple[bool, Any]:
    """Return whether an expression is a scalar that is written out, and that."""
    name, parts = kind(expression)
    return (True, parts.get("value")) if name in _CONSTANTS else (False, None)


def steps(expression: Node) -> tuple[Node, list[Step], list[Node]]:
    """Return the head of a reference, the steps behind it, and the expressions in brackets."""
    found: list[Step] = []
    computed: list[Node] = []
    name, parts = kind(expression)
    while name in ("RefDot", "RefBrack"):
        if name == "RefDot":
            found.append(parts["field"][1])
        else:
            is_constant, value = constant(parts["index"])
            inner, inner_parts = kind(parts["index"])
            if is_constant:
                found.append(value)
            else:
                found.append({"var": inner_parts["value"]} if inner == "Var" else {"expr": True})
                computed.append(parts["index"])
        expression = parts["refr"]
        name, parts = kind(expression)
    return expression, found[::-1], computed[::-1]


def dotted(expression: Node) -> list[str] | None:
    """Return ``a.b["c"]`` as its three parts; ``None`` where a part is computed or no text."""
    head, behind, _ = steps(expression)
    name, parts = kind(head)
    if name != "Var" or not all(isinstance(step, str) for step in behind):
        return None
    return [parts["value"], *(step for step in behind if isinstance(step, str))]


def variables(pattern: Node) -> Iterator[str]:
    """Yield the variables that a pattern (a parameter, the left of ``:=``) binds."""
    name, parts = kind(pattern)
    if name == "Var":
        yield parts["value"]
    elif name in ("Array", "Set"):
        for item in parts["items"]:
            yield from variables(item)
    elif name == "Object":
        for _, _, value in parts["fields"]:
            yield from variables(value)

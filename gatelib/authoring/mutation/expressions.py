"""Changes to operators and to calls of built-in functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from gatelib.authoring.mutation.mutant import Edit
from gatelib.authoring.mutation.tree import Node, Text

_COMPARISONS: Final = {
    "==": ("!=",),
    "!=": ("==",),
    "<": ("<=", ">"),
    "<=": ("<", ">"),
    ">": (">=", "<"),
    ">=": (">", "<"),
}
_ARITHMETIC: Final = {"+": ("-",), "*": ("/",), "/": ("*",), "%": ("*",)}
_SETS: Final = {"|": ("&",), "&": ("|",)}
_SIBLINGS: Final = {
    "startswith": ("contains", "endswith"),
    "endswith": ("contains", "startswith"),
    "contains": ("endswith", "startswith"),
    "strings.any_prefix_match": ("strings.any_suffix_match",),
    "strings.any_suffix_match": ("strings.any_prefix_match",),
    "min": ("max",),
    "max": ("min",),
    "floor": ("ceil",),
    "ceil": ("floor",),
}
_TRANSPARENT: Final = frozenset(
    {
        "abs",
        "ceil",
        "floor",
        "lower",
        "round",
        "sort",
        "trim",
        "trim_left",
        "trim_prefix",
        "trim_right",
        "trim_space",
        "trim_suffix",
        "upper",
    }
)
"""Built-ins whose first argument can stand in their place."""
_COMPOUND: Final = frozenset({"ArithExpr", "BinExpr"})


def comparison(source: Text, node: Node) -> Iterator[Edit]:
    """Turn it round, and move its boundary."""
    yield from _operator(source, node, _COMPARISONS, "comparison")


def arithmetic(source: Text, node: Node) -> Iterator[Edit]:
    """Take another operator; swap what is subtracted, and leave it out."""
    yield from _operator(source, node, _ARITHMETIC, "arithmetic")
    if node.op == "Sub":
        left, right = (source.outer(node.only(role), node) for role in ("lhs", "rhs"))
        subtracted = source.of(left)
        yield Edit(source.after(left.end), right.end, "", "arithmetic")
        if left.kind in _COMPOUND and not subtracted.startswith("("):
            subtracted = f"({subtracted})"
        yield Edit(left.start, right.end, f"{source.of(right)} - {subtracted}", "arithmetic")


def sets(source: Text, node: Node) -> Iterator[Edit]:
    """Exchange union and intersection."""
    yield from _operator(source, node, _SETS, "set-operation")


def call(source: Text, node: Node) -> Iterator[Edit]:
    """Call a sibling of a built-in, or nothing in its place."""
    function, arguments = node.only("fcn"), node.all("params")
    name = source.of(function)
    for other in _SIBLINGS.get(name, ()):
        yield Edit(function.start, function.end, other, "function")
    if name in _TRANSPARENT and arguments:
        yield Edit(node.start, node.end, source.of(arguments[0]), "function")
    if name == "object.union":
        for argument in arguments:
            yield Edit(node.start, node.end, source.of(argument), "function")


def _operator(source: Text, node: Node, table: Mapping[str, tuple[str, ...]], mutator: str) -> Iterator[Edit]:
    start = source.after(source.outer(node.only("lhs"), node).end)
    for sign in sorted(table, key=len, reverse=True):  # `<=` before `<`
        if source.text.startswith(sign, start):
            for other in table[sign]:
                yield Edit(start, start + len(sign), other, mutator)
            return

"""Changes to the conditions of a rule, and to how it looks through collections."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from gatelib.authoring.mutation.mutant import Edit
from gatelib.authoring.mutation.tree import Node, Text

_DEFINING: Final = frozenset({"AssignExpr", "Bool"})


def statement(source: Text, node: Node, needed: Collection[str]) -> Iterator[Edit]:
    """Change one statement of a body; ``needed`` are the variables that something else uses too."""
    literal = node.only("literal")
    if literal.kind == "SomeIn":
        yield from _iteration(source, node, literal, needed)
    elif literal.kind == "Every":
        yield _left_out(node)
        yield _exists(source, literal)
    elif literal.kind == "NotExpr":
        yield _left_out(node)
        yield Edit(node.start, literal.end, source.of(literal)[len("not") :].lstrip(), "negation")
    elif literal.kind == "Expr":
        yield from _expression(source, node, literal.only("expr"))
    for modifier in node.all("with_mods"):
        yield Edit(modifier.start, modifier.end, "", "with")


def _expression(source: Text, node: Node, expression: Node) -> Iterator[Edit]:
    if expression.kind in _DEFINING:
        return
    yield _left_out(node)
    if expression.kind != "BoolExpr":  # the opposite of a comparison is another comparison
        yield Edit(node.start, node.end, f"not {source.of(node)}", "negation")


def _iteration(source: Text, node: Node, literal: Node, needed: Collection[str]) -> Iterator[Edit]:
    key, value, collection = literal.one("key"), literal.only("value"), source.of(literal.only("collection"))
    declared = {name.value for part in (key, value) if part for name in part.walk() if name.kind == "Var"}
    if not declared & set(needed):
        yield _left_out(node)
    if key is None:
        first = f"{source.of(value)} := [mutated | some mutated in {collection}][0]"
    else:
        inner = f"some mutated_key, mutated in {collection}"
        first = f"[{source.of(key)}, {source.of(value)}] := [[mutated_key, mutated] | {inner}][0]"
    yield Edit(node.start, literal.end, first, "first-only")


def _exists(source: Text, literal: Node) -> Edit:
    """Return the change from all members of a collection to any."""
    head = source.text[literal.start + len("every") : literal.only("domain").end]
    body = source.of(literal.only("query"))[1:-1]
    return Edit(literal.start, literal.end, f"{{true | some{head}; {body}}} != set()", "every")


def _left_out(node: Node) -> Edit:
    return Edit(node.start, node.end, "true", "condition")

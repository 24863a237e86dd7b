"""What is changed in a policy, one thing at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gatelib.authoring.mutation.mutant import Mutant
from gatelib.authoring.mutation.tree import Node, Text, parse

_COMPARISONS: Final = {
    "==": ("!=",),
    "!=": ("==",),
    "<": ("<=", ">"),
    "<=": ("<", ">"),
    ">": (">=", "<"),
    ">=": (">", "<"),
}
_ARITHMETIC: Final = {"+": "-", "*": "/", "/": "*", "%": "*"}
_SETS: Final = {"|": "&", "&": "|"}
_SIBLINGS: Final = {
    "startswith": ("endswith", "contains"),
    "endswith": ("startswith", "contains"),
    "contains": ("startswith", "endswith"),
    "min": ("max",),
    "max": ("min",),
    "floor": ("ceil",),
    "ceil": ("floor",),
    "any_prefix_match": ("any_suffix_match",),
    "any_suffix_match": ("any_prefix_match",),
}
_TRANSPARENT: Final = frozenset(
    [
        "lower",
        "upper",
        "trim",
        "trim_left",
        "trim_prefix",
        "trim_right",
        "trim_space",
        "trim_suffix",
        "abs",
        "round",
        "floor",
        "ceil",
        "sort",
    ]
)
"""Built-ins whose first argument can stand in their place."""
_ORDERED: Final = frozenset({"object.union", "object.remove"})


def mutants(text: str, name: str) -> tuple[Mutant, ...]:
    """Return every change to a policy, in the order of their places.

    Raises:
        EngineError: there is no embedded engine.
        PolicyError: the text is no Rego that it reads.

    """
    source, rules = parse(text, name)
    found = (mutant for rule in rules for mutant in _Rule(source, rule).mutants())
    return tuple(sorted({mutant for mutant in found if mutant.apply(text) != text}, key=_place))


def _place(mutant: Mutant) -> tuple[int, int, str, str]:
    return mutant.start, mutant.end, mutant.mutator, mutant.replacement


class _Rule:
    def __init__(self, source: Text, rule: Node) -> None:
        self._source = source
        self._rule = rule
        self._whole = self._lines(rule)
        self._uses = [node.value for node in rule.walk() if node.kind in ("Var", "Name")]

    def mutants(self) -> Iterator[Mutant]:
        rule = self._rule
        if rule.kind == "Default":
            yield self._mutant(rule.start, rule.end, "", "default", None)
            yield from self._below(rule, None)
            return
        yield from self._definition()
        for _, part in rule.parts:
            yield from self._below(part, self._whole)

    def _definition(self) -> Iterator[Mutant]:
        """Yield the rule that never holds, and the rule without each of its other branches."""
        bodies = self._rule.all("bodies")
        for body in bodies:
            query = body.one("query")
            if body.is_else:
                yield self._mutant(body.start, body.end, "", "else", self._whole)
            elif query is not None:
                yield self._never(query)
        if not bodies or bodies[0].is_else:
            head = self._rule.one("head")
            end = head.end if head else self._rule.end
            yield self._mutant(end, end, " if false", "rule", self._whole)

    def _never(self, query: Node) -> Mutant:
        text = self._text(query)
        inner = text[1:] if self._is_braced(query) else f" {text} }}"
        return self._mutant(query.start, query.end, "{ false;" + inner, "rule", self._whole)

    def _is_braced(self, query: Node) -> bool:
        """Tell a body in braces from one condition that begins with a set or an object."""
        statements = query.all("stmts")
        return self._text(query).startswith("{") and bool(statements) and statements[0].start > query.start

    def _below(self, node: Node, reach: tuple[int, int] | None) -> Iterator[Mutant]:
        if node.kind == "Stmt":
            reach = self._lines(node)
            yield from self._statement(node, reach)
        elif node.kind in _BY_KIND:
            yield from _BY_KIND[node.kind](self, node, reach)
        for role, part in node.parts:
            if (role == "items" and part.kind in _SCALARS) or (node.kind, role) == ("Field", "key"):
                continue  # an element that is dropped says as much
            if node.kind == "Call" and self._is_format(node):
                yield from self._format(role, part, reach)
            else:
                yield from self._below(part, None if role == "args" else reach)

    def _is_format(self, call: Node) -> bool:
        function = call.one("fcn")
        return function is not None and function.value == "sprintf"

    def _format(self, role: str, part: Node, reach: tuple[int, int] | None) -> Iterator[Mutant]:
        """Keep as many arguments as the format has verbs: an engine refuses any other number."""
        if part.kind in ("String", "RawString"):
            text = self._text(part)
            yield self._mutant(part.start, part.end, f"{text[0]}mutated {text[1:]}", "string", reach)
        elif part.kind == "Array":
            for _, argument in part.parts:
                yield from self._below(argument, reach)
        elif role == "params":
            yield from self._below(part, reach)

    # Conditions

    def _statement(self, node: Node, reach: tuple[int, int]) -> Iterator[Mutant]:
        ((_, literal), *modifiers) = node.parts
        expression = literal.one("expr")
        for _, modifier in modifiers:
            start = self._source.text.rindex(self._text(modifier)[:4], 0, modifier.start + 4)
            yield self._mutant(start, modifier.end, "", "with", reach)
        if literal.kind == "SomeIn":
            yield from self._iteration(node, literal, reach)
        elif literal.kind == "Every":
            yield self._condition(node, reach)
            yield self._exists(literal, reach)
        elif literal.kind == "NotExpr":
            yield self._condition(node, reach)
            if expression is not None:
                start = literal.start
                end = (
                    start + len("not") + len(self._text(literal)[3:]) - len(self._text(literal)[3:].lstrip())
                )
                yield self._mutant(start, end, "", "negation", reach)
        elif expression is not None and expression.kind not in ("AssignExpr", "Bool"):
            yield self._condition(node, reach)
            if not (expression.kind == "BoolExpr"):
                yield self._mutant(node.start, node.start, "not ", "negation", reach)

    def _condition(self, node: Node, reach: tuple[int, int]) -> Mutant:
        return self._mutant(node.start, node.end, "true", "condition", reach)

    def _iteration(self, node: Node, literal: Node, reach: tuple[int, int]) -> Iterator[Mutant]:
        key, value, collection = (literal.one(role) for role in ("key", "value", "collection"))
        if value is None or collection is None:
            return
        declared = [name.value for part in (key, value) if part for name in part.walk() if name.kind == "Var"]
        if all(self._uses.count(name) == 1 or name == "_" for name in declared):
            yield self._condition(node, reach)
        pattern = self._text(value)
        if key is None:
            first = f"{pattern} := [mutated | some mutated in {self._text(collection)}][0]"
        else:
            pattern = f"[{self._text(key)}, {pattern}]"
            inner = f"some mutated_key, mutated in {self._text(collection)}"
            first = f"{pattern} := [[mutated_key, mutated] | {inner}][0]"
        yield self._mutant(node.start, literal.end, first, "first-only", reach)

    def _exists(self, literal: Node, reach: tuple[int, int]) -> Mutant:
        query, domain = literal.one("query"), literal.one("domain")
        assert query is not None  # noqa: S101 - the grammar has it
        assert domain is not None  # noqa: S101
        head = self._source.text[literal.start + len("every") : domain.end]
        body = self._text(query)[1:-1]
        return self._mutant(
            literal.start, literal.end, f"{{true | some{head}; {body}}} != set()", "every", reach
        )

    # Expressions

    def _comparison(self, node: Node, reach: tuple[int, int] | None) -> Iterator[Mutant]:
        yield from self._operator(node, _COMPARISONS, "comparison", reach)

    def _arithmetic(self, node: Node, reach: tuple[int, int] | None) -> Iterator[Mutant]:
        yield from self._operator(
            node, {sign: (other,) for sign, other in _ARITHMETIC.items()}, "arithmetic", reach
        )
        left, right = node.one("lhs"), node.one("rhs")
        if node.op == "Sub" and left is not None and right is not None:
            left, right = self._outer(left, node), self._outer(right, node)
            compound = left.kind in ("ArithExpr", "BinExpr") and not self._text(left).startswith("(")
            subtracted = f"({self._text(left)})" if compound else self._text(left)
            swapped = f"{self._text(right)} - {subtracted}"
            yield self._mutant(left.start, right.end, swapped, "arithmetic", reach)
            yield self._mutant(left.start, right.end, self._text(left), "arithmetic", reach)

    def _sets(self, node: Node, reach: tuple[int, int] | None) -> Iterator[Mutant]:
        yield from self._operator(
            node, {sign: (other,) for sign, other in _SETS.items()}, "set-operation", reach
        )

    def _operator(
        self, node: Node, table: dict[str, tuple[str, ...]], mutator: str, reach: tuple[int, int] | None
    ) -> Iterator[Mutant]:
        left, right = node.one("lhs"), node.one("rhs")
        if left is None or right is None:
            return
        left, right = self._outer(left, node), self._outer(right, node)
        start = self._source.after(left.end)
        sign = self._source.text[start : right.start].split()[0] if right.start > start else ""
        for other in table.get(sign, ()):
            yield self._mutant(start, start + len(sign), other, mutator, reach)

    def _call(self, node: Node, reach: tuple[int, int] | None) -> Iterator[Mutant]:
        function, arguments = node.one("fcn"), node.all("params")
        if function is None or not arguments:
            return
        name = self._text(function)
        short = name.rpartition(".")[2]
        for other in _SIBLINGS.get(short, ()):
            changed = name[: len(name) - len(short)] + other
            yield self._mutant(function.start, function.end, changed, "function", reach)
        if name in _TRANSPARENT:
            yield self._mutant(node.start, node.end, self._text(arguments[0]), "function", reach)
        if name in _ORDERED and len(arguments) == 2:
            swapped = f"{self._text(arguments[1])}, {self._text(arguments[0])}"
            yield self._mutant(arguments[0].start, arguments[1].end, swapped, "arguments", reach)

    # Values

    def _elements(self, node: Node, reach: tuple[int, int] | None) -> Iterator[Mutant]:
        elements = node.all("items") or node.all("fields")
        if node.one("refr"):  # the head of a partial rule
            return
        if node.kind == "Set" and len(elements) == 1:
            yield self._mutant(node.start, node.end, "set()", "element", reach)
            return
        for number, element in enumerate(elements):
            element = self._outer(element, node)
            start, end = element.start, element.end
            comma = self._source.after(end)
            if self._source.text[comma] == ",":
                end = comma + 1
                if number + 1 < len(elements) and self._source.text[end] == " ":
                    end += 1
            elif number:
                previous = self._outer(elements[number - 1], node)
                start = self._source.after(previous.end)
            yield self._mutant(start, end, "", "element", reach)

    def _string(self, node: Node, reach: tuple[int, int] | None) -> Iterator[Mutant]:
        text = self._text(node)
        quote, content = text[0], text[1:-1]
        if not content:
            yield self._mutant(node.start, node.end, f"{quote}mutated{quote}", "string", reach)
            return
        yield self._mutant(node.start, node.end, quote * 2, "string", reach)
        if content.startswith("^"):
            yield self._mutant(node.start, node.end, quote + content[1:] + quote, "anchor", reach)
        if re.search(r"(?<!\\)(?:\\\\)*\$$", content) and len(content) > 1:
            yield self._mutant(node.start, node.end, quote + content[:-1] + quote, "anchor", reach)

    def _number(self, node: Node, reach: tuple[int, int] | None) -> Iterator[Mutant]:
        text = self._text(node)
        if re.fullmatch(r"-?[0-9]+", text):
            for other in (int(text) + 1, int(text) - 1):
                yield self._mutant(node.start, node.end, str(other), "number", reach)
        else:
            yield self._mutant(node.start, node.end, "0" if float(text) else "1", "number", reach)

    def _boolean(self, node: Node, reach: tuple[int, int] | None) -> Iterator[Mutant]:
        yield self._mutant(node.start, node.end, "false" if node.value else "true", "boolean", reach)

    def _null(self, node: Node, reach: tuple[int, int] | None) -> Iterator[Mutant]:
        yield self._mutant(node.start, node.end, "false", "null", reach)

    # Places

    def _mutant(
        self, start: int, end: int, replacement: str, mutator: str, reach: tuple[int, int] | None
    ) -> Mutant:
        return Mutant(start, end, replacement, mutator, reach)

    def _text(self, node: Node) -> str:
        return self._source.text[node.start : node.end]

    def _lines(self, node: Node) -> tuple[int, int]:
        return self._source.line(node.start), self._source.line(max(node.start, node.end - 1))

    def _outer(self, node: Node, within: Node) -> Node:
        """Return the node with the parentheses around it that lie inside another."""
        for opening, closing in sorted(self._source.pairs, key=lambda pair: -pair[0]):
            inside = within.start <= opening < node.start and node.end <= closing < within.end
            if (
                inside
                and self._source.text[opening] == "("
                and self._source.after(opening + 1) == node.start
                and self._source.after(node.end) == closing
            ):
                node = Node(node.kind, opening, closing + 1, node.parts)
        return node


_BY_KIND: Final = {
    "BoolExpr": _Rule._comparison,
    "ArithExpr": _Rule._arithmetic,
    "BinExpr": _Rule._sets,
    "Call": _Rule._call,
    "Array": _Rule._elements,
    "Set": _Rule._elements,
    "Object": _Rule._elements,
    "String": _Rule._string,
    "RawString": _Rule._string,
    "Number": _Rule._number,
    "Bool": _Rule._boolean,
    "Null": _Rule._null,
}
_SCALARS: Final = frozenset({"String", "RawString", "Number", "Bool", "Null"})

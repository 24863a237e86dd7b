"""What is changed in a policy, one thing at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from gatelib.authoring.mutation import conditions, expressions, values
from gatelib.authoring.mutation.mutant import Edit, Mutant
from gatelib.authoring.mutation.tree import Node, Text, parse

_Lines: TypeAlias = "tuple[int, int] | None"

_BY_KIND: Final[Mapping[str, Callable[[Text, Node], Iterator[Edit]]]] = {
    "ArithExpr": expressions.arithmetic,
    "Array": values.elements,
    "BinExpr": expressions.sets,
    "Bool": values.boolean,
    "BoolExpr": expressions.comparison,
    "Call": expressions.call,
    "Null": values.null,
    "Number": values.number,
    "Object": values.elements,
    "RawString": values.string,
    "Set": values.elements,
    "String": values.string,
}
_LITERALS: Final = frozenset({"String", "RawString", "Number", "Bool", "Null"})


def mutants(text: str, name: str) -> tuple[Mutant, ...]:
    """Return every change to a policy, in the order of their places.

    Raises:
        EngineError: there is no embedded engine.
        PolicyError: the text is no Rego that it reads.

    """
    source, rules = parse(text, name)
    found = {mutant for rule in rules for mutant in _Rule(source, rule).mutants()}
    return tuple(sorted(found, key=lambda mutant: mutant.edit))


class _Rule:
    def __init__(self, source: Text, rule: Node) -> None:
        self._source = source
        self._rule = rule
        self._used = Counter(node.value for node in rule.walk() if node.kind in ("Var", "Name"))

    def mutants(self) -> Iterator[Mutant]:
        rule = self._rule
        if rule.kind == "Default":
            yield _mutant(Edit(rule.start, rule.end, "", "default"), None)
            yield from self._below(rule, None)
        else:
            yield from self._branches()
            head = self._source.lines(rule.only("head"))
            for role, part in rule.parts:
                yield from self._below(part, head if role == "head" else self._source.lines(part))

    def _branches(self) -> Iterator[Mutant]:
        """Yield the rule that never holds, and the rule without each of its other branches."""
        head, bodies = self._rule.only("head"), self._rule.all("bodies")
        reach = self._source.lines(head)
        if not bodies or bodies[0].is_else:
            yield _mutant(Edit(head.start, head.end, f"{self._source.of(head)} if false", "rule"), reach)
        for body in bodies:
            if body.is_else:
                yield _mutant(Edit(body.start, body.end, "", "else"), self._source.lines(body))
            else:
                yield _mutant(self._never(body.only("query")), reach)

    def _never(self, query: Node) -> Edit:
        text, first = self._source.of(query), query.all("stmts")[0]
        braced = text.startswith("{") and first.start > query.start  # and no condition that begins with a set
        return Edit(
            query.start, query.end, f"{{ false;{text[1:]}" if braced else f"{{ false; {text} }}", "rule"
        )

    def _below(self, node: Node, reach: _Lines) -> Iterator[Mutant]:
        edits: Iterator[Edit] = iter(())
        if node.kind == "Stmt":
            reach = self._source.lines(node)
            needed = [name for name, count in self._used.items() if count > 1 and name != "_"]
            edits = conditions.statement(self._source, node, needed)
        elif node.kind in _BY_KIND:
            edits = _BY_KIND[node.kind](self._source, node)
        for edit in edits:
            yield _mutant(edit, reach)
        if node.kind == "Call" and node.only("fcn").value == "sprintf":
            yield from self._message(node, reach)
            return
        for role, part in node.parts:
            if (role == "items" and part.kind in _LITERALS) or (node.kind, role) == ("Field", "key"):
                continue  # it is dropped as an element: to change it would say the same again
            yield from self._below(part, None if role == "args" else reach)

    def _message(self, call: Node, reach: _Lines) -> Iterator[Mutant]:
        """Yield the changes to a call of ``sprintf`` that keep as many arguments as the format has verbs."""
        template, *others = call.all("params")
        if template.kind in ("String", "RawString"):
            for edit in values.template(self._source, template):
                yield _mutant(edit, reach)
        else:
            yield from self._below(template, reach)
        for other in others:
            for part in [part for _, part in other.parts] if other.kind == "Array" else [other]:
                yield from self._below(part, reach)


def _mutant(edit: Edit, reach: _Lines) -> Mutant:
    return Mutant(edit, reach)

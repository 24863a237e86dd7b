"""What an expression, a body or a rule names and binds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gatelib.authoring.lint.tree import COMPREHENSIONS, Node, Step, kind, steps, variables


def chain(expression: Node) -> list[str]:
    """Return a path of which every part is written out, such as a package's."""
    head, behind, _ = steps(expression)
    return [kind(head)[1]["value"], *(step for step in behind if isinstance(step, str))]


def head_of(rule: Node) -> tuple[list[str], list[Step]]:
    """Return the name of a rule, and the computed keys behind it (``by_ns[ns]``: ``[{"var": "ns"}]``)."""
    form, parts = kind(rule)
    head, behind, _ = steps(parts["refr"] if form == "Default" else kind(parts["head"])[1]["refr"])
    texts = 0
    while texts < len(behind) and isinstance(behind[texts], str):
        texts += 1
    return [kind(head)[1]["value"], *map(str, behind[:texts])], behind[texts:]


def form_of(form: str, keys: Sequence[Step]) -> str:
    """Return the kind of a rule by its head: ``complete``, ``function``, or one of the partial kinds."""
    if form == "Func":
        return "function"
    if form == "Set":
        return "partial_sets" if keys else "partial_set"
    return "partial_object" if keys else "complete"


def queries(node: Any) -> Iterator[Node]:
    """Yield the queries of the comprehensions in an expression."""
    todo = [node]
    while todo:
        current = todo.pop()
        if isinstance(current, list):
            todo.extend(current)
        elif isinstance(current, dict):
            for name, parts in current.items():
                if name in COMPREHENSIONS:
                    yield parts["query"]
                todo.append(parts)


def gone_through_again(comprehension: Node) -> Iterator[tuple[str, int]]:
    """Yield the collections that an object comprehension goes through for each of their own elements.

    Each with the byte at which it does so.
    """
    statements = comprehension["query"]["stmts"]
    outer = {_collection(statement) for statement in statements} - {""}
    for query in queries([comprehension["value"], [statement["literal"] for statement in statements]]):
        for statement in query["stmts"]:
            if _collection(statement) in outer:
                yield _collection(statement), statement["span"]["start"]


def _collection(statement: Node) -> str:
    """Return the reference that a ``some … in`` goes through; empty where it is none."""
    form, parts = kind(statement["literal"])
    if form != "SomeIn":
        return ""
    head, behind, computed = steps(parts["collection"])
    if kind(head)[0] != "Var" or computed:
        return ""
    return ".".join([kind(head)[1]["value"], *map(str, behind)])


def names_in(expression: Node) -> Iterator[str]:
    """Yield the variables that an expression reads."""
    todo: list[Any] = [expression]
    while todo:
        current = todo.pop()
        if isinstance(current, list):
            todo.extend(current)
        elif isinstance(current, dict):
            if "Var" in current:
                yield current["Var"]["value"]
            todo.extend(current.values())


def bound_by_some(query: Node) -> Iterator[str]:
    """Yield the variables that ``some`` binds in a body, not in what lies in it."""
    for statement in query["stmts"]:
        form, parts = kind(statement["literal"])
        if form == "SomeIn":
            for pattern in (parts["key"], parts["value"]):
                if pattern:
                    yield from variables(pattern)


def bound_in(rule: Node) -> Iterator[str]:
    """Yield every variable that a rule binds by a parameter, ``:=``, ``=`` or ``some … in``."""
    todo: list[Any] = [rule]
    while todo:
        current = todo.pop()
        if isinstance(current, list):
            todo.extend(current)
        elif isinstance(current, dict):
            for name, parts in current.items():
                if name == "AssignExpr":
                    yield from variables(parts["lhs"])
                    if parts["op"] != "ColEq":
                        yield from variables(parts["rhs"])
                elif name == "SomeIn":
                    for pattern in (parts["key"], parts["value"]):
                        if pattern:
                            yield from variables(pattern)
                elif name == "Func":
                    for parameter in parts["args"]:
                        yield from variables(parameter)
                todo.append(parts)

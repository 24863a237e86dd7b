"""Lays out policies so that the lines which regorus has evaluated say which bodies held.

regorus knows of each line whether anything on it was evaluated, and no more: of ``allow if input.x`` it
cannot say whether the body held. So every statement gets lines of its own, and every value is bound in its
body, so that the head is evaluated only where all of it held:

    allow := x if input.y       allow :=
    else := 2                   bound
                                if {
                                input.y
                                bound := x
                                1 =
                                mark_1 } else := bound if {
                                bound := 2
                                }

No report of regorus has the value of an ``else``; it lists lines of heads and bodies only. ``mark_1`` puts
that line in the list, and is bound there but never evaluated.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, Final

from gatelib.authoring.coverage.definitions import Definitions, by_name, name_of
from gatelib.authoring.coverage.layout import Layout, Probed
from gatelib.authoring.coverage.references import write_out
from gatelib.policy import Module

_CONTAINS: Final = re.compile(rb"\bcontains\b")
_ASSIGN: Final = re.compile(rb":?=")
_COMPARISON: Final = re.compile(rb"[=!<>]=|<|>")
_MAYBE_UNDEFINED: Final = frozenset({"RefDot", "RefBrack", "Call"})
_IF: Final = re.compile(rb"\bif\s*\Z")
_LEAVES: Final = frozenset({"Var", "String", "RawString", "Number", "Bool", "Null"})
_BOUND: Final = b"zz_bound"
"""Sorts last: among what can be evaluated next, regorus takes the first by name."""
_BINDS: Final = _BOUND + b" := "
_TRUE: Final = _BINDS + b"true"


def probed(module: Module) -> Probed:
    """Lay out a policy; its parts are the bodies of its rules and the statements in them.

    Raises:
        RuntimeError: regorus cannot read it.

    """
    tree, layout = _tree(module), Layout(module.text)
    write_out(layout, tree)
    rules = _Rules(layout, tree["rules"])
    for rule in tree["rules"]:
        rules.lay_out(rule)
    return layout.probed()


def written_out(module: Module) -> str:
    """Return a policy whose references are written in full, as of tests, which have no parts.

    Raises:
        RuntimeError: regorus cannot read it.

    """
    layout = Layout(module.text)
    write_out(layout, _tree(module))
    return layout.probed().text


def _tree(module: Module) -> Any:
    import regorus

    engine = regorus.Engine()
    engine.add_policy(module.path, module.text)
    return json.loads(engine.get_ast_as_json())[0]["ast"]


class _Rules:
    """The rules of a module. Spans of statements, bodies and operators are right, others are not."""

    def __init__(self, layout: Layout, rules: Any) -> None:
        self._layout = layout
        self._raw = layout.raw
        self._made = 0
        self._definitions = by_name(rules)
        self._counts: Counter[str] = Counter()

    def lay_out(self, rule: Any) -> None:
        """Lay out one definition."""
        if "Default" in rule:
            self._default(rule["Default"])
        else:
            self._definition(rule["Spec"])

    def _definition(self, spec: Any) -> None:
        (kind, head), bodies = next(iter(spec["head"].items())), spec["bodies"]
        start, end = spec["span"]["start"], self._end(spec["span"])
        head_end = bodies[0]["span"]["start"] if bodies else end
        mark = self._layout.part("body", start, head_end)
        if kind == "Set":
            value_start, is_written, value = self._after(_CONTAINS, head["refr"]), True, head["key"]
        elif head["assign"]:
            value_start, is_written, value = _after_operator(head["assign"]), True, head["assign"]["value"]
        else:
            value_start, is_written, value = head_end, False, None
        bound = self._bound(value, value_start, head_end) if is_written else _TRUE
        written = self._layout.edited(start, value_start) + (b"" if is_written else b" := ")
        body = self._body(bodies[0]["query"] if bodies else None, bound)
        text = b"%s\n%s%s%s\nif {%s" % (self._named(head, written), mark, _BOUND, mark, body)
        for other in bodies[1:]:
            text += self._else(other)
        self._layout.replace(start, end, text + b"}")

    def _named(self, head: Any, written: bytes) -> bytes:
        """Return the head of a definition, and before the first that is asked for, the rule that asks."""
        name = name_of(head["refr"])
        if name not in self._definitions:
            return written
        definitions, number = self._definitions[name], self._counts[name]
        self._counts[name] += 1
        renamed = definitions.renamed(number, written)
        return renamed if number or definitions.has_default else self._asking(definitions) + b"}\n" + renamed

    def _asking(self, definitions: Definitions) -> bytes:
        """Return the rule that asks, but for the bracket that ends it."""
        bodies = (self._body(None, _BINDS + question) for question in definitions.questions())
        between = b"} else := %s if {" % _BOUND
        return b"%s := %s if {" % (definitions.head, _BOUND) + between.join(bodies)

    def _else(self, body: Any) -> bytes:
        query, assign, start = body["query"], body["assign"], body["span"]["start"]
        end = self._start(query) if query["stmts"] else self._end(body["span"])
        mark = self._layout.part("body", start, end)
        bound = _TRUE
        if assign:
            bound = _IF.sub(b"", self._bound(assign["value"], _after_operator(assign), end))
        return self._or_else(mark) + self._body(query, bound)

    def _or_else(self, mark: bytes) -> bytes:
        self._made += 1
        return b"1 =\n%smark_%d } else := %s if {%s" % (mark, self._made, _BOUND, mark)

    def _default(self, default: Any) -> None:
        start, end = default["span"]["start"], self._end(default["span"])
        mark = self._layout.part("body", start, end)
        value_start = self._after(_ASSIGN, [default["refr"], default.get("args")])
        definitions = self._definitions.get(name_of(default["refr"]))
        if definitions is None:  # of a default below others, regorus' own order has to do
            self._layout.replace(value_start, value_start, b"\n" + mark)
            self._layout.replace(end, end, mark + b"\n")
            return
        value = self._body(None, self._bound(default["value"], value_start, end))
        asking = self._asking(definitions) + self._or_else(mark) if definitions.count else b""
        text = asking or b"%s :=\n%s%s%s\nif {" % (definitions.head, mark, _BOUND, mark)
        self._layout.replace(start, end, text + value + b"}")

    def _body(self, query: Any, bound: bytes) -> bytes:
        """Return the statements of a body, with those that bind the value."""
        statements = b""
        if query and query["stmts"]:
            self._query(query)
            first, last = query["stmts"][0], query["stmts"][-1]
            statements = self._layout.edited(self._start(first), self._end(last["span"]))
        return b"\n%s\n%s\n" % (statements, bound)

    def _bound(self, value: Any, start: int, end: int) -> bytes:
        """Return the statements that bind a value."""
        self._queries(value)
        self._in_order(value, start, _BINDS)
        return self._layout.edited(start, end)

    def _query(self, query: Any) -> None:
        for statement in query["stmts"]:
            self._statement(statement)

    def _statement(self, statement: Any) -> None:
        if "SomeVars" in statement["literal"]:
            return
        start, end = self._start(statement), self._end(statement["span"])
        mark = self._layout.part("statement", start, end)
        self._layout.replace(start, start, b"\n" + mark)
        self._queries(statement["literal"])
        literal = statement["literal"]
        expression = literal.get("Expr", {}).get("expr") or literal.get("SomeIn", {}).get("collection")
        if expression and not statement.get("with_mods"):
            self._in_order(expression, start)
        self._layout.replace(end, end, mark + b"\n")

    def _in_order(self, expression: Any, start: int, binds: bytes = b"") -> None:
        """Evaluate what stands first by itself: where that is undefined, OPA looks no further."""
        ((kind, value),) = expression.items()
        if kind == "BoolExpr" and not value["lhs"].keys().isdisjoint(_MAYBE_UNDEFINED):
            operator = _COMPARISON.search(self._raw, _end_of_leaves(value["lhs"]))
            if operator:  # the left side stays where it is
                name = self._first()
                self._layout.replace(start, start, name + b" := ")
                self._layout.replace(operator.start(), operator.start(), b"\n%s%s " % (binds, name))
                return
        if kind == "AssignExpr":
            ((kind, value),) = value["rhs"].items()
        if kind == "Call" and len(value["params"]) > 1 and "RefDot" in value["params"][0]:
            span, name = value["params"][0]["RefDot"]["span"], self._first()
            first = self._layout.edited(span["start"], span["end"])
            self._layout.replace(span["start"], span["end"], name)
            self._layout.replace(start, start, b"%s := %s\n" % (name, first))
        self._layout.replace(start, start, binds)

    def _first(self) -> bytes:
        """Return a name that sorts first: see ``_BOUND``."""
        self._made += 1
        return b"__first_%d" % self._made

    def _queries(self, tree: Any) -> None:
        """Lay out the bodies of comprehensions and of ``every``."""
        if isinstance(tree, dict):
            for key, value in tree.items():
                if key == "query":
                    self._query(value)
                else:
                    self._queries(value)
        elif isinstance(tree, list):
            for value in tree:
                self._queries(value)

    def _after(self, operator: re.Pattern[bytes], operand: Any) -> int:
        """Return where the operator ends that follows an expression."""
        match = operator.search(self._raw, _end_of_leaves(operand))
        return match.end() if match else len(self._raw)

    def _start(self, node: Any) -> int:
        start: int = node["span"]["start"]
        return start - _is_quote(self._raw, start - 1)  # spans of strings leave out the quotes

    def _end(self, span: Any) -> int:
        end: int = span["end"]
        return end + _is_quote(self._raw, end)


def _end_of_leaves(tree: Any) -> int:
    """Return where the last name, number or text of an expression ends."""
    if isinstance(tree, list):
        if len(tree) == 2 and isinstance(tree[1], str):  # the field of a reference, with its span
            return int(tree[0]["end"])
        return max(map(_end_of_leaves, tree), default=0)
    if not isinstance(tree, dict):
        return 0
    ends = [value["span"]["end"] if key in _LEAVES else _end_of_leaves(value) for key, value in tree.items()]
    return max(ends, default=0)


def _after_operator(assign: Any) -> int:
    return int(assign["span"]["start"]) + (2 if assign["op"] == "ColEq" else 1)


def _is_quote(raw: bytes, offset: int) -> bool:
    return raw[offset : offset + 1] in (b'"', b"`")

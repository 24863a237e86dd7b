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

regorus evaluates each default, whether it is needed or not. So a default becomes the ``else`` of a rule that
asks a function for the rule's other definitions.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from gatelib.authoring.coverage.layout import Layout, Probed
from gatelib.authoring.coverage.references import write_out
from gatelib.policy import Module

_CONTAINS: Final = re.compile(rb"\bcontains\b")
_ASSIGN: Final = re.compile(rb":?=")
_IF: Final = re.compile(rb"\bif\s*\Z")
_LEAVES: Final = frozenset({"Var", "String", "RawString", "Number", "Bool", "Null"})
_BOUND: Final = b"zz_bound"
"""Sorts last: among what can be evaluated next, regorus takes the first by name."""


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
        self._marks = 0
        self._with_default = {
            name for rule in rules if "Default" in rule and (name := _name(rule["Default"]["refr"]))
        }

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
        self._queries(value)
        bound = self._layout.edited(value_start, head_end) if is_written else b"true"
        written = self._layout.edited(start, value_start) + (b"" if is_written else b" := ")
        name = _name(head["refr"])
        text = self._as_other(name, written, kind) if name in self._with_default else written
        text += b"\n%s%s%s\nif {%s" % (
            mark,
            _BOUND,
            mark,
            self._body(bodies[0]["query"] if bodies else None, bound),
        )
        for body in bodies[1:]:
            text += self._else(body)
        self._layout.replace(start, end, text + b"}")

    def _as_other(self, name: str, head: bytes, kind: str) -> bytes:
        """Return the head of a definition that stands beside a default."""
        other = _OTHERS + name.encode()
        return head.replace(name.encode(), other if kind == "Func" else other + b"(zz_nothing)", 1)

    def _else(self, body: Any) -> bytes:
        query, assign, start = body["query"], body["assign"], body["span"]["start"]
        end = self._start(query) if query["stmts"] else self._end(body["span"])
        mark = self._layout.part("body", start, end)
        bound = b"true"
        if assign:
            self._queries(assign["value"])
            bound = _IF.sub(b"", self._layout.edited(_after_operator(assign), end))
        return self._or_else(mark) + self._body(query, bound)

    def _or_else(self, mark: bytes) -> bytes:
        self._marks += 1
        return b"1 =\n%smark_%d } else := %s if {%s" % (mark, self._marks, _BOUND, mark)

    def _default(self, default: Any) -> None:
        start, end = default["span"]["start"], self._end(default["span"])
        mark = self._layout.part("body", start, end)
        value_start = self._after(_ASSIGN, [default["refr"], default.get("args")])
        name = (_name(default["refr"]) or "").encode()
        if not name:  # of a default below others, regorus' own order has to do
            self._layout.replace(value_start, value_start, b"\n" + mark)
            self._layout.replace(end, end, mark + b"\n")
            return
        arguments = b", ".join(b"argument_%d" % n for n in range(len(default.get("args") or [])))
        call = b"(%s)" % arguments if arguments else b""
        others = _OTHERS + name + (call or b"(0)")
        value = self._layout.edited(value_start, end)
        self._layout.replace(
            start,
            end,
            b"%s%s := %s if {%s" % (name, call, _BOUND, self._body(None, others))
            + self._or_else(mark)
            + self._body(None, value)
            + b"}",
        )

    def _body(self, query: Any, bound: bytes) -> bytes:
        """Return the statements of a body, with what the value is bound to."""
        statements = b""
        if query and query["stmts"]:
            self._query(query)
            first, last = query["stmts"][0], query["stmts"][-1]
            statements = self._layout.edited(self._start(first), self._end(last["span"]))
        return b"\n%s\n%s := %s\n" % (statements, _BOUND, bound)

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
        self._layout.replace(end, end, mark + b"\n")

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


_OTHERS: Final = b"others_of_"
"""Begins the names of functions that hold other definitions; a rule would be part of its package's value."""


def _name(reference: Any) -> str | None:
    """Return the name of a rule, unless it lies below another."""
    return reference["Var"]["value"] if "Var" in reference else None


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

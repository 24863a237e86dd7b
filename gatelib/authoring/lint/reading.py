"""The facts of one policy: what its tree holds, flat, named, and with places.

``docs/guides/linting-rules.md`` describes them for those who write checks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from gatelib.authoring.lint.comments import comments
from gatelib.authoring.lint.scopes import (
    bound_by_some,
    bound_in,
    chain,
    form_of,
    gone_through_again,
    head_of,
    names_in,
)
from gatelib.authoring.lint.shapes import Shapes
from gatelib.authoring.lint.tree import (
    COMPREHENSIONS,
    Node,
    Places,
    Step,
    constant,
    kind,
    parse,
    start,
    steps,
)
from gatelib.guards import BUILTIN_NAMESPACES
from gatelib.policy import Module

Fact = dict[str, Any]

EXPORTS: Final = ("deny", "warn", "unjudged")
"""The rules whose members are objects of a fixed form."""

_LISTS: Final = ("rules", "references", "calls", "findings", "ids", "strings", "locals", "groupings")


def read(module: Module) -> Fact:
    """Return the facts of a policy.

    Raises:
        PolicyError: it does not parse.

    """
    return _Reader(module).facts()


class _Reader:
    """Walks one tree, once."""

    def __init__(self, module: Module) -> None:
        self._tree = parse(module)
        self._places = Places(module.text)
        self._shapes = Shapes(self._places)
        self._text = module.text
        self._imports = {entry["name"]: entry for entry in map(self._import, self._tree["imports"])}
        self._package = chain(self._tree["package"]["refr"])
        heads = [head_of(rule) for rule in self._tree["rules"]]
        self._own = {names[0] for names, _ in heads}
        self._found: dict[str, list[Fact]] = {name: [] for name in _LISTS}
        self._rule: Fact = {}
        self._bound: set[str] = set()
        self._unbound: tuple[str, Fact] | None = None
        self._negated = False
        self._head = True

    def facts(self) -> Fact:
        """Return all of it."""
        for rule in self._tree["rules"]:
            self._read_rule(rule)
        package = self._tree["package"]
        return {
            "package": {"name": ".".join(self._package), **self._place(package["span"]["start"])},
            "imports": list(self._imports.values()),
            "comments": comments(self._text),
            **self._found,
        }

    def _import(self, entry: Node) -> Fact:
        path = chain(entry["refr"])
        alias = entry.get("as")
        name = self._places.text(alias["start"], alias["end"]) if alias else path[-1]
        place = self._place(entry["span"]["start"])
        return {"target": ".".join(path), "name": name, "alias": bool(alias), "used": False, **place}

    def _place(self, offset: int) -> Fact:
        line, column = self._places.at(offset)
        return {"line": line, "column": column}

    # Rules

    def _read_rule(self, rule: Node) -> None:
        form, parts = kind(rule)
        names, behind = head_of(rule)
        refr = parts["refr"] if form == "Default" else kind(parts["head"])[1]["refr"]
        self._rule = {
            "name": ".".join(names),
            "kind": "default",
            "keys": behind,
            "parameters": [],
            "branches": [],
            "body": False,
            "calls_in_head": False,
            **self._place(start(refr)),
        }
        self._found["rules"].append(self._rule)
        self._head = True
        self._bound = set(bound_in(parts))
        self._unbound = None
        if form == "Default":
            self._rule["parameters"] = [self._shapes.of(parameter) for parameter in parts["args"]]
            self._rule["branches"] = [
                {"value": self._shapes.of(parts["value"]), "is_else": False, "some_in": [], "reads": []}
            ]
            self._read(parts["value"])
            return
        form, head = kind(parts["head"])
        self._read_head(form, head, refr, parts["bodies"])
        for body in parts["bodies"]:
            self._head = True
            if body["is_else"] and body["assign"]:
                self._branch(body["assign"]["value"], body)
            self._head = False
            self._query(body["query"])

    def _read_head(self, form: str, head: Node, refr: Node, bodies: Sequence[Node]) -> None:
        self._rule["kind"] = form_of(form, self._rule["keys"])
        for bracket in steps(refr)[2]:
            self._rule["calls_in_head"] |= kind(bracket)[0] == "Call"
            self._read(bracket)
        for parameter in head.get("args") or []:
            self._rule["parameters"].append(self._shapes.of(parameter))
            self._declare(parameter)
        self._rule["body"] = bool(bodies)
        value = head["key"] if form == "Set" else head["assign"] and head["assign"]["value"]
        if value:
            first = bodies[0] if bodies and not bodies[0]["is_else"] else None
            self._branch(value, first)
            if form == "Set" and self._rule["name"] in EXPORTS:
                self._finding(value)

    def _branch(self, value: Node, body: Node | None) -> None:
        """Record a value that the rule may have, and what the body that gives it binds by ``some``."""
        some = sorted(set(bound_by_some(body["query"]))) if body else []
        fact = self._shapes.of(value)
        is_else = bool(body and body["is_else"])
        self._rule["branches"].append(
            {"value": fact, "is_else": is_else, "some_in": some, "reads": sorted(set(names_in(value)))}
        )
        self._read(value)

    def _finding(self, value: Node) -> None:
        """Record a finding, and its members where the head or the body writes them out as an object."""
        name, parts = kind(value)
        fact = {"rule": self._rule["name"], "shape": self._shapes.of(value)["shape"], "keys": None}
        place = {"line": self._rule["line"], "column": self._rule["column"]}
        self._found["findings"].append({**fact, **place})
        if name == "Object":
            self._found["findings"][-1]["keys"] = self._members(parts)
        elif name == "Var":
            self._unbound = (parts["value"], self._found["findings"][-1])

    def _members(self, parts: Node) -> Fact:
        members = {}
        for _, key, value in parts["fields"]:
            is_constant, text = constant(key)
            members[str(text) if is_constant else "*"] = self._shapes.of(value)
        return members

    # Statements

    def _query(self, query: Node) -> None:
        for statement in query["stmts"]:
            form, parts = kind(statement["literal"])
            if form == "SomeVars":
                for span in parts["vars"]:
                    self._local(self._places.text(span["start"], span["end"]), span["start"])
            elif form == "SomeIn":
                for pattern in (parts["key"], parts["value"]):
                    if pattern:
                        self._declare(pattern)
                self._read(parts["collection"])
            elif form == "Every":
                for span in (parts["key"], parts["value"]):
                    if span:
                        self._local(self._places.text(span["start"], span["end"]), span["start"])
                self._read(parts["domain"])
                self._query(parts["query"])
            else:
                with self._under_not(form == "NotExpr"):
                    self._read(parts["expr"])
            for modifier in statement.get("with_mods") or []:
                self._read(modifier["refr"])
                self._read(modifier["as"])

    @contextmanager
    def _under_not(self, negated: bool) -> Iterator[None]:
        before, self._negated = self._negated, negated
        yield
        self._negated = before

    # Expressions

    def _read(self, expression: Node, use: str = "value") -> None:
        """Read an expression; ``use`` is what becomes of it where it is a text."""
        form, parts = kind(expression)
        if form in ("Var", "RefDot", "RefBrack"):
            self._reference(expression)
        elif form == "Call":
            self._call(expression, parts)
        elif form in ("String", "RawString"):
            place = self._place(start(expression))
            fact = {"value": parts["value"], "use": use, "rule": self._rule["name"], **place}
            self._found["strings"].append(fact)
        elif form in ("Array", "Set"):
            for item in parts["items"]:
                self._read(item, use if use == "compared" else "element")
        elif form == "Object":
            self._object(parts)
        elif form in COMPREHENSIONS:
            self._comprehension(form, parts)
        elif form == "AssignExpr":
            if parts["op"] == "ColEq":
                self._declare(parts["lhs"])
                self._bind(parts["lhs"], parts["rhs"])
            else:
                self._read(parts["lhs"])
            self._read(parts["rhs"])
        else:
            compared = "compared" if form in ("BoolExpr", "Membership") else "value"
            for name in ("key", "value", "lhs", "rhs", "collection", "expr"):
                if isinstance(parts.get(name), dict):
                    self._read(parts[name], compared)

    def _object(self, parts: Node) -> None:
        for _, key, value in parts["fields"]:
            is_constant, text = constant(key)
            is_text, member = constant(value)
            if is_constant and text == "id" and is_text:
                beside = sorted(str(constant(other)[1]) for _, other, _ in parts["fields"])
                fact = {"value": member, "beside": beside, "rule": self._rule["name"]}
                self._found["ids"].append({**fact, **self._place(start(value))})
            self._read(key, "key")
            self._read(value)

    def _comprehension(self, form: str, parts: Node) -> None:
        before, self._head = self._head, False
        for name in COMPREHENSIONS[form]:
            self._read(parts[name])
        self._query(parts["query"])
        self._head = before
        if form == "ObjectCompr":
            for collection, offset in gone_through_again(parts):
                place = self._place(offset)
                fact = {"collection": collection, "rule": self._rule["name"], **place}
                self._found["groupings"].append(fact)

    def _reference(self, expression: Node) -> None:
        head, behind, computed = steps(expression)
        for bracket in computed:
            self._read(bracket)
        form, parts = kind(head)
        if form != "Var":
            self._read(head)
            return
        if parts["value"] != "_":
            fact = self._named(parts["value"], behind)
            self._found["references"].append({**fact, **self._where(), **self._place(start(expression))})

    def _named(self, name: str, behind: list[Step]) -> Fact:
        """Return what a reference names, and the steps behind what is written out of it."""
        behind = [self._step(step) for step in behind]
        target = self._target(name)
        if target is None:
            return {"name": name, "behind": behind}
        while behind and isinstance(behind[0], str):
            target.append(str(behind.pop(0)))
        return {"name": name, "target": target, "behind": behind}

    def _target(self, name: str) -> list[str] | None:
        if name in self._imports:
            self._imports[name]["used"] = True
            target: str = self._imports[name]["target"]
            return target.split(".")
        if name in ("data", "input"):
            return [name]
        return ["data", *self._package, name] if name in self._own else None

    def _step(self, step: Step) -> Step:
        if isinstance(step, dict) and "var" in step:
            name = step["var"]
            return {"var": name, "free": name not in self._bound and self._target(name) is None}
        return step

    def _where(self) -> Fact:
        place = "head" if self._head else "body"
        return {"rule": self._rule["name"], "kind": self._rule["kind"], "place": place}

    def _call(self, expression: Node, parts: Node) -> None:
        head, behind, computed = steps(parts["fcn"])
        name = ".".join([kind(head)[1].get("value", "?"), *map(str, behind)])
        is_builtin = bool(behind) and name.split(".")[0] in BUILTIN_NAMESPACES
        target = None if computed or is_builtin else self._target(name.split(".")[0])
        fact = {
            "name": name,
            **({"target": ".".join([*target, *map(str, behind)])} if target else {}),
            "arguments": [self._shapes.of(argument) for argument in parts["params"]],
            "negated": self._negated,
            **self._where(),
            **self._place(start(expression)),
        }
        self._found["calls"].append(fact)
        before, self._negated = self._negated, False
        for argument in parts["params"]:
            self._read(argument, "argument")
        self._negated = before

    # Names

    def _declare(self, pattern: Node) -> None:
        form, parts = kind(pattern)
        if form == "Var":
            self._local(parts["value"], parts["span"]["start"])
        elif form in ("Array", "Set"):
            for item in parts["items"]:
                self._declare(item)
        elif form == "Object":
            for _, _, value in parts["fields"]:
                self._declare(value)
        elif form in ("RefDot", "RefBrack", "Call"):
            self._read(pattern)

    def _bind(self, pattern: Node, value: Node) -> None:
        """Note what the finding in the head is bound to."""
        (form, parts), (other, members) = kind(pattern), kind(value)
        if self._unbound and form == "Var" and other == "Object" and parts["value"] == self._unbound[0]:
            self._unbound[1]["keys"] = self._members(members)

    def _local(self, name: str, offset: int) -> None:
        if name != "_":
            self._found["locals"].append({"name": name, "rule": self._rule["name"], **self._place(offset)})

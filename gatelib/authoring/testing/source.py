"""The text of a unit test, statement by statement.

regorus' syntax tree says where statements begin; where compound expressions end it does not always say, so
that this follows from brackets. Offsets count bytes: the text is looked at as Latin-1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import orjson

_OPERATORS: Final = ("==", "!=", "<=", ">=", "<", ">")
_OPEN: Final = "([{"
_CLOSE: Final = ")]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One expression of a body."""

    kind: Literal["compare", "every", "not", "assign", "some", "plain"]
    text: str
    """As it is written, without comments."""
    line: int
    left: str = ""
    """Of a comparison or assignment; of anything else the whole expression."""
    operator: str = ""
    right: str = ""
    modifiers: str = ""
    """``with … as …``, as written."""
    key: str = ""
    """Of ``every``; empty where none is named."""
    value: str = ""
    domain: str = ""
    body: tuple[Statement, ...] = ()


def statements(text: str, test: str) -> tuple[Statement, ...] | None:
    """Return the body of a test; ``None`` where it has not exactly one.

    Raises:
        RuntimeError: the text is no Rego; regorus says why.

    """
    import regorus

    engine = regorus.Engine()
    engine.add_policy("test.rego", text)
    rules = orjson.loads(engine.get_ast_as_json())[0]["ast"]["rules"]
    plain = _without_comments(text.encode().decode("latin-1"))
    starts = [_start(rule) for rule in rules] + [len(plain)]
    for position, rule in enumerate(rules):
        spec = rule.get("Spec", {})
        head = spec.get("head", {}).get("Compr", {})
        if head.get("refr", {}).get("Var", {}).get("value") == test:
            bodies = spec["bodies"]
            if len(bodies) != 1:
                return None
            return _body(plain, bodies[0]["query"], starts[position + 1])
    return None


def _start(rule: dict[str, Any]) -> int:
    ((_, content),) = rule.items()
    start: int = content["span"]["start"]
    return start


def _body(text: str, query: dict[str, Any], limit: int) -> tuple[Statement, ...]:
    found = query["stmts"]
    # A string's span has no quotes.
    starts = [start - (text[start - 1] in '"`') for start in (one["span"]["start"] for one in found)]
    braced = query["span"]["start"] < starts[0]
    end = query["span"]["end"] - 1 if braced else _end(text, starts[-1], limit)
    return tuple(
        _statement(text, statement, start, following)
        for statement, start, following in zip(found, starts, [*starts[1:], end], strict=True)
    )


def _statement(text: str, statement: dict[str, Any], start: int, end: int) -> Statement:
    whole = text[start:end].rstrip().rstrip(";").rstrip()
    line = statement["span"]["line"]
    ((kind, content),) = statement["literal"].items()
    if kind == "Every":
        query = content["query"]
        brace = query["span"]["start"]
        return Statement(
            kind="every",
            text=_utf8(whole),
            line=line,
            key=_utf8(_slice(text, content["key"])) if content["key"] else "",
            value=_utf8(_slice(text, content["value"])),
            domain=_utf8(text[content["value"]["end"] : brace].strip().removeprefix("in").strip()),
            modifiers=_utf8(text[query["span"]["end"] : start + len(whole)].strip()),
            body=_body(text, query, brace),
        )
    body, modifiers = _split(whole, ("with",))[::2]
    if modifiers:
        modifiers = f"with {modifiers}"
    if kind == "NotExpr":
        negated = body.removeprefix("not").strip()
        return Statement(
            kind="not", text=_utf8(whole), line=line, left=_utf8(negated), modifiers=_utf8(modifiers)
        )
    if kind in ("SomeIn", "SomeVars"):
        return Statement(kind="some", text=_utf8(whole), line=line, left=_utf8(body))
    ((form, _),) = content["expr"].items() if kind == "Expr" else (("", None),)
    operators = {"BoolExpr": _OPERATORS, "Membership": ("in",), "AssignExpr": (":=", "=")}.get(form, ())
    left, operator, right = _split(body, operators)
    return Statement(
        kind="assign" if form == "AssignExpr" else "compare" if operator else "plain",
        text=_utf8(whole),
        line=line,
        left=_utf8(left),
        operator=operator,
        right=_utf8(right),
        modifiers=_utf8(modifiers),
    )


def _split(text: str, operators: tuple[str, ...]) -> tuple[str, str, str]:
    """Return what stands left and right of the first operator that is in no bracket."""
    for position in _outside(text, 0):
        for operator in operators:
            if text.startswith(operator, position) and _is_whole(text, position, operator):
                left, right = text[:position], text[position + len(operator) :]
                return left.strip(), operator, right.strip()
    return text.strip(), "", ""


def _is_whole(text: str, position: int, operator: str) -> bool:
    if not operator.isalpha():
        return True
    around = text[position - 1 : position] + text[position + len(operator) :][:1]
    return not any(char.isalnum() or char in "_." for char in around)


def _end(text: str, start: int, limit: int) -> int:
    """Return where a body without braces ends: before the next rule, or a bracket that nothing opened."""
    closing = (place for place in _outside(text[:limit], start) if text[place] in _CLOSE)
    return next(closing, limit)


def _outside(text: str, start: int) -> Iterator[int]:
    """Yield the places that are in no bracket and no string, and that of a bracket that nothing opened."""
    depth, position = 0, start
    while position < len(text):
        char = text[position]
        if char in '"`':
            position = _after_string(text, position)
            continue
        if char in _CLOSE:
            depth -= 1
            if depth < 0:
                yield position
                return
        elif depth == 0:
            yield position
        if char in _OPEN:
            depth += 1
        position += 1


def _without_comments(text: str) -> str:
    kept, position = [], 0
    while position < len(text):
        char = text[position]
        if char == "#":
            end = text.find("\n", position)
            end = len(text) if end < 0 else end
            kept.append(" " * (end - position))
        elif char in '"`':
            end = _after_string(text, position)
            kept.append(text[position:end])
        else:
            end = position + 1
            kept.append(char)
        position = end
    return "".join(kept)


def _after_string(text: str, position: int) -> int:
    quote, position = text[position], position + 1
    while position < len(text) and text[position] != quote:
        position += 2 if text[position] == "\\" and quote == '"' else 1
    return position + 1


def _slice(text: str, span: dict[str, int]) -> str:
    return text[span["start"] : span["end"]]


def _utf8(text: str) -> str:
    return text.encode("latin-1").decode("utf-8", "replace")

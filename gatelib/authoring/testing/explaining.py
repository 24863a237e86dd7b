"""Why a unit test is not true: its first expression that nothing makes true, with both sides of a comparison.

The body is asked again up to each expression, by rules of our own behind the test's file. What an ``every``
goes through is asked element by element.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from gatelib.authoring.suite import Suite
from gatelib.authoring.testing.differing import difference
from gatelib.authoring.testing.source import Statement, statements
from gatelib.authoring.unit_tests import Test
from gatelib.engines import Engine
from gatelib.errors import EngineError

_PROBE: Final = "gatelib_probe_"
_READ_TWICE: Final = (
    "    without `with` it is not: the embedded engine takes a rule for undefined that an expression and",
    "    the value of its `with` both read. Bind one of them in a line before",
)
_MOST_LINES: Final = 24
"""Of source, or of a value."""


def explain(suite: Suite, test: Test) -> list[str]:
    """Return the lines that say why a test is not true on the embedded engine."""
    try:
        body = statements(test.file.module.text, test.name)
    except RuntimeError:
        return []  # it does not compile, and the engine has said why
    if body is None:
        return ["it has several bodies: which expression is not true cannot be seen"]
    return list(_Probing(suite, test).search([], body))


@dataclass(frozen=True, slots=True)
class _Probing:
    suite: Suite
    test: Test

    def search(self, context: Sequence[str], body: Sequence[Statement]) -> Iterator[str]:
        """Say which expression of a body is not true where those of the context are."""
        texts = [statement.text for statement in body]
        answers = self._ask(_rule(_PROBE, [*context, *texts[: end + 1]]) for end in range(len(body)))
        for position, (statement, answer) in enumerate(zip(body, answers, strict=True)):
            if answer is not True:
                before = [*context, *texts[:position]]
                if isinstance(answer, EngineError):
                    yield from self._shown(statement)
                    yield f"    {answer.message}"
                elif statement.kind == "every":
                    yield from self._every(before, statement)
                else:
                    yield from self._shown(statement)
                    yield from self._why(before, statement)
                return
        yield "the embedded engine finds each of its expressions true"

    def _every(self, before: list[str], every: Statement) -> Iterator[str]:
        key = every.key if every.key not in ("", "_") else f"gatelib_key_{len(before)}"
        value = every.value if every.value != "_" else f"gatelib_value_{len(before)}"
        element = f"some {key}, {value} in {every.domain} {every.modifiers}".strip()
        pairs = self._value(before, [element], f"[{key}, {value}]")
        if isinstance(pairs, EngineError) or not pairs:
            yield from self._shown(every)
            yield "    what it goes through is undefined, or the embedded engine cannot ask for it"
            return
        each = [[*before, element, f"{key} == {_rego(pair[0])}"] for pair in pairs]
        texts = [statement.text for statement in every.body]
        holds = self._ask(_rule(_PROBE, [*context, *texts]) for context in each)
        for pair, context, answer in zip(pairs, each, holds, strict=True):
            if answer is not True:
                names = [(every.key, pair[0]), (every.value, pair[1])]
                shown = [f"{name} = {_short(found)}" for name, found in names if name not in ("", "_")]
                yield f"{self._place(every)}: in `every`, with {', '.join(shown) or 'an element'}:"
                yield from self.search(context, every.body)
                return
        yield from self._shown(every)
        yield "    it holds for each element by itself: which one it fails for cannot be seen"

    def _why(self, before: list[str], statement: Statement) -> Iterator[str]:
        if statement.kind == "some":
            yield "    there is no such element"
            return
        if statement.kind == "compare":
            yield from self._sides(before, statement)
            return
        wanted = statement.right if statement.kind == "assign" else statement.left
        found = self._value(before, [], wanted, statement.modifiers)
        if isinstance(found, EngineError):
            yield f"    `{_one_line(wanted)}` cannot be asked for by itself: {found.message}"
        elif not found:
            yield f"    `{_one_line(wanted)}` is undefined"
        else:
            yield f"    `{_one_line(wanted)}` is {_short(found[0])}"

    def _sides(self, before: list[str], statement: Statement) -> Iterator[str]:
        sides: list[list[Any]] = []
        for text in (statement.left, statement.right):
            side = self._value(before, [], text, statement.modifiers)
            if isinstance(side, EngineError):
                yield f"    `{_one_line(text)}` cannot be asked for by itself: {side.message}"
                return
            if not side:
                yield f"    `{_one_line(text)}` is undefined"
                if statement.modifiers and self._value(before, [], text):
                    yield from _READ_TWICE
            sides.append(side)
        left, right = sides
        if not left or not right:
            defined = left or right
            if defined:
                yield f"    the other side is {_short(defined[0])}"
            return
        if statement.operator != "==":
            yield f"    {_short(left[0])} {statement.operator} {_short(right[0])}"
        elif left[0] == right[0]:
            yield "    both sides are the same by themselves"
        else:
            expected, found = (left, right) if _is_literal(statement.left) else (right, left)
            yield from (f"    {line}" for line in difference(expected[0], found[0]))
        if len(left) > 1 or len(right) > 1:
            yield "    (the first of several values that variables have here)"

    def _value(
        self, before: Sequence[str], more: Sequence[str], text: str, modifiers: str = ""
    ) -> list[Any] | EngineError:
        """Return the values of an expression, one for each way to make what is before it true."""
        value = f"gatelib_value := {text}\n\t{modifiers}".rstrip()
        lines = "\n\t".join([*before, *more, value])
        (answer,) = self._ask([f"{_PROBE} := [gatelib_value |\n\t{lines}\n]"])
        return answer if isinstance(answer, EngineError) else answer or []

    def _ask(self, rules: Any) -> list[Any]:
        """Return the value of each rule, named by :data:`_PROBE`, or why it has none."""
        module, package = self.test.file.module, self.test.file.module.package
        numbered = [rule.replace(_PROBE, f"{_PROBE}{number}", 1) for number, rule in enumerate(rules)]
        text = "\n\n".join([module.text, *numbered])
        try:
            engine = self.suite.engine(package, {module.path: text})
        except EngineError as error:
            return [error] * len(numbered)
        return [_ask(engine, f"data.{package}.{_PROBE}{number}") for number in range(len(numbered))]

    def _shown(self, statement: Statement) -> Iterator[str]:
        lines = statement.text.splitlines()
        yield f"{self._place(statement)}: not true:"
        for number, line in enumerate(lines[:_MOST_LINES], statement.line):
            yield f"    {number:>4} | {line.expandtabs(4)}"
        if len(lines) > _MOST_LINES:
            yield f"         | and {len(lines) - _MOST_LINES} more lines"

    def _place(self, statement: Statement) -> str:
        return f"{self.test.file.name}:{statement.line}"


def _ask(engine: Engine, query: str) -> Any:
    try:
        return engine.ask(query, b"{}")
    except EngineError as error:
        return error


def _rule(name: str, texts: Sequence[str]) -> str:
    lines = "\n\t".join(texts)
    return f"{name} if {{\n\t{lines}\n}}"


def _rego(value: Any) -> str:
    return orjson.dumps(value).decode()


def _is_literal(text: str) -> bool:
    return text[:1] in '{["' or text.startswith("set(")


def _one_line(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 100 else f"{words[:97]}..."


def _short(value: Any) -> str:
    text = _rego(value)
    return text if len(text) <= 200 else f"{text[:197]}..."

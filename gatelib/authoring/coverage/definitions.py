"""Rules that have to ask for their definitions one after the other.

regorus evaluates every definition of a rule and its default, whatever the others gave. OPA evaluates a
default only where nothing else holds; and of definitions that all give the same constant, none after the
first that holds. So such a rule asks functions, which hold its definitions; other rules would be part of
their package's value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

_CONSTANTS: Final = frozenset({"String", "RawString", "Number", "Bool", "Null"})
_TRUE: Final = ("Bool", True)
_ARGUMENT: Final = b"argument_%d"
_NOTHING: Final = b"zz_nothing"


@dataclass(slots=True)
class Definitions:
    """The definitions of one rule or function."""

    name: bytes
    arguments: int | None = None
    """``None`` of a rule."""
    has_default: bool = False
    values: list[object] = field(default_factory=list)
    """Of each definition and each of its ``else``; ``None`` where it is no constant."""
    count: int = 0

    @property
    def is_asked(self) -> bool:
        """Whether a rule asks for them."""
        return self.arguments != 0 and (self.has_default or (self.count > 1 and self._are_alike))

    @property
    def head(self) -> bytes:
        """The head of the rule that asks."""
        return self.name + (b"" if self.arguments is None else self._given)

    def questions(self) -> Iterator[bytes]:
        """Yield what it asks, in order."""
        given = b"(0)" if self.arguments is None else self._given
        for number in range(self.count if self._are_alike else min(self.count, 1)):
            yield self._function(number) + given

    def renamed(self, number: int, head: bytes) -> bytes:
        """Return the head of a definition as that of the function that holds it."""
        function = self._function(number if self._are_alike else 0)
        return function + (b"(%s)" % _NOTHING if self.arguments is None else b"") + head[len(self.name) :]

    def _function(self, number: int) -> bytes:
        return b"definition_%d_of_%s" % (number, self.name)

    @property
    def _given(self) -> bytes:
        return b"(%s)" % b", ".join(_ARGUMENT % number for number in range(self.arguments or 0))

    @property
    def _are_alike(self) -> bool:
        return None not in self.values and all(value == self.values[0] for value in self.values)


def by_name(rules: Iterable[Any]) -> dict[str, Definitions]:
    """Return the definitions of the rules that ask for them."""
    found: dict[str, Definitions] = {}
    for rule in rules:
        default, spec = rule.get("Default"), rule.get("Spec")
        if default:
            if name := name_of(default["refr"]):
                definitions = found.setdefault(name, Definitions(name.encode()))
                definitions.has_default = True
                definitions.arguments = len(default.get("args") or []) or None
            continue
        ((kind, head),) = spec["head"].items()
        name = name_of(head["refr"])
        if not name or kind == "Set":
            continue
        definitions = found.setdefault(name, Definitions(name.encode()))
        definitions.count += 1
        definitions.arguments = len(head["args"]) if kind == "Func" else None
        definitions.values.append(_constant(head["assign"]))
        definitions.values += (_constant(body["assign"]) for body in spec["bodies"] if body["is_else"])
    return {name: definitions for name, definitions in found.items() if definitions.is_asked}


def name_of(reference: Any) -> str:
    """Return the name of a rule; empty where it lies below another."""
    return str(reference["Var"]["value"]) if "Var" in reference else ""


def _constant(assign: Any) -> object:
    if not assign:
        return _TRUE
    ((kind, value),) = assign["value"].items()
    return (kind, value["value"]) if kind in _CONSTANTS else None

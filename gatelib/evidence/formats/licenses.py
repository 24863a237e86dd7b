"""Licences of components: SPDX expressions as alternatives of what has to hold together.

See https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/. Whether a licence is a known one is not
looked at: what is on no list of allowed ones is denied anyway.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from gatelib.errors import EvidenceError
from gatelib.evidence.formats.interface import Fact

if TYPE_CHECKING:
    from license_expression import Licensing

MOST_ALTERNATIVES: Final = 100
"""An expression that multiplies out to more is an error."""

_MOST_EXPRESSIONS: Final = 10_000
_MOST_COMPONENTS: Final = 10
_LONGEST_EXPRESSION: Final = 2_000
_LONGEST_NAME: Final = 200
_SPLIT: Final = "check what wrote it, or write one for each part"
_NONE: Final = {"", "NONE", "NOASSERTION"}

Alternatives = tuple[tuple[str, ...], ...]


class Licenses:
    """Which components are under which licence."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Alternatives], list[str]] = {}

    def add(self, component: str, *, expressions: Sequence[str] = (), names: Sequence[str] = ()) -> None:
        """Add a component that is under all of some expressions and licences; without any, it says none.

        Raises:
            EvidenceError: an expression has too many alternatives, or there are too many.

        """
        told = [alternatives(text) for text in expressions if text.strip() not in _NONE]
        texts = [" ".join(text.split()) for text in expressions if text.strip() not in _NONE]
        for name in names:
            if (short := _short(name)) not in _NONE:
                told.append(((short,),))
                texts.append(short)
        texts = list(dict.fromkeys(texts))
        joined = texts[0] if len(texts) == 1 else " AND ".join(map(_bracketed, texts))
        self._found.setdefault((joined, _all_of(told) if told else ()), []).append(_short(component))
        if len(self._found) > _MOST_EXPRESSIONS:
            raise EvidenceError(f"has more than {_MOST_EXPRESSIONS:,} licences", hint=_SPLIT)

    def facts(self) -> Iterator[Fact]:
        """Yield a fact for each expression, in order."""
        for (expression, any_of), components in sorted(self._found.items()):
            yield {
                "type": "license",
                "expression": expression[:_LONGEST_EXPRESSION],
                "any_of": [list(alternative) for alternative in any_of],
                "count": len(components),
                "components": sorted(components)[:_MOST_COMPONENTS],
            }


@lru_cache(1_024)
def alternatives(expression: str) -> Alternatives:
    """Return the alternatives of an expression; what is no expression is one licence of that name.

    Raises:
        EvidenceError: there are too many.

    """
    from license_expression import ExpressionError

    if len(expression) > _LONGEST_EXPRESSION:
        return ((_short(expression),),)
    try:
        parsed = _licensing().parse(expression)
    except ExpressionError:
        parsed = None
    return ((_short(expression),),) if parsed is None else _alternatives(parsed)


@cache
def _licensing() -> Licensing:
    from license_expression import Licensing

    return Licensing()


def _alternatives(node: Any) -> Alternatives:
    licensing = _licensing()
    if isinstance(node, licensing.OR):
        return _capped({one for argument in node.args for one in _alternatives(argument)})
    if isinstance(node, licensing.AND):
        return _all_of([_alternatives(argument) for argument in node.args])
    return ((node.render(),),)


def _all_of(told: Sequence[Alternatives]) -> Alternatives:
    """Multiply out, one after the other, so that what explodes is noticed early."""
    found: Alternatives = ((),)
    for options in told:
        found = _capped({tuple(sorted({*one, *other})) for one, other in product(found, options)})
    return found


def _capped(found: set[tuple[str, ...]]) -> Alternatives:
    if len(found) > MOST_ALTERNATIVES:
        raise EvidenceError(
            f"has a licence expression with more than {MOST_ALTERNATIVES} alternatives",
            hint="write which licence was chosen, as SPDX's concluded licence",
        )
    return tuple(sorted(found))


def _bracketed(text: str) -> str:
    return f"({text})" if " or " in text.lower() else text


def _short(text: str) -> str:
    text = " ".join(text[: 4 * _LONGEST_NAME].split())
    return text if len(text) <= _LONGEST_NAME else f"{text[:_LONGEST_NAME]}…"

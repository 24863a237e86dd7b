"""What became of mutants, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import unified_diff
from typing import Any, Final

import orjson

from gatelib.authoring.mutation.marks import proposed
from gatelib.authoring.mutation.results import Outcome, Score, Tested, score
from gatelib.reporters.show import inert, plural, visible

FORMATS: Final = ("text", "json")

_FEW: Final = 3
_TAB: Final = 4


def shown(tested: Sequence[Tested], form: str) -> str:
    """Return the survivors and the scores in one of :data:`FORMATS`."""
    if form == "json":
        return orjson.dumps(_document(tested), option=orjson.OPT_INDENT_2).decode() + "\n"
    return "".join(f"{inert(visible(line))}\n" for line in _lines(tested))


def _lines(tested: Sequence[Tested]) -> Iterator[str]:
    for one in tested:
        for check, why in one.broken:
            yield f"{one.source.name}: `{check}` {why} without a mutant"
        for outcome in one.outcomes:
            if outcome.survives:
                yield from _survivor(one, outcome)
        for mark in one.stale:
            yield f"{one.source.name}:{mark.line}: no surviving mutant answers to this mark of {mark.mutator}"
            yield "  remove it, or write it as its survivor says"
    for one in tested:
        what = "its tests fail" if one.broken else _said(one.score)
        yield f"{one.source.rule or one.source.name}: {what}"
    if len(tested) > 1:
        yield f"all: {_said(score(tested))}"


def _survivor(one: Tested, outcome: Outcome) -> Iterator[str]:
    text, mutant = one.source.module.text, outcome.mutant
    yield f"{one.source.name}:{mutant.lines(text)[0]}: {mutant.edit.mutator}"
    yield from (f"  {line.expandtabs(_TAB)}".rstrip() for line in _diff(one, outcome))
    if outcome.reached:
        few = ", ".join(outcome.reached[:_FEW])
        rest = len(outcome.reached) - _FEW
        yield f"  unnoticed by {few}{f' and {rest} more' if rest > 0 else ''}"
        yield f"  if it means the same: {_mark(one, outcome)}…"
    else:
        yield "  no test or fixture gets there"


def _diff(one: Tested, outcome: Outcome) -> list[str]:
    text = one.source.module.text
    lines = unified_diff(text.splitlines(), outcome.mutant.apply(text).splitlines(), n=0, lineterm="")
    return [line for line in list(lines)[2:] if not line.startswith("@@")]


def _mark(one: Tested, outcome: Outcome) -> str:
    others = [other.mutant for other in one.outcomes]
    return proposed(outcome.mutant, others, one.source.module.text)


def _said(found: Score) -> str:
    said = f"{_percent(found)} % of {plural(found.killed + found.survived, 'mutant')} killed"
    rest = (
        f"{found.survived} survive" if found.survived else "",
        f"{found.equivalent} equivalent" if found.equivalent else "",
        f"{found.invalid} invalid" if found.invalid else "",
    )
    return ", ".join(part for part in (said, *rest) if part)


def _percent(found: Score) -> str:
    """Return the percentage rounded down: 100 only where all were killed."""
    return f"{int(found.percent * 10) / 10:.1f}"


def _document(tested: Sequence[Tested]) -> dict[str, Any]:
    return {**_counts(score(tested)), "policies": [_policy(one) for one in tested]}


def _policy(one: Tested) -> dict[str, Any]:
    text = one.source.module.text
    return {
        "file": one.source.name,
        "rule": one.source.rule,
        **_counts(one.score),
        "survivors": [
            {
                **_place(outcome, text),
                "diff": _diff(one, outcome),
                "reached": list(outcome.reached),
                "mark": _mark(one, outcome),
            }
            for outcome in one.outcomes
            if outcome.survives
        ],
        "equivalents": [
            {**_place(outcome, text), "reason": outcome.mark.reason}
            for outcome in one.outcomes
            if outcome.mark is not None
        ],
        "stale": [{"line": mark.line, "mutator": mark.mutator, "reason": mark.reason} for mark in one.stale],
        "broken": [{"check": check, "why": why} for check, why in one.broken],
    }


def _place(outcome: Outcome, text: str) -> dict[str, Any]:
    mutant = outcome.mutant
    return {
        "line": mutant.lines(text)[0],
        "mutator": mutant.edit.mutator,
        "before": mutant.before(text),
        "after": mutant.after,
    }


def _counts(found: Score) -> dict[str, Any]:
    return {
        "score": round(found.percent, 2),
        "killed": found.killed,
        "survived": found.survived,
        "equivalent": found.equivalent,
        "invalid": found.invalid,
    }

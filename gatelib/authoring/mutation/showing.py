"""What became of mutants, as text."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff

from gatelib.authoring.mutation.running import Outcome, Run


def lines(run: Run) -> Iterator[str]:
    """Yield each survivor as a diff, and the score of each policy."""
    for check, why in run.broken.items():
        yield f"left out, since it fails without a mutant: {check}: {why}"
    policies: dict[str, list[Outcome]] = {}
    for outcome in run.outcomes:
        policies.setdefault(outcome.source.name, []).append(outcome)
        if outcome.status in ("survived", "unreached"):
            yield from _survivor(outcome)
    for outcomes in policies.values():
        source = outcomes[0].source
        yield f"{source.rule or source.name}: {_score(outcomes)}"
    yield f"all: {_score(list(run.outcomes))}"


def _survivor(outcome: Outcome) -> Iterator[str]:
    text, mutant = outcome.source.module.text, outcome.mutant
    line = text.count("\n", 0, mutant.start) + 1
    yield f"{outcome.source.name}:{line}: {mutant.mutator}"
    diff = unified_diff(text.splitlines(), mutant.apply(text).splitlines(), lineterm="", n=0)
    yield from (f"    {entry}" for number, entry in enumerate(diff) if number > 2)
    if outcome.status == "unreached":
        yield "    no test or fixture gets there"
    else:
        few = outcome.reached[:3]
        more = len(outcome.reached) - len(few)
        yield f"    unnoticed by {', '.join(few)}{f' and {more} more' if more else ''}"


def _score(outcomes: list[Outcome]) -> str:
    counts = {
        status: sum(outcome.status == status for outcome in outcomes)
        for status in ("killed", "survived", "unreached", "invalid")
    }
    valid = len(outcomes) - counts["invalid"]
    share = 100 * counts["killed"] / valid if valid else 100.0
    return (
        f"{share:.1f} % of {valid} killed, {valid - counts['killed']} survive ({counts['invalid']} invalid)"
    )

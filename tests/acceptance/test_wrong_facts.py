"""Values of the wrong type in what an Evidence Pack says: both engines say the same, and neither fails.

A mutant is a fixture of a rule on a release with some values of its facts, or of its control attestation,
replaced by ones of another type, or left out. Readers of evidence refuse most of them; an engine that is
given one all the same must not pass it over.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from gatelib import EngineError, fixtures
from tests.acceptance import test_wrong_types as wrong
from tests.acceptance.test_wrong_types import GARBAGE, PER_ENVELOPE, SHIPPED, Mutant, nodes, overlap, put
from tests.budget import budget
from tests.engines import need
from tests.paths import ROOT

Part = Callable[[dict[str, Any]], dict[str, Any]]
"""Returns what is mutated of an envelope, by names that are not."""


def facts_of(envelope: dict[str, Any]) -> dict[str, Any]:
    return {file: about["facts"] for file, about in envelope["evidence"].items() if about["facts"]}


def attestation_of(envelope: dict[str, Any]) -> dict[str, Any]:
    return {entry["type"]: entry for entry in envelope["verifications"] if entry["type"] == "controls"}


PARTS: dict[str, Part] = {"fact": facts_of, "control attestation": attestation_of}
FIXTURES = list(fixtures.find(ROOT / "fixtures", SHIPPED))


def mutants(seed: int, number: int, cases: Sequence[fixtures.Case], part: Part) -> Iterator[Mutant]:
    """Mutants of some fixtures in turn."""
    chance = random.Random(seed)
    for turn in range(number):
        case = cases[(turn + seed) % len(cases)]
        envelope = deepcopy(fixtures.envelope(case, wrong.policy_of(case)))
        paths: list[wrong.Path] = []
        replacements = []
        facts = part(envelope)
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            path, value = chance.choice([entry for entry in nodes(facts) if len(entry[0]) > 1])
            replacement = deepcopy(chance.choice(GARBAGE[chance.choice([*GARBAGE])]))
            if any(overlap(path, other) for other in paths):
                continue
            if chance.random() < 0.2 and isinstance(path[-1], str):
                leave_out(facts, path)
                replacement = "nothing"
            elif replacement == value:
                continue
            else:
                put(facts, path, replacement)
            paths.append(path)
            replacements.append(replacement)
        if paths:
            yield Mutant(case, 0, tuple(paths), tuple(replacements), envelope)


def leave_out(facts: object, path: wrong.Path) -> None:
    inner: object = facts
    for step in path[:-1]:
        inner = inner[step]  # type: ignore[index]  # facts are JSON
    del inner[path[-1]]  # type: ignore[attr-defined]  # facts are JSON


@pytest.mark.parametrize(("what", "number"), [("fact", 200), ("control attestation", 40)])
def test_engines_agree_on_every_wrong_type(what: str, number: int, tmp_path: Path) -> None:
    need("opa")
    part = PARTS[what]
    cases = [case for case in FIXTURES if part(fixtures.envelope(case, wrong.policy_of(case)))]
    all_of_them = list(mutants(100, budget(number, 50 * number), cases, part))
    differ, silent = [], []
    for start in range(0, len(all_of_them), PER_ENVELOPE):
        tested = all_of_them[start : start + PER_ENVELOPE]
        for mutant, reference in zip(tested, wrong.opa(tested, tmp_path), strict=True):
            try:
                decision = wrong.embedded(mutant.case, mutant.envelope)
            except EngineError as error:
                silent.append(f"{mutant}: {error.message}")
                continue
            if wrong.comparable(decision, mutant) != wrong.comparable(reference, mutant):
                differ.append(str(mutant))
    assert (silent, differ) == ([], [])

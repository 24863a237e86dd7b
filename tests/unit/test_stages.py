"""Shares of namespaces: fair, monotone, another order for each rule, and the same for Rego and Python."""

from __future__ import annotations

import math
from typing import Final

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelib import engines
from gatelib.policy import Module, shipped
from gatelib.stages import Stage, on_trial, place
from tests.engines import need_engine

TEAMS: Final = ("payments", "checkout", "cart", "search", "billing", "fraud", "catalog", "ops", "ml", "web")
NAMES: Final = [
    *(f"{team}-{stage}" for team in TEAMS for stage in ("dev", "test", "qa", "staging", "prod", "prod-eu")),
    *(f"{prefix}-{number}" for prefix in ("team", "tenant", "pr") for number in range(1000)),
    *(f"tenant-{number:05d}" for number in range(1000)),
    *("default", "kube-system", "argocd", "istio-system"),
]
RULES: Final = ("GL-K8S-001", "GL-K8S-006", "SHOP-001", "ACME-017")


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("share", [1, 5, 25, 50, 90])
def test_a_share_is_fair(rule: str, share: int) -> None:
    part = share / 100
    for prefix in ("", "team-", "tenant-", "pr-"):
        names = [name for name in NAMES if name.startswith(prefix)]
        reached = sum(place(rule, name) < share for name in names)
        assert abs(reached - part * len(names)) < 4 * math.sqrt(len(names) * part * (1 - part)), prefix


def test_no_namespace_goes_first_with_every_rule() -> None:
    first = [{name for name in NAMES if place(rule, name) < 25} for rule in RULES]
    for number, one in enumerate(first):
        for other in first[number + 1 :]:
            assert abs(len(one & other) / len(NAMES) - 1 / 16) < 0.02


def test_a_larger_share_lets_none_out() -> None:
    for name in NAMES[:200]:
        trial = [on_trial("SHOP-001", Stage("canary", None, share), name) for share in range(101)]
        assert trial == sorted(trial, reverse=True)
        assert (trial[0], trial[100]) == (True, False)


def test_what_has_no_namespace_is_in_no_share() -> None:
    assert on_trial("SHOP-001", Stage("canary", None, 100), "")


PLACES = Module(
    "places.rego",
    "package places\n\nimport data.gatelib.lib.stages\n\n"
    "all := [stages.place(id, name) | some [id, name] in input.pairs]\n",
)


@pytest.mark.parametrize("engine", ["embedded", "opa"])
def test_rego_and_python_put_a_namespace_in_the_same_place(engine: str) -> None:
    core = shipped()
    asked = engines.engine(need_engine(engine))((*core.modules, PLACES), core.engine_data([]), timeout=60.0)

    @settings(deadline=None, max_examples=3)
    @given(st.lists(st.tuples(st.sampled_from(RULES), st.sampled_from(NAMES) | st.text(max_size=300))))
    def holds(pairs: list[tuple[str, str]]) -> None:
        envelope = orjson.dumps({"pairs": pairs})
        assert asked.ask("data.places.all", envelope) == [place(rule, name) for rule, name in pairs]

    holds()

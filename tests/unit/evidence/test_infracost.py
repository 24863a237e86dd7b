from __future__ import annotations

import json
from typing import Any

import pytest

from gatelib.errors import EvidenceError
from tests.unit.evidence.stored import changed, facts, reduced, stored

COST = {
    "type": "cost",
    "currency": "USD",
    "past_monthly": 119,
    "monthly": 168.64,
    "diff_monthly": 49.64,
    "projects": 1,
    "projects_failed": 0,
    "unpriced": 3,
    "created": "2026-11-21T11:06:23.123456789Z",
}


def diff() -> Any:
    return json.loads(stored("infracost/diff.json"))


def test_a_diff() -> None:
    assert facts(stored("infracost/diff.json"), "infracost") == [COST]


def test_a_diff_is_known_without_a_role() -> None:
    assert reduced(stored("infracost/diff.json")).format == "infracost"


@pytest.mark.parametrize(
    ("path", "new", "want"),
    [
        (["totalMonthlyCost"], None, {"monthly": None}),
        (["pastTotalMonthlyCost"], None, {"past_monthly": 119}),
        (["pastTotalMonthlyCost"], "0", {"past_monthly": 0}),
        (["diffTotalMonthlyCost"], "-742.64", {"diff_monthly": -742.64}),
        (["diffTotalMonthlyCost"], "0", {"diff_monthly": 0}),
        (["projects"], [], {"projects": 0}),
        (["projects", 0, "metadata"], {"errors": [{"message": "x"}]}, {"projects_failed": 1}),
        (["projects", 0, "metadata"], {"currentErrors": [{"message": "x"}]}, {"projects_failed": 1}),
        (["projects", 0, "metadata"], {"errors": None}, {}),
        (["summary"], None, {"unpriced": 0}),
        (["timeGenerated"], "soon", {"created": ""}),
        (["metadata"], None, {}),
    ],
    ids=str,
)
def test_each_part_of_a_diff(path: list[str | int], new: Any, want: dict[str, Any]) -> None:
    assert facts(changed(diff(), path, new), "infracost") == [{**COST, **want}]


def test_what_it_cost_before_is_unknown_only_with_what_it_costs_now() -> None:
    said = {**diff(), "pastTotalMonthlyCost": None, "totalMonthlyCost": None}
    (fact,) = facts(json.dumps(said).encode(), "infracost")
    assert (fact["past_monthly"], fact["monthly"]) == (None, None)


@pytest.mark.parametrize(
    ("path", "new"),
    [(["metadata", "infracostCommand"], "breakdown"), (["diffTotalMonthlyCost"], None)],
    ids=str,
)
def test_what_tells_no_difference_is_no_diff(path: list[str | int], new: Any) -> None:
    with pytest.raises(EvidenceError, match="tells what things cost, and not what the change costs"):
        reduced(changed(diff(), path, new), "infracost")


@pytest.mark.parametrize(
    ("path", "new", "message"),
    [
        (["diffTotalMonthlyCost"], ..., "lacks `diffTotalMonthlyCost`"),
        (["diffTotalMonthlyCost"], 49.64, "diffTotalMonthlyCost"),
        (["diffTotalMonthlyCost"], "1e9", "diffTotalMonthlyCost"),
        (["diffTotalMonthlyCost"], "NaN", "diffTotalMonthlyCost"),
        (["totalMonthlyCost"], "9" * 400, "totalMonthlyCost"),
        (["currency"], 7, "`currency` must be a string"),
        (["projects"], {}, "`projects` must be a list"),
        (["projects", 0], "x", "`projects.0` must be an object"),
    ],
    ids=str,
)
def test_what_breaks_the_form_of_a_diff(path: list[str | int], new: Any, message: str) -> None:
    with pytest.raises(EvidenceError, match=message):
        reduced(changed(diff(), path, new), "infracost")

"""Orders, ages and axes."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelib.portal import charts, views

_NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)


def test_versions_are_in_the_order_of_their_numbers() -> None:
    versions = ["2.10.0", "2.9.1", "2.9", "10", "2.9-rc1"]
    assert sorted(versions, key=views.natural) == ["2.9", "2.9-rc1", "2.9.1", "2.10.0", "10"]


@given(st.text(), st.text())
def test_any_two_versions_can_be_compared(one: str, other: str) -> None:
    assert sorted([views.natural(one), views.natural(other)])


@pytest.mark.parametrize(
    ("expires", "expected"),
    [
        ("2026-11-21", True),
        ("2026-11-22", False),
        ("2026-11-22T12:00:00Z", True),
        ("2026-11-22T12:00:01Z", False),
        ("", True),
        ("never", True),
        ("9999-12-31", True),
    ],
)
def test_a_waiver_ends_with_its_last_day_and_one_without_has_ended(expires: str, expected: bool) -> None:
    assert views.is_expired(expires, _NOW) is expected


def test_the_worst_control_stands_for_a_clause() -> None:
    assert views.worst(["pass", "not applicable"]) == "pass"
    assert views.worst(["pass", "not evaluated", "fail"]) == "fail"
    assert views.worst(["fail", "not verified"]) == "not verified"
    assert views.worst([]) == "not evaluated"


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=24))
def test_a_chart_stays_in_its_frame_and_its_table_has_the_numbers(values: list[int]) -> None:
    drawn = charts.stacked([(str(place), {"a": value, "b": 1}) for place, value in enumerate(values)], "ab")
    assert drawn.rows == tuple((str(place), (value, 1)) for place, value in enumerate(values))
    assert 2 <= len(drawn.ticks) <= 6
    for bar in drawn.bars:
        assert bar.x + bar.width <= charts.WIDTH and bar.x >= drawn.left
        assert bar.y >= 9.9 and bar.y + bar.height <= drawn.bottom + 0.1

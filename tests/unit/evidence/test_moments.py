from __future__ import annotations

import pytest

from gatelib.evidence.formats import moments


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z"),
        ("2026-11-21t10:00:00z", "2026-11-21T10:00:00Z"),
        ("2026-11-21T10:00:00.000000000Z", "2026-11-21T10:00:00Z"),
        ("2026-11-21T10:00:00.123456789Z", "2026-11-21T10:00:00.123456789Z"),
        ("2026-11-21T10:00:00.120+00:00", "2026-11-21T10:00:00.12Z"),
        ("2026-11-21T00:30:00.5+01:00", "2026-11-20T23:30:00.5Z"),
        ("2028-02-28T23:00:00-02:30", "2028-02-29T01:30:00Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
        ("2259-12-31T23:59:59.999999999Z", "2259-12-31T23:59:59.999999999Z"),
        ("2260-01-01T00:30:00+01:00", "2259-12-31T23:30:00Z"),
    ],
)
def test_a_date_time_in_utc(text: str, want: str) -> None:
    assert moments.utc(text) == want


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "",
        "2026-11-21",
        "2026-11-21 10:00:00Z",
        "2026-11-21T10:00:00",
        "2026-11-21T10:00:00Z\n",
        "2026-11-31T10:00:00Z",
        "2026-02-29T10:00:00Z",
        "2026-11-21T24:00:00Z",
        "2026-11-21T10:00:60Z",
        "2026-11-21T10:00:00.1234567891Z",
        "2026-11-21T10:00:00.Z",
        "2026-11-21T10:00:00+25:00",
        "٢٠٢٦-11-21T10:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "1970-01-01T00:30:00+01:00",
        "2260-01-01T00:00:00Z",
        "9999-12-31T23:59:59-01:00",
    ],
    ids=str,
)
def test_what_is_no_moment(value: object) -> None:
    assert moments.utc(value) == ""


def test_moments_are_ordered_by_time_and_not_by_text() -> None:
    ordered = ["", *(f"2026-11-21T10:00:0{end}Z" for end in ("0", "0.05", "0.1", "0.25", "0.5", "1"))]
    assert sorted(ordered[3:] + ordered[:3], key=moments.order) == ordered
    assert sorted(ordered) != ordered


def test_seconds_between_moments() -> None:
    assert moments.seconds("2026-03-01T00:00:00.5Z") - moments.seconds("2026-02-28T23:59:59Z") == 1.5

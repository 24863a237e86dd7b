"""Metrics of exceptions: their states, their ends, their ages, each once."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tests.openmetrics import only
from tests.unit.metrics.inputs import attestation, counted, report, said, waiver, write

FAMILIES = (
    "gatelib_waivers",
    "gatelib_waiver_expiry_timestamp_seconds",
    "gatelib_waiver_created_timestamp_seconds",
)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()


def digest(number: int) -> str:
    return f"{number:064x}"[::-1]


def listed(number: int, state: str, **fields: Any) -> dict[str, Any]:
    """Return an exception as `gatelib exception list --format json` prints it."""
    about = {"name": "for-now", "rules": ["GL-K8S-006"], "signed_by": [], "problems": []}
    return {"sha256": digest(number), "state": state, **about, **fields}


def test_the_exceptions_of_reports_count_once_by_what_the_moment_makes_of_them(tmp_path: Path) -> None:
    judged = report(tmp_path)
    exceptions = [
        waiver(digest(1), expires="2026-12-01"),
        waiver(digest(2), expires="2026-11-22"),  # the day before the metrics were made
        waiver(digest(3), expires="2026-11-23"),  # its last day
        waiver(digest(4), expires="2026-12-31T12:00:00Z", hid=()),
        waiver(digest(5), expires="soon"),
    ]
    again = {**judged, "now": "2026-11-21T00:00:00Z", "exceptions": [{**exceptions[3], "hid": ["x"]}]}
    attested = {
        **attestation(SC_01="pass"),
        "waivers": [{**exceptions[0], "requester": "nina", "reason": "", "ticket": "", "signed_by": []}],
    }
    paths = write(
        tmp_path,
        {"a.json": {**judged, "exceptions": exceptions}, "b.json": again, "c.json": attested},
    )
    found, counts = counted(*paths)
    assert said(counts) == []
    assert only(found, *FAMILIES) == {
        'gatelib_waivers{state="in_force"}': 3,
        'gatelib_waivers{state="expired"}': 1,
        'gatelib_waivers{state="invalid"}': 1,
        f'gatelib_waiver_expiry_timestamp_seconds{{waiver="{digest(1)[:16]}"}}': at("2026-12-02"),
        f'gatelib_waiver_expiry_timestamp_seconds{{waiver="{digest(3)[:16]}"}}': at("2026-11-24"),
        f'gatelib_waiver_expiry_timestamp_seconds{{waiver="{digest(4)[:16]}"}}': at("2026-12-31T12:00:00"),
    }


def test_one_that_waived_nothing_is_unused(tmp_path: Path) -> None:
    judged = {**report(tmp_path), "exceptions": [waiver(digest(1), expires="2026-12-01", hid=())]}
    found, _ = counted(*write(tmp_path, {"a.json": judged}))
    assert only(found, *FAMILIES) == {'gatelib_waivers{state="unused"}': 1}


def test_what_the_list_says_of_a_state_holds_and_it_knows_when_they_were_made(tmp_path: Path) -> None:
    judged = {
        **report(tmp_path),
        "exceptions": [waiver(digest(1), expires="2026-12-01"), waiver(digest(2), expires="2026-12-02")],
    }
    told = [
        listed(1, "expiring", created="2026-10-01", expires="2026-12-01"),
        listed(2, "revoked", created="2026-10-02", expires="2026-12-02"),
        listed(3, "in force", created="2026-10-03T06:00:00Z", expires="2026-12-03"),
        listed(4, "invalid", created=None, expires=None),
        listed(5, 'new"} 1'),
    ]
    found, counts = counted(*write(tmp_path, {"a.json": told, "b.json": judged}))
    assert said(counts) == []
    assert only(found, *FAMILIES) == {
        'gatelib_waivers{state="expiring"}': 1,
        'gatelib_waivers{state="revoked"}': 1,
        'gatelib_waivers{state="in_force"}': 1,
        'gatelib_waivers{state="invalid"}': 1,
        'gatelib_waivers{state="other"}': 1,
        f'gatelib_waiver_expiry_timestamp_seconds{{waiver="{digest(1)[:16]}"}}': at("2026-12-02"),
        f'gatelib_waiver_expiry_timestamp_seconds{{waiver="{digest(3)[:16]}"}}': at("2026-12-04"),
        f'gatelib_waiver_created_timestamp_seconds{{waiver="{digest(1)[:16]}"}}': at("2026-10-01"),
        f'gatelib_waiver_created_timestamp_seconds{{waiver="{digest(3)[:16]}"}}': at("2026-10-03T06:00:00"),
    }


def test_of_many_those_that_end_first_have_series_and_all_are_counted(tmp_path: Path) -> None:
    many = [
        waiver(digest(number), expires=f"20{27 + number // 300}-{1 + number % 12:02}-{1 + number % 28:02}")
        for number in range(1, 301)
    ]
    named = [waiver('x"} 1\n', expires="2026-11-30")]
    judged = {**report(tmp_path), "exceptions": [*many, *named]}
    found, _ = counted(*write(tmp_path, {"a.json": judged}))
    shown = only(found, "gatelib_waiver_expiry_timestamp_seconds")
    ends = sorted(at(entry["expires"]) + 86400 for entry in many)
    assert sorted(shown.values()) == ends[:200]
    assert only(found, "gatelib_waivers") == {'gatelib_waivers{state="in_force"}': 301}

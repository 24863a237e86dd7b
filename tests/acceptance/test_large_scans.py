"""A large scan costs its parsing and little more, whatever it consists of."""

from __future__ import annotations

from benchmarks import scans
from tests.budget import budget


def test_a_scan_costs_at_most_one_and_a_half_times_json_and_a_second() -> None:
    over = [
        (name, scan)
        for name, scan in scans.measure(budget(2_000_000, scans.SIZE))
        if scan.facts > scan.allowed
    ]
    assert over == []

"""Gatekeeper and the embedded engine, word for word; the matrix compares the verdicts on every case."""

from __future__ import annotations

import pytest

from tests.budget import budget
from tests.engines import need
from tests.parity import gatekeeper
from tests.parity.cases import Group, core, groups

SOME = [group for group in groups("fixtures") if "admission" in core().catalog[group.rule]["gates"]]


def name(group: Group) -> str:
    return f"{group.rule} {group.cases[0].name}"


@pytest.mark.parametrize("group", SOME[:: budget(5, 1)], ids=name)
def test_gatekeeper_says_what_the_embedded_engine_says(group: Group) -> None:
    need("gator")
    assert gatekeeper.by_gator(group) == gatekeeper.by_engine("embedded", group)

"""The journal: a cache that believes nothing but its own lines, for the same release and the same means."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatelib.audit.journal import Journal
from gatelib.audit.model import Fault, Result
from gatelib.audit.population import Identity
from gatelib.errors import UsageError

SHOP = Identity("shop", "1.0", "aa" * 32)
HOLDS = Result(identity=SHOP, name="shop-1.0", faults=())
BROKEN = Result(
    identity=SHOP, name="shop-1.0", faults=(Fault("pack", "`a` \u2028 is ünsigned"),), notes=("n",)
)


def known(path: Path, means: str = "means", name: str = "shop-1.0") -> dict[str, object]:
    return dict(Journal(path, means).known(SHOP.text, name))


def test_what_was_added_is_known_again(tmp_path: Path) -> None:
    place = tmp_path / "state"
    journal = Journal(place, "means")
    journal.add("content 1", HOLDS)
    journal.add("content 2", BROKEN)
    assert known(place) == {"content 1": HOLDS.to_dict(), "content 2": BROKEN.to_dict()}
    assert Result.from_dict(BROKEN.to_dict()) == BROKEN


def test_other_means_another_place_and_another_release_know_nothing(tmp_path: Path) -> None:
    place = tmp_path / "state"
    Journal(place, "means").add("content", HOLDS)
    assert known(place, means="others") == {}
    assert known(place, name="elsewhere") == {}
    assert Journal(place, "means").known(SHOP._replace(version="1.1").text, "shop-1.0") == {}


def test_a_file_cut_off_anywhere_loses_the_last_line_at_most(tmp_path: Path) -> None:
    place = tmp_path / "state"
    journal = Journal(place, "means")
    journal.add("content 1", HOLDS)
    first = place.read_bytes()
    journal.add("content 2", BROKEN)
    whole = place.read_bytes()
    for length in range(len(whole)):
        place.write_bytes(whole[:length])
        assert known(place).keys() <= {"content 1", "content 2"}
        assert ("content 1" in known(place)) == (length >= len(first) - 1)
        Journal(place, "means").add("content 3", BROKEN)
        found = known(place)
        assert found["content 3"] == BROKEN.to_dict()
        assert ("content 1" in found) == (length >= len(first) - 1)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b"[]",
        b"\xff",
        b'{"means":"means"}',
        b'{"means":"means","content":"c","result":null}',
        b'{"means":"means","content":"c","result":{"service":"shop"}}',
        b'{"means":"means","content":"c","result":{"service":"shop","version":"1.0","sha256":"'
        + b"aa" * 32
        + b'","name":"shop-1.0","faults":[{}],"notes":[]}}',
    ],
)
def test_a_line_that_is_none_is_left_out(tmp_path: Path, line: bytes) -> None:
    place = tmp_path / "state"
    place.write_bytes(line + b"\n")
    Journal(place, "means").add("content", HOLDS)
    assert known(place) == {"content": HOLDS.to_dict()}


def test_a_state_that_cannot_be_used_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the state cannot be used"):
        Journal(tmp_path, "means")
    with pytest.raises(UsageError, match="the state cannot be used"):
        Journal(tmp_path / "no" / "state", "means")


def test_without_a_file_nothing_is_known() -> None:
    journal = Journal(None, "means")
    journal.add("content", HOLDS)
    assert journal.known(SHOP.text, "shop-1.0") == {}

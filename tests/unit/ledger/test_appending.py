"""Appending: days, clocks, ends that a crash has left, and what is no ledger to append to."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelib import ledger
from gatelib.errors import EvidenceError, UsageError
from gatelib.ledger.disk import Disk
from gatelib.ledger.entry import parse
from tests.budget import budget
from tests.ledgers import (
    DAY,
    FIRST,
    NOON,
    all_lines,
    altered,
    append,
    hashes,
    lines,
    new,
    signer,
    two_days,
    verify,
    write,
)


def days(root: Path) -> dict[str, int]:
    return {
        path.parent.relative_to(root).as_posix(): len(lines(path))
        for path in sorted(root.glob("*/*/*/entries.jsonl"))
    }


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def test_an_entry_lies_in_the_folder_of_its_day_in_utc(tmp_path: Path) -> None:
    east = timezone(timedelta(hours=14))
    for at in (
        datetime(2027, 12, 31, 23, 59, 59, tzinfo=timezone.utc),
        datetime(2028, 1, 1, 14, 0, tzinfo=east),
        datetime(2028, 2, 28, 12, tzinfo=timezone.utc),
        datetime(2028, 2, 29, 23, 59, 59, 999_999, tzinfo=timezone.utc),
        datetime(2028, 3, 1, tzinfo=timezone.utc),
    ):
        append(tmp_path / "audit", [1, 2], at)
    assert days(tmp_path / "audit") == dict.fromkeys(
        ["2027/12/31", "2028/01/01", "2028/02/28", "2028/02/29", "2028/03/01"], 2
    )
    assert [parse(line).timestamp for line in all_lines(tmp_path / "audit")[6:8]] == [
        "2028-02-29T23:59:59Z"
    ] * 2
    assert verify(tmp_path / "audit").faults == ()


def test_what_is_returned_is_what_was_written(tmp_path: Path) -> None:
    done = append(tmp_path / "audit", [1, 2])
    assert (done.timestamp, list(done.hashes)) == ("2026-11-21T12:00:00Z", hashes(tmp_path / "audit"))
    assert (done.checkpoints, done.problem) == ((), None)


def test_a_clock_that_is_a_little_behind_does_not_take_the_ledger_back(tmp_path: Path) -> None:
    midnight = datetime(2026, 11, 22, tzinfo=timezone.utc)
    append(tmp_path / "audit", [1], midnight)
    append(tmp_path / "audit", [2], midnight - timedelta(minutes=5))
    assert [parse(line).timestamp for line in all_lines(tmp_path / "audit")] == ["2026-11-22T00:00:00Z"] * 2


def test_a_clock_that_is_far_behind_is_refused(tmp_path: Path) -> None:
    append(tmp_path / "audit", [1])
    before = files(tmp_path)
    with pytest.raises(EvidenceError) as refused:
        append(tmp_path / "audit", [2], NOON - timedelta(minutes=5, seconds=1))
    assert refused.value.message == (
        "the last entry is of 2026-11-21T12:00:00Z, and now it is 2026-11-21T11:54:59Z"
    )
    assert files(tmp_path) == before


@pytest.mark.parametrize("torn", [b"{", b'{"evidence":{"a', b"\0" * 4096, b"x" * 65_536])
def test_a_last_line_without_end_is_cut_off_by_the_next_append(tmp_path: Path, torn: bytes) -> None:
    root = two_days(tmp_path / "audit", 2)
    kept = hashes(root)
    with (root / FIRST).open("ab") as file:
        file.write(torn)
    verified = verify(root)
    assert (verified.faults, verified.entries, verified.torn) == ((), 2, f"{FIRST}:3")
    done = append(root, [3], NOON + DAY)
    assert hashes(root) == [*kept, *done.hashes]
    verified = verify(root)
    assert (verified.faults, verified.entries, verified.torn) == ((), 3, None)


def test_a_day_of_which_nothing_is_left_is_passed_over(tmp_path: Path) -> None:
    root = two_days(tmp_path / "audit", 2)
    kept = hashes(root)
    day = root / "2026/11/22"
    day.mkdir()
    (day / "entries.jsonl").write_bytes(b'{"evid')
    (root / "2026/12").mkdir()
    done = append(root, [3], NOON + 2 * DAY)
    assert hashes(root) == [*kept, *done.hashes]
    assert days(root) == {"2026/11/21": 2, "2026/11/22": 0, "2026/11/23": 1}
    assert verify(root).faults == ()


@pytest.mark.parametrize(
    ("last", "message"),
    [
        (b"{}", "the last entry has not exactly the keys evidence, previous_hash, timestamp, type"),
        (b"", "the last entry is no JSON"),
        (b"x" * 200_000, "the last entry is longer than any entry"),
        (..., "the last entry is of another day"),
    ],
)
def test_a_last_line_that_no_crash_has_left_is_refused(tmp_path: Path, last: Any, message: str) -> None:
    root = two_days(tmp_path / "audit", 2)
    first, second = lines(root / FIRST)
    write(root / FIRST, [first, altered(second, timestamp="2026-11-20T12:00:00Z") if last is ... else last])
    before = files(root)
    with pytest.raises(EvidenceError) as refused:
        append(root, [3])
    assert (refused.value.message, refused.value.file) == (message, FIRST)
    assert files(root) == before


def test_a_last_line_without_end_that_no_entry_could_begin_is_refused(tmp_path: Path) -> None:
    root = two_days(tmp_path / "audit", 2)
    with (root / FIRST).open("ab") as file:
        file.write(b"x" * 65_537)
    before = files(root)
    with pytest.raises(EvidenceError, match="ends in a line that is longer than any entry"):
        append(root, [3])
    assert files(root) == before


def test_a_ledger_that_has_not_what_its_checkpoint_says_is_refused(tmp_path: Path) -> None:
    root = two_days(tmp_path / "audit", 3)
    (path,) = ledger.checkpoint(root, now=NOON, key=signer())
    write(root / FIRST, lines(root / FIRST)[:-1])
    for key in (None, signer(), signer("eve")):
        with pytest.raises(EvidenceError) as refused:
            append(root, [3], key=key)
        assert (refused.value.message, refused.value.file) == (
            "the entries are not those that it was signed over",
            path,
        )
    assert len(hashes(root)) == 2


def test_an_entry_goes_only_into_the_ledger_that_is_named(tmp_path: Path) -> None:
    root = tmp_path / "audit"
    append(root, [1], name="billing")
    with pytest.raises(UsageError, match="does not begin as the ledger `audit` does"):
        append(root, [2])
    append(root, [2], name="billing")
    assert verify(root, name="billing").entries == 2


def test_nothing_is_nothing_to_append(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no entry to append"):
        append(tmp_path / "audit", [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", [".lock", "2026", "2026/11/21", FIRST])
def test_nothing_is_written_through_a_link(tmp_path: Path, place: str) -> None:
    outside = tmp_path / "outside"
    (outside / "11/21").mkdir(parents=True)
    (outside / "entries.jsonl").write_bytes(b"")
    root = tmp_path / "audit"
    (root / place).parent.mkdir(parents=True)
    (root / place).symlink_to(outside if "." not in place else outside / "entries.jsonl")
    before = files(outside)
    with pytest.raises(EvidenceError, match="cannot be written"):
        append(root, [1])
    assert files(outside) == before


def test_a_ledger_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as refused:
        append(tmp_path / "no" / "audit", [1])
    assert str(refused.value) == f"{tmp_path}/no/audit: cannot be written: No such file or directory"


def test_threads_wait_for_each_other(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda number: append(tmp_path / "audit", [number]).hashes[0], range(40)))
    assert sorted(hashes(tmp_path / "audit")) == sorted(done)
    assert verify(tmp_path / "audit").faults == ()


steps = st.lists(
    st.tuples(st.integers(1, 40), st.integers(-300, 100_000), st.booleans()), min_size=1, max_size=12
)


@settings(max_examples=budget(15, 500), deadline=None)
@given(steps)
def test_any_sequence_of_appends_is_a_ledger_that_holds(given_: list[tuple[int, int, bool]]) -> None:
    with TemporaryDirectory() as folder:
        root, at, number = Path(folder) / "audit", NOON, 0
        kept: list[str] = []
        for many, seconds, signs in given_:
            at += timedelta(seconds=seconds)
            batch = [new(number + index) for index in range(many)]
            number += many
            last = parse(all_lines(root)[-1]).timestamp if kept else ""
            if last and datetime.fromisoformat(last[:-1] + "+00:00") - at > timedelta(minutes=5):
                at = datetime.fromisoformat(last[:-1] + "+00:00")
            kept += ledger.append(root, batch, now=at, key=signer()).hashes
            if signs:
                ledger.checkpoint(root, now=at, key=signer())
        verified = verify(root)
        assert (verified.faults, verified.entries, verified.head) == ((), number, kept[-1])
        assert hashes(root) == kept
        assert verified.signed == (number if given_[-1][2] else verified.signed)


def test_only_the_owner_of_the_lock_writes(tmp_path: Path) -> None:
    import fcntl
    import threading

    append(tmp_path / "audit", [1])
    descriptor = os.open(tmp_path / "audit/.lock", os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    waiting = threading.Thread(target=append, args=(tmp_path / "audit", [2]))
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    assert len(hashes(tmp_path / "audit")) == 1
    os.close(descriptor)
    waiting.join()
    assert len(hashes(tmp_path / "audit")) == 2


class Watching(Disk):
    """A disk that knows what it would lose if the power failed now."""

    def __init__(self) -> None:
        self.unsynced: set[str] = set()

    def open(self, path: str, flags: int) -> int:
        if flags & os.O_CREAT and not os.path.lexists(path):
            self.unsynced |= {path, str(Path(path).parent)}
        return super().open(path, flags)

    def write(self, descriptor: int, data: memoryview, at: int) -> int:
        self.unsynced.add(self._path(descriptor))
        return super().write(descriptor, data, at)

    def truncate(self, descriptor: int, size: int) -> None:
        self.unsynced.add(self._path(descriptor))
        super().truncate(descriptor, size)

    def sync(self, descriptor: int) -> None:
        self.unsynced.discard(self._path(descriptor))
        super().sync(descriptor)

    def make_folder(self, path: str) -> None:
        self.unsynced.add(str(Path(path).parent))
        super().make_folder(path)

    def rename(self, path: str, to: str) -> None:
        assert path not in self.unsynced
        self.unsynced.add(str(Path(to).parent))
        super().rename(path, to)

    @staticmethod
    def _path(descriptor: int) -> str:
        return str(Path(f"/proc/self/fd/{descriptor}").readlink())


def test_what_is_acknowledged_is_on_the_disk_with_all_names_on_the_way_to_it(tmp_path: Path) -> None:
    root = tmp_path / "audit"
    lock = str(root / ".lock")
    disk = Watching()
    for numbers, at in (
        (range(3), NOON),
        (range(3, 5), NOON),
        (range(5, 1200), NOON + 40 * DAY),
        (range(1200, 1201), NOON + 40 * DAY),
    ):
        append(root, numbers, at, key=signer(), disk=disk)
        assert disk.unsynced - {lock, str(root)} == set()
    ledger.checkpoint(root, now=NOON + 40 * DAY, key=signer(), disk=disk)
    assert disk.unsynced - {lock, str(root)} == set()


def test_what_a_crash_left_unsynced_is_synced_before_anything_follows_it(tmp_path: Path) -> None:
    root = two_days(tmp_path / "audit", 2)
    disk = Watching()
    day = root / "2026/11/21"
    disk.unsynced = {str(path) for path in (day / "entries.jsonl", day, *day.parents[:4])}
    append(root, [3], NOON + DAY, disk=disk)
    assert disk.unsynced == set()


def test_names_that_a_crash_left_unsynced_are_synced_with_the_first_entry(tmp_path: Path) -> None:
    root = tmp_path / "audit"
    day = root / "2026/11/21"
    day.mkdir(parents=True)
    (day / "entries.jsonl").touch()
    (root / ".lock").touch()
    disk = Watching()
    disk.unsynced = {str(path) for path in (day / "entries.jsonl", day, *day.parents[:4])}
    append(root, [1], disk=disk)
    assert disk.unsynced == set()

"""What whoever can write to a ledger may do to it, and at which entry that is found."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gatelib import ledger
from gatelib.ledger.entry import digest, genesis
from tests.budget import budget
from tests.ledgers import (
    DAY,
    FIRST,
    NOON,
    SECOND,
    all_lines,
    altered,
    append,
    chained,
    found,
    lines,
    signer,
    two_days,
    verify,
    write,
)

CHECKPOINT = "2026/11/22/checkpoint-000000000012.dsse.json"
STEP = budget(11, 1)
Tampering = Callable[[list[bytes]], list[bytes]]
OTHER = {"MANIFEST.sha256": f"sha256:{'e' * 64}"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a ledger of eight entries on one day and four on the next, signed, and published beside it."""
    root = two_days(tmp_path / "audit", 8, 4)
    assert ledger.checkpoint(root, now=NOON + DAY, key=signer()) == (CHECKPOINT,)
    shutil.copy(root / CHECKPOINT, tmp_path / "published.json")
    return root


@pytest.fixture
def published(root: Path) -> Path:
    return root.parent / "published.json"


def changed(line: int, **fields: object) -> Tampering:
    """Change fields of an entry of the first day."""
    return lambda was: [*was[: line - 1], altered(was[line - 1], **fields), *was[line:]]


def moved(line: int, to: int) -> Tampering:
    def move(was: list[bytes]) -> list[bytes]:
        rest = [*was[: line - 1], *was[line:]]
        return [*rest[: to - 1], was[line - 1], *rest[to - 1 :]]

    return move


def forged(previous: int) -> Callable[[list[bytes]], bytes]:
    """Return an entry that was never appended, which follows the one of some line."""
    return lambda was: altered(was[previous - 1], evidence=OTHER, previous_hash=digest(was[previous - 1]))


SHIFTED = ("contradicted", 12, CHECKPOINT)


@pytest.mark.parametrize(
    ("tampering", "expected"),
    [
        pytest.param(changed(3, evidence=OTHER), [("changed", 3, f"{FIRST}:3")], id="evidence"),
        pytest.param(changed(3, type="audit"), [("changed", 3, f"{FIRST}:3")], id="type"),
        pytest.param(changed(3, previous_hash="e" * 64), [("changed", 3, f"{FIRST}:3")], id="previous-hash"),
        pytest.param(changed(1, evidence=OTHER), [("changed", 1, f"{FIRST}:1")], id="first"),
        pytest.param(changed(1, previous_hash="e" * 64), [("changed", 1, f"{FIRST}:1")], id="genesis"),
        pytest.param(changed(8, evidence=OTHER), [("changed", 8, f"{FIRST}:8")], id="last-of-a-day"),
        pytest.param(
            lambda was: changed(6, type="audit")(changed(3, type="audit")(was)),
            [("changed", 3, f"{FIRST}:3"), ("changed", 6, f"{FIRST}:6")],
            id="two",
        ),
        pytest.param(
            lambda was: changed(4, type="audit")(changed(3, type="audit")(was)),
            [("changed", 3, f"{FIRST}:3"), ("changed", 4, f"{FIRST}:4")],
            id="neighbours",
        ),
        pytest.param(
            lambda was: [*was[:3], *was[4:]], [("changed", 3, f"{FIRST}:3"), SHIFTED], id="one-removed"
        ),
        pytest.param(
            lambda was: [*was[:3], *was[6:]], [("changed", 3, f"{FIRST}:3"), SHIFTED], id="three-removed"
        ),
        pytest.param(lambda was: was[1:], [("beginning", 1, f"{FIRST}:1"), SHIFTED], id="first-removed"),
        pytest.param(lambda was: was[:7], [("changed", 7, f"{FIRST}:7"), SHIFTED], id="end-of-day-removed"),
        pytest.param(
            lambda was: [*was[:4], was[3], *was[4:]],
            [("repeated", 5, f"{FIRST}:5"), SHIFTED],
            id="repeated",
        ),
        pytest.param(
            lambda was: [*was[:6], was[2], *was[6:]],
            [("repeated", 7, f"{FIRST}:7"), SHIFTED],
            id="repeated-later",
        ),
        pytest.param(
            lambda was: [*was[:4], forged(4)(was), *was[4:]],
            [("inserted", 5, f"{FIRST}:5"), SHIFTED],
            id="inserted",
        ),
        pytest.param(
            lambda was: [*was[:4], altered(was[3], evidence=OTHER, previous_hash="e" * 64), *was[4:]],
            [("inserted", 5, f"{FIRST}:5"), SHIFTED],
            id="inserted-unchained",
        ),
        pytest.param(moved(4, 5), [("out of order", 4, f"{FIRST}:4")], id="swapped"),
        pytest.param(moved(3, 7), [("out of order", 3, f"{FIRST}:3")], id="moved-down"),
        pytest.param(moved(7, 3), [("out of order", 3, f"{FIRST}:3")], id="moved-up"),
        pytest.param(
            changed(3, timestamp="2026-11-21T11:59:59Z"),
            [("backwards", 3, f"{FIRST}:3"), ("changed", 3, f"{FIRST}:3")],
            id="earlier",
        ),
        pytest.param(
            changed(3, timestamp="2026-11-20T12:00:00Z"),
            [("backwards", 3, f"{FIRST}:3"), ("changed", 3, f"{FIRST}:3"), ("misplaced", 3, f"{FIRST}:3")],
            id="another-day",
        ),
        pytest.param(
            lambda was: [*was[:2], was[2].replace(b'":"', b'": "'), *was[3:]],
            [("malformed", 3, f"{FIRST}:3")],
            id="spaces",
        ),
        pytest.param(
            lambda was: [*was[:2], was[2].replace(b"release", b"rel\\u0065ase"), *was[3:]],
            [("malformed", 3, f"{FIRST}:3")],
            id="escapes",
        ),
        pytest.param(
            lambda was: [*was[:2], was[2][:-1] + b',"type":"release"}', *was[3:]],
            [("malformed", 3, f"{FIRST}:3")],
            id="key-twice",
        ),
        pytest.param(
            lambda was: [*was[:2], was[2][:-1] + b',"note":NaN}', *was[3:]],
            [("malformed", 3, f"{FIRST}:3")],
            id="nan",
        ),
        pytest.param(
            lambda was: [*was[:2], was[2] + b"\r", *was[3:]], [("malformed", 3, f"{FIRST}:3")], id="crlf"
        ),
        pytest.param(
            lambda was: [*was[:2], b"[" * 60_000, *was[3:]], [("malformed", 3, f"{FIRST}:3")], id="deep"
        ),
        pytest.param(
            lambda was: [*was[:2], b'"' + b"x" * 5_000_000 + b'"', *was[3:]],
            [("malformed", 3, f"{FIRST}:3")],
            id="huge",
        ),
        pytest.param(
            lambda was: [*was[:2], b"", *was[2:]],
            [("malformed", 3, f"{FIRST}:3"), SHIFTED],
            id="blank-line",
        ),
        pytest.param(
            lambda was: [*was[:2], b"\xff\xfe", *was[2:]],
            [("malformed", 3, f"{FIRST}:3"), SHIFTED],
            id="no-text",
        ),
    ],
)
def test_a_change_of_the_first_day_is_found_at_its_entry(
    root: Path, tampering: Tampering, expected: list[tuple[str, int, str]]
) -> None:
    write(root / FIRST, tampering(lines(root / FIRST)))
    assert sorted(found(verify(root))) == sorted(expected)


def test_hashes_that_were_mended_after_a_change_contradict_the_checkpoint(
    root: Path, published: Path
) -> None:
    mended = chained(changed(3, evidence=OTHER)(all_lines(root)))
    write(root / FIRST, mended[:8])
    write(root / SECOND, mended[8:])
    assert found(verify(root)) == [("contradicted", 12, CHECKPOINT)]
    (root / CHECKPOINT).unlink()
    assert found(verify(root)) == []
    assert found(verify(root, published)) == [("contradicted", 12, str(published))]


def cut_last(root: Path) -> None:
    write(root / SECOND, lines(root / SECOND)[:-1])


def cut_in_line(root: Path) -> None:
    (root / SECOND).write_bytes((root / SECOND).read_bytes()[:-20])


def cut_newline(root: Path) -> None:
    (root / SECOND).write_bytes((root / SECOND).read_bytes()[:-1])


def empty_day(root: Path) -> None:
    (root / SECOND).write_bytes(b"")


def remove_day(root: Path) -> None:
    shutil.rmtree(root / "2026/11/22")


def remove_all(root: Path) -> None:
    shutil.rmtree(root / "2026")


@pytest.mark.parametrize(
    ("cut", "left"),
    [(cut_last, 11), (cut_in_line, 11), (cut_newline, 11), (empty_day, 8), (remove_day, 8), (remove_all, 0)],
    ids=["entry", "half-a-line", "line-end", "emptied", "day", "all"],
)
def test_what_is_cut_off_is_found_by_the_published_checkpoint(
    root: Path, published: Path, cut: Callable[[Path], None], left: int
) -> None:
    cut(root)
    (root / CHECKPOINT).unlink(missing_ok=True)
    alone, held = verify(root), verify(root, published)
    assert (found(alone), alone.entries) == ([], left)
    assert [(fault.problem, fault.entry, fault.message) for fault in held.faults] == [
        ("truncated", 12, f"is over 12 entries, and there are {left}: the last ones were removed")
    ]


def test_a_line_without_end_before_others_is_no_crash(root: Path) -> None:
    (root / FIRST).write_bytes((root / FIRST).read_bytes()[:-20])
    assert found(verify(root)) == [("torn", 8, f"{FIRST}:8")]


def test_two_entries_on_one_line_are_one_that_is_none(root: Path) -> None:
    (root / FIRST).write_bytes((root / FIRST).read_bytes().replace(b"}\n", b"}", 1))
    assert found(verify(root)) == [("malformed", 1, f"{FIRST}:1"), SHIFTED]


def test_every_byte_counts(root: Path, published: Path) -> None:
    survived = []
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        content = path.read_bytes()
        for place in range(0, len(content), STEP):
            mask = 1 << (place % 8)
            path.write_bytes(content[:place] + bytes([content[place] ^ mask]) + content[place + 1 :])
            if not verify(root).faults:
                survived.append((path.name, place, mask))
        path.write_bytes(content)
    assert survived == []
    assert found(verify(root, published)) == []


def test_every_length_of_every_file_counts(root: Path, published: Path) -> None:
    survived = []
    for path in (root / FIRST, root / SECOND, root / CHECKPOINT):
        content = path.read_bytes()
        for length in range(0, len(content), STEP):
            path.write_bytes(content[:length])
            if not verify(root, published).faults:
                survived.append((path.name, length))
        path.write_bytes(content)
    assert survived == []


def test_an_entry_is_of_its_own_ledger(tmp_path: Path) -> None:
    billing = tmp_path / "billing"
    append(billing, [1, 2, 3], name="billing", key=signer())
    (path,) = ledger.checkpoint(billing, now=NOON, key=signer(), name="billing")
    assert found(verify(billing, name="billing")) == []
    assert sorted(found(verify(billing))) == [("beginning", 1, f"{FIRST}:1"), ("foreign", 3, path)]
    audit = two_days(tmp_path / "audit", 3)
    assert found(verify(audit, billing / path)) == [("foreign", None, str(billing / path))]
    assert genesis("audit") != genesis("billing")


def test_checkpoints_count_by_whose_they_are_and_what_they_say(tmp_path: Path) -> None:
    root = two_days(tmp_path / "audit", 3)
    fork = two_days(tmp_path / "fork", 3)
    path = FIRST.replace("entries.jsonl", "checkpoint-000000000003.dsse.json")
    write(fork / FIRST, chained(changed(2, type="rollback")(lines(fork / FIRST))))
    by_eve = ledger.checkpoint(root, now=NOON, key=signer("eve"))
    of_fork = ledger.checkpoint(fork, now=NOON, key=signer())
    assert by_eve == of_fork == (path,)
    assert found(verify(root)) == [("untrusted", 3, path)]
    assert found(verify(root, signers=["audit", "eve"])) == []
    (root / path).unlink()
    assert found(verify(root, fork / path)) == [("contradicted", 3, str(fork / path))]


def test_a_checkpoint_under_another_name_or_on_another_day_says_something_else(root: Path) -> None:
    other = "2026/11/22/checkpoint-000000000011.dsse.json"
    (root / CHECKPOINT).rename(root / other)
    assert found(verify(root)) == [("contradicted", 12, other)]
    moved_to = "2026/11/21/checkpoint-000000000012.dsse.json"
    (root / other).rename(root / moved_to)
    assert found(verify(root)) == [("truncated", 12, moved_to)]


def test_times_of_checkpoints_do_not_run_backwards(tmp_path: Path) -> None:
    root, copy = tmp_path / "audit", tmp_path / "copy"
    append(root, [1])
    (first,) = ledger.checkpoint(root, now=NOON, key=signer())
    shutil.copytree(root, copy)
    (copy / first).unlink()
    (late,) = ledger.checkpoint(copy, now=NOON + 3 * DAY, key=signer())
    append(root, [2], NOON + DAY)
    (second,) = ledger.checkpoint(root, now=NOON + DAY, key=signer())
    assert found(verify(root)) == []
    shutil.copy(copy / late, root / first)
    assert found(verify(root)) == [("backwards", 2, second)]
    early = tmp_path / "early.json"
    shutil.copy(root / second, early)
    assert sorted(found(verify(root, copy / late, early))) == [
        ("backwards", 2, str(early)),
        ("backwards", 2, second),
    ]


def test_a_checkpoint_that_was_taken_away_is_missed(tmp_path: Path) -> None:
    root = tmp_path / "audit"
    append(root, range(4500), key=signer())
    day = root / "2026/11/21"
    names = [f"checkpoint-{count:012}.dsse.json" for count in (1000, 2000, 3000, 4000)]
    assert sorted(path.name for path in day.iterdir()) == [*names, "entries.jsonl"]
    for name in names[1:3]:
        (day / name).unlink()
    verified = verify(root)
    assert [(fault.problem, fault.entry, fault.message) for fault in verified.faults] == [
        ("unsigned", 4000, "follows one over 2,000 to 3,000 entries, which was taken away")
    ]


def test_what_a_checkpoint_has_proven_is_not_suspected(tmp_path: Path) -> None:
    root = two_days(tmp_path / "audit", 8)
    ledger.checkpoint(root, now=NOON, key=signer())
    append(root, [9, 10, 11])
    was = lines(root / FIRST)
    write(root / FIRST, [*was[:8], *was[9:]])
    assert found(verify(root)) == [("changed", 9, f"{FIRST}:9")]


def test_a_removal_is_told_once_and_not_by_every_checkpoint_after_it(tmp_path: Path) -> None:
    root = tmp_path / "audit"
    append(root, range(2500), key=signer())
    was = lines(root / FIRST)
    write(root / FIRST, [*was[:499], *was[500:]])
    assert found(verify(root)) == [
        ("changed", 499, f"{FIRST}:499"),
        ("contradicted", 1000, "2026/11/21/checkpoint-000000001000.dsse.json"),
    ]


def test_what_does_not_belong_in_a_ledger_is_named_and_never_followed(root: Path) -> None:
    outside = root.parent / "outside"
    two_days(outside, 1)
    (root / "notes.txt").write_text("x")
    (root / "2026/13").mkdir()
    (root / "2026/02").mkdir()
    (root / "2026/02/30").mkdir()
    (root / "2027").symlink_to(outside / "2026")
    (root / "2026/11/23").symlink_to(outside / "2026/11/21")
    os.mkfifo(root / "2026/11/21/checkpoint-000000000001.dsse.json")
    (root / "2026/11/24").mkdir()
    (root / "2026/11/24/entries.jsonl").symlink_to(outside / FIRST)
    os.mkfifo(os.fsencode(root) + b"/2026/11/24/\xff\n")
    assert sorted(found(verify(root))) == sorted(
        ("stray", None, path)
        for path in (
            "notes.txt",
            "2026/13",
            "2026/02/30",
            "2027",
            "2026/11/23",
            "2026/11/21/checkpoint-000000000001.dsse.json",
            "2026/11/24/entries.jsonl",
            "2026/11/24/\\xff\n",
        )
    )


def test_a_ledger_with_countless_faults_is_reported_in_part_and_counted_in_whole(root: Path) -> None:
    write(root / FIRST, [b"x"] * 5000)
    verified = verify(root)
    assert len(verified.faults) == 1000
    assert verified.more == 4001

"""Checkpoints: which are due, what they are signed over, and what heals."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson
import pytest

from gatelib import dsse, keys, ledger
from gatelib.errors import EvidenceError, UsageError
from gatelib.ledger.checkpoints import PAYLOAD_TYPE, Checkpoint, sign
from gatelib.ledger.checkpoints import named as named_by_fingerprint
from tests.ledgers import (
    DAY,
    FIRST,
    NOON,
    SECOND,
    altered,
    append,
    found,
    hashes,
    lines,
    signer,
    two_days,
    verifier,
    verify,
    write,
)
from tests.signing import pair


def named(day: str, *counts: int) -> tuple[str, ...]:
    return tuple(f"{day}/checkpoint-{count:012}.dsse.json" for count in counts)


def said(root: Path, path: str) -> dict[str, Any]:
    envelope = dsse.parse((root / path).read_bytes())
    assert envelope.payload_type == PAYLOAD_TYPE
    assert dsse.signers(envelope, [verifier()]) == (verifier(),)
    payload: dict[str, Any] = orjson.loads(envelope.payload)
    return payload


def test_a_checkpoint_says_how_many_entries_there_are_and_which_is_the_last(tmp_path: Path) -> None:
    root = two_days(tmp_path / "audit", 3, 2)
    (path,) = ledger.checkpoint(root, now=NOON + 3 * DAY, key=signer())
    assert (path,) == named("2026/11/22", 5)
    assert said(root, path) == {
        "count": 5,
        "head": hashes(root)[-1],
        "ledger": "audit",
        "size": (root / SECOND).stat().st_size,
        "time": "2026-11-24T12:00:00Z",
    }


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "RS256"])
def test_any_kind_of_key_signs(tmp_path: Path, algorithm: str) -> None:
    root = two_days(tmp_path / "audit", 3)
    made = pair("ledger", algorithm)
    ledger.checkpoint(root, now=NOON, key=keys.signing_key(made.private.encode(), keyid="whoever"))
    verified = ledger.verify(root, keys=[keys.verification_key(made.public.encode(), keyid="w")])
    assert (verified.faults, verified.signed, verified.signed_by) == ((), 3, "w")


def test_a_shared_secret_signs_nothing_and_nothing_is_appended_with_it(tmp_path: Path) -> None:
    shared = keys.signing_key(b"s" * 32, algorithm="HS256")
    with pytest.raises(UsageError, match="a shared secret has no public half"):
        append(tmp_path / "audit", [1], key=shared)
    assert list(tmp_path.iterdir()) == []


def test_each_thousandth_entry_is_signed_wherever_it_is_in_what_is_appended(tmp_path: Path) -> None:
    root = tmp_path / "audit"
    assert append(root, range(999), key=signer()).checkpoints == ()
    assert append(root, [999], key=signer()).checkpoints == named("2026/11/21", 1000)
    assert append(root, range(1000, 3500), NOON + DAY, key=signer()).checkpoints == named(
        "2026/11/22", 2000, 3000
    )
    assert said(root, named("2026/11/22", 2000)[0])["head"] == hashes(root)[1999]
    assert append(root, range(3500, 3999), NOON + DAY, key=signer()).checkpoints == ()
    verified = verify(root)
    assert (verified.faults, verified.signed) == ((), 3000)


def test_what_was_appended_without_a_key_is_signed_by_the_next_who_has_one(tmp_path: Path) -> None:
    root = tmp_path / "audit"
    append(root, range(1500))
    append(root, range(1500, 2500), NOON + DAY)
    done = append(root, [2500], NOON + DAY, key=signer())
    assert done.checkpoints == (*named("2026/11/21", 1000), *named("2026/11/22", 2000))
    assert verify(root).faults == ()


def test_a_checkpoint_on_demand_signs_those_that_were_due_before(tmp_path: Path) -> None:
    root = tmp_path / "audit"
    append(root, range(2500))
    every = named("2026/11/21", 1000, 2000, 2500)
    assert ledger.checkpoint(root, now=NOON, key=signer()) == every
    assert ledger.checkpoint(root, now=NOON + DAY, key=signer()) == every[-1:]
    assert said(root, every[-1])["time"] == "2026-11-21T12:00:00Z"


def test_a_draft_of_a_writer_that_was_killed_does_not_stay(tmp_path: Path) -> None:
    root = two_days(tmp_path / "audit", 3)
    outside = tmp_path / "outside"
    outside.write_text("untouched")
    os.link(outside, root / ".checkpoint")
    assert found(verify(root)) == []
    ledger.checkpoint(root, now=NOON, key=signer())
    assert sorted(path.name for path in root.iterdir()) == [".lock", "2026"]
    assert outside.read_text() == "untouched"


def test_an_empty_ledger_is_not_signed(tmp_path: Path) -> None:
    (tmp_path / "audit").mkdir()
    with pytest.raises(UsageError, match="there is no entry to sign"):
        ledger.checkpoint(tmp_path / "audit", now=NOON, key=signer())


@pytest.mark.parametrize(
    ("line", "fields", "message"),
    [
        (4, {"type": "rollback"}, "entry 5 does not follow the one before it"),
        (4, {"timestamp": "2026-11-21T11:00:00Z"}, "entry 4 has the time of another place"),
        (4, {"timestamp": "2026-11-20T12:00:00Z"}, "entry 4 has the time of another place"),
    ],
)
def test_nothing_is_signed_that_does_not_follow_from_what_was(
    tmp_path: Path, line: int, fields: dict[str, str], message: str
) -> None:
    root = two_days(tmp_path / "audit", 2)
    before = ledger.checkpoint(root, now=NOON, key=signer())
    append(root, [3, 4, 5])
    was = lines(root / FIRST)
    write(root / FIRST, [*was[: line - 1], altered(was[line - 1], **fields), *was[line:]])
    with pytest.raises(EvidenceError) as refused:
        ledger.checkpoint(root, now=NOON, key=signer())
    assert (refused.value.message, refused.value.file) == (message, FIRST)
    assert sorted(path.name for path in (root / "2026/11/21").iterdir()) == [
        before[0].rpartition("/")[2],
        "entries.jsonl",
    ]


def test_entries_stay_though_what_is_due_cannot_be_signed(tmp_path: Path) -> None:
    root = tmp_path / "audit"
    append(root, range(999))
    was = lines(root / FIRST)
    write(root / FIRST, [was[0], altered(was[1], type="rollback"), *was[2:]])
    done = append(root, [999], key=signer())
    assert str(done.problem).startswith(f"{FIRST}: entry 3 does not follow the one before it")
    assert list(done.hashes) == hashes(root)[-1:]


def test_another_writers_checkpoints_count_where_its_key_is_trusted(tmp_path: Path) -> None:
    root = two_days(tmp_path / "audit", 3)
    (path,) = ledger.checkpoint(root, now=NOON, key=signer("eve"))
    assert ledger.checkpoint(root, now=NOON, key=signer(), trusted=[verifier("eve")]) == (path,)
    with pytest.raises(EvidenceError) as refused:
        ledger.checkpoint(root, now=NOON, key=signer())
    assert refused.value.message == "is there already, signed by no key that is trusted with the ledger"
    append(root, range(4, 1200), key=signer())
    assert ledger.checkpoint(root, now=NOON, key=signer())[-1:] == named("2026/11/21", 1199)
    assert verify(root, signers=["audit", "eve"]).faults == ()
    assert found(verify(root)) == [("untrusted", 3, path)]


def test_a_planted_checkpoint_is_neither_counted_on_nor_written_over(tmp_path: Path) -> None:
    root = two_days(tmp_path / "audit", 3)
    other = two_days(tmp_path / "other", 2)
    append(other, [9])
    (path,) = ledger.checkpoint(other, now=NOON, key=signer())
    planted = (other / path).read_bytes()
    (root / path).write_bytes(planted)
    with pytest.raises(EvidenceError, match="the entries are not those that it was signed over"):
        ledger.checkpoint(root, now=NOON, key=signer())
    assert (root / path).read_bytes() == planted


def test_a_ledger_that_was_cut_off_is_not_signed_again(tmp_path: Path) -> None:
    root = two_days(tmp_path / "audit", 3)
    (path,) = ledger.checkpoint(root, now=NOON, key=signer())
    write(root / FIRST, lines(root / FIRST)[:-1])
    for name in ("audit", "eve"):
        with pytest.raises(EvidenceError) as refused:
            ledger.checkpoint(root, now=NOON, key=signer(name))
        assert (refused.value.message, refused.value.file) == (
            "the entries are not those that it was signed over",
            path,
        )


def test_a_clock_that_was_set_back_does_not_take_checkpoints_back(tmp_path: Path) -> None:
    root = two_days(tmp_path / "audit", 1)
    ledger.checkpoint(root, now=NOON + DAY, key=signer())
    append(root, [2])
    (path,) = ledger.checkpoint(root, now=NOON, key=signer())
    assert said(root, path)["time"] == "2026-11-22T12:00:00Z"
    assert verify(root).faults == ()


@pytest.mark.parametrize("change", ["spaces", "type", "keyid", "payload", "stranger"])
def test_a_checkpoint_has_one_form(tmp_path: Path, change: str) -> None:
    root = two_days(tmp_path / "audit", 3)
    (path,) = ledger.checkpoint(root, now=NOON, key=signer())
    envelope = dsse.parse((root / path).read_bytes())
    by = signer()
    if change == "spaces":
        content = (root / path).read_bytes().replace(b'":"', b'": "')
    elif change == "type":
        content = dsse.sign(envelope.payload, "application/json", [by]).to_json() + b"\n"
    elif change == "keyid":
        named_ = keys.SigningKey(key=by.key, algorithm=by.algorithm, keyid="audit")
        content = dsse.sign(envelope.payload, PAYLOAD_TYPE, [named_]).to_json() + b"\n"
    elif change == "payload":
        content = dsse.sign(envelope.payload + b"\n", PAYLOAD_TYPE, [by]).to_json() + b"\n"
    else:
        content = dsse.added(envelope, signer("eve")).to_json() + b"\n"
    (root / path).write_bytes(content)
    problem = "untrusted" if change in ("keyid", "stranger") else "malformed"
    assert found(verify(root)) == [(problem, 3, path)]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"time": "2026-11-21T11:59:59Z"}, "backwards"),
        ({"size": 1}, "contradicted"),
        ({"count": 2}, "contradicted"),
    ],
    ids=["time", "size", "count"],
)
def test_a_checkpoint_says_what_its_last_entry_has(
    tmp_path: Path, changed: dict[str, Any], problem: str
) -> None:
    root = two_days(tmp_path / "audit", 3)
    (path,) = ledger.checkpoint(root, now=NOON, key=signer())
    other = Checkpoint(**{**said(root, path), **changed})
    (root / path).write_bytes(sign(other, named_by_fingerprint(signer())))
    assert found(verify(root)) == [(problem, other.count, path)]

"""Ledgers, and what can be done to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

from gatelib import keys, ledger
from gatelib.keys import SigningKey, VerificationKey
from gatelib.ledger import New, Verified
from gatelib.ledger.entry import Entry, canonical, digest, genesis, parse
from tests.signing import pair

NOON: Final = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
DAY: Final = timedelta(days=1)
FIRST: Final = "2026/11/21/entries.jsonl"
SECOND: Final = "2026/11/22/entries.jsonl"


def signer(name: str = "audit") -> SigningKey:
    return keys.signing_key(pair(f"ledger {name}", "EdDSA").private.encode())


def verifier(name: str = "audit") -> VerificationKey:
    return keys.verification_key(pair(f"ledger {name}", "EdDSA").public.encode(), keyid=name)


def new(number: int, type_: str = "release") -> New:
    """Return an entry that differs from those of other numbers."""
    return New(type_, {"MANIFEST.sha256": f"sha256:{number:064x}"})


def append(root: Path, numbers: Sequence[int], at: datetime = NOON, **options: Any) -> ledger.Appended:
    return ledger.append(root, [new(number) for number in numbers], now=at, **options)


def two_days(root: Path, *each: int) -> Path:
    """Make a ledger with so many entries on each of some days, numbered from 1; return its folder."""
    number = 1
    for day, many in enumerate(each):
        append(root, range(number, number + many), NOON + day * DAY)
        number += many
    return root


def verify(
    root: Path, *published: Path, name: str = "audit", signers: Sequence[str] = ("audit",)
) -> Verified:
    keys = [verifier(signer) for signer in signers]
    return ledger.verify(root, keys=keys, checkpoints=published, name=name)


def found(verified: Verified) -> list[tuple[str, int | None, str]]:
    """Return what is wrong, with which entry, and where."""
    return [
        (fault.problem, fault.entry, fault.file + (f":{fault.line}" if fault.line else ""))
        for fault in verified.faults
    ]


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()


def write(path: Path, content: Sequence[bytes]) -> None:
    path.write_bytes(b"".join(line + b"\n" for line in content))


def all_lines(root: Path) -> list[bytes]:
    return [line for path in sorted(root.glob("*/*/*/entries.jsonl")) for line in lines(path)]


def hashes(root: Path) -> list[str]:
    return [digest(line) for line in all_lines(root)]


def altered(line: bytes, **fields: Any) -> bytes:
    """Return an entry with other values, spelled as gatelib does."""
    return canonical(Entry(**{**parse(line)._asdict(), **fields}))


def chained(content: Sequence[bytes], head: str = genesis("audit")) -> list[bytes]:
    """Return entries whose hashes somebody has mended."""
    done = []
    for line in content:
        done.append(altered(line, previous_hash=head))
        head = digest(done[-1])
    return done

"""The end of a ledger: found from its last day alone, and freed of what a crash has left."""

from __future__ import annotations

import os
from typing import Final, NamedTuple

from gatelib.errors import EvidenceError
from gatelib.ledger import layout
from gatelib.ledger.disk import Disk
from gatelib.ledger.entry import MOST_BYTES, digest, parse

_HINT: Final = "see what `gatelib ledger verify` says; nothing is written to a ledger that does not hold"


class End(NamedTuple):
    """Where a ledger ends."""

    day: str
    size: int
    """Bytes of the day's file."""
    head: str
    """The hash of the last entry."""
    timestamp: str
    """The last entry's."""


def find(root: str, disk: Disk) -> End | None:
    """Return the end of a ledger, ``None`` where it has no entry; the lock must be held.

    A last line without its end was never acknowledged, since only whole lines are. It is cut off. Anything
    else that is no entry was not left by a crash.

    Raises:
        EvidenceError: the last line is no entry of its day.
        OSError: something cannot be read, or the line not be cut off.

    """
    for day in layout.days(root, newest_first=True):
        if not day.has_entries:
            continue
        end = _in(os.path.join(root, day.path, layout.ENTRIES), disk, day.path)  # noqa: PTH118
        if end is not None:
            return end
    return None


def holds(root: str, day: str, size: int, head: str) -> bool:
    """Tell whether an entry with this hash ends there."""
    try:
        descriptor = layout.open_regular(os.path.join(root, day, layout.ENTRIES))  # noqa: PTH118
    except OSError:
        return False
    try:
        begin = max(0, size - MOST_BYTES - 2)
        block = os.pread(descriptor, size - begin, begin)
    finally:
        os.close(descriptor)
    if len(block) != size - begin or not block.endswith(b"\n"):
        return False
    return digest(block[:-1].rpartition(b"\n")[2]) == head


def _in(path: str, disk: Disk, day: str) -> End | None:
    file = f"{day}/{layout.ENTRIES}"
    descriptor = layout.open_regular(path)  # for reading: whoever keeps it may have closed a day that is over
    try:
        size = os.fstat(descriptor).st_size
        begin = max(0, size - 2 * (MOST_BYTES + 1) - 1)
        block = os.pread(descriptor, size - begin, begin)
    finally:
        os.close(descriptor)
    whole, _, torn = block.rpartition(b"\n")
    if len(torn) > MOST_BYTES:
        raise EvidenceError("ends in a line that is longer than any entry", file=file, hint=_HINT)
    if torn:
        size -= len(torn)
        _cut(path, size, disk)
    if not size:
        return None
    last = whole.rpartition(b"\n")[2]
    try:
        entry = parse(last)
    except ValueError as error:
        raise EvidenceError(f"the last entry {error}", file=file, hint=_HINT) from None
    if layout.day_of(entry.timestamp) != day:
        raise EvidenceError("the last entry is of another day", file=file, hint=_HINT)
    return End(day, size, digest(last), entry.timestamp)


def _cut(path: str, size: int, disk: Disk) -> None:
    descriptor = disk.open(path, os.O_RDWR)
    try:
        disk.truncate(descriptor, size)
        disk.sync(descriptor)
    finally:
        os.close(descriptor)

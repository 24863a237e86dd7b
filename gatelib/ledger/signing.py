"""Signing checkpoints: over nothing that was not followed from the last one that holds."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from gatelib.errors import EvidenceError, UsageError
from gatelib.keys import SigningKey, VerificationKey
from gatelib.ledger import checkpoints, ends, layout
from gatelib.ledger import entry as entry_
from gatelib.ledger.appending import DISK, moment
from gatelib.ledger.checkpoints import EVERY, Checkpoint, CheckpointError
from gatelib.ledger.disk import Disk, locked, sync_path, write_all
from gatelib.ledger.entry import NAME

_HINT: Final = "see what `gatelib ledger verify` says; nothing is signed that does not hold"


@dataclass(frozen=True, slots=True)
class _Start:
    """From where the chain is followed."""

    day: str
    """Empty for the beginning."""
    size: int
    count: int
    head: str
    time: str
    """Of the checkpoint there."""


def checkpoint(
    folder: str | os.PathLike[str],
    *,
    now: datetime,
    key: SigningKey,
    trusted: Sequence[VerificationKey] = (),
    name: str = NAME,
    disk: Disk = DISK,
) -> tuple[str, ...]:
    """Sign a checkpoint over all that is in a ledger, and those that were due before.

    Returns the checkpoint's path in the ledger, last, after those of others that were written.

    Raises:
        UsageError: there is no entry, or the key cannot be used.
        EvidenceError: what would be signed does not hold, or nothing can be written.

    """
    key = checkpoints.named(key)
    root = os.fspath(folder)
    written: list[str] = []
    try:
        with locked(disk, os.path.join(root, layout.LOCK)):  # noqa: PTH118
            end = ends.find(root, disk)
            if end is None:
                raise UsageError("there is no entry to sign", file=root)
            check_last(root)
            time = moment(end, now)
            last = sign_due(
                root, key, trusted=trusted, name=name, time=time, disk=disk, written=written, all_=True
            )
    except OSError as error:
        raise EvidenceError(f"cannot be written: {error.strerror or error}", file=root) from None
    return (*(path for path in written if path != last), last)


def check_last(root: str) -> None:
    """Refuse a ledger that does not have what the last checkpoint beside it says, whoever has signed it.

    Raises:
        EvidenceError: it has not.

    """
    for day in layout.days(root, newest_first=True):
        if not day.checkpoints:
            continue
        count, name = day.checkpoints[-1]
        file = f"{day.path}/{name}"
        found = _said(os.path.join(root, file), file)  # noqa: PTH118
        if found.count != count or not ends.holds(root, day.path, found.size, found.head):
            raise EvidenceError("the entries are not those that it was signed over", file=file, hint=_HINT)
        return


def sign_due(
    root: str,
    key: SigningKey,
    *,
    trusted: Sequence[VerificationKey],
    name: str,
    time: str,
    disk: Disk,
    written: list[str],
    all_: bool = False,
) -> str:
    """Sign each checkpoint that is due, and with ``all_`` one over all; return the path of the last one.

    ``written`` gets the paths of those that are new. The lock must be held.

    Raises:
        EvidenceError: the chain does not hold, or a file is in a checkpoint's place.
        OSError: a checkpoint cannot be written.

    """
    own = (checkpoints.public(key), *trusted)
    start, last = _start(root, own, name)
    total = start.count + _count(root, start)
    due = total // EVERY * EVERY
    if total == start.count or (due <= start.count and not all_):
        return last
    for day, size, count, head in _followed(root, start):
        if count % EVERY == 0 or (all_ and count == total):
            last = f"{day}/{layout.checkpoint_name(count)}"
            made = Checkpoint(count=count, head=head, ledger=name, size=size, time=max(time, start.time))
            if os.path.lexists(os.path.join(root, last)):  # noqa: PTH118
                _agree(root, last, made, wanted=all_ and count == total)
            else:
                _put(root, last, made, key, disk)
                written.append(last)
        if count == due and not all_:
            break
    return last


def _start(root: str, keys: Sequence[VerificationKey], name: str) -> tuple[_Start, str]:
    """Return where the last checkpoint by one of the keys is, and its path; the beginning without one."""
    for day in layout.days(root, newest_first=True):
        for _, file in reversed(day.checkpoints):
            path = f"{day.path}/{file}"
            try:
                found = checkpoints.read(os.path.join(root, path), keys, name).checkpoint  # noqa: PTH118
            except CheckpointError:
                continue
            if ends.holds(root, day.path, found.size, found.head):
                return _Start(day.path, found.size, found.count, found.head, found.time), path
    return _Start("", 0, 0, entry_.genesis(name), ""), ""


def _count(root: str, start: _Start) -> int:
    """Return how many lines come after a start."""
    return sum(layout.count(file, at=at) for _, file, at in _files(root, start))


def _files(root: str, start: _Start) -> Iterator[tuple[str, int, int]]:
    """Yield the days from a start on, each with its open file and where in it the rest begins."""
    for day in layout.days(root):
        if day.path < start.day or not day.has_entries:
            continue
        descriptor = layout.open_regular(os.path.join(root, day.path, layout.ENTRIES))  # noqa: PTH118
        try:
            yield day.path, descriptor, start.size if day.path == start.day else 0
        finally:
            os.close(descriptor)


def _followed(root: str, start: _Start) -> Iterator[tuple[str, int, int, str]]:
    """Yield each entry after a start: its day, where it ends in the day's file, its number and its hash."""
    count, head, before = start.count, start.head, ""
    for day, descriptor, at in _files(root, start):
        for line in layout.lines(descriptor, at=at):
            try:
                entry = entry_.parse(line.data or b"")
            except ValueError as error:
                raise _broken(day, count, str(error)) from None
            if entry.previous_hash != head:
                raise _broken(day, count, "does not follow the one before it")
            if layout.day_of(entry.timestamp) != day or entry.timestamp < before:
                raise _broken(day, count, "has the time of another place")
            count, head, before = count + 1, entry_.digest(line.data or b""), entry.timestamp
            yield day, line.end, count, head


def _broken(day: str, count: int, what: str) -> EvidenceError:
    return EvidenceError(f"entry {count + 1:,} {what}", file=f"{day}/{layout.ENTRIES}", hint=_HINT)


def _agree(root: str, path: str, made: Checkpoint, *, wanted: bool) -> None:
    """Refuse a file in a checkpoint's place, unless it says the same by another's key."""
    found = _said(os.path.join(root, path), path)  # noqa: PTH118
    if replace(found, time=made.time) != made:
        raise EvidenceError("the entries are not those that it was signed over", file=path, hint=_HINT)
    if wanted:
        raise EvidenceError(
            "is there already, signed by no key that is trusted with the ledger",
            file=path,
            hint="name the configuration that trusts the key, or take the file away",
        )


def _put(root: str, path: str, made: Checkpoint, key: SigningKey, disk: Disk) -> None:
    """Write a checkpoint all at once."""
    target, draft = os.path.join(root, path), os.path.join(root, layout.DRAFT)  # noqa: PTH118
    with suppress(FileNotFoundError):
        os.unlink(draft)  # noqa: PTH108 - of a writer that was killed
    descriptor = disk.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        write_all(disk, descriptor, checkpoints.sign(made, key), 0)
        disk.sync(descriptor)
    finally:
        os.close(descriptor)
    disk.rename(draft, target)
    sync_path(disk, os.path.dirname(target))  # noqa: PTH120


def _said(path: str, file: str) -> Checkpoint:
    """Return what a checkpoint says, whoever has signed it."""
    try:
        return checkpoints.said(path)
    except CheckpointError as error:
        raise EvidenceError(error.message, file=file, hint=_HINT) from None

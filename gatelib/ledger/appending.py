"""Appending: what is acknowledged is on the disk, and what is not leaves at most some of it, whole."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final

from gatelib.errors import EvidenceError, GatelibError, UsageError
from gatelib.ledger import ends, layout
from gatelib.ledger import entry as entry_
from gatelib.ledger.disk import Disk, locked, sync_path, write_all
from gatelib.ledger.ends import End
from gatelib.ledger.entry import NAME, New

if TYPE_CHECKING:
    from gatelib.keys import SigningKey, VerificationKey

DISK: Final = Disk()

_MOST_BEHIND: Final = timedelta(minutes=5)
"""How far a clock may be behind the last entry: that much clocks differ, and are set back."""


@dataclass(frozen=True, slots=True)
class Appended:
    """What is in the ledger now, and on the disk."""

    timestamp: str
    """Of all the new entries."""
    hashes: tuple[str, ...]
    """Of the new entries, in their order."""
    checkpoints: tuple[str, ...] = ()
    """Those that were due, as paths in the ledger."""
    problem: GatelibError | None = None
    """Why those that are due could not be written; the entries are in the ledger all the same."""


def append(
    folder: str | os.PathLike[str],
    entries: Iterable[New],
    *,
    now: datetime,
    key: SigningKey | None = None,
    trusted: Sequence[VerificationKey] = (),
    name: str = NAME,
    disk: Disk = DISK,
) -> Appended:
    """Append entries to a ledger, which is made where there is none.

    With a key, checkpoints are signed where they are due; those by it and by ``trusted`` keys are counted on.

    Raises:
        UsageError: an entry or the key cannot be used, or the folder is another ledger's.
        EvidenceError: the ledger does not end as it must, the clock is behind it, or nothing can be written.
            None of the entries is in the ledger then; where nothing can be taken back either, the first of
            them may be, whole.

    """
    new = tuple(entries)
    beginning = entry_.genesis(name)
    if not new:
        raise UsageError("there is no entry to append")
    if key is not None:
        from gatelib.ledger.checkpoints import named

        key = named(key)
    root = os.fspath(folder)
    try:
        _make_root(root, disk)
        with locked(disk, os.path.join(root, layout.LOCK)):  # noqa: PTH118
            end = ends.find(root, disk)
            _check(root, end, beginning, trusted, name)
            timestamp = _timestamp(end, now)
            data, hashes = _chained(new, timestamp, end.head if end else beginning)
            _write(root, layout.day_of(timestamp), end, data, disk)
            if key is None:
                return Appended(timestamp, hashes)
            return _signed(root, Appended(timestamp, hashes), key, trusted, name, disk)
    except OSError as error:
        raise EvidenceError(f"cannot be written: {error.strerror or error}", file=root) from None


def moment(end: End | None, now: datetime) -> str:
    """Return a time for what comes after an end: never an earlier one."""
    found = now.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return found if end is None else max(found, end.timestamp)


def _timestamp(end: End | None, now: datetime) -> str:
    found = moment(end, now)
    if end is not None and datetime.fromisoformat(end.timestamp[:-1] + "+00:00") - now > _MOST_BEHIND:
        raise EvidenceError(
            f"the last entry is of {end.timestamp}, and now it is {moment(None, now)}",
            file=f"{end.day}/{layout.ENTRIES}",
            hint="set the clock; where the entry's is wrong, begin another ledger that names this one's head",
        )
    return found


def _chained(new: Sequence[New], timestamp: str, head: str) -> tuple[bytes, tuple[str, ...]]:
    data, hashes = [], []
    for entry in new:
        line = entry_.line(entry, timestamp, head)
        head = entry_.digest(line)
        data.append(line)
        hashes.append(head)
    return b"\n".join([*data, b""]), tuple(hashes)


def _check(root: str, end: End | None, beginning: str, trusted: Sequence[VerificationKey], name: str) -> None:
    """Refuse a ledger of another name, and one that does not have what its last checkpoint says."""
    from gatelib.ledger.signing import check_last

    if end is not None:
        _check_beginning(root, beginning, name)
    check_last(root)


def _check_beginning(root: str, beginning: str, name: str) -> None:
    for day in layout.days(root):
        if not day.has_entries:
            continue
        descriptor = layout.open_regular(os.path.join(root, day.path, layout.ENTRIES))  # noqa: PTH118
        try:
            first = os.read(descriptor, entry_.MOST_BYTES + 1).partition(b"\n")[0]
        finally:
            os.close(descriptor)
        if not first:
            continue
        try:
            found = entry_.parse(first).previous_hash
        except ValueError:
            found = ""
        if found != beginning:
            raise UsageError(
                f"does not begin as the ledger `{name}` does",
                file=f"{day.path}/{layout.ENTRIES}",
                hint="name the ledger with --name; one whose first entries are gone is never appended to",
            )
        return


def _write(root: str, day: str, end: End | None, data: bytes, disk: Disk) -> None:
    """Write lines to the end of a day's file; where that fails, take back what was written."""
    path = os.path.join(root, day, layout.ENTRIES)  # noqa: PTH118
    if end is None or end.day != day:
        _make_day(root, day, disk)
        if end is not None:
            # What a crash kept from being synced would be what these entries follow.
            sync_path(disk, os.path.join(root, end.day, layout.ENTRIES))  # noqa: PTH118
            _sync_folders(root, end.day, disk)
    descriptor = disk.open(path, os.O_RDWR | os.O_CREAT)
    try:
        size = end.size if end is not None and end.day == day else 0
        try:
            write_all(disk, descriptor, data, size)
            disk.sync(descriptor)
            if not size:
                _sync_folders(root, day, disk)
        except BaseException:
            disk.truncate(descriptor, size)
            disk.sync(descriptor)
            raise
    finally:
        os.close(descriptor)


def _make_root(root: str, disk: Disk) -> None:
    if not os.path.isdir(root):  # noqa: PTH112
        try:
            disk.make_folder(root)
        except FileExistsError:
            if not os.path.isdir(root):  # noqa: PTH112 - or another process was faster
                raise


def _make_day(root: str, day: str, disk: Disk) -> None:
    path = root
    for part in day.split("/"):
        path = os.path.join(path, part)  # noqa: PTH118
        if os.path.islink(path):  # noqa: PTH114
            raise OSError(f"{path} is a link")
        if not os.path.lexists(path):
            disk.make_folder(path)


def _sync_folders(root: str, day: str, disk: Disk) -> None:
    """Wait for all names on the way to a day's file, whoever made them."""
    path = os.path.join(root, day)  # noqa: PTH118
    for _ in range(4):
        sync_path(disk, path)
        path = os.path.dirname(path)  # noqa: PTH120
    sync_path(disk, os.path.dirname(os.path.abspath(root)))  # noqa: PTH100, PTH120


def _signed(
    root: str,
    done: Appended,
    key: SigningKey,
    trusted: Sequence[VerificationKey],
    name: str,
    disk: Disk,
) -> Appended:
    """Sign what is due; what goes wrong with it takes nothing back."""
    from gatelib.ledger.signing import sign_due

    written: list[str] = []
    try:
        sign_due(root, key, trusted=trusted, name=name, time=done.timestamp, disk=disk, written=written)
        problem: GatelibError | None = None
    except GatelibError as error:
        problem = error
    except OSError as error:
        problem = EvidenceError(f"a checkpoint cannot be written: {error.strerror or error}", file=root)
    return Appended(done.timestamp, done.hashes, tuple(written), problem)

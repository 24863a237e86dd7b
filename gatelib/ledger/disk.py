"""Writing so that it stays: the calls of the operating system that the ledger depends on."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from gatelib.errors import UsageError

_OPEN: Final = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class Disk:
    """The calls that can fail, each of them one of the system's; a test puts one in their place that does."""

    def open(self, path: str, flags: int) -> int:
        """Open a file of the ledger, never through a link."""
        return os.open(path, flags | _OPEN, 0o644)

    def write(self, descriptor: int, data: memoryview, at: int) -> int:
        """Write what fits, and return how much did."""
        return os.pwrite(descriptor, data, at)

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut a file off."""
        os.ftruncate(descriptor, size)

    def sync(self, descriptor: int) -> None:
        """Wait until a file, or a folder, is on the disk."""
        os.fsync(descriptor)

    def make_folder(self, path: str) -> None:
        """Make a folder in one that is there."""
        os.mkdir(path)  # noqa: PTH102

    def rename(self, path: str, to: str) -> None:
        """Give a file another name, in whose place nothing or another file is."""
        os.replace(path, to)  # noqa: PTH105


def write_all(disk: Disk, descriptor: int, data: bytes, at: int) -> None:
    """Write all of it; a disk may take less at once.

    Raises:
        OSError: it does not fit.

    """
    rest = memoryview(data)
    while rest:
        written = disk.write(descriptor, rest, at)
        if not written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        rest, at = rest[written:], at + written


def sync_path(disk: Disk, path: str) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = disk.open(path, os.O_RDONLY)
    try:
        disk.sync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(disk: Disk, path: str) -> Iterator[None]:
    """Keep all others who write out, in this process and others; a process that dies lets go.

    Raises:
        OSError: the lock cannot be had.
        UsageError: this system has none.

    """
    try:
        import fcntl
    except ImportError:
        raise UsageError("a ledger is written on POSIX systems only; any can verify it") from None
    descriptor = disk.open(path, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)

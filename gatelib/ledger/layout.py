"""Where things are in a ledger's folder.

    YYYY/MM/DD/entries.jsonl                        the entries of a day, one a line
    YYYY/MM/DD/checkpoint-000000001000.dsse.json    signed over the first 1,000, beside the last of them
    .lock  .checkpoint                              of whoever is writing

Nothing else belongs there, and no link is followed.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from datetime import date
from typing import Final, Literal, NamedTuple, TypeAlias

from gatelib.ledger.entry import MOST_BYTES

ENTRIES: Final = "entries.jsonl"
LOCK: Final = ".lock"
DRAFT: Final = ".checkpoint"

_CHECKPOINT: Final = re.compile(r"checkpoint-([0-9]{12})\.dsse\.json")
_YEAR: Final = re.compile(r"(?!0000)[0-9]{4}")
_MONTH: Final = re.compile(r"0[1-9]|1[0-2]")
_DAY: Final = re.compile(r"0[1-9]|[12][0-9]|3[01]")
_MOST_CHECKPOINTS: Final = 100_000
"""In one day, so that nobody can fill the memory with names."""
_BLOCK: Final = 1024 * 1024
_READ: Final = (
    os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)
_NEVER_WAIT: Final = getattr(os, "O_NONBLOCK", 0)
"""Or a pipe in a file's place would never end."""

Stray: TypeAlias = Literal["stray", "unreadable"]
"""What is wrong with a path that is no part of a ledger: it should not be there, or cannot be read."""


class Day(NamedTuple):
    """One day's folder."""

    path: str
    """``YYYY/MM/DD``."""
    has_entries: bool
    checkpoints: tuple[tuple[int, str], ...]
    """How many entries each says that it is over, and its name, in this order."""


class Line(NamedTuple):
    """One line of a file."""

    data: bytes | None
    """Without its end; ``None`` where it is too long to be kept, and so longer than any entry."""
    number: int
    """From 1."""
    end: int
    """Where in the file the next line begins."""
    whole: bool
    """Whether it has an end."""


def day_of(timestamp: str) -> str:
    """Return the folder of an entry's day."""
    return timestamp[:10].replace("-", "/")


def checkpoint_name(count: int) -> str:
    """Return the name of the checkpoint over so many entries."""
    return f"checkpoint-{count:012}.dsse.json"


def days(
    root: str, stray: Callable[[str, Stray], None] | None = None, *, newest_first: bool = False
) -> Iterator[Day]:
    """Yield the folders of days in their order.

    ``stray`` is called with each path that does not belong, or cannot be read; without it the first are
    passed over, and the others raise.

    Raises:
        OSError: a folder cannot be read, and nobody wants to be told.

    """
    tell = stray or (lambda path, what: None)
    for year in _folders(root, "", _YEAR, stray, newest_first):
        for month in _folders(root, year, _MONTH, stray, newest_first):
            for day in _folders(root, month, _DAY, stray, newest_first):
                if _is_date(day):
                    yield _day(root, day, stray)
                else:
                    tell(day, "stray")


def open_regular(path: str) -> int:
    """Return a descriptor for reading a regular file.

    Raises:
        OSError: it cannot be opened, or is something else.

    """
    descriptor = os.open(path, _READ | _NEVER_WAIT)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path} is no regular file")
    return descriptor


def lines(descriptor: int, *, at: int = 0, number: int = 0) -> Iterator[Line]:
    """Yield the lines of a file from a line's beginning on, ``number`` of which come before it."""
    os.lseek(descriptor, at, os.SEEK_SET)
    rest, skipped = b"", 0
    while block := os.read(descriptor, _BLOCK):
        whole = block.split(b"\n")
        if skipped and len(whole) > 1:
            number, at = number + 1, at + skipped + len(whole[0]) + 1
            yield Line(None, number, at, True)
            whole, skipped = whole[1:], 0
        elif skipped:
            skipped += len(block)
            continue
        whole[0] = rest + whole[0]
        rest = whole.pop()
        for data in whole:
            number, at = number + 1, at + len(data) + 1
            yield Line(data, number, at, True)
        if len(rest) > MOST_BYTES:
            rest, skipped = b"", len(rest)
    if skipped:
        yield Line(None, number + 1, at + skipped, False)
    elif rest:
        yield Line(rest, number + 1, at + len(rest), False)


def count(descriptor: int, *, at: int) -> int:
    """Return how many lines end in a file from some place on."""
    os.lseek(descriptor, at, os.SEEK_SET)
    found = 0
    while block := os.read(descriptor, _BLOCK):
        found += block.count(b"\n")
    return found


def _folders(
    root: str,
    below: str,
    form: re.Pattern[str],
    stray: Callable[[str, Stray], None] | None,
    newest_first: bool,
) -> list[str]:
    found = []
    for entry in _scanned(root, below, stray):
        path = f"{below}/{entry.name}" if below else entry.name
        own = not below and entry.name in (LOCK, DRAFT) and entry.is_file(follow_symlinks=False)
        if form.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
            found.append(path)
        elif stray and not own:
            stray(path, "stray")
    return sorted(found, reverse=newest_first)


def _day(root: str, path: str, stray: Callable[[str, Stray], None] | None) -> Day:
    has_entries = False
    checkpoints: list[tuple[int, str]] = []
    for entry in _scanned(root, path, stray):
        match = _CHECKPOINT.fullmatch(entry.name)
        regular = entry.is_file(follow_symlinks=False)
        if regular and entry.name == ENTRIES:
            has_entries = True
        elif regular and match and len(checkpoints) < _MOST_CHECKPOINTS:
            checkpoints.append((int(match[1]), entry.name))
        elif stray:
            stray(f"{path}/{entry.name}", "stray")
    return Day(path, has_entries, tuple(sorted(checkpoints)))


def _scanned(root: str, below: str, stray: Callable[[str, Stray], None] | None) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(os.path.join(root, below)) as entries:  # noqa: PTH118
            yield from entries
    except OSError:
        if stray is None or not below:
            raise
        stray(below, "unreadable")


def _is_date(path: str) -> bool:
    try:
        date(*map(int, path.split("/")))
    except ValueError:
        return False
    return True

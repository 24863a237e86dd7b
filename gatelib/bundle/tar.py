"""Tar, written in one way only, and read where every reader reads the same.

Readers differ: some take a damaged header for the end, a prefix from a format that has none, a name from a
global header. What they could differ on is refused, so that what was looked at here is what an engine loads.
See POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from gatelib.errors import BundleError

BLOCK: Final = 512

_USTAR: Final = b"ustar\x0000"
_GNU: Final = b"ustar  \x00"
_STAR: Final = b"tar\0"
_NUMBERS: Final = {
    "mode": slice(100, 108),
    "owner": slice(108, 116),
    "group": slice(116, 124),
    "size": slice(124, 136),
    "time": slice(136, 148),
    "major device": slice(329, 337),
    "minor device": slice(337, 345),
}
_CHECKSUM: Final = slice(148, 156)
_PREFIX: Final = slice(345, 500)
_LONGEST_NAME: Final = 100
_LONGEST_PREFIX: Final = 155

FILE: Final = frozenset({b"0", b"\0"})
FOLDER: Final = b"5"
_PAX: Final = b"x"
_GLOBAL: Final = b"g"
_GNU_NAME: Final = b"L"

ABOUT_NEXT: Final = frozenset({_PAX, _GLOBAL, _GNU_NAME})
"""Types of what only says something of the file after it; :func:`name_of_next` reads it."""
MOST_ABOUT_NEXT: Final = 8192
"""Bytes of that; far more than a name may have."""
_OF_NO_CONCERN: Final = {
    b"comment": re.compile(rb"[ -~]*"),
    **dict.fromkeys((b"atime", b"ctime", b"mtime"), re.compile(rb"-?[0-9]{1,18}(\.[0-9]*)?")),
}
"""Records of an extended header that change nothing, and their values."""


class Header(NamedTuple):
    """What stands in front of a file's content."""

    kind: bytes
    """The type flag."""
    name: bytes
    size: int


class Member(NamedTuple):
    """A file, or a folder without a content."""

    name: str
    content: bytes
    is_folder: bool


def members(tar: bytes) -> Iterator[Member]:
    """Yield what is in an archive, in its order.

    Raises:
        BundleError: it is cut off or damaged, or holds links, devices or what readers could differ on.

    """
    place, name = 0, b""
    while tar[place : place + BLOCK].strip(b"\0"):
        kind, own_name, size = read_header(tar[place : place + BLOCK])
        start = place + BLOCK
        content = tar[start : start + size]
        place = start + -(-size // BLOCK) * BLOCK
        if kind in ABOUT_NEXT:
            if name or size > MOST_ABOUT_NEXT:
                raise BundleError("the bundle's archive says too much of one file")
            name = name_of_next(kind, content)
            continue
        yield _member(kind, name or own_name, content)
        name = b""
    rest = len(tar) - place
    if name or rest < BLOCK or rest % BLOCK or tar.count(0, place) != rest:
        raise BundleError("the bundle is cut off, or damaged between two of its files")


def write(files: Iterator[tuple[str, bytes]]) -> bytes:
    """Return an archive: USTAR, no owners, one mode, no time.

    Raises:
        BundleError: a name is longer than USTAR has room for.

    """
    written = bytearray()
    for name, content in files:
        written += _header(name, len(content)) + content + bytes(-len(content) % BLOCK)
    return bytes(written + bytes(2 * BLOCK))


def read_header(header: bytes) -> Header:
    """Return what a header says.

    Raises:
        BundleError: it is cut off or damaged, or of a format that readers could differ on.

    """
    if len(header) < BLOCK:
        raise BundleError("the bundle is cut off")
    blank = header[: _CHECKSUM.start] + b" " * 8 + header[_CHECKSUM.stop :]
    if _number(header[_CHECKSUM]) != sum(blank):
        raise BundleError("the bundle is no tar archive, or is damaged between two of its files")
    numbers = {what: _number(header[place]) for what, place in _NUMBERS.items()}
    magic, prefix = header[257:265], header[_PREFIX].partition(b"\0")[0]
    if (
        magic not in (_USTAR, _GNU)
        or header.endswith(_STAR)
        or (magic == _GNU and header[_PREFIX].strip(b"\0"))
    ):
        raise BundleError("the bundle's archive is neither of POSIX nor of GNU")
    name = header[:_LONGEST_NAME].partition(b"\0")[0]
    return Header(header[156:157], (prefix + b"/" if prefix else b"") + name, numbers["size"])


def name_of_next(kind: bytes, content: bytes) -> bytes:
    """Return what is said of the next file's name, empty where nothing is.

    Raises:
        BundleError: it is damaged, or says more than that.

    """
    return content.partition(b"\0")[0] if kind == _GNU_NAME else _path(content, kind)


def _number(field: bytes) -> int:
    digits = field.strip(b" \0")
    if not re.fullmatch(rb"[0-7]*", digits):
        raise BundleError("the bundle is no tar archive, or is damaged between two of its files")
    return int(digits or b"0", 8)


def _path(records: bytes, kind: bytes) -> bytes:
    """Return what an extended header calls the next file, empty where it says nothing of its name."""
    path = b""
    while records:
        length, separator, _ = records.partition(b" ")
        if not separator or not re.fullmatch(rb"[1-9][0-9]{0,4}", length) or int(length) > len(records):
            raise BundleError("an extended header in the bundle's archive is damaged")
        record, records = records[len(length) + 1 : int(length)], records[int(length) :]
        key, separator, value = record.partition(b"=")
        if not separator or not value.endswith(b"\n"):
            raise BundleError("an extended header in the bundle's archive is damaged")
        value = value[:-1]
        if key == b"path" and kind == _PAX and value and not path and b"\0" not in value:
            path = value
        elif key not in _OF_NO_CONCERN or not _OF_NO_CONCERN[key].fullmatch(value):
            what = key.decode("ascii", "replace")
            raise BundleError(f"an extended header in the bundle's archive sets `{what}`")
    return path


def _member(kind: bytes, raw: bytes, content: bytes) -> Member:
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BundleError("a name in the bundle is not UTF-8") from None
    if kind == FOLDER and not content:
        return Member(name.rstrip("/"), b"", is_folder=True)
    if kind not in FILE:
        raise BundleError(f"`{name}` in the bundle is no plain file")
    return Member(name, content, is_folder=False)


def _header(name: str, size: int) -> bytes:
    prefix, base = _split(name)
    fields = (
        base.ljust(100, b"\0"), b"0000644\0", b"0000000\0", b"0000000\0", b"%011o\0" % size, b"00000000000\0",
        b" " * 8, b"0", bytes(100), _USTAR, bytes(32 + 32 + 8 + 8), prefix.ljust(155, b"\0"), bytes(12),
    )  # fmt: skip
    blank = b"".join(fields)
    return blank[: _CHECKSUM.start] + b"%06o\0 " % sum(blank) + blank[_CHECKSUM.stop :]


def _split(name: str) -> tuple[bytes, bytes]:
    """Return the two parts of a name for which USTAR has room."""
    raw = name.encode()
    if len(raw) <= _LONGEST_NAME:
        return b"", raw
    cut = raw.find(b"/", len(raw) - _LONGEST_NAME - 1)
    if not 0 < cut <= _LONGEST_PREFIX:
        raise BundleError(f"`{name}` is too long a name for a bundle", hint="give the rule a shorter one")
    return raw[:cut], raw[cut + 1 :]

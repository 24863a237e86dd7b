"""A bundle's file: a gzipped tar, written in one way only and read with suspicion."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Final

from gatelib.bundle import tar
from gatelib.errors import BundleError

MOST_FILES: Final = 10_000
MOST_BYTES: Final = 256 * 1024 * 1024
"""Of all files together, unpacked."""

_LONGEST_NAME: Final = 1024
_LONGEST_PART: Final = 255
"""Bytes; what file systems take, since some engines want the files in one."""

_STORED: Final = 0xFFFF
"""The most bytes of one stored block of DEFLATE (RFC 1951, 3.2.4)."""

_GZIP_HEADER: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""No name, no time, no flags, an unknown system (RFC 1952, 2.3)."""


def read(data: bytes) -> dict[str, bytes]:
    """Return the files of a bundle by name, in the archive's order and without a leading slash.

    Raises:
        BundleError: it is no gzipped tar, is cut off, holds anything but plain files with plain names, holds
            a name twice, or is larger than a bundle may be.

    """
    files: dict[str, bytes] = {}
    for number, member in enumerate(tar.members(_unpacked(data))):
        if number == MOST_FILES:
            raise BundleError(f"the bundle holds more than {MOST_FILES} files")
        if member.is_folder:
            continue
        name = _plain(member.name)
        if name in files:
            raise BundleError(f"the bundle holds `{name}` twice")
        files[name] = member.content
    for name in files:
        for folder in accumulate(name.split("/")[:-1], "{}/{}".format):
            if folder in files:
                raise BundleError(f"`{folder}` in the bundle is both a file and a folder")
    return files


def write(files: Mapping[str, bytes]) -> bytes:
    """Return the archive of some files: the same bytes for the same files, on every platform and version.

    Sorted by name; gzip with stored blocks, since DEFLATE libraries compress differently.

    Raises:
        BundleError: a name is too long.

    """
    return _stored(tar.write(iter(sorted(files.items()))))


def _unpacked(data: bytes) -> bytes:
    if len(data) > MOST_BYTES:
        raise BundleError(f"the bundle is larger than {MOST_BYTES // 2**20} MiB")
    stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        unpacked = stream.decompress(data, MOST_BYTES)
    except zlib.error:
        raise BundleError("the bundle is no gzipped tar, or is damaged") from None
    if stream.unconsumed_tail:
        raise BundleError(f"the bundle is larger than {MOST_BYTES // 2**20} MiB when it is unpacked")
    if not stream.eof:
        raise BundleError("the bundle is cut off")
    if stream.unused_data:
        raise BundleError("something follows the end of the bundle")
    return unpacked


def _plain(given: str) -> str:
    name = given.removeprefix("/")
    parts = name.split("/")
    if "\\" in name or not name.isprintable() or any(part in ("", ".", "..") for part in parts):
        raise BundleError(f"`{given}` in the bundle is no plain name")
    if len(name.encode()) > _LONGEST_NAME or any(len(part.encode()) > _LONGEST_PART for part in parts):
        raise BundleError(f"`{name[:60]}…` in the bundle is too long a name")
    return name


def _stored(data: bytes) -> bytes:
    blocks = b"".join(_blocks(data))
    return _GZIP_HEADER + blocks + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def _blocks(data: bytes) -> Iterator[bytes]:
    starts = range(0, len(data), _STORED) or range(1)
    for start in starts:
        block = data[start : start + _STORED]
        is_last = start + _STORED >= len(data)
        yield struct.pack("<BHH", is_last, len(block), len(block) ^ 0xFFFF) + block

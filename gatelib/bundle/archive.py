"""A bundle's file: a gzipped tar, written in one way only and read with suspicion."""

from __future__ import annotations

import io
import struct
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Final

from gatelib.errors import BundleError

MOST_FILES: Final = 10_000
MOST_BYTES: Final = 256 * 1024 * 1024
"""Of all files together, unpacked."""

_BLOCK: Final = 512
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
    tar = _unpacked(data)
    files: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(tar), mode="r:") as archive:
            for member in archive:
                if member.type == tarfile.DIRTYPE:
                    continue
                name = _plain_name(member)
                if name in files:
                    raise BundleError(f"the bundle holds `{name}` twice")
                if len(files) == MOST_FILES:
                    raise BundleError(f"the bundle holds more than {MOST_FILES} files")
                content = archive.extractfile(member)
                files[name] = content.read() if content else b""
                if len(files[name]) != member.size:
                    raise BundleError(f"the bundle is cut off in `{name}`")
            rest = tar[archive.offset :]
    except (tarfile.TarError, ValueError, OverflowError) as error:  # the last two for odd numbers
        raise BundleError(f"the bundle is no tar archive: {error}") from None
    # tarfile takes a damaged header for the end of the archive.
    if len(rest) < _BLOCK or rest.strip(b"\0"):
        raise BundleError("the bundle is cut off, or damaged between two of its files")
    return files


def write(files: Mapping[str, bytes]) -> bytes:
    """Return the archive of some files: the same bytes for the same files, on every platform and version.

    USTAR, sorted by name, no owners, one mode, no time; gzip with stored blocks, since DEFLATE libraries
    compress differently.
    """
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(files):
            member = tarfile.TarInfo(name)
            member.size = len(files[name])
            member.mode = 0o644
            archive.addfile(member, io.BytesIO(files[name]))
    return _stored(tar.getvalue())


def _unpacked(data: bytes) -> bytes:
    stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        tar = stream.decompress(data, MOST_BYTES)
    except zlib.error:
        raise BundleError("the bundle is no gzipped tar, or is damaged") from None
    if stream.unconsumed_tail:
        raise BundleError(f"the bundle is larger than {MOST_BYTES // 2**20} MiB when it is unpacked")
    if not stream.eof:
        raise BundleError("the bundle is cut off")
    if stream.unused_data:
        raise BundleError("something follows the end of the bundle")
    return tar


def _plain_name(member: tarfile.TarInfo) -> str:
    if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or member.sparse is not None:
        raise BundleError(f"`{member.name}` in the bundle is no plain file")
    name = member.name.removeprefix("/")
    if "\\" in name or not name.isprintable() or any(part in ("", ".", "..") for part in name.split("/")):
        raise BundleError(f"`{member.name}` in the bundle is no plain name")
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

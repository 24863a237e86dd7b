"""A pack that is an archive, read in a stream, and where every reader of archives reads the same.

What `gatelib.bundle.tar` refuses is refused here as well. A link or a device is a fault, as in a folder.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from gatelib.bundle import tar
from gatelib.errors import BundleError, EvidenceError
from gatelib.evidence import manifest
from gatelib.evidence.manifest import Fault
from gatelib.evidence.pack import File, Limits, Pack, Progress, Scan, Use, collisions

_CHUNK: Final = 256 * 1024
_GZIP: Final = b"\x1f\x8b"
_UNSUSPICIOUS: Final = 64 * 1024**2
"""Bytes that an archive may have unpacked, however small it is."""
_LINKS: Final = frozenset({b"1", b"2"})
_SPECIAL: Final = frozenset({b"3", b"4", b"6"})
_TOP: Final = re.compile(r"release-[^/]*")


class Tar(Pack):
    """A tar, gzipped or not; a folder `release-…` around all of it is left out of the paths."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        self._limits = limits

    def scan(self, wanted: Callable[[str], bool], use: Use, progress: Progress | None = None) -> Scan:
        """Hash each file once, and hand those that are wanted to ``use``, in the order of the archive."""
        scan = Scan()
        for path, size, chunks in self.members(scan, progress):
            if not (wanted(path) or manifest.covers(path)):
                continue
            digest, kept = sha256(), bytearray()
            is_kept = wanted(path) and size <= self._limits.max_parsed
            for chunk in chunks:
                digest.update(chunk)
                if is_kept:
                    kept += chunk
            file = scan.files[path] = File(digest.hexdigest(), size)
            if wanted(path):
                use(path, bytes(kept) if is_kept else None, file)
        scan.faults.sort()
        return scan

    def members(
        self, scan: Scan, progress: Progress | None = None
    ) -> Iterator[tuple[str, int, Iterator[bytes]]]:
        """Yield each regular file with its path, size and content; what else there is becomes a fault.

        A content that is not taken before the next file is asked for is skipped.

        Raises:
            EvidenceError: the archive cannot be read, is damaged, names something twice or in a way that is
                not plain, or holds more than it may.

        """
        name = str(self._path)
        try:
            with self._path.open("rb") as file:
                yield from self._members(scan, _Unpacked(file, name, self._limits, progress))
        except OSError as error:
            raise EvidenceError(f"cannot be read: {error.strerror}", file=name) from None
        except BundleError as error:
            raise EvidenceError(error.message.replace("the bundle", "the pack"), file=name) from None
        except EvidenceError as error:
            error.file = error.file or name
            raise

    def _members(self, scan: Scan, unpacked: _Unpacked) -> Iterator[tuple[str, int, Iterator[bytes]]]:
        kinds: dict[str, bool] = {}
        said, top = b"", None
        while (block := unpacked.exactly(tar.BLOCK)).strip(b"\0"):
            kind, own_name, size = tar.read_header(block)
            if kind in tar.ABOUT_NEXT:
                if said or size > tar.MOST_ABOUT_NEXT:
                    raise EvidenceError("the pack's archive says too much of one file")
                said = tar.name_of_next(kind, unpacked.exactly(size))
                unpacked.skip(-size % tar.BLOCK)
                continue
            raw, said = said or own_name, b""
            path = _path(raw, is_folder=kind == tar.FOLDER)
            if not kinds and (kind == tar.FOLDER or "/" in path):
                top = _TOP.fullmatch(path.partition("/")[0])
            if top and path:
                path = _below(top[0], path)
            if path in kinds and (path or not kinds[path]):
                raise EvidenceError(f"the pack's archive holds `{path}` twice")
            if len(kinds) >= self._limits.max_files:
                raise EvidenceError(f"the pack has more than {self._limits.max_files:,} files")
            kinds[path] = kind == tar.FOLDER
            if kind in tar.FILE and path:
                content = unpacked.content(size)
                yield path, size, content
                for _ in content:
                    pass
                unpacked.skip(-size % tar.BLOCK)
            elif kind in _LINKS | _SPECIAL:
                scan.faults.append(Fault(path, "a link" if kind in _LINKS else "no regular file"))
            elif kind != tar.FOLDER or size:
                raise EvidenceError(f"`{path}` in the pack's archive is neither a file nor a folder")
        if said:
            raise EvidenceError("the pack is cut off, or damaged between two of its files")
        unpacked.expect_end()
        for path in kinds:
            if any(kinds.get(above) is False for above in _above(path)):
                raise EvidenceError(f"`{path}` in the pack's archive lies below a file")
        scan.faults += collisions({path: None for path, is_folder in kinds.items() if not is_folder})


def _path(raw: bytes, *, is_folder: bool) -> str:
    """Return a member's path in the archive, empty for the archive's own root."""
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        shown = raw.decode("utf-8", "backslashreplace")
        raise EvidenceError(f"the name `{shown}` in the pack's archive is not UTF-8") from None
    path = name.removesuffix("/") if is_folder else name
    path = "" if path == "." else path.removeprefix("./")
    if (path and not manifest.is_plain(path)) or not (path or is_folder):
        raise EvidenceError(f"`{name}` in the pack's archive is no plain name")
    return path


def _below(top: str, path: str) -> str:
    if path == top:
        return ""
    if not path.startswith(f"{top}/"):
        raise EvidenceError(f"`{path}` in the pack's archive lies beside the folder `{top}`")
    return path[len(top) + 1 :]


def _above(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


class _Unpacked:
    """An archive's bytes, unpacked as they are asked for, and no more of them than they may be."""

    def __init__(self, file: BinaryIO, name: str, limits: Limits, progress: Progress | None) -> None:
        self._file = file
        self._name = name
        self._limits = limits
        self._progress = progress
        self._total = file.seek(0, 2)
        file.seek(0)
        self._inflater = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS) if file.read(2) == _GZIP else None
        file.seek(0)
        self._taken = 0
        self._given = 0
        self._ready = b""
        self._place = 0

    def exactly(self, count: int) -> bytes:
        """Return as many bytes."""
        return b"".join(self.content(count))

    def content(self, count: int) -> Iterator[bytes]:
        """Yield as many bytes, in pieces."""
        while count:
            if self._place == len(self._ready) and not self._fill():
                what = "cut off" if self._given >= tar.BLOCK else "neither a folder nor a tar, or cut off"
                raise EvidenceError(f"the pack is {what}", file=self._name)
            piece = self._ready[self._place : self._place + count]
            self._place += len(piece)
            count -= len(piece)
            yield piece

    def skip(self, count: int) -> None:
        """Leave out as many bytes."""
        for _ in self.content(count):
            pass

    def expect_end(self) -> None:
        """Check that nothing but whole blocks of zeros follows, one of them at least."""
        count = 0
        while self._place < len(self._ready) or self._fill():
            rest = self._ready[self._place :]
            if rest.strip(b"\0"):
                raise EvidenceError("the pack is cut off, or damaged between two of its files")
            count += len(rest)
            self._place = len(self._ready)
        if not count or count % tar.BLOCK:
            raise EvidenceError("the pack is cut off, or damaged between two of its files")

    def _fill(self) -> bool:
        self._ready, self._place = self._next(), 0
        self._given += len(self._ready)
        if self._given > self._limits.max_bytes:
            raise EvidenceError(f"the pack has more than {self._limits.max_bytes:,} bytes", file=self._name)
        if self._given > max(_UNSUSPICIOUS, self._taken * self._limits.max_ratio):
            raise EvidenceError(
                f"the pack unpacks to more than {self._limits.max_ratio} times its size",
                file=self._name,
                hint="give it as a folder or as a plain tar",
            )
        if self._progress:
            self._progress(self._taken, self._total)
        return bool(self._ready)

    def _next(self) -> bytes:
        if self._inflater is None:
            return self._read()
        while not self._inflater.eof:
            packed = self._inflater.unconsumed_tail or self._read()
            if not packed:
                raise EvidenceError("the pack is cut off", file=self._name)
            try:
                data = self._inflater.decompress(packed, _CHUNK)
            except zlib.error:
                raise EvidenceError("the pack is no gzipped tar, or is damaged", file=self._name) from None
            if data:
                return data
        if self._inflater.unused_data or self._read():
            raise EvidenceError("something follows the end of the pack", file=self._name)
        return b""

    def _read(self) -> bytes:
        try:
            data = self._file.read(_CHUNK)
        except OSError as error:
            raise EvidenceError(f"cannot be read: {error.strerror}", file=self._name) from None
        self._taken += len(data)
        return data

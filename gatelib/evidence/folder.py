"""A pack that is a folder: walked once, small files hashed at once, large ones on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import Final

from gatelib.errors import EvidenceError
from gatelib.evidence import manifest
from gatelib.evidence.manifest import Fault
from gatelib.evidence.pack import File, Limits, Pack, Progress, Scan, Use, collisions

_SMALL: Final = 32 * 1024
_BLOCK: Final = 1024 * 1024
_MOST_THREADS: Final = 8
_TICK: Final = 0.1
"""Seconds between two reports of progress."""

_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # or a pipe that was put in a file's place would never end
)


class Folder(Pack):
    """A folder on this machine."""

    def __init__(self, path: str, limits: Limits) -> None:
        self._path = path
        self._limits = limits

    def scan(self, wanted: Callable[[str], bool], use: Use, progress: Progress | None = None) -> Scan:
        """Hash each file once, and hand those that are wanted to ``use``, in the order of their paths."""
        scan = Scan()
        plain: list[str] = []
        chosen: list[str] = []
        paths = self.paths(scan)
        for path in paths:
            if wanted(path):
                chosen.append(path)
            elif manifest.covers(path):
                plain.append(path)
        hashing = _Hashing(self._path, scan, progress)
        hashing.hash(plain)
        for path in chosen:
            if (read := hashing.read(path, self._limits.max_parsed)) is not None:
                data, file = read
                use(path, data, file)
        if sum(file.size for file in scan.files.values()) > self._limits.max_bytes:
            raise EvidenceError(f"the pack has more than {self._limits.max_bytes:,} bytes", file=self._path)
        scan.faults += collisions(dict.fromkeys(paths))
        scan.faults.sort()
        return scan

    def paths(self, scan: Scan) -> list[str]:
        """Return the paths of all regular files, sorted; what else there is becomes a fault."""
        paths: list[str] = []
        todo = [""]
        while todo:
            folder = todo.pop()
            try:
                with os.scandir(os.path.join(self._path, folder)) as entries:  # noqa: PTH118
                    for entry in entries:
                        path = folder + entry.name
                        if not (entry.name.isascii() or manifest.is_plain(entry.name)):
                            scan.faults.append(Fault(shown(path), "of no plain name"))
                        elif entry.is_symlink():
                            scan.faults.append(Fault(path, "a link"))
                        elif entry.is_file(follow_symlinks=False):
                            paths.append(path)
                        elif entry.is_dir(follow_symlinks=False):
                            todo.append(path + "/")
                        else:
                            scan.faults.append(Fault(path, "no regular file"))
            except OSError as error:
                if not folder:
                    raise EvidenceError(f"cannot be read: {error.strerror}", file=self._path) from None
                scan.faults.append(Fault(folder.rstrip("/"), "unreadable"))
            if len(paths) > self._limits.max_files:
                raise EvidenceError(
                    f"the pack has more than {self._limits.max_files:,} files", file=self._path
                )
        return sorted(paths)


def shown(path: str) -> str:
    """Return a path as text that can be written: what is not UTF-8 in it becomes an escape."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


class _Hashing:
    """Hashes files into a scan; whichever cannot be read becomes a fault."""

    def __init__(self, root: str, scan: Scan, progress: Progress | None) -> None:
        self._prefix = os.path.join(root, "")  # noqa: PTH118
        self._scan = scan
        self._progress = progress
        self._done = 0
        self._total = 0

    def hash(self, paths: Sequence[str]) -> None:
        """Hash files; a thread each would only wait for another where they are small."""
        files, prefix, large = self._scan.files, self._prefix, []
        if self._progress:
            self._total = sum(_size(prefix + path) for path in paths)
        for path in paths:
            try:
                descriptor = os.open(prefix + path, _FLAGS)
                try:
                    data = os.read(descriptor, _SMALL)
                    if not data or not os.read(descriptor, 1):
                        files[path] = File(sha256(data).hexdigest(), len(data))
                    else:
                        large.append(path)
                finally:
                    os.close(descriptor)
            except OSError:
                self._scan.faults.append(Fault(path, "unreadable"))
        self._done = sum(file.size for file in files.values())
        if large:
            self._in_threads(large)
        if self._progress:
            self._progress(self._total, self._total)

    def read(self, path: str, most: int) -> tuple[bytes | None, File] | None:
        """Return a file's bytes, unless they are too many, with its digest; ``None`` where it is a fault."""
        try:
            with open(self._prefix + path, "rb", buffering=0, opener=_open) as file:
                data = bytearray()
                while len(data) <= most and (block := file.read(_BLOCK)):
                    data += block
            if len(data) > most:
                found = self._streamed(path, bytearray(_BLOCK))
                self._scan.files[path] = found
                return None, found
        except OSError:
            self._scan.faults.append(Fault(path, "unreadable"))
            return None
        found = self._scan.files[path] = File(sha256(data).hexdigest(), len(data))
        return bytes(data), found

    def _in_threads(self, paths: Sequence[str]) -> None:
        from threading import Thread

        todo = iter(paths)
        threads = [
            Thread(target=self._work, args=(todo,), daemon=True)
            for _ in range(min(os.cpu_count() or 1, _MOST_THREADS, len(paths)))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(_TICK)
                if self._progress:
                    self._progress(min(self._done, self._total), self._total)

    def _work(self, todo: Iterator[str]) -> None:
        buffer = bytearray(_BLOCK)
        for path in todo:
            try:
                self._scan.files[path] = self._streamed(path, buffer)
            except OSError:
                self._scan.faults.append(Fault(path, "unreadable"))

    def _streamed(self, path: str, buffer: bytearray) -> File:
        digest, size = sha256(), 0
        view = memoryview(buffer)
        with open(self._prefix + path, "rb", buffering=0, opener=_open) as file:
            while count := file.readinto(buffer):
                digest.update(view[:count])
                size += count
                self._done += count
        return File(digest.hexdigest(), size)


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | _FLAGS)


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0

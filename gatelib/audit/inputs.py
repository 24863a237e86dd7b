"""What an audit brings along: bundles, configurations, manifests, exceptions, found by their digests."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gatelib.audit.population import Unread
from gatelib.errors import UsageError
from gatelib.evidence.folder import shown

if TYPE_CHECKING:
    from gatelib.evidence.pack import Progress

_BLOCK = 1024 * 1024


@dataclass(slots=True)
class Inputs:
    """Every file below some folders, hashed once."""

    roots: tuple[Path, ...] = ()
    by_sha256: dict[str, list[Path]] = field(default_factory=dict)
    """In the order of the folders and of the names in them."""
    unread: list[Unread] = field(default_factory=list)
    sha256: str = ""
    """Over the names and digests of all of it."""

    def find(self, sha256: str | None) -> list[Path]:
        """Return the files with a digest."""
        return self.by_sha256.get(sha256 or "", [])

    def holds(self, path: Path) -> bool:
        """Tell whether a path lies in one of the folders, wherever links lead."""
        real = Path(os.path.realpath(path))
        return any(real.is_relative_to(root) for root in self.roots)


def index(folders: Sequence[Path], progress: Progress | None = None) -> Inputs:
    """Hash what lies below some folders; links are not followed.

    Raises:
        UsageError: one is no folder.

    """
    for folder in folders:
        if not folder.is_dir():
            raise UsageError("is no folder of inputs", file=str(folder))
    found = Inputs(roots=tuple(Path(os.path.realpath(folder)) for folder in folders))
    total = hashlib.sha256()
    files = [
        (number, path) for number, root in enumerate(found.roots) for path in sorted(_files(root, found))
    ]
    for done, (number, path) in enumerate(files):
        if progress is not None:
            progress(done, len(files))
        name = path.relative_to(found.roots[number])
        try:
            digest = file_sha256(path)
        except OSError as error:
            found.unread.append(Unread(shown(str(name)), f"cannot be read: {error.strerror}"))
            continue
        found.by_sha256.setdefault(digest, []).append(path)
        total.update(b"%d\0%s\0%s\n" % (number, os.fsencode(name), digest.encode()))
    found.sha256 = total.hexdigest()
    return found


def file_sha256(path: Path) -> str:
    """Return the digest of a file, in hex.

    Raises:
        OSError: it cannot be read.

    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _files(root: Path, found: Inputs) -> Iterator[Path]:
    def refused(error: OSError) -> None:
        name = os.path.relpath(error.filename, root)
        found.unread.append(Unread(shown(name), f"cannot be read: {error.strerror}"))

    for folder, _, names in os.walk(root, onerror=refused):
        for name in names:
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                yield path

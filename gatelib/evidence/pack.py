"""A pack, wherever it lies: a folder, a tar, or an artifact of a registry, read in one way."""

from __future__ import annotations

import os
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from gatelib.errors import EvidenceError
from gatelib.evidence import manifest
from gatelib.evidence.manifest import Fault

INDEX: Final = "index.jsonl"
OCI: Final = "oci://"

_ARCHIVES: Final = (".tar", ".tar.gz", ".tgz")


class Limits(NamedTuple):
    """How much one pack may ask for."""

    max_files: int = 200_000
    max_bytes: int = 64 * 1024**3
    """Of all files together, unpacked."""
    max_ratio: int = 200
    """Bytes of an archive for each that it has compressed, once it is larger than a few."""
    max_parsed: int = 256 * 1024**2
    """Of one file that is not only hashed."""


DEFAULT_LIMITS: Final = Limits()


class File(NamedTuple):
    """A file of a pack, hashed."""

    sha256: str
    size: int


Use: TypeAlias = Callable[[str, "bytes | None", File], None]
"""Called with a wanted file's path, its bytes (``None`` where they are too many to parse) and digest."""

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the bytes that are done and all there are."""


@dataclass(slots=True)
class Scan:
    """What is in a pack."""

    files: dict[str, File] = field(default_factory=dict)
    """By path: those that a seal covers, the manifest, and what was wanted."""
    faults: list[Fault] = field(default_factory=list)
    """What is no file to be hashed, or could not be."""

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of each file that a seal covers."""
        return {path: file.sha256 for path, file in self.files.items() if manifest.covers(path)}


class Pack(ABC):
    """One pack; nothing of it is believed yet."""

    @abstractmethod
    def scan(self, wanted: Callable[[str], bool], use: Use, progress: Progress | None = None) -> Scan:
        """Hash each file once, and hand those that are wanted to ``use``.

        Raises:
            EvidenceError: the pack cannot be read, or holds more than it may.

        """


@contextmanager
def open_pack(
    place: Path | str, *, limits: Limits = DEFAULT_LIMITS, access: Mapping[str, Any] | None = None
) -> Iterator[Pack]:
    """Open what :func:`is_pack` takes; ``access`` is how a registry is reached, as ``oci.fetched`` takes it.

    Raises:
        EvidenceError: there is none.
        RegistryError: a registry does not give it.

    """
    if str(place).startswith(OCI):
        from gatelib.evidence import oci
        from gatelib.evidence.tar import Tar

        with oci.fetched(str(place).removeprefix(OCI), limits, **(access or {})) as tarball:
            yield Tar(tarball, limits)
    elif os.path.isdir(place):  # noqa: PTH112 - a string, or a path
        from gatelib.evidence.folder import Folder

        yield Folder(os.fspath(place), limits)
    elif os.path.isfile(place):  # noqa: PTH113
        from gatelib.evidence.tar import Tar

        yield Tar(Path(place), limits)
    else:
        raise EvidenceError("there is no Evidence Pack", file=str(place))


def is_pack(place: Path | str) -> bool:
    """Tell whether evidence is a pack: a folder with an index or a seal, an archive, or in a registry."""
    text = os.fspath(place)
    if text.startswith(OCI):
        return True
    if os.path.isdir(text):  # noqa: PTH112
        return any(os.path.lexists(os.path.join(text, name)) for name in (manifest.NAME, INDEX))  # noqa: PTH118
    return text.endswith(_ARCHIVES)


def collisions(paths: Mapping[str, object]) -> list[Fault]:
    """Return the paths that some file systems would take for another one of them."""
    if len({_folded(path) for path in paths}) == len(paths):
        return []
    first: dict[str, str] = {}
    return [
        Fault(path, "different in capitals only")
        for path in sorted(paths)
        if first.setdefault(_folded(path), path) != path
    ]


def _folded(path: str) -> str:
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()

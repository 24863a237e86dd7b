"""A release where a gate can read it: as a folder, whatever it lies in."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from gatelib.audit.inputs import file_sha256
from gatelib.errors import EvidenceError
from gatelib.evidence import oci
from gatelib.evidence.folder import Folder
from gatelib.evidence.pack import DEFAULT_LIMITS, OCI, Scan
from gatelib.evidence.tar import Tar


class Opened(NamedTuple):
    """A release on this machine."""

    place: Path
    """As it is kept: a folder or a tar."""
    folder: Path
    """The same, unpacked."""


@contextmanager
def opened(place: str, access: Mapping[str, Any] | None = None) -> Iterator[Opened]:
    """Yield the release of a place for as long as the context lasts.

    Raises:
        EvidenceError: it cannot be read, or unpacked.
        RegistryError: a registry does not give it.

    """
    if place.startswith(OCI):
        with oci.fetched(place.removeprefix(OCI), DEFAULT_LIMITS, **(access or {})) as tarball:
            yield from _unpacked(tarball)
    elif Path(place).is_dir():
        yield Opened(Path(place), Path(place))
    else:
        yield from _unpacked(Path(place))


def content_sha256(place: str) -> str:
    """Return the digest over all that a release holds, what no seal covers among it.

    Raises:
        EvidenceError: it cannot be read.

    """
    if place.startswith(OCI):
        return hashlib.sha256(place.encode()).hexdigest()  # it names a digest
    try:
        if not os.path.isdir(place):  # noqa: PTH112 - a string, or a path
            return file_sha256(Path(place))
        scan, digest = Scan(), hashlib.sha256()
        for path in Folder(place, DEFAULT_LIMITS).paths(scan):
            digest.update(b"%s\0%s\n" % (os.fsencode(path), file_sha256(Path(place, path)).encode()))
        for fault in sorted(scan.faults):
            digest.update(b"%s\0%s\n" % (os.fsencode(fault.file), fault.problem.encode()))
        return digest.hexdigest()
    except OSError as error:
        raise EvidenceError(f"cannot be read: {error.strerror}", file=place) from None


def _unpacked(tarball: Path) -> Iterator[Opened]:
    with tempfile.TemporaryDirectory(prefix="gatelib-audit-") as name:
        folder = Path(name, "pack")
        folder.mkdir()
        try:
            for path, _, chunks in Tar(tarball, DEFAULT_LIMITS).members(Scan()):
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("xb") as file:
                    for chunk in chunks:
                        file.write(chunk)
        except OSError as error:
            raise EvidenceError(f"cannot be unpacked: {error.strerror}", file=str(tarball)) from None
        yield Opened(tarball, folder)

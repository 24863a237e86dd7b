"""A sealed pack with what lies in its ``controls/``, read in one go wherever it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from gatelib.attestation.files import ATTESTATION, LARGEST, MOST_BYTES, MOST_FILES, is_read
from gatelib.errors import EvidenceError
from gatelib.evidence import manifest
from gatelib.evidence.pack import DEFAULT_LIMITS, File, Limits, Scan, open_pack


@dataclass(frozen=True, slots=True)
class SealedPack:
    """What is known of a pack; of ``controls/`` nothing is believed yet."""

    sha256: str
    """Of its manifest."""
    digests: Mapping[str, str]
    """SHA-256 of each file that the seal covers."""
    faults: tuple[str, ...]
    """In what it is not as it was sealed."""
    record: bytes | None
    """``release.yaml``."""
    controls: Mapping[str, bytes]
    """The files that an attestation is verified with, by path in the pack."""


def read(
    place: Path | str, *, limits: Limits = DEFAULT_LIMITS, access: Mapping[str, Any] | None = None
) -> SealedPack:
    """Return what is known of a pack: a folder, a tar, or ``oci://REFERENCE``.

    Raises:
        EvidenceError: it cannot be read, is not sealed, or holds more than it may.
        RegistryError: a registry does not give it.

    """
    about: dict[str, bytes] = {}
    taken = 0

    def wanted(path: str) -> bool:
        return path in (manifest.NAME, manifest.RELEASE) or _is_read(path)

    def use(path: str, data: bytes | None, file: File) -> None:
        nonlocal taken
        if data is None or (path != manifest.NAME and len(data) > LARGEST):
            raise EvidenceError("is larger than it may be", file=path)
        about[path] = data
        taken += len(data) if _is_read(path) else 0
        if taken > MOST_BYTES:
            raise EvidenceError("holds more than it may", file=manifest.CONTROLS)
        if len(about) > MOST_FILES:
            raise EvidenceError("holds too many files", file=manifest.CONTROLS)

    with open_pack(place, limits=limits, access=access) as pack:
        scan = pack.scan(wanted, use)
    content = about.get(manifest.NAME)
    if content is None:
        raise EvidenceError(
            "the pack is not sealed", file=str(place), hint="seal it with `gatelib evidence seal`"
        )
    return SealedPack(
        sha256=sha256(content).hexdigest(),
        digests=scan.digests(),
        faults=tuple(_faults(scan, content)),
        record=about.get(manifest.RELEASE),
        controls={path: data for path, data in about.items() if _is_read(path)},
    )


def _faults(scan: Scan, content: bytes) -> list[str]:
    return [
        f"`{fault.file}`: {fault.problem}" for fault in manifest.broken(scan.faults, content, scan.digests())
    ]


def _is_read(path: str) -> bool:
    """Tell whether a file speaks of controls: the unsigned attestation is only shown, and proves nothing."""
    return is_read(path) or path == f"{manifest.CONTROLS}{ATTESTATION}"

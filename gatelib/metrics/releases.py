"""Releases on disk: an Evidence Pack each, as a folder or an archive, with ``controls/`` in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from gatelib.errors import EvidenceError, GatelibError, UsageError
from gatelib.evidence import pack
from gatelib.evidence.pack import DEFAULT_LIMITS, Scan

RECORD: Final = "release.yaml"
VERDICTS: Final = ("controls/attestation.json", "controls/report.json")
"""What has a release's verdict; the first that is there counts."""


class Release(NamedTuple):
    """One release, and what has its verdict."""

    name: str
    files: dict[str, bytes]
    """Those of :data:`VERDICTS` that are there."""
    error: GatelibError | None


def find(folder: Path) -> Iterator[Release]:
    """Yield every release of a folder, by name; what cannot be read with its error.

    Raises:
        UsageError: there is no such folder, or it cannot be read.

    """
    try:
        places = sorted(place for place in folder.iterdir() if not place.name.startswith("."))
    except OSError as error:
        raise UsageError(f"is no folder with releases: {error.strerror}", file=str(folder)) from None
    for place in places:
        is_folder = os.path.isdir(place)  # noqa: PTH112 - it raises nothing
        if not (is_folder or pack.is_pack(place)):
            continue
        try:
            yield Release(str(place), _folder(place) if is_folder else _archive(place), None)
        except GatelibError as error:
            yield Release(str(place), {}, error)


def _folder(place: Path) -> dict[str, bytes]:
    if not os.path.isfile(place / RECORD):  # noqa: PTH113
        raise EvidenceError(f"is no release: it has no {RECORD}")
    found = {}
    for name in VERDICTS:
        path = place / name
        if not os.path.lexists(path):
            continue
        try:
            if not path.is_file() or path.stat().st_size > DEFAULT_LIMITS.max_parsed:
                raise EvidenceError(f"{name} is no file, or too large")
            found[name] = path.read_bytes()
        except OSError as error:
            raise EvidenceError(f"{name} cannot be read: {error.strerror}") from None
    return found


def _archive(place: Path) -> dict[str, bytes]:
    from gatelib.evidence.tar import Tar

    found = {}
    is_release = False
    with closing(Tar(place, DEFAULT_LIMITS).members(Scan())) as members:  # type: ignore[type-var]
        for path, size, chunks in members:
            is_release = is_release or path == RECORD
            if path in VERDICTS and size <= DEFAULT_LIMITS.max_parsed:
                found[path] = b"".join(chunks)
    if not is_release:
        raise EvidenceError(f"is no release: it has no {RECORD}")
    return found

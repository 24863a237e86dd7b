"""Writing files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from gatelib.errors import UsageError


def write_file(target: Path, data: bytes) -> None:
    """Write a file all at once, so that whoever serves it never serves a part of it.

    Raises:
        UsageError: it cannot be written; what was there is as it was.

    """
    try:
        if target.exists() and not target.is_file():  # a pipe, or a terminal
            target.write_bytes(data)
            return
        _replace(target.resolve(), data)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", file=str(target)) from None


def write_below(base: Path, target: Path, data: bytes) -> None:
    """Write a file below a folder in which others may have put links, none of which is followed.

    Raises:
        UsageError: a link or another file that is none is in the way, or it cannot be written.

    """
    refuse_links(base, target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, data)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", file=str(target)) from None


def remove_below(base: Path, target: Path) -> None:
    """Remove a file below such a folder, if it is there.

    Raises:
        UsageError: a link or another file that is none is in the way, or it cannot be removed.

    """
    refuse_links(base, target)
    try:
        target.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"cannot be removed: {error.strerror}", file=str(target)) from None


def refuse_links(base: Path, target: Path) -> None:
    """Refuse a place that a link below ``base`` leads to, or that is taken by what is no regular file.

    Raises:
        UsageError: it is such a place.

    """
    for place in _below(base, target):
        if place.is_symlink():
            raise UsageError(
                "is a link, and whoever made it chose what is written",
                file=str(place),
                hint="remove it; nothing was written through it",
            )
    if target.exists() and not target.is_file():
        raise UsageError("is no regular file", file=str(target), hint="remove it")


def trusted_above(target: Path, packs: Iterable[Path]) -> Path:
    """Return the folder down to which links to a folder are the user's own, and not a pack's.

    That is the pack, where the folder lies in one, and else the folder itself.
    """
    inside = {pack.resolve() for pack in packs}
    return next((place for place in (*reversed(target.parents), target) if place.resolve() in inside), target)


def _below(base: Path, target: Path) -> Iterator[Path]:
    place = base
    for part in target.relative_to(base).parts:
        place = place / part
        yield place


def _replace(place: Path, data: bytes) -> None:
    """Put a file in the place of another; where that is a link, in the link's."""
    beside = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        with beside.open("xb") as file:
            file.write(data)
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)

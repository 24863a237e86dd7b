"""Writing new files, and never over others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gatelib.cli.files import refuse_links, write_below
from gatelib.errors import UsageError
from gatelib.reporters.show import plural


def write_new(base: Path, files: Mapping[str, bytes]) -> list[str]:
    """Write files by their names below a folder, and return those that were not there already as they are.

    Raises:
        UsageError: others are there, or a link leads elsewhere; nothing is written.

    """
    for name in files:
        refuse_links(base, base / name)
    new = [name for name, content in files.items() if not _is(base / name, content)]
    taken = list(dict.fromkeys(found for name in new if (found := _taken(base, name)) is not None))
    if taken:
        raise UsageError(
            f"{plural(len(taken), 'file')} in the way: {', '.join(f'`{name}`' for name in taken)}",
            hint="nothing was written; move them away, or begin elsewhere",
        )
    for name in new:
        write_below(base, base / name, files[name])
    return new


def _is(place: Path, content: bytes) -> bool:
    try:
        return place.is_file() and place.read_bytes() == content
    except OSError:
        return False


def _taken(base: Path, name: str) -> str | None:
    """Return what is in the way of a file: another, or one in the place of a folder of its own."""
    for length in range(1, name.count("/") + 2):
        part = "/".join(name.split("/")[:length])
        if (base / part).exists() and (part == name or not (base / part).is_dir()):
            return part
    return None

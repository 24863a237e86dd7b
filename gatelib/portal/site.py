"""A folder that is a site: written beside its place, and put there whole."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gatelib.errors import UsageError

_PORTAL: Final = "portal"
_PLAIN: Final = {".nojekyll": b""}
"""Or GitHub Pages would make pages of Markdown, and of whatever stands in it."""


class Folder:
    """A site that is being written."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, name: str, content: bytes) -> None:
        """Write a file of the site; there is no other of its name."""
        place = self._path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as file:
            file.write(content)


@contextmanager
def replaced(target: Path, kind: str = _PORTAL) -> Iterator[Folder]:
    """Yield a folder to write a site into, which takes the place of ``target`` when all of it is written.

    A site of another ``kind`` is not replaced.

    Raises:
        UsageError: there is something there that is no site, or it cannot be written.

    """
    refuse_foreign(target, kind)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", file=str(target)) from None
    made, old = beside / "new", beside / "old"
    try:
        made.mkdir()
        folder = Folder(made)
        folder.write(_marker(kind), _mark(kind))
        for name, content in _PLAIN.items():
            folder.write(name, content)
        yield folder
        refuse_foreign(target, kind)
        if target.exists():
            target.rename(old)
        try:
            made.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", file=str(target)) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def refuse_foreign(target: Path, kind: str = _PORTAL) -> None:
    """Refuse to replace what gatelib did not build.

    Raises:
        UsageError: it is a link, a file, or a folder with something else in it.

    """
    hint = "name a new folder, or such a site that gatelib built before"
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise UsageError("is no folder, so no site is written there", file=str(target), hint=hint)
    if not target.exists() or not any(target.iterdir()):
        return
    marker = target / _marker(kind)
    if marker.is_symlink() or not marker.is_file() or marker.read_bytes() != _mark(kind):
        raise UsageError("holds something else than a site", file=str(target), hint=hint)


def refuse_inside(target: Path, places: Sequence[Path]) -> None:
    """Refuse a site in a release, where it would break the seal, or around one.

    Raises:
        UsageError: it is so.

    """
    own = Path(os.path.realpath(target))
    for place in places:
        other = Path(os.path.realpath(place))
        if own == other or other in own.parents or own in other.parents:
            raise UsageError(
                f"lies in a release, or around one: `{place}`",
                file=str(target),
                hint="write the site beside the releases",
            )


def _marker(kind: str) -> str:
    """Return the file that lies in each site of a kind, and says that gatelib built it and may replace it."""
    return f".gatelib-{kind}"


def _mark(kind: str) -> bytes:
    return f'{{"schema":"gatelib.dev/{kind}/v1"}}\n'.encode()

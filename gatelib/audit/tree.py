"""A place where the files of a run have again the names that its report gives them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gatelib.errors import EvidenceError

_DEPTH: Final = 8
"""How far above the working directory names may lead."""


class Tree:
    """A folder to run in; names may begin with ``..``."""

    def __init__(self, root: Path) -> None:
        """Make it below an empty folder."""
        root = Path(os.path.realpath(root))
        self.base = root.joinpath(*(f"level-{number}" for number in range(_DEPTH)))
        self.base.mkdir(parents=True)
        (self.base / ".git").mkdir()  # no configuration further up counts

    def put(self, name: str, source: Path) -> None:
        """Have a file under a name.

        Raises:
            EvidenceError: the name is none that a run would give a file, or another file's folder.

        """
        place = self._place(name)
        try:
            if place.exists() and place.samefile(source):
                return
            self._prepare(place, name)
            try:
                place.hardlink_to(source)
            except OSError:  # on another file system
                with source.open("rb") as content, place.open("xb") as copy:
                    shutil.copyfileobj(content, copy)
        except OSError as error:
            raise EvidenceError(f"cannot be put where it was: {error.strerror}", file=name) from None

    def link(self, name: str, folder: Path) -> None:
        """Have a pack, a folder, under a name; errors as of :meth:`put`."""
        place = self._place(name)
        try:
            self._prepare(place, name)
            place.symlink_to(folder.resolve(), target_is_directory=True)
        except OSError as error:
            raise EvidenceError(f"cannot be put where it was: {error.strerror}", file=name) from None

    def _prepare(self, place: Path, name: str) -> None:
        """Make the folder of a file; what lies behind a link is the auditor's, and stays as it is."""
        above = place.parent
        while not os.path.lexists(above):
            above = above.parent
        if Path(os.path.realpath(above)) != above:
            raise EvidenceError("lies in the pack, and is no file of it", file=name)
        place.parent.mkdir(parents=True, exist_ok=True)

    def _place(self, name: str) -> Path:
        parts = name.split("/")
        up = next((number for number, part in enumerate(parts) if part != ".."), len(parts))
        rest = parts[up:]
        is_plain = rest and not any(part in ("", ".", "..") for part in rest) and "\0" not in name
        if up > _DEPTH or not is_plain or rest[0] == ".git":
            raise EvidenceError("is no name that a report gives a file", file=name)
        base = self.base.parents[up - 1] if up else self.base
        return base.joinpath(*rest)


@contextmanager
def tree() -> Iterator[Tree]:
    """Yield an empty one, for as long as the context lasts."""
    root = tempfile.mkdtemp(prefix="gatelib-audit-")
    try:
        yield Tree(Path(root))
    finally:
        shutil.rmtree(root, ignore_errors=True)

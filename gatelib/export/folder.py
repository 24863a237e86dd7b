"""A folder that an export owns: nothing else lies in it, and a new export replaces the old at once."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from gatelib.errors import UsageError

SUMS: Final = "SHA256SUMS"
"""The list of what an export wrote, which ``sha256sum --check --strict`` verifies."""

_HINT: Final = "name a folder that is empty or not there; what an older export left is replaced"


def write(files: Mapping[str, bytes], target: Path) -> None:
    """Write files by name, and their sums beside them, in the place of an older export.

    The folder is replaced as a whole: no moment shows a part of it, and no file of the older export stays.

    Raises:
        UsageError: the folder holds anything that no export wrote, or cannot be written.

    """
    _refuse_strangers(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".gatelib-export-") as place:
            new, old = Path(place, "new"), Path(place, "old")
            for name, content in {**files, SUMS: _sums(files)}.items():
                path = new / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            if target.exists():
                target.rename(old)
            new.rename(target)
    except OSError as error:
        raise UsageError(f"the export cannot be written: {error.strerror}", file=str(target)) from None


def _refuse_strangers(target: Path) -> None:
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise UsageError("is no folder", file=str(target), hint=_HINT)
    if not target.exists():
        return
    try:
        written = dict(_read_sums(target / SUMS))
        for path in sorted(target.rglob("*")):
            name = path.relative_to(target).as_posix()
            if path.is_symlink() or not (path.is_dir() or name == SUMS or _is_written(path, name, written)):
                message = f"holds `{name}`, which no export wrote or somebody changed since"
                raise UsageError(message, file=str(target), hint=_HINT)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", file=str(target)) from None


def _is_written(path: Path, name: str, written: Mapping[str, str]) -> bool:
    return path.is_file() and written.get(name) == hashlib.sha256(path.read_bytes()).hexdigest()


def _sums(files: Mapping[str, bytes]) -> bytes:
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items())]
    return "".join(lines).encode()


def _read_sums(path: Path) -> Iterator[tuple[str, str]]:
    if not path.is_file():
        return
    for line in path.read_text("utf-8", "replace").splitlines():
        digest, separator, name = line.partition("  ")
        if separator:
            yield name, digest

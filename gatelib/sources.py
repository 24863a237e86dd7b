"""Which files a run reads, in which order, and what it leaves out."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from gatelib.report import NotJudged, Problem

SUFFIXES: Final = (".yaml", ".yml", ".json")
"""What a folder is searched for, in any case."""

STDIN: Final = "-"
CODE: Final = "GL-ERR-101"
"""Of everything that cannot be read."""

_KUSTOMIZATIONS: Final = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read."""

    name: str
    """As reports show it: relative, with forward slashes."""
    path: str
    """Where to open it; empty for standard input."""
    root: int
    """Number of the input it belongs to: documents without a namespace share one only within it."""
    content: bytes | None = None
    """What was read already, of standard input."""

    def read(self, limit: int) -> bytes:
        """Return the bytes, at most one more than ``limit``.

        Raises:
            OSError: it cannot be read.

        """
        if self.content is not None:
            return self.content
        with Path(self.path).open("rb") as file:
            return file.read(limit + 1)


@dataclass(slots=True)
class Discovery:
    """What was found under the given paths."""

    sources: list[Source] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left_out: list[NotJudged] = field(default_factory=list)


@dataclass(slots=True)
class _Found:
    name: str
    path: str
    root: str


def discover(paths: Sequence[str], *, base: Path, stdin: BinaryIO | None, limit: int) -> Discovery:
    """Find the files under ``paths``, which are relative to ``base``.

    A named file is read whatever it is called. A folder is walked in the order of its names; a link is
    followed while it stays inside the folder, and one that leads out of it, or in a circle, is a problem.
    """
    discovery = Discovery()
    found: dict[str, _Found] = {}
    for given in dict.fromkeys(paths):
        if given == STDIN:
            if stdin is not None:
                found[STDIN] = _Found(STDIN, "", STDIN)
            continue
        for entry in _under(given, base, discovery):
            known = found.get(entry.name)
            if known is None or entry.root < known.root:
                found[entry.name] = entry
    roots = {root: number for number, root in enumerate(sorted({entry.root for entry in found.values()}))}
    content = stdin.read(limit + 1) if stdin is not None and STDIN in found else None
    for name in sorted(found):
        entry = found[name]
        discovery.sources.append(
            Source(name, entry.path, roots[entry.root], content if name == STDIN else None)
        )
    return discovery


def display(path: Path, base: Path) -> str:
    """Return the name that reports show: relative to ``base`` below it, else without what lies above."""
    absolute = Path(os.path.normpath(path.absolute()))  # links in it are not resolved
    try:
        name = absolute.relative_to(base).as_posix()
    except ValueError:
        name = path.as_posix() if not path.is_absolute() else absolute.name
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _under(given: str, base: Path, discovery: Discovery) -> Iterator[_Found]:
    path = base / given
    name = display(Path(given) if not Path(given).is_absolute() else path, base)
    try:
        mode = path.stat().st_mode
    except OSError as error:
        discovery.problems.append(_unreadable(name, error))
        return
    if stat.S_ISDIR(mode):
        yield from _walk(path, name, discovery)
    elif stat.S_ISREG(mode) or stat.S_ISFIFO(mode):
        # A pipe that was named is meant: `gatelib check <(helm template chart)`.
        yield _Found(name, str(path), name)
    else:
        discovery.problems.append(Problem(code=CODE, message="is no regular file", file=name))


@dataclass(slots=True)
class _Folder:
    path: Path
    name: str
    real: str
    above: frozenset[str]
    """The real paths of the folders on the way here."""
    root: str


def _walk(top: Path, name: str, discovery: Discovery) -> Iterator[_Found]:
    inside = os.path.realpath(top)
    seen = {inside}
    todo = [_Folder(top, name, inside, frozenset(), name)]
    while todo:
        folder = todo.pop()
        try:
            with os.scandir(folder.path) as entries:
                listing = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            discovery.problems.append(_unreadable(folder.name, error))
            continue
        root = folder.name if any(entry.name in _KUSTOMIZATIONS for entry in listing) else folder.root
        others = 0
        below: list[_Folder] = []
        for entry in listing:
            shown = os.fsencode(entry.name).decode("utf-8", "backslashreplace")
            entry_name = shown if folder.name == "." else f"{folder.name}/{shown}"
            wanted = shown.lower().endswith(SUFFIXES)
            link = entry.is_symlink()
            real = os.path.realpath(entry.path) if link else f"{folder.real.rstrip(os.sep)}{os.sep}{entry.name}"
            if link and (problem := _refused(entry_name, real, inside, folder)) is not None:
                discovery.problems.append(problem)
            elif entry.is_dir():
                if shown == ".git":
                    discovery.left_out.append(
                        NotJudged(file=entry_name, document=None, reason="git's own folder")
                    )
                elif real in seen:
                    reason = "a link to a folder that is judged under another name"
                    discovery.left_out.append(NotJudged(file=entry_name, document=None, reason=reason))
                else:
                    seen.add(real)
                    above = folder.above | {folder.real}
                    below.append(_Folder(Path(entry.path), entry_name, real, above, root))
            elif not wanted:
                others += 1
            elif entry.is_file():
                yield _Found(entry_name, entry.path, root)
            else:
                message = "is a link to nothing" if link else "is no regular file"
                discovery.problems.append(Problem(code=CODE, message=message, file=entry_name))
        if others:
            files = "1 file that is" if others == 1 else f"{others} files that are"
            reason = f"{files} not .yaml, .yml or .json"
            discovery.left_out.append(NotJudged(file=folder.name, document=None, reason=reason))
        todo.extend(reversed(below))


def _refused(name: str, real: str, inside: str, folder: _Folder) -> Problem | None:
    if real in folder.above or real == folder.real:
        return Problem(
            code=CODE, message="is a link to a folder that it lies in", file=name, hint="remove the link"
        )
    if real != inside and not real.startswith(inside.rstrip(os.sep) + os.sep):
        return Problem(
            code=CODE,
            message="is a link that leads out of the folder",
            file=name,
            hint="name its target as a path of its own, or remove the link",
        )
    return None


def _unreadable(name: str, error: OSError) -> Problem:
    return Problem(code=CODE, message=f"cannot be read: {error.strerror or type(error).__name__}", file=name)

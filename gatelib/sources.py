"""Which files a run reads, in which order, and what it leaves out."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, TypeAlias

from gatelib.errors import PolicyError
from gatelib.report import NotJudged, Problem

SUFFIXES: Final = (".yaml", ".yml", ".json")
"""What a folder is searched for, in any case."""

STDIN: Final = "-"
CODE: Final = "GL-ERR-101"
"""Of everything that cannot be read."""

_KUSTOMIZATIONS: Final = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})


class Source(NamedTuple):
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


class _Found(NamedTuple):
    name: str
    path: str
    root: _Root


_Root: TypeAlias = tuple[str, str]
"""The name of an input as it is shown, and its path, since two may be shown alike."""


def discover(paths: Sequence[str], *, base: Path, stdin: BinaryIO | None, limit: int) -> Discovery:
    """Find the files under ``paths``, which are relative to ``base``.

    A named file is read whatever it is called. A folder is walked in the order of its names; a link is
    followed while it stays inside the folder, and one that leads out of it, or in a circle, is a problem.
    """
    discovery = Discovery()
    found: dict[str, dict[str, _Found]] = {}
    for given in dict.fromkeys(paths):
        entries = _under(given, base, discovery)
        if given == STDIN:
            entries = iter([_Found(STDIN, "", (STDIN, ""))] if stdin is not None else [])
        for entry in entries:
            alike = found.setdefault(entry.name, {})
            known = alike.get(entry.path)
            if known is None or entry.root < known.root:
                alike[entry.path] = entry
    files = _distinct(found, base)
    roots = {root: number for number, root in enumerate(sorted({entry.root for entry in files.values()}))}
    for name in sorted(files):
        entry = files[name]
        try:
            content = _once(entry, stdin, limit)
        except OSError as error:
            discovery.problems.append(_unreadable(name, error))
            continue
        discovery.sources.append(Source(name, entry.path, roots[entry.root], content))
    discovery.left_out = list(dict.fromkeys(discovery.left_out))
    return discovery


def display(path: Path, base: Path) -> str:
    """Return the name that reports show: relative to ``base`` below it, else without what lies above."""
    absolute = Path(os.path.normpath(base / path))  # links in it are not resolved
    try:
        name = absolute.relative_to(os.path.normpath(base)).as_posix()
    except ValueError:
        name = absolute.name if path.is_absolute() else Path(os.path.normpath(path)).as_posix()
    return _shown(name)


def below(folder: Path, base: Path) -> list[Path]:
    """Return all files below a folder of policies or fixtures, in the order of their paths.

    Raises:
        PolicyError: a folder cannot be read, or a link leads to one: what lies there would not be missed.

    """

    def refused(error: OSError) -> None:
        name = display(Path(error.filename), base)
        raise PolicyError(f"cannot be read: {error.strerror}", file=name) from None

    found: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=refused):
        for name in folders:
            if Path(place, name).is_symlink():
                raise PolicyError(
                    "is a link to a folder, and none is followed",
                    file=display(Path(place, name), base),
                    hint="name the folder itself",
                )
        found += (Path(place, name) for name in names)
    return sorted(found)


def _once(entry: _Found, stdin: BinaryIO | None, limit: int) -> bytes | None:
    """Return the bytes of what can be read only once; ``None`` for a file."""
    if not entry.path:
        return stdin.read(limit + 1) if stdin is not None else None
    if not stat.S_ISFIFO(os.stat(entry.path).st_mode):  # noqa: PTH116 - a path object for each file costs more
        return None
    with Path(entry.path).open("rb") as pipe:
        return pipe.read(limit + 1)


def _shown(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _distinct(found: Mapping[str, Mapping[str, _Found]], base: Path) -> dict[str, _Found]:
    """Return the files by name; of those that would be shown alike, all but one with more of their paths."""
    files = {name: entry for name, alike in found.items() if len(alike) == 1 for entry in alike.values()}
    for name, alike in sorted(found.items()):
        if len(alike) == 1:
            continue
        by_root = sorted(alike.values(), key=lambda entry: entry.root, reverse=True)
        real = {entry.path and os.path.realpath(entry.path): entry for entry in by_root}
        own = STDIN if "" in real else os.path.realpath(base / name)
        for path in sorted(real, key=lambda path: (path not in ("", own), path)):
            parts = Path(path).parts[1:]
            longer = (
                _shown("/".join(parts[-length:])) for length in range(name.count("/") + 2, len(parts) + 1)
            )
            numbered = (f"{name}~{number}" for number in count(2))
            free = (name for name in chain(longer, numbered) if name not in found and name not in files)
            files[name if name not in files else next(free)] = real[path]
    return files


def _under(given: str, base: Path, discovery: Discovery) -> Iterator[_Found]:
    name = display(Path(given), base)
    path = base / given
    try:
        mode = path.stat().st_mode
    except OSError as error:
        discovery.problems.append(_unreadable(name, error))
        return
    if stat.S_ISDIR(mode):
        yield from _walk(path, name, discovery)
    elif stat.S_ISREG(mode) or stat.S_ISFIFO(mode):
        # A pipe that was named is meant: `gatelib check <(helm template chart)`.
        absolute = os.path.normpath(path)
        yield _Found(name, absolute, (name, absolute))
    else:
        discovery.problems.append(Problem(code=CODE, message="is no regular file", file=name))


class _Folder(NamedTuple):
    path: Path
    name: str
    real: str
    above: frozenset[str]
    """The real paths of the folders on the way here."""
    root: _Root


def _walk(top: Path, name: str, discovery: Discovery) -> Iterator[_Found]:
    inside = os.path.realpath(top)
    seen = {inside}
    todo = [_Folder(top, name, inside, frozenset(), (name, inside))]
    while todo:
        folder = todo.pop()
        try:
            with os.scandir(folder.path) as entries:
                listing = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            discovery.problems.append(_unreadable(folder.name, error))
            continue
        is_root = any(entry.name in _KUSTOMIZATIONS for entry in listing)
        root = (folder.name, folder.real) if is_root else folder.root
        others = 0
        below: list[_Folder] = []
        for entry in listing:
            shown = _shown(entry.name)
            entry_name = shown if folder.name == "." else f"{folder.name}/{shown}"
            wanted = shown.lower().endswith(SUFFIXES)
            link = entry.is_symlink()
            real = (
                os.path.realpath(entry.path) if link else f"{folder.real.rstrip(os.sep)}{os.sep}{entry.name}"
            )
            if link and (problem := _refused(entry_name, real, inside, folder)) is not None:
                discovery.problems.append(problem)
            elif _is(entry.is_dir):
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
            elif _is(entry.is_file):
                yield _Found(entry_name, entry.path, root)
            else:
                message = "is a link to nothing" if link else "is no regular file"
                discovery.problems.append(Problem(code=CODE, message=message, file=entry_name))
        if others:
            files = "1 file that is" if others == 1 else f"{others} files that are"
            reason = f"{files} not .yaml, .yml or .json"
            discovery.left_out.append(NotJudged(file=folder.name, document=None, reason=reason))
        todo.extend(reversed(below))


def _is(test: Callable[[], bool]) -> bool:
    try:
        return test()
    except OSError:  # a link to itself
        return False


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

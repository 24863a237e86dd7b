"""What of a workspace differs from a git revision."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final

from gatelib.authoring.impact.revisions import Repository
from gatelib.authoring.mutation.mutant import Mutant
from gatelib.authoring.workspace import Source, Workspace
from gatelib.errors import UsageError

_TEST: Final = "_test.rego"
_KINDS: Final = ("allow", "deny")
_SHA256: Final = 64
"""Digits of a name in a repository of the newer object format."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Lines of policies that are new or beside what is gone, and policies whose tests changed."""

    lines: Mapping[Path, frozenset[int]]
    """By the files of policies."""
    retested: frozenset[Path]

    def touch(self, source: Source, mutant: Mutant) -> bool:
        """Tell whether a mutant is worth running again."""
        first, last = mutant.lines(source.module.text)
        lines = self.lines.get(source.file, frozenset())
        return source.file in self.retested or any(line in lines for line in range(first, last + 1))

    def concern(self, source: Source) -> bool:
        """Tell whether any mutant of a policy may be."""
        return source.file in self.retested or bool(self.lines.get(source.file))


def since(revision: str, workspace: Workspace, folders: Sequence[Path]) -> Changes:
    """Compare the policies, tests and fixtures in some folders with a revision.

    Raises:
        UsageError: there is no such revision, or no repository.

    """
    repository = _Repository(workspace.base)
    blobs = repository.blobs(revision, folders)
    here = {path for folder in folders for path in folder.rglob("*") if path.is_file()}
    changed = {path for path in here if _blob(path, blobs.get(path, "")) != blobs.get(path)}
    gone = blobs.keys() - here
    lines = {
        source.file: _new(repository.text(blobs.get(source.file)), source.module.text)
        for source in workspace.own
        if source.file in changed
    }
    return Changes(lines, frozenset(_retested(workspace, changed | gone)))


def _new(before: str, after: str) -> frozenset[int]:
    """Return the lines that are new, and those beside lines that are gone."""
    matcher = SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False)
    found: set[int] = set()
    for what, _, _, start, end in matcher.get_opcodes():
        if what == "delete":
            found |= {start, start + 1}
        elif what != "equal":
            found |= set(range(start + 1, end + 1))
    return frozenset(found)


def _retested(workspace: Workspace, changed: Collection[Path]) -> Iterator[Path]:
    """Yield the policies whose own unit tests or fixtures are among what changed."""
    packages = {file.module.package for file in workspace.tests if file.file in changed}
    stems = {path.with_name(path.name.removesuffix(_TEST)) for path in changed if path.name.endswith(_TEST)}
    cases = {path.parts[-4:-2] for path in changed if len(path.parts) > 3 and path.parent.name in _KINDS}
    for source in workspace.own:
        fixtures = tuple(source.module.package.split(".")[-2:])
        if (
            f"{source.module.package}_test" in packages
            or source.file.with_suffix("") in stems
            or (source.rule is not None and fixtures in cases)
        ):
            yield source.file


def _blob(path: Path, like: str) -> str:
    """Return the name that git has for the content of a file, by the hash that another name is of."""
    content = path.read_bytes()
    new = hashlib.sha256 if len(like) == _SHA256 else hashlib.sha1
    return new(b"blob %d\0" % len(content) + content).hexdigest()


class _Repository(Repository):
    def blobs(self, revision: str, folders: Sequence[Path]) -> dict[Path, str]:
        """Return the files below some folders at a revision, and the names of their contents."""
        try:
            commit = self.commit(revision)
        except UsageError:
            raise UsageError(
                f"`{revision}` is no revision of this repository",
                hint="a shallow clone has few revisions: `git fetch origin main` brings one",
            ) from None
        found = {}
        for folder in folders:
            below = self._below(folder)
            paths = () if below == "." else (below,)
            listed = self._git("ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths)
            for line in filter(None, listed.split(b"\0")):
                about, _, name = line.partition(b"\t")
                found[folder / Path(os.fsdecode(name)).relative_to(below)] = about.decode("ascii").split()[2]
        return found

    def text(self, blob: str | None) -> str:
        """Return the text of a blob; there is none of a file that is new."""
        return self._git("cat-file", "blob", blob).decode("utf-8", "replace") if blob else ""

"""Policies as a git revision has them, out of the object store: nothing is checked out, no hook runs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from gatelib.errors import PolicyError, UsageError

MOST_FILES: Final = 20_000
MOST_BYTES: Final = 64 * 1024 * 1024
"""Of all files of a revision together."""

_SECONDS: Final = 60.0
_SUFFIXES: Final = (".rego", ".yaml", ".yml", ".json")
_FILE: Final = ("100644", "100755", "100664")
_KEPT: Final = ("HOME", "PATH", "XDG_CONFIG_HOME", "SYSTEMROOT")
_QUIET: Final = {
    "GIT_NO_LAZY_FETCH": "1",  # a partial clone would ask its server
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_SETTINGS: Final = (
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "protocol.allow=never",
)


@dataclass(frozen=True, slots=True)
class _Entry:
    name: PurePosixPath
    blob: str
    size: int


class Repository:
    """The git repository that a folder lies in."""

    def __init__(self, folder: Path) -> None:
        """Find its top.

        Raises:
            UsageError: there is no git, or the folder is in no repository.

        """
        self._folder = folder
        self.top = Path(os.fsdecode(self._git("rev-parse", "--show-toplevel").rstrip(b"\n")))

    def commit(self, revision: str) -> str:
        """Return the commit that a revision names.

        Raises:
            UsageError: it names none.

        """
        asked = ("rev-parse", "--quiet", "--verify", "--end-of-options", f"{revision}^{{commit}}")
        try:
            return self._git(*asked).decode("ascii").strip()
        except UsageError:
            raise UsageError(
                f"`{revision}` is no bundle, definition or folder, and no revision of this repository",
                hint="a shallow clone has few revisions: `git fetch origin main` brings one",
            ) from None

    def export(self, commit: str, folders: Sequence[Path], target: Path) -> None:
        """Write what policies and data lie in some folders at a commit below ``target``.

        Raises:
            PolicyError: there is a link, a submodule, or more than a library of policies has.

        """
        entries = [entry for folder in folders for entry in self._entries(commit, self._below(folder))]
        if len(entries) > MOST_FILES or sum(entry.size for entry in entries) > MOST_BYTES:
            raise PolicyError(
                f"the revision has more than {MOST_FILES:,} files, or {MOST_BYTES:,} bytes, of policies",
                hint="name the folders with policies alone by --policies",
            )
        for entry, content in zip(entries, self._contents(entries), strict=True):
            place = target.joinpath(*entry.name.parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)

    def _below(self, folder: Path) -> str:
        try:
            return Path(os.path.realpath(folder)).relative_to(os.path.realpath(self.top)).as_posix()
        except ValueError:
            raise UsageError(f"`{folder}` lies in no git repository that has the revision") from None

    def _entries(self, commit: str, folder: str) -> Iterator[_Entry]:
        below = () if folder == "." else (folder,)
        listed = self._git("ls-tree", "-r", "-z", "-l", "--full-tree", commit, "--", *below)
        for line in filter(None, listed.split(b"\0")):
            about, _, raw = line.partition(b"\t")
            mode, _, blob, size = about.decode("ascii").split()
            name = PurePosixPath(os.fsdecode(raw))
            if mode in ("120000", "160000"):
                what = "a link" if mode == "120000" else "a submodule"
                raise PolicyError(f"is {what}, and no policy of the revision", file=str(name))
            if name.suffix not in _SUFFIXES or name.name.endswith("_test.rego"):
                continue
            if mode not in _FILE or ".." in name.parts or name.is_absolute() or ".git" in name.parts:
                raise PolicyError("is no name that a policy has", file=str(name))
            yield _Entry(name, blob, int(size))

    def _contents(self, entries: Sequence[_Entry]) -> Iterator[bytes]:
        asked = "".join(f"{entry.blob}\n" for entry in entries).encode("ascii")
        answer = memoryview(self._git("cat-file", "--batch", stdin=asked))
        at = 0
        for entry in entries:
            head = f"{entry.blob} blob {entry.size}\n".encode("ascii")
            if bytes(answer[at : at + len(head)]) != head:
                raise PolicyError(
                    "is not in the repository", file=str(entry.name), hint="fetch the revision whole"
                )
            at += len(head)
            yield bytes(answer[at : at + entry.size])
            at += entry.size + 1

    def _git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        binary = shutil.which("git")
        if binary is None:
            raise UsageError(
                "there is no `git` on PATH", hint="name a folder or a bundle instead of a revision"
            )
        environment = {key: value for key, value in os.environ.items() if key in _KEPT}
        try:
            done = subprocess.run(  # noqa: S603 - git from PATH, which takes the names after `--`
                [binary, *_SETTINGS, *arguments],
                cwd=self._folder,
                input=stdin,
                capture_output=True,
                timeout=_SECONDS,
                env={**environment, **_QUIET},
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            raise UsageError("git could not be run, or did not answer") from None
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise UsageError(f"git {arguments[0]} failed: {said[-1] if said else 'it does not say why'}")
        return done.stdout

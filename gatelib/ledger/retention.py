"""Retention: what must still exist because the ledger names it, and what need not any more."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gatelib.errors import EvidenceError
from gatelib.evidence import manifest
from gatelib.evidence.folder import Folder, shown
from gatelib.evidence.pack import File, Limits
from gatelib.ledger.entry import NAME, Entry
from gatelib.ledger.faults import Fault, Faults, Place
from gatelib.ledger.periods import Periods
from gatelib.ledger.verifying import Progress, Verified, verify

if TYPE_CHECKING:
    from gatelib.keys import VerificationKey

_LIMITS: Final = Limits(max_files=20_000_000, max_bytes=2**63, max_parsed=64 * 1024**2)
_SCHEME: Final = len("sha256:")


class Expired(NamedTuple):
    """A file that nothing in the ledger needs any more."""

    path: str
    sha256: str
    since: str
    """The first day on which it may be deleted."""


class Refused(NamedTuple):
    """A file that was to be deleted and must not be."""

    path: str
    why: str
    until: str | None
    """The first day on which it may be, where there is one."""


@dataclass(frozen=True, slots=True)
class Retention:
    """What must be kept and what need not be."""

    ledger: Verified
    faults: tuple[Fault, ...]
    """Evidence that is missing or unreadable, by the entry that names it."""
    more: int
    expired: tuple[Expired, ...]
    """None where the ledger or the evidence has a fault."""
    refused: tuple[Refused, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON shows it."""
        return {
            "ledger": self.ledger.to_dict(),
            "faults": [fault.to_dict() for fault in self.faults],
            "more_faults": self.more,
            "expired": [entry._asdict() for entry in self.expired],
            "refused": [entry._asdict() for entry in self.refused],
        }


def retention(
    folder: str | os.PathLike[str],
    evidence: str | os.PathLike[str],
    *,
    now: datetime,
    keys: Sequence[VerificationKey] | None,
    checkpoints: Sequence[str | os.PathLike[str]] = (),
    name: str = NAME,
    periods: Periods | None = None,
    may_delete: Sequence[str | os.PathLike[str]] = (),
    progress: Progress | None = None,
) -> Retention:
    """Compare a ledger with the files below a folder, by their digests wherever they lie.

    The ledger is verified as :func:`verify` does; one that does not hold allows nothing to be deleted. The
    files that a found ``MANIFEST.sha256`` lists must exist as long as it must. ``may_delete`` are files and
    folders that somebody wants to delete.

    Raises:
        EvidenceError: there is no such folder.

    """
    store = _Store(os.fspath(evidence), now.astimezone(timezone.utc).date(), periods or Periods())
    store.read(progress)
    verified = verify(folder, keys=keys, checkpoints=checkpoints, name=name, use=store.use)
    store.follow_manifests()
    sound = not (verified.faults or store.faults.kept)
    return Retention(
        ledger=verified,
        faults=tuple(store.faults.kept),
        more=store.faults.more,
        expired=tuple(store.expired()) if sound else (),
        refused=tuple(
            refusal
            for path in may_delete
            for refusal in store.refusals(os.fspath(path), os.fspath(folder), sound=sound)
        ),
    )


@dataclass(slots=True)
class _Kept:
    """Until when a content is kept, and by which entry."""

    until: date
    place: Place


@dataclass(slots=True)
class _Store:
    """Evidence by content."""

    root: str
    today: date
    periods: Periods
    faults: Faults = field(default_factory=Faults)
    _files: dict[str, File] = field(default_factory=dict)
    """By path below the root."""
    _contents: set[str] = field(default_factory=set)
    _manifests: dict[str, dict[str, str] | None] = field(default_factory=dict)
    """What each lists, by its path; ``None`` where it is none."""
    _kept: dict[str, _Kept] = field(default_factory=dict)
    """By content: of what is there, and of what a manifest lists."""
    _folders: dict[str, _Kept] = field(default_factory=dict)
    """Folders of packs, by their paths."""

    def read(self, progress: Progress | None) -> None:
        """Hash each file once."""
        scan = Folder(self.root, _LIMITS).scan(_is_read, self._manifest, progress)
        self._files = scan.files
        self._contents = {file.sha256 for file in scan.files.values()}
        for fault in scan.faults:
            if fault.problem == "unreadable":
                self.faults.add(Fault("unreadable", "cannot be read", fault.file))

    def use(self, entry: Entry, place: Place) -> None:
        """Take what an entry names."""
        until = self.periods.until(entry.type, date.fromisoformat(entry.timestamp[:10]))
        for name, digest in entry.evidence.items():
            sha256 = digest[_SCHEME:]
            if sha256 in self._contents:
                self._keep(sha256, until, place)
            elif until > self.today:
                self.faults.at(
                    place, "missing", f"names `{name}`, which must exist until {until} and does not: {sha256}"
                )

    def follow_manifests(self) -> None:
        """Take what the manifests list that entries name."""
        todo = sorted(path for path in self._manifests if self._files[path].sha256 in self._kept)
        while todo:
            path = todo.pop(0)
            kept = self._kept[self._files[path].sha256]
            folder = path[: -len(manifest.NAME)]
            if folder not in self._folders or self._folders[folder].until < kept.until:
                self._folders[folder] = kept
            listed = self._manifests[path]
            if listed is None:
                self.faults.at(kept.place, "malformed", f"names a manifest that cannot be read: {path}")
                continue
            for name, sha256 in listed.items():
                if sha256 in self._contents:
                    before = self._kept.get(sha256)
                    self._keep(sha256, kept.until, kept.place)
                    if name.endswith(manifest.NAME) and before != self._kept[sha256]:
                        todo += [again for again in self._manifests if self._files[again].sha256 == sha256]
                elif kept.until > self.today:
                    self.faults.at(
                        kept.place,
                        "missing",
                        f"names {path}, which lists `{name}`, which must exist until {kept.until} and does "
                        f"not: {sha256}",
                    )

    def expired(self) -> Iterator[Expired]:
        """Yield the files that need not exist any more."""
        for path, file in sorted(self._files.items()):
            until = self._until(path)
            if until is not None and until <= self.today:
                yield Expired(path, file.sha256, until.isoformat())

    def refusals(self, path: str, ledger: str, *, sound: bool) -> Iterator[Refused]:
        """Yield why a file, or one in a folder, must not be deleted."""
        inside = os.path.relpath(os.path.abspath(path), os.path.abspath(self.root))  # noqa: PTH100
        if _lies_in(path, ledger) or _lies_in(ledger, path):
            yield Refused(shown(path), "no part of a ledger is ever deleted", None)
            return
        below = "" if inside == "." else inside + "/"
        found = [name for name in self._files if name == inside or name.startswith(below)]
        if not found:
            yield Refused(shown(path), "is no file or folder of the evidence", None)
        for name in sorted(found):
            until = self._until(name)
            if until is None:
                yield Refused(name, "no entry names it, so nothing says how long it is kept", None)
            elif until > self.today:
                yield Refused(name, f"must be kept until {until}", until.isoformat())
            elif not sound:
                yield Refused(name, "nothing may be deleted while there are faults", None)

    def _until(self, path: str) -> date | None:
        """Return until when a file is kept: by its content, or as a part of a pack."""
        found = self._kept.get(self._files[path].sha256)
        parts = path.split("/")[:-1]
        folders = ("".join(f"{part}/" for part in parts[:depth]) for depth in range(len(parts) + 1))
        kept = [found, *(self._folders.get(folder) for folder in folders)]
        return max((entry.until for entry in kept if entry is not None), default=None)

    def _keep(self, sha256: str, until: date, place: Place) -> None:
        known = self._kept.get(sha256)
        if known is None or known.until < until:
            self._kept[sha256] = _Kept(until, place)

    def _manifest(self, path: str, data: bytes | None, file: File) -> None:
        if not _is_manifest(path):
            return
        try:
            self._manifests[path] = manifest.parse(data or b"\0")
        except EvidenceError:
            self._manifests[path] = None


def _is_read(path: str) -> bool:
    """Tell which files to read at once: manifests, and what a seal of the whole folder would not cover."""
    return _is_manifest(path) or not manifest.covers(path)


def _is_manifest(path: str) -> bool:
    return path == manifest.NAME or path.endswith("/" + manifest.NAME)


def _lies_in(path: str, folder: str) -> bool:
    inner, outer = os.path.realpath(path), os.path.realpath(folder)
    return inner == outer or inner.startswith(os.path.join(outer, ""))  # noqa: PTH118

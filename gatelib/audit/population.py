"""The releases of an audit: sealed packs below a folder, or in a repository of a registry."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gatelib.errors import EvidenceError, GatelibError
from gatelib.evidence import manifest, release
from gatelib.evidence.folder import shown
from gatelib.evidence.pack import DEFAULT_LIMITS, INDEX, OCI, Scan, open_pack
from gatelib.evidence.tar import Tar

if TYPE_CHECKING:
    from gatelib.evidence.pack import Progress

_ARCHIVES: Final = (".tar", ".tar.gz", ".tgz")
_MARKS: Final = frozenset({manifest.NAME, manifest.RELEASE, INDEX})
"""A folder with one of these is a release, or was one."""

_WANTED: Final = (manifest.NAME, manifest.RELEASE)
_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class Identity(NamedTuple):
    """What a release is, for an audit; none of it can be chosen once the pack is sealed."""

    service: str
    version: str
    sha256: str
    """Of the pack's manifest."""

    @property
    def text(self) -> str:
        """Return it as JSON on one line, in ASCII; no two identities have the same."""
        return json.dumps(list(self), separators=(",", ":"))

    def to_dict(self) -> dict[str, str]:
        """Return it as JSON has it."""
        return self._asdict()


class Found(NamedTuple):
    """A release, and where it lies."""

    identity: Identity
    name: str
    """Its path below the folder, or its tag."""
    place: str
    """A folder, a tar, or ``oci://…@sha256:…``."""


class Unread(NamedTuple):
    """What lies among the releases and cannot be read as one."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Population:
    """All the releases of a place."""

    releases: tuple[Found, ...]
    """By identity."""
    unread: tuple[Unread, ...]
    """By name."""
    left_out: tuple[str, ...] = ()
    """Tags of a repository that name artifacts of another type."""

    @property
    def sha256(self) -> str:
        """Return the digest over the identities, one a line, sorted: without one of them it is another."""
        return digest(found.identity for found in self.releases)


def digest(identities: Iterable[Identity]) -> str:
    """Return the SHA-256 of identities, one a line, sorted."""
    lines = sorted(identity.text + "\n" for identity in identities)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def read(
    place: str, *, access: Mapping[str, Any] | None = None, progress: Progress | None = None
) -> Population:
    """Return the releases in a folder, at any depth, or in a repository, ``oci://HOST/REPOSITORY``.

    Whatever else lies in a folder is among the ``unread``: an audit leaves nothing out in silence.

    Raises:
        EvidenceError: there is no such folder, or nothing in it.
        RegistryError: the registry does not list its tags.
        UsageError: the repository is malformed.

    """
    left_out: list[str] = []
    if place.startswith(OCI):
        from gatelib.audit import repository

        places, left_out, unread = repository.packs(place, access or {})
    else:
        if not Path(place).is_dir():
            raise EvidenceError("there is no such folder of releases", file=place)
        unread = []
        places = list(_below(place, "", unread))
    found: dict[Identity, Found] = {}
    for number, (name, path) in enumerate(places):
        if progress is not None:
            progress(number, len(places))
        try:
            entry = Found(identify(path, access=access), name, path)
        except GatelibError as error:
            unread.append(Unread(name, _said(error)))
            continue
        first = found.setdefault(entry.identity, entry)
        if first is not entry:
            unread.append(Unread(name, f"is the same release as `{first.name}`"))
    if not found and not unread:
        raise EvidenceError("there is no release", file=place)
    return Population(
        tuple(sorted(found.values(), key=lambda entry: entry.identity.text)),
        tuple(sorted(unread)),
        tuple(sorted(left_out)),
    )


def identify(place: str, *, access: Mapping[str, Any] | None = None) -> Identity:
    """Return the identity of the release at a place.

    Raises:
        EvidenceError: it is no sealed pack with a Release.
        RegistryError: a registry does not give it.

    """
    content = _about(place, access)
    if manifest.NAME not in content:
        raise EvidenceError(f"is not sealed: it has no `{manifest.NAME}`")
    if manifest.RELEASE not in content:
        raise EvidenceError(f"has no `{manifest.RELEASE}`")
    about = release.read(content[manifest.RELEASE], file=manifest.RELEASE)
    return Identity(about.service, about.version, hashlib.sha256(content[manifest.NAME]).hexdigest())


def _about(place: str, access: Mapping[str, Any] | None) -> dict[str, bytes]:
    most = DEFAULT_LIMITS.max_parsed
    if os.path.isdir(place):  # noqa: PTH112 - a string, or a path
        return {name: data for name in _WANTED if (data := _content(Path(place, name), most)) is not None}
    with open_pack(place, access=access) as pack:
        if not isinstance(pack, Tar):
            raise EvidenceError("is neither a folder nor a tar")
        return {
            path: b"".join(chunks)
            for path, size, chunks in pack.members(Scan())
            if path in _WANTED and size <= most
        }


def _content(path: Path, most: int) -> bytes | None:
    try:
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            return file.read(most)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise EvidenceError(f"cannot be read: {error.strerror}", file=path.name) from None


def _below(top: str, name: str, unread: list[Unread]) -> Iterator[tuple[str, str]]:
    """Yield the name and path of each folder and archive that looks like a release."""
    try:
        with os.scandir(Path(top, name)) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        unread.append(Unread(shown(name) or ".", f"cannot be read: {error.strerror}"))
        return
    if _MARKS & {entry.name for entry in entries} or (name and not entries):
        yield shown(name) or Path(top).name, str(Path(top, name))
        return
    others = [entry for entry in entries if not entry.is_dir(follow_symlinks=False)]
    if name and any(not _is_archive(entry) for entry in others):
        unread.append(Unread(shown(name), "is no release, and holds more than releases"))
        return
    for entry in entries:
        path = f"{name}/{entry.name}" if name else entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _below(top, path, unread)
        elif _is_archive(entry):
            yield shown(path), entry.path
        else:
            what = "is a link" if entry.is_symlink() else "is no release"
            unread.append(Unread(shown(path), what))


def _is_archive(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False) and entry.name.endswith(_ARCHIVES)


def _said(error: GatelibError) -> str:
    is_inside = error.file in _MARKS
    return f"{error.file}: {error.message}" if is_inside else error.message


__all__ = ["Found", "Identity", "Population", "Unread", "digest", "identify", "read"]

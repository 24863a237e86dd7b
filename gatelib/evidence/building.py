"""Making a pack: its folders, its files with who produced them, its seal."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from gatelib.errors import EvidenceError, UsageError
from gatelib.evidence import index, manifest, release
from gatelib.evidence.folder import shown
from gatelib.evidence.layout import role_of
from gatelib.evidence.pack import DEFAULT_LIMITS, INDEX, Progress, collisions, open_pack

if TYPE_CHECKING:
    from gatelib.keys import SigningKey

_BLOCK: Final = 1024 * 1024


def init(
    pack: Path,
    *,
    service: str,
    version: str,
    commit: str,
    images: Sequence[str],
    layout: Mapping[str, Any],
) -> None:
    """Make an empty pack: the folders of the layout, and the Release that it speaks for.

    Raises:
        UsageError: what the Release needs is not acceptable, there is something already, or it cannot be
            written.

    """
    record = release.write(service=service, version=version, commit=commit, images=images)
    folders = {pattern.rpartition("/")[0] for role in layout["roles"].values() for pattern in role["paths"]}
    try:
        pack.mkdir(parents=True, exist_ok=True)
        if any(pack.iterdir()):
            raise UsageError("is not empty", file=str(pack), hint="a pack begins in a folder of its own")
        for folder in sorted(folders | {manifest.CONTROLS}):
            if "*" not in folder:
                (pack / folder).mkdir(parents=True, exist_ok=True)
        _write(pack / manifest.RELEASE, record)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", file=str(pack)) from None


def add(
    pack: Path,
    files: Sequence[Path],
    *,
    key: SigningKey,
    producer: str,
    created: str,
    layout: Mapping[str, Any],
    place: str | None = None,
    role: str | None = None,
) -> list[str]:
    """Copy files into a pack, sign for all of them in one line of its index, and return their paths there.

    ``place`` is the path of the one file, or of the folder, in the pack; ``role`` puts each file where the
    layout has files of that role. Files that lie in the pack already stay where they are. ``created`` is when
    they were made, RFC 3339 in UTC.

    Raises:
        UsageError: a file has no place in the pack, is a link, or somebody else's; the pack is sealed; the
            producer has no name.
        EvidenceError: the pack has no Release that a file could be bound to, or its index is damaged.

    """
    if not producer.strip():
        raise UsageError("the producer has no name", hint="name it as `trust.evidence` does")
    about = release.read(_read(pack / manifest.RELEASE), file=str(pack / manifest.RELEASE))
    if os.path.lexists(pack / manifest.NAME):
        raise UsageError(
            "is sealed", file=str(pack), hint=f"remove `{manifest.NAME}`, add, and seal it again"
        )
    sources = dict(_placed(pack, files, place, role, layout))
    _refuse_places(pack, sources, layout, role)
    before = _read(pack / INDEX) if os.path.lexists(pack / INDEX) else b""
    _refuse_damaged(before)
    owners: dict[str, set[str]] = {}
    for path, _, owner in index.claimed(before):
        owners.setdefault(path, set()).add(owner)
    digests = {
        path: _taken(pack, path, source, is_own=owners.get(path) == {producer})
        for path, source in sources.items()
    }
    binding = index.Binding(
        producer=producer,
        service=about.service,
        version=about.version,
        commit=about.commit,
        images=about.images,
        created=created,
    )
    _write(pack / INDEX, before + index.signed(digests, binding, key))
    return sorted(digests)


def seal(pack: Path, progress: Progress | None = None) -> str:
    """Write a pack's manifest, name its hash in the Release, and return it.

    Raises:
        EvidenceError: something in the pack is no regular file with a plain name, or cannot be read; there
            is no Release.
        UsageError: there is nothing to seal, or it cannot be written.

    """
    record = pack / manifest.RELEASE
    before = _read(record)
    release.read(before, file=str(record))
    with open_pack(pack) as opened:
        scan = opened.scan(lambda path: False, lambda *_: None, progress)
    for fault in scan.faults:
        raise EvidenceError(
            f"`{fault.file}` is {fault.problem}",
            file=str(pack),
            hint="a pack holds regular files with plain names only",
        )
    digests = scan.digests()
    if not digests:
        raise UsageError("holds no evidence", file=str(pack), hint="put files in with `gatelib evidence add`")
    content = manifest.write(digests)
    digest = sha256(content).hexdigest()
    after = release.sealed(before, digest, file=str(record))
    _write(pack / manifest.NAME, content)
    if after != before:
        _write(record, after)
    return digest


def _placed(
    pack: Path, files: Sequence[Path], place: str | None, role: str | None, layout: Mapping[str, Any]
) -> Iterator[tuple[str, Path]]:
    """Yield each file with its path in the pack."""
    if place is not None and (role is not None or len(files) > 1):
        raise UsageError("--as is the place of one file or folder", hint="add the others by themselves")
    if role is not None and role not in layout["roles"]:
        raise UsageError(f"there is no role `{role}`", hint=f"one of {', '.join(sorted(layout['roles']))}")
    root = pack.resolve()
    for given in files:
        top = Path(os.path.normpath(given.absolute()))
        is_folder = _kind(top, called=given) == stat.S_IFDIR
        inside = Path(os.path.realpath(top.parent), top.name)
        for source in sorted(_below(top)) if is_folder else [top]:
            rest = source.relative_to(top).as_posix() if is_folder else ""
            if inside.is_relative_to(root) and inside != root:
                path = "/".join(filter(None, (inside.relative_to(root).as_posix(), rest)))
                if place is not None and place.rstrip("/") != inside.relative_to(root).as_posix():
                    raise UsageError("lies in the pack already", file=str(given), hint="leave out --as")
            elif place is not None:
                path = "/".join(filter(None, (place.rstrip("/"), rest)))
            elif role is not None:
                path = _place_of(role, rest.rpartition("/")[2] or source.name, layout)
            else:
                raise UsageError(
                    "has no place in the pack", file=str(given), hint="name it with --as or with --role"
                )
            yield path, source


def _below(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if _kind(entry) == stat.S_IFDIR:
            yield from _below(entry)
        else:
            yield entry


def _kind(path: Path, *, called: Path | None = None) -> int:
    """Return the type of a file or folder, which a message may call otherwise.

    Raises:
        UsageError: it is a link or a special file, or not there.

    """
    try:
        kind = stat.S_IFMT(path.lstat().st_mode)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", file=shown(str(called or path))) from None
    if kind not in (stat.S_IFREG, stat.S_IFDIR):
        what = "a link" if kind == stat.S_IFLNK else "no regular file"
        raise UsageError(
            f"is {what}", file=shown(str(called or path)), hint="a pack holds regular files only"
        )
    return kind


def _place_of(role: str, name: str, layout: Mapping[str, Any]) -> str:
    patterns = layout["roles"][role]["paths"]
    exact = [pattern for pattern in patterns if "*" not in pattern]
    folders = dict.fromkeys(pattern.rpartition("/")[0] for pattern in patterns if "*" in pattern)
    fitting = [path for path in exact if path.endswith(f"/{name}")]
    fitting += [path for folder in folders if role_of(path := f"{folder}/{name}", layout) == role]
    if not fitting:
        raise UsageError(
            f"a file called `{name}` has no role `{role}`",
            hint=f"name its place with --as: {', '.join(patterns)}",
        )
    return str(fitting[0])


def _refuse_places(
    pack: Path, sources: Mapping[str, Path], layout: Mapping[str, Any], role: str | None
) -> None:
    for path, source in sources.items():
        if not manifest.is_plain(path):
            raise UsageError(
                "is no plain path in a pack", file=shown(path), hint="it is relative, in UTF-8, without `..`"
            )
        if not manifest.covers(path) or path == INDEX:
            raise UsageError(
                "is no place for evidence",
                file=path,
                hint=f"`{manifest.RELEASE}`, `{manifest.NAME}`, `{INDEX}` and `{manifest.CONTROLS}` are the "
                "pack's own",
            )
        _kind(source)
        for above in (pack / path).parents:
            if above == pack:
                break
            if os.path.lexists(above) and _kind(above) != stat.S_IFDIR:
                raise UsageError("lies below a file", file=path)
    if doubles := collisions(sources):
        raise UsageError("differs from another file in capitals only", file=doubles[0].file)


def _refuse_damaged(content: bytes) -> None:
    if content and not content.endswith(b"\n"):
        raise EvidenceError("the last line of the index is cut off", file=INDEX, hint="get it back as it was")


def _taken(pack: Path, path: str, source: Path, *, is_own: bool) -> str:
    """Copy a file to its path, unless it is there, and return its digest; only one's own is replaced."""
    target = pack / path
    try:
        with _open(source) as file:
            if os.path.lexists(target) and target.samefile(source):
                return _copied(file, None)
            if os.path.lexists(target) and not is_own:
                with _open(target) as there:
                    known = _copied(there, None)
                if known != _copied(file, None):
                    raise UsageError(
                        "is there already, with another content and not from this producer alone",
                        file=path,
                        hint="take it away first, or give this one another place",
                    )
                return known
            with _replacing(target) as copy:
                return _copied(file, copy)
    except OSError as error:
        raise UsageError(f"cannot be added: {error.strerror}", file=shown(str(source))) from None


def _copied(file: BinaryIO, target: BinaryIO | None) -> str:
    digest = sha256()
    while block := file.read(_BLOCK):
        digest.update(block)
        if target is not None:
            target.write(block)
    return digest.hexdigest()


def _open(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb")


def _read(path: Path) -> bytes:
    try:
        with _open(path) as file:
            return file.read(DEFAULT_LIMITS.max_parsed)
    except OSError as error:
        raise EvidenceError(
            f"cannot be read: {error.strerror}", file=str(path), hint="begin with `gatelib evidence init`"
        ) from None


def _write(target: Path, content: bytes) -> None:
    try:
        with _replacing(target) as file:
            file.write(content)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", file=str(target)) from None


@contextmanager
def _replacing(target: Path) -> Iterator[BinaryIO]:
    """Yield a file that takes the target's place once all is written, so that nobody sees a part of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:50]}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(beside).chmod(0o644)
        Path(beside).replace(target)
    finally:
        with suppress(OSError):
            Path(beside).unlink()

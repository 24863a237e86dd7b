"""Whether a pack is what was sealed, and whether each file of it is signed, in time, for its release."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gatelib.errors import EvidenceError
from gatelib.evidence import manifest
from gatelib.evidence.pack import DEFAULT_LIMITS, INDEX, File, Limits, Progress, Scan, open_pack

if TYPE_CHECKING:
    from gatelib.evidence.release import Release
    from gatelib.trust import Party

_SENTENCES: Final = {
    "changed": "has changed since it was sealed",
    "missing": "is missing",
    "added": "was added after it was sealed",
    "malformed": "is no manifest",
    "a link": "is a link",
    "no regular file": "is no regular file",
    "unreadable": "cannot be read",
    "of no plain name": "has a name that is not UTF-8",
    "different in capitals only": "differs from another file in capitals only",
}


class Fault(NamedTuple):
    """What does not hold, of one file."""

    file: str
    problem: str
    """One word or two, for programs: those of a manifest's faults, and ``unsealed``, ``another pack``,
    ``unsigned``, ``foreign``, ``stale`` and ``future``."""
    message: str
    """What is to be said of the file."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of a pack."""

    sha256: str | None
    """Of its manifest; ``None`` where it has none."""
    files: int
    """How many a seal covers."""
    faults: tuple[Fault, ...]
    """In the order of the files."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "sha256": self.sha256,
            "files": self.files,
            "holds": not self.faults,
            "faults": [fault._asdict() for fault in self.faults],
        }


def verify(
    place: Path | str,
    *,
    producers: Sequence[Party] | None,
    release: tuple[str, bytes] | None = None,
    now: datetime,
    max_age_days: float,
    limits: Limits = DEFAULT_LIMITS,
    access: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Verified:
    """Verify a pack, wherever it lies, against its manifest, its Release and the keys of its producers.

    Without ``producers`` (``None``) no signature is looked at, and a Release only where there is one.
    ``release`` is the record in place of the pack's own, with its file's name.

    Raises:
        EvidenceError: the pack, or its Release, cannot be read.
        RegistryError: a registry does not give it.

    """
    about: dict[str, bytes] = {}

    def use(path: str, data: bytes | None, file: File) -> None:
        if data is None:
            raise EvidenceError(f"is larger than {limits.max_parsed:,} bytes", file=path)
        about[path] = data

    wanted = frozenset({manifest.NAME, manifest.RELEASE, INDEX})
    with open_pack(place, limits=limits, access=access) as pack:
        scan = pack.scan(wanted.__contains__, use, progress)
    called, record = release or (manifest.RELEASE, about.get(manifest.RELEASE))
    content = about.get(manifest.NAME)
    digests = scan.digests()
    faults = [*_seal(scan, digests, content)]
    found = None
    if record is not None:
        found = _release(record, called)
        faults += _names(found, called, content)
    elif producers is not None:
        faults.append(Fault(manifest.RELEASE, "missing", "is missing, so the pack speaks for no release"))
    if producers is not None and not digests:
        faults.append(Fault(INDEX, "missing", "is missing: the pack holds no evidence"))
    if producers is not None:
        judge = _Judge(found, now, timedelta(days=max_age_days))
        bad = {fault.file for fault in faults}
        faults += (
            fault
            for fault in _index(digests, about.get(INDEX, b""), producers, judge)
            if fault.file not in bad
        )
    return Verified(
        sha256(content).hexdigest() if content is not None else None,
        len(digests),
        tuple(sorted(set(faults))),
    )


def _release(record: bytes, called: str) -> Release:
    from gatelib.evidence import release

    return release.read(record, file=called)


def _seal(scan: Scan, digests: Mapping[str, str], content: bytes | None) -> Iterator[Fault]:
    if content is None:
        yield Fault(manifest.NAME, "unsealed", "is missing: the pack is not sealed")
        for fault in scan.faults:
            yield Fault(*fault, _SENTENCES[fault.problem])
        return
    for fault in manifest.broken(scan.faults, content, digests):
        message = _SENTENCES[fault.problem]
        if fault.problem == "malformed":
            message = _why(content)
        yield Fault(*fault, message)


def _why(content: bytes) -> str:
    try:
        manifest.parse(content)
    except EvidenceError as error:
        return f"line {error.line}: {error.message}"
    return _SENTENCES["malformed"]


def _names(release: Release, called: str, content: bytes | None) -> Iterator[Fault]:
    """Say whether the Release names this pack."""
    if content is None:
        return
    if release.sha256 is None:
        yield Fault(called, "another pack", "names no Evidence Pack")
    elif release.sha256 != sha256(content).hexdigest():
        yield Fault(called, "another pack", f"names another Evidence Pack, `{release.sha256}`")


def _index(
    digests: Mapping[str, str], content: bytes, producers: Sequence[Party], judge: _Judge
) -> Iterator[Fault]:
    """Say which files nobody who is trusted has signed for this release, in time."""
    from gatelib.evidence import index

    entries: dict[str, list[tuple[str, str] | None]] = {}
    reasons: dict[str, str] = {}
    for found in index.verified(content, digests, producers):
        file = found["file"]
        if found["type"] == "entry":
            entries.setdefault(file, []).append(judge(found))
        elif file == INDEX:
            yield Fault(INDEX, "unsigned", found["reason"])
        elif file not in digests:
            yield Fault(file, "missing", "is signed for, and missing")
        else:
            reasons[file] = found["reason"]
    for file in digests:
        if file == INDEX:
            continue
        worst = entries.get(file)
        if worst is None:
            reason = reasons.get(file)
            yield Fault(file, "unsigned", f"is unsigned: {reason}" if reason else "is unsigned")
        elif (first := worst[0]) is not None and None not in worst:
            yield Fault(file, *first)


@dataclass(slots=True)
class _Judge:
    """Says why an entry is not of a release, or not of these days; once for all entries that say the same."""

    release: Release | None
    now: datetime
    most: timedelta
    known: dict[tuple[object, ...], tuple[str, str] | None] = field(default_factory=dict)

    def __call__(self, entry: Mapping[str, Any]) -> tuple[str, str] | None:
        said = (*(entry[key] for key in ("service", "version", "commit", "created")), *entry["images"])
        if said not in self.known:
            self.known[said] = _unfit(entry, self.release, self.now, self.most)
        return self.known[said]


def _unfit(
    entry: Mapping[str, Any], release: Release | None, now: datetime, most: timedelta
) -> tuple[str, str] | None:
    """Return why an entry is not of this release, or not of these days."""
    if release is not None:
        for key in ("service", "version", "commit"):
            if entry[key] != getattr(release, key):
                return "foreign", f"was made for {key} `{entry[key]}`, not `{getattr(release, key)}`"
        if others := _others(entry["images"], release.images):
            return "foreign", f"was made for image `{others[0]}`, which is none of the release"
        if not entry["images"]:
            return "foreign", "was made for no image"
    created = _moment(entry["created"])
    if created is None:
        return "stale", f"was made at no time: `{entry['created']}`"
    if created > now:
        return "future", f"was made in the future, on {entry['created']}"
    if now - created > most:
        return "stale", f"was made on {entry['created']}, more than {most.days} days ago"
    return None


def _others(images: Iterable[str], known: Sequence[str]) -> list[str]:
    return sorted({*images} - {*known})


def _moment(text: str) -> datetime | None:
    from gatelib.settings import parse_now

    return parse_now(text)

"""Verifying a ledger: each file read once, in order, in the same memory however long it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from gatelib.errors import EvidenceError
from gatelib.evidence.folder import shown
from gatelib.ledger import entry as entry_
from gatelib.ledger import layout
from gatelib.ledger.chain import Chain
from gatelib.ledger.entry import NAME, Entry
from gatelib.ledger.faults import Fault, Faults, Place
from gatelib.ledger.layout import Day, Line, Stray

if TYPE_CHECKING:
    from gatelib.keys import VerificationKey
    from gatelib.ledger.held import Held

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the bytes that are done and all there are."""

Use: TypeAlias = Callable[[Entry, Place], None]
"""Called with each entry."""

_STRAY: Final = {"stray": "does not belong in a ledger", "unreadable": "cannot be read"}
_TICK: Final = 4096
"""Lines between two reports of progress."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found of a ledger."""

    name: str
    entries: int
    head: str | None
    """The hash of the last entry; ``None`` where the last line is none."""
    first: str | None
    """The first entry's timestamp."""
    last: str | None
    """The last entry's."""
    signed: int
    """How many entries the last checkpoint beside them is over."""
    signed_by: str | None
    published: int
    """How many entries the longest of the given checkpoints is over."""
    torn: str | None
    """Where a last line has no end: of an entry that was never acknowledged, or is being written."""
    faults: tuple[Fault, ...]
    more: int
    """Faults that were found besides."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON shows it."""
        return {
            "ledger": self.name,
            "entries": self.entries,
            "head": self.head,
            "first": self.first,
            "last": self.last,
            "signed": self.signed,
            "signed_by": self.signed_by,
            "published": self.published,
            "torn": self.torn,
            "faults": [fault.to_dict() for fault in self.faults],
            "more_faults": self.more,
        }


def verify(
    folder: str | os.PathLike[str],
    *,
    keys: Sequence[VerificationKey] | None,
    checkpoints: Sequence[str | os.PathLike[str]] = (),
    name: str = NAME,
    use: Use | None = None,
    progress: Progress | None = None,
) -> Verified:
    """Verify a ledger: that each entry follows the one before, and is what checkpoints were signed over.

    ``keys`` are those of whoever may sign checkpoints; ``None`` looks at none, and proves only that whoever
    changed the ledger also hashed it anew. ``checkpoints`` are files that were published elsewhere; without
    them the last entries, and the checkpoints over them, may have been taken away. No lock is taken: what is
    appended meanwhile is seen or not.

    Raises:
        EvidenceError: there is no such folder.
        UsageError: a ledger cannot have that name.

    """
    return _Verification(os.fspath(folder), keys, checkpoints, name, use, progress).run()


class _Verification:
    def __init__(
        self,
        root: str,
        keys: Sequence[VerificationKey] | None,
        published: Sequence[str | os.PathLike[str]],
        name: str,
        use: Use | None,
        progress: Progress | None,
    ) -> None:
        self._root = root
        self._name = name
        self._use = use
        self._progress = progress
        self._faults = Faults()
        self._chain = Chain(entry_.genesis(name), self._faults)
        self._held: Held | None = None
        if keys is not None:
            from gatelib.ledger.held import Held

            self._held = Held(keys, name, self._faults, published)
        self._number = 0
        self._first: str | None = None
        self._before = ""
        self._torn: Place | None = None
        self._done = self._total = 0

    def run(self) -> Verified:
        """Return what was found."""
        if self._progress:
            self._total = _total(self._root)
        try:
            for day in layout.days(self._root, self._stray):
                self._day(day)
        except OSError as error:
            raise EvidenceError(f"cannot be read: {error.strerror}", file=self._root) from None
        if self._held:
            self._held.end(self._number)
        if self._progress:
            self._progress(self._total, self._total)
        kept = sorted(self._faults.kept, key=lambda fault: (fault.entry or self._number + 1, fault.file))
        return Verified(
            name=self._name,
            entries=self._number,
            head=self._chain.head,
            first=self._first,
            last=self._before or None,
            signed=self._held.signed if self._held else 0,
            signed_by=self._held.signed_by if self._held else None,
            published=self._held.published if self._held else 0,
            torn=str(self._torn) if self._torn else None,
            faults=tuple(kept),
            more=self._faults.more,
        )

    def _stray(self, path: str, what: Stray) -> None:
        self._faults.add(Fault(what, _STRAY[what], shown(path)))

    def _day(self, day: Day) -> None:
        if self._held:
            self._held.begin(self._root, day)
        if day.has_entries:
            file = f"{day.path}/{layout.ENTRIES}"
            try:
                descriptor = layout.open_regular(os.path.join(self._root, file))  # noqa: PTH118
            except OSError:
                self._stray(file, "unreadable")
            else:
                try:
                    self._lines(descriptor, file, day.path)
                except OSError:
                    self._stray(file, "unreadable")
                finally:
                    os.close(descriptor)
        if self._held:
            self._held.close(self._number)

    def _lines(self, descriptor: int, file: str, day: str) -> None:
        end = 0
        for line in layout.lines(descriptor):
            end = line.end
            if self._torn is not None:
                self._faults.at(self._torn, "torn", "is cut off, and others follow it")
                self._chain.lose(self._torn)
                self._number, self._torn = self._torn.entry, None
            place = Place(self._number + 1, file, line.number)
            if line.whole or line.data is None:
                self._number = place.entry
                self._line(line, place, day)
            else:
                self._torn = place
            if self._progress and place.entry % _TICK == 0:
                self._progress(self._done + end, self._total)
        self._done += end

    def _line(self, line: Line, place: Place, day: str) -> None:
        data = line.data
        if data is None:
            self._malformed(place, "is longer than any entry")
            return
        try:
            entry = entry_.parse(data)
        except ValueError as error:
            self._malformed(place, str(error))
            return
        hash_ = entry_.digest(data)
        self._chain.take(entry, hash_, place)
        if layout.day_of(entry.timestamp) != day:
            self._faults.at(place, "misplaced", f"is of {entry.timestamp}, another day")
        if entry.timestamp < self._before:
            self._faults.at(place, "backwards", f"is of {entry.timestamp}, before that of the one before it")
        self._first, self._before = self._first or entry.timestamp, entry.timestamp
        if self._held and self._held.take(hash_, entry.timestamp, place, line.end):
            self._chain.confirm()
        if self._use:
            self._use(entry, place)

    def _malformed(self, place: Place, why: str) -> None:
        self._faults.at(place, "malformed", why)
        self._chain.lose(place)


def _total(root: str) -> int:
    def size(path: str) -> int:
        try:
            return os.lstat(path).st_size
        except OSError:
            return 0

    try:
        return sum(
            size(os.path.join(root, day.path, layout.ENTRIES))  # noqa: PTH118
            for day in layout.days(root, lambda path, what: None)
            if day.has_entries
        )
    except OSError:
        return 0

"""Following the chain: which entry is wrong where one does not have the hash of the one before.

That is found at the entry after the one that was changed. So what is said of a break waits for what comes
next, and looks back at the last hashes: at a window of them, so that any ledger needs the same memory.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from gatelib.ledger.entry import Entry, canonical, digest
from gatelib.ledger.faults import Faults, Place, Problem

_WINDOW: Final = 1024
_CHANGED: Final = "says that it follows another entry than the one before it: it was changed"


@dataclass(slots=True)
class _Break:
    """A break, about which more may become known."""

    at: Place
    """The entry that does not follow."""
    fault: int | None
    """Which of the faults says so."""
    repaired: str
    """The entry's hash, if it did."""


class Chain:
    """Takes entries one after the other."""

    def __init__(self, head: str, faults: Faults) -> None:
        self.head: str | None = head
        """The hash of the last entry; ``None`` after a line that is none."""
        self._faults = faults
        self._before: Place | None = None
        self._confirmed = False
        self._last: _Break | None = None
        """The break just before."""
        self._unseen: dict[str, _Break] = {}
        """Breaks by the hash that was not found."""
        self._moved = False
        """Whether an entry was found out of order, so that what it stood between does not fit either."""
        self._window: dict[str, Place] = {}

    def take(self, entry: Entry, hash_: str, place: Place) -> None:
        """Follow to the next entry."""
        if self.head is not None and entry.previous_hash != self.head:
            self._broken(entry, hash_, place)
        else:
            self._last = None
            if hash_ in self._unseen:
                self._resolve(hash_)
        self.head, self._before, self._confirmed = hash_, place, False
        window = self._window
        window.setdefault(hash_, place)
        if len(window) > _WINDOW:
            del window[next(iter(window))]

    def lose(self, place: Place) -> None:
        """Pass over a line that is no entry; what comes next cannot be held to it."""
        self.head, self._before, self._last = None, place, None

    def confirm(self) -> None:
        """Learn that the last entry is what somebody signed."""
        self._confirmed = True

    def _broken(self, entry: Entry, hash_: str, place: Place) -> None:
        last, self._last = self._last, None
        if last is not None and entry.previous_hash == last.repaired:
            self._tell_again(last.fault, last.at, "changed", _CHANGED)
            return
        if hash_ in self._window:
            self._faults.at(place, "repeated", f"is the entry of {self._window[hash_]} once more")
            return
        if hash_ in self._unseen:
            self._resolve(hash_)
            return
        if entry.previous_hash in self._window:
            if not self._moved:
                self._inserted(self._window[entry.previous_hash], place)
            self._moved = False
            return
        self._unknown(entry, place)

    def _inserted(self, after: Place, place: Place) -> None:
        """Say of what stands between two entries that it does not belong there."""
        if self._faults.more:
            return
        number = after.entry + 1
        first = next(found for found in (*self._window.values(), place) if found.entry >= number)
        extra = "was" if number == place.entry - 1 else f"and those up to {place.entry - 1:,} were"
        message = f"{extra} inserted: {place} follows {after}"
        known = next((found for found in self._unseen.values() if found.at == first), None)
        if known is not None:
            self._tell_again(known.fault, first, "inserted", message)
        elif not any(fault.entry == number for fault in self._faults.kept[-2:]):
            self._faults.at(first, "inserted", message)

    def _unknown(self, entry: Entry, place: Place) -> None:
        """Say of an entry that it follows one that was not seen."""
        before = self._before
        if before is None:
            found = self._faults.at(
                place,
                "beginning",
                "does not begin this ledger: it is another, or its beginning was removed",
            )
        elif self._confirmed:
            found = self._faults.at(
                place, "changed", "does not follow the one before it, which is signed: entries were removed"
            )
        else:
            found = self._faults.at(
                before, "changed", f"was changed, or entries after it were removed: {place} follows another"
            )
        repaired = digest(canonical(entry._replace(previous_hash=self.head or "")))
        self._last = _Break(place, found, repaired)
        if len(self._unseen) < _WINDOW:
            self._unseen[entry.previous_hash] = self._last

    def _resolve(self, hash_: str) -> None:
        """Say of an earlier break that what is missing there has come now."""
        found = self._unseen.pop(hash_)
        self._tell_again(found.fault, found.at, "out of order", "stands before the entry that it follows")
        self._moved = True

    def _tell_again(self, fault: int | None, place: Place, problem: Problem, message: str) -> None:
        if fault is not None:
            kept = self._faults.kept
            kept[fault] = replace(
                kept[fault],
                problem=problem,
                message=message,
                file=place.file,
                line=place.line,
                entry=place.entry,
            )

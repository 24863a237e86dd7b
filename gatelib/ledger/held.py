"""Holding a ledger to its checkpoints, those beside its entries and those that were published."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatelib.evidence.folder import shown
from gatelib.ledger import checkpoints
from gatelib.ledger.checkpoints import EVERY, Checkpoint, CheckpointError, Signed
from gatelib.ledger.faults import Fault, Faults, Place, Problem
from gatelib.ledger.layout import Day

if TYPE_CHECKING:
    from gatelib.keys import VerificationKey


@dataclass(slots=True)
class _Waiting:
    """A checkpoint whose last entry has not come yet."""

    signed: Signed
    file: str
    claimed: int | None
    """What its file's name says, where it lies beside the entries."""


class Held:
    """What checkpoints say of the entries that pass by."""

    def __init__(
        self,
        keys: Sequence[VerificationKey],
        name: str,
        faults: Faults,
        published: Sequence[str | os.PathLike[str]],
    ) -> None:
        self.signed = 0
        self.signed_by: str | None = None
        self.published = 0
        self._keys = keys
        self._name = name
        self._faults = faults
        self._beside: dict[str, list[_Waiting]] = {}
        self._elsewhere: dict[str, list[_Waiting]] = {}
        self._shift = 0
        """By how many entries checkpoints differ from the place where their last entry is."""
        self._last: dict[bool, Checkpoint] = {}
        """The last one that holds, of those that were published and of the others."""
        self._due = EVERY
        for path in published:
            self._wait(self._elsewhere, os.fspath(path), shown(os.fspath(path)), None)

    def begin(self, root: str, day: Day) -> None:
        """Read the checkpoints of a day."""
        for count, name in day.checkpoints:
            file = f"{day.path}/{name}"
            self._wait(self._beside, os.path.join(root, file), file, count)  # noqa: PTH118

    def take(self, hash_: str, timestamp: str, place: Place, end: int) -> bool:
        """Compare with an entry; tell whether a checkpoint is over all up to it, and nothing else."""
        if hash_ not in self._beside and hash_ not in self._elsewhere:
            return False
        holds = False
        for waiting in self._elsewhere.pop(hash_, ()):
            if self._fits(waiting, timestamp, place):
                self.published = max(self.published, place.entry)
                holds = True
        for waiting in self._beside.pop(hash_, ()):
            if self._fits(waiting, timestamp, place) and self._lies_well(waiting, end):
                self.signed, self.signed_by = place.entry, waiting.signed.by
                holds = True
            self._note(waiting.claimed)
        return holds

    def close(self, entries: int) -> None:
        """End a day: its checkpoints are over its entries."""
        self._rest(self._beside, entries)

    def end(self, entries: int) -> None:
        """End the ledger."""
        self._rest(self._elsewhere, entries)

    def _wait(self, queue: dict[str, list[_Waiting]], path: str, file: str, claimed: int | None) -> None:
        try:
            found = checkpoints.read(path, self._keys, self._name)
        except CheckpointError as error:
            self._faults.add(Fault(error.problem, error.message, file, entry=claimed))
            self._note(claimed)
            return
        queue.setdefault(found.checkpoint.head, []).append(_Waiting(found, file, claimed))

    def _fits(self, waiting: _Waiting, timestamp: str, place: Place) -> bool:
        """Tell whether a checkpoint says what its last entry, at its place, has."""
        said = waiting.signed.checkpoint
        if said.count != place.entry:
            if said.count - place.entry != self._shift:
                self._shift = said.count - place.entry
                message = f"is over {said.count:,} entries, and its last is entry {place.entry:,} at {place}"
                self._tell(waiting, "contradicted", message)
            return False
        if said.time < timestamp:
            self._tell(waiting, "backwards", f"is of {said.time}, before its last entry at {place}")
            return False
        last = self._last.get(waiting.claimed is None)
        if last is not None and said.count > last.count and said.time < last.time:
            self._tell(waiting, "backwards", f"is of {said.time}, before the one over {last.count:,} entries")
            return False
        self._last[waiting.claimed is None] = said
        return True

    def _lies_well(self, waiting: _Waiting, end: int) -> bool:
        """Tell the same of what only those beside the entries say; and which were taken away before it."""
        said = waiting.signed.checkpoint
        if waiting.claimed != said.count or said.size != end:
            if not self._faults.kept:  # or what is wrong before it has another length
                self._tell(waiting, "contradicted", "is not where a checkpoint over these entries lies")
            return False
        missing = range(self._due, said.count, EVERY)
        if missing:
            which = f"{missing[0]:,} to {missing[-1]:,}" if len(missing) > 1 else f"{missing[0]:,}"
            self._tell(waiting, "unsigned", f"follows one over {which} entries, which was taken away")
        return True

    def _note(self, claimed: int | None) -> None:
        """Remember which checkpoint is due next."""
        if claimed is not None:
            self._due = max(self._due, claimed // EVERY * EVERY + EVERY)

    def _tell(self, waiting: _Waiting, problem: Problem, message: str) -> None:
        self._faults.add(Fault(problem, message, waiting.file, entry=waiting.signed.checkpoint.count))

    def _rest(self, queue: dict[str, list[_Waiting]], entries: int) -> None:
        """Say what checkpoints are over an entry that did not come."""
        for waiting in (found for listed in queue.values() for found in listed):
            count = waiting.signed.checkpoint.count
            if count > entries:
                message = f"is over {count:,} entries, and there are {entries:,}: the last ones were removed"
                self._tell(waiting, "truncated", message)
            else:
                since = max(self.signed, self.published)
                among = f"some of {since + 1:,} to {count:,}" if since < count else "some"
                message = f"is over other entries than those that are there: {among} were changed"
                self._tell(waiting, "contradicted", message)
            self._note(waiting.claimed)
        queue.clear()

"""Reading many releases: on all cores, and whichever cannot be read is in nobody's way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gatelib import executors
from gatelib.errors import GatelibError
from gatelib.portal.model import Unread
from gatelib.portal.reading import Read, read

if TYPE_CHECKING:
    from gatelib.attestation.expected import Expected

_PATIENCE: Final = 600.0
"""Seconds for one release, whose files are all hashed."""


def each(
    places: Sequence[Path],
    expected: Expected | None,
    *,
    jobs: int,
    progress: Callable[[], None] | None = None,
) -> Iterator[Read | Unread]:
    """Yield each release in the order of the places, or why it could not be read."""

    def work(number: int) -> Read | Unread:
        try:
            return read(places[number], expected=expected)
        except GatelibError as error:
            reason = f"{error.message} ({error.hint})" if error.hint else error.message
            return Unread(place=str(places[number]), reason=reason)

    pool = executors.executor(
        lambda: work, jobs=jobs, timeout=_PATIENCE, isolated=jobs > 1 and len(places) > 1
    )
    early: dict[int, Read | Unread] = {}
    turn = 0
    try:
        for number, found in pool.run(range(len(places))):
            if isinstance(found, executors.Failure):
                early[number] = Unread(place=str(places[number]), reason=found.reason)
            else:
                early[number] = found
            if progress:
                progress()
            while turn in early:
                yield early.pop(turn)
                turn += 1
    finally:
        pool.close()

"""Exceptions: from reports and attestations that were given them, and from ``gatelib exception list``.

Each counts once, however many reports name it. What the list says of its state holds; a report alone can tell
whether it waived something, and whether its end has come.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from gatelib.metrics.counted import Counted
from gatelib.metrics.families import WAIVER_CREATED, WAIVER_EXPIRY, WAIVERS
from gatelib.metrics.labels import OTHER
from gatelib.metrics.moments import end, seconds

SHOWN: Final = 200
"""Exceptions with series of their own: those that end first."""

_STATES: Final = ("in force", "expiring", "expired", "revoked", "invalid")
_IN_FORCE: Final = ("in_force", "expiring")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_LENGTH: Final = 16
"""Characters of a digest in a label."""


@dataclass(slots=True)
class _Waiver:
    expires: float | None = None
    created: float | None = None
    state: str = ""
    has_hidden: bool = False


@dataclass(slots=True)
class Waivers:
    """All exceptions of a run, by their digest."""

    found: dict[str, _Waiver] = field(default_factory=dict)

    def of_report(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Take the exceptions that a report, or an attestation, lists."""
        for entry in entries:
            waiver = self.found.setdefault(entry["sha256"], _Waiver())
            waiver.expires = _least(waiver.expires, end(entry["expires"]))
            waiver.has_hidden = waiver.has_hidden or bool(entry["hid"])

    def of_list(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Take what ``gatelib exception list --format json`` prints."""
        for entry in entries:
            waiver = self.found.setdefault(entry["sha256"], _Waiver())
            waiver.expires = _least(waiver.expires, end(entry.get("expires")))
            waiver.created = seconds(entry.get("created"))
            waiver.state = entry["state"].replace(" ", "_") if entry["state"] in _STATES else OTHER

    def count(self, counted: Counted, *, now: float) -> None:
        """Count them by state, and show those in force that end first."""
        in_force = []
        for digest, waiver in self.found.items():
            state = waiver.state or _state(waiver, now)
            counted.add(WAIVERS, state)
            if state in _IN_FORCE and waiver.expires is not None and _DIGEST.fullmatch(digest):
                in_force.append((waiver.expires, digest, waiver.created))
        for expires, digest, created in sorted(in_force, key=lambda entry: entry[:2])[:SHOWN]:
            counted.put(WAIVER_EXPIRY, digest[:_LENGTH], value=expires)
            if created is not None:
                counted.put(WAIVER_CREATED, digest[:_LENGTH], value=created)


def _state(waiver: _Waiver, now: float) -> str:
    if waiver.expires is None:
        return "invalid"
    if waiver.expires <= now:
        return "expired"
    return "in_force" if waiver.has_hidden else "unused"


def _least(one: float | None, other: float | None) -> float | None:
    return min((value for value in (one, other) if value is not None), default=None)

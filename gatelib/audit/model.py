"""What an audit finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from gatelib.audit.population import Identity, Unread

SCHEMA: Final = "gatelib.dev/audit/v1"

UNAVAILABLE: Final = "unavailable"
"""The check that could not be made, since something that it needs is not there or cannot be read."""


class Fault(NamedTuple):
    """What does not hold of one release."""

    check: str
    """``pack``; those of ``gatelib.attestation.verifying``; ``bundle``; ``rerun``; ``unavailable``."""
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one release."""

    identity: Identity
    name: str
    """Where it lies among the releases."""
    faults: tuple[Fault, ...]
    notes: tuple[str, ...] = ()
    """What is worth knowing and no fault."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            **self.identity.to_dict(),
            "name": self.name,
            "holds": not self.faults,
            "faults": [fault._asdict() for fault in self.faults],
            "notes": list(self.notes),
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Result:
        """Return the result with a JSON form.

        Raises:
            KeyError: it is none.
            TypeError: it is none.

        """
        return cls(
            identity=Identity(str(value["service"]), str(value["version"]), str(value["sha256"])),
            name=str(value["name"]),
            faults=tuple(Fault(str(entry["check"]), str(entry["message"])) for entry in value["faults"]),
            notes=tuple(str(note) for note in value["notes"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What became of all that were looked at."""

    population: str
    """Digest over the identities of all releases."""
    size: int
    """How many there are."""
    results: tuple[Result, ...]
    """By identity."""
    unread: tuple[Unread, ...]
    """What among the releases or the inputs cannot be read."""
    faults: tuple[str, ...] = ()
    """What does not hold of the sample."""

    @property
    def exit_code(self) -> int:
        """3 where something could not be read, else 1 where something does not hold, else 0."""
        checks = {fault.check for result in self.results for fault in result.faults}
        if self.unread or UNAVAILABLE in checks:
            return 3
        return 1 if checks or self.faults else 0

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "schema": SCHEMA,
            "population": {"size": self.size, "sha256": self.population},
            "faults": list(self.faults),
            "releases": [result.to_dict() for result in self.results],
            "unread": [entry._asdict() for entry in self.unread],
        }

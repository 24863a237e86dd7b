"""What an attestation is held against, and what may not hold of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from gatelib.controls import Catalogue
from gatelib.exceptions.revoked import Revocations
from gatelib.trust import Trust


class Fault(NamedTuple):
    """What does not hold."""

    check: str
    """``signature``, ``statement``, ``release``, ``pack``, ``report``, ``bundle``, ``controls``, ``waiver``
    or ``result``."""
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an attestation is held against."""

    trust: Trust
    """Attesters; and where they are named, runners and approvers, whose signatures are verified again."""
    catalogue: Catalogue
    severities: Mapping[str, str]
    """Of all rules."""
    now: datetime
    max_age_hours: float
    critical_approvers: int = 2
    """How many it takes to say that a critical rule does not matter."""
    record: bytes | None = None
    """The Release, from a place of the verifier's own; the pack's where there is none."""
    bundle: str | None = None
    """SHA-256 of the bundle whose rules must have run; ``None`` where it is not at hand."""
    config: str | None = None
    """SHA-256 of the configuration that is in force here; ``None`` where there is none."""
    revoked: Revocations = field(default_factory=Revocations)

"""Control attestations, ``gatelib.dev/attestation/v1``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gatelib.metrics.counted import Counted
from gatelib.metrics.families import ATTESTATION_TIME, ATTESTATIONS, ATTESTED_CONTROLS
from gatelib.metrics.labels import OTHER, Labels
from gatelib.metrics.moments import seconds

STATUSES: Final = ("pass", "fail", "not evaluated", "not applicable")


def count(attestation: Mapping[str, Any], counted: Counted, labels: Labels, *, now: float) -> None:
    """Count an attestation of the right form; one of the future is not the newest."""
    counted.add(ATTESTATIONS, outcome(attestation))
    moment = seconds(attestation["created_utc"])
    if moment is not None and moment <= now:
        counted.latest(ATTESTATION_TIME, value=moment)
    for control in attestation["controls"]:
        status = control["status"] if control["status"] in STATUSES else OTHER
        counted.add(ATTESTED_CONTROLS, labels.control(control["id"]), status.replace(" ", "_"))


def outcome(attestation: Mapping[str, Any]) -> str:
    """Return ``pass`` or ``fail``."""
    return "pass" if attestation["overall"] is True else "fail"

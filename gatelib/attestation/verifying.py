"""Verifying an attestation: its signature, and that all it was made from is still there and says the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gatelib.attestation import files, statements
from gatelib.attestation.checking import Check
from gatelib.attestation.expected import Expected, Fault
from gatelib.attestation.forms import require
from gatelib.attestation.packs import SealedPack
from gatelib.errors import EvidenceError, SignatureError

__all__ = ["FILE", "Expected", "Fault", "Verification", "verify"]

FILE: Final = files.SIGNED_IN_PACK


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What became of an attestation."""

    faults: tuple[Fault, ...]
    attestation: Mapping[str, Any] | None
    """What is attested; ``None`` where nobody who is trusted has signed it."""
    attester: str | None
    """Whose signature holds."""
    unchecked: tuple[str, ...] = ()
    """What was not looked at, since nothing was given to hold it against."""

    @property
    def holds(self) -> bool:
        """Whether the release passed, and all of it is still so."""
        return not self.faults

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "holds": self.holds,
            "attester": self.attester,
            "faults": [fault._asdict() for fault in self.faults],
            "unchecked": list(self.unchecked),
            "attestation": self.attestation,
        }


def verify(pack: SealedPack, expected: Expected, content: bytes | None = None) -> Verification:
    """Verify the attestation in some bytes, by default the one in the pack, against the pack and the rest."""
    content = pack.controls.get(FILE) if content is None else content
    if content is None:
        return _refused("signature", f"`{FILE}` is missing: the release was not attested")
    keys = [key for party in expected.trust.attestation for key in party.keys]
    if not keys:
        return _refused(
            "signature", "nobody is trusted with attestations: name a key, or `trust.attestation`"
        )
    try:
        statement, attester = statements.opened(content, statements.CONTROLS, keys)
        require(statement["predicate"], "attestation-v1.json", "control attestation")
    except (SignatureError, EvidenceError) as error:
        return _refused("signature", f"the attestation {error.message}")
    attestation: Mapping[str, Any] = statement["predicate"]
    check = Check(pack, expected, statement)
    return Verification(
        faults=tuple(dict.fromkeys(check.faults())),
        attestation=attestation,
        attester=attester,
        unchecked=tuple(check.unchecked()),
    )


def _refused(check: str, message: str) -> Verification:
    return Verification(faults=(Fault(check, message),), attestation=None, attester=None)

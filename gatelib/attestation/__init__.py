"""Control attestations: which controls hold for a release, made from its evidence, signed, verified."""

from __future__ import annotations

from gatelib.attestation.making import Made, make, signed
from gatelib.attestation.model import Attestation
from gatelib.attestation.verifying import Expected, Fault, Verification, verify

__all__ = ["Attestation", "Expected", "Fault", "Made", "Verification", "make", "signed", "verify"]

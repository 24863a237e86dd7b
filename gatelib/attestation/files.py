"""What lies in a pack's ``controls/``, by the names that it has there."""

from __future__ import annotations

from typing import Final

from gatelib.evidence.manifest import CONTROLS

REPORT: Final = "report.json"
REPORTS: Final = "reports/"
ATTESTATION: Final = "attestation.json"
SIGNED: Final = "attestation.dsse.json"
SIGSTORE: Final = "attestation.sigstore.json"
SUMMARY: Final = "vsa.dsse.json"

SIGNED_IN_PACK: Final = f"{CONTROLS}{SIGNED}"
"""The attestation that counts, by its path in the pack."""

"""Signatures of images as cosign prints them, and Sigstore bundles; one, or one a line.

``cosign download signature`` prints the signed payload with its signature, which gatelib verifies. What
``cosign verify --output json`` prints is the payload alone: that somebody verified it is only said.
"""

from __future__ import annotations

from typing import Final

from gatelib.evidence.formats import claims, lines
from gatelib.evidence.formats.interface import Fact, Format, Given


class _Cosign(Format):
    name = "cosign"

    def recognises(self, given: Given) -> bool:
        value = lines.first(given)
        if isinstance(value, list):
            return bool(value) and all(claims.is_signature(entry) for entry in value)
        return claims.is_signature(value)

    def facts(self, given: Given) -> list[Fact]:
        return [fact for claim in claims.read(given) for fact in claim.facts]


FORMAT: Final = _Cosign()

"""in-toto Statements, bare or in DSSE, one or one a line, as ``cosign download attestation`` prints them."""

from __future__ import annotations

from typing import Final

from gatelib.errors import EvidenceError
from gatelib.evidence.formats import claims, lines, statements
from gatelib.evidence.formats.interface import Fact, Format, Given


class _InToto(Format):
    name = "in-toto"

    def recognises(self, given: Given) -> bool:
        value = lines.first(given)
        return statements.is_statement(value) or claims.is_envelope(value)

    def facts(self, given: Given) -> list[Fact]:
        return [fact for claim in claims.read(given) for fact in claim.facts]


class _Slsa(_InToto):
    """Statements with SLSA provenance among them."""

    name = "slsa-provenance"

    def recognises(self, given: Given) -> bool:
        if not super().recognises(given):
            return False
        try:
            found = self.facts(given)
        except EvidenceError:
            return False
        return any(str(fact.get("predicate_type")).startswith(statements.PROVENANCE) for fact in found)


FORMAT: Final = _InToto()
SLSA: Final = _Slsa()

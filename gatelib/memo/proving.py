"""What a report proves of each readiness gate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson

from gatelib import proofs
from gatelib.memo.model import GateProof, Proof, Standing
from gatelib.report import EvidenceFile, Report

_STANDINGS: Final[Mapping[proofs.Standing, Standing]] = {
    "failed": "not proved",
    "not evaluated": "not proved",
    "waived": "waived",
    "passed": "proved",
    "empty": "proved",
    "idle": "not proved",
}


@cache
def mapping() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Return the readiness gates as ``(id, title, patterns of rules)``."""
    found = orjson.loads((Path(__file__).parent / "gates.json").read_bytes())["gates"]
    return tuple((gate["id"], gate["title"], tuple(gate["rules"])) for gate in found)


def gates(report: Report, layout: Mapping[str, Any]) -> tuple[GateProof, ...]:
    """Return each readiness gate with its rules and its evidence."""
    known = proofs.Proofs(report)
    return tuple(
        GateProof(
            id=id_,
            title=title,
            proofs=tuple(_proof(known.of(rule)) for rule in _named(patterns, report)),
            evidence=tuple(_evidence(patterns, report.evidence, layout)),
        )
        for id_, title, patterns in mapping()
    )


def _proof(proof: proofs.Proof) -> Proof:
    return Proof(rule=proof.rule, title=proof.title, standing=_STANDINGS[proof.standing], why=proof.why)


def _named(patterns: Sequence[str], report: Report) -> list[str]:
    """Return the rules of a gate; one that is named whole is there even where the policy has it not."""
    whole = {pattern for pattern in patterns if "*" not in pattern}
    wild = {rule for rule in report.catalog if any(fnmatchcase(rule, pattern) for pattern in patterns)}
    return sorted(whole | wild)


def _evidence(
    patterns: Sequence[str], files: Sequence[EvidenceFile], layout: Mapping[str, Any]
) -> Iterator[EvidenceFile]:
    roles = {
        role
        for role, entry in layout["roles"].items()
        if any(fnmatchcase(entry["rule"], pattern) for pattern in patterns)
    }
    for file in files:
        if file.role in roles:
            yield file

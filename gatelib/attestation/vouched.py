"""Reports of the gate that attestations are made from, and the signatures of those who ran it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import orjson

from gatelib import report_form
from gatelib.attestation import assembling, statements
from gatelib.attestation.forms import require
from gatelib.attestation.model import Source
from gatelib.errors import EvidenceError, SignatureError
from gatelib.evidence import release as releases
from gatelib.keys import SigningKey
from gatelib.report import Report
from gatelib.trust import Party

GATE: Final = "pre-promote"
"""The gate that attestations are about."""


def signed(report: bytes, record: bytes, *, called: str, key: SigningKey) -> bytes:
    """Return a runner's signature over a report of the gate, for the release with a record, as an envelope.

    Raises:
        EvidenceError: it is no report, or is none on this record with the pack that it names.

    """
    try:
        value = orjson.loads(report)
    except orjson.JSONDecodeError as error:
        raise EvidenceError(f"is no JSON: {error.msg}", line=error.lineno) from None
    found, subject = _report(value), assembling.subject(record, called=called)
    pack = releases.read(record, file=called).sha256
    if [digest for _, digest in found.releases] != [subject.sha256]:
        raise EvidenceError("the report is not on this Release record", file=called)
    if pack is None or found.pack is None or found.pack.sha256 != pack:
        raise EvidenceError("the report is not on the pack that the Release names", file=called)
    about = statements.subjects(subject.images, pack, subject.sha256)
    return statements.signed(value, statements.REPORT, about, key).to_json() + b"\n"


def opened(
    content: bytes, about: Sequence[Mapping[str, Any]], runners: Sequence[Party]
) -> tuple[Report, str]:
    """Return a signed report about some subjects, and who signed it.

    Raises:
        SignatureError: it is signed by no runner who is trusted, or for another release.
        EvidenceError: it is no report of the gate.

    """
    keys = [key for party in runners for key in party.keys]
    statement, runner = statements.opened(content, statements.REPORT, keys)
    return _on(statement, about), runner


def claimed(content: bytes, about: Sequence[Mapping[str, Any]]) -> Report:
    """Return a signed report by somebody's word that its signature holds.

    Raises:
        SignatureError: it is about another release.
        EvidenceError: it is no report of the gate.

    """
    return _on(statements.unverified(content, statements.REPORT), about)


def _on(statement: Mapping[str, Any], about: Sequence[Mapping[str, Any]]) -> Report:
    if statement["subject"] != [*about]:
        raise SignatureError("the report is about another release, or another pack of it")
    report = _report(statement["predicate"])
    if report.gate != GATE:
        raise EvidenceError(f"the report is of the gate `{report.gate}`, not `{GATE}`")
    return report


def source(name: str, content: bytes, report: Report, runner: str | None) -> Source:
    """Return what an attestation says of a report."""
    return Source(
        file=name,
        sha256=sha256(content).hexdigest(),
        gate=report.gate,
        now=report.now,
        outcome=report.outcome,
        bundle={
            "revision": report.revision,
            "sha256": report.bundle_sha256,
            "signed_by": report.signed_by,
        },
        config={"sha256": report.config_sha256, "trusted": report.config_trusted},
        engine={"name": report.engine, "version": report.engine_version},
        signed_by=runner,
    )


def _report(value: Any) -> Report:
    require(value, "report-v1.json", "report of a gate")
    return report_form.parse(value)

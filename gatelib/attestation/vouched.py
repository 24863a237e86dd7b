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
        EvidenceError: it is no report, or the record names no sealed pack.

    """
    value = _report(report)
    subject = assembling.subject(record, called=called)
    pack = releases.read(record, file=called).sha256
    if pack is None:
        raise EvidenceError("the Release names no Evidence Pack", file=called, hint="seal the pack first")
    about = statements.subjects(subject.images, pack)
    return statements.signed(value, statements.REPORT, about, key).to_json() + b"\n"


def opened(content: bytes, images: Sequence[str], pack: str, runners: Sequence[Party]) -> tuple[Report, str]:
    """Return a signed report, and who signed it.

    Raises:
        SignatureError: it is signed by no runner who is trusted, or for another release.
        EvidenceError: it is no report of the gate.

    """
    keys = [key for party in runners for key in party.keys]
    statement, runner = statements.opened(content, statements.REPORT, keys)
    return _about(statement, images, pack), runner


def claimed(content: bytes, images: Sequence[str], pack: str) -> Report:
    """Return a signed report by somebody's word that its signature holds.

    Raises:
        SignatureError: it is about another release.
        EvidenceError: it is no report of the gate.

    """
    return _about(statements.unverified(content, statements.REPORT), images, pack)


def _about(statement: Mapping[str, Any], images: Sequence[str], pack: str) -> Report:
    if statement["subject"] != statements.subjects(images, pack):
        raise SignatureError("the report is about another release, or another pack of it")
    report = report_form.parse(_report(orjson.dumps(statement["predicate"])))
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


def _report(content: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise EvidenceError(f"is no JSON: {error.msg}", line=error.lineno) from None
    require(value, "report-v1.json", "report of a gate")
    found: dict[str, Any] = value
    return found

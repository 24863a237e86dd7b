"""Making an attestation: the gate is run here, or reports are taken that a trusted runner has signed.

Loose JSON proves nothing: neither is a report taken that nobody signed, nor an attestation signed that this
gatelib has not made itself.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson

from gatelib import deployed, report_form, sources
from gatelib._version import __version__
from gatelib.attestation import assembling, declaring, packs, sigstore_bundle, statements
from gatelib.attestation.model import Attestation, Source
from gatelib.controls import frameworks, load
from gatelib.errors import EvidenceError, SignatureError, UsageError
from gatelib.evidence import release as releases
from gatelib.evidence.reading import is_pack
from gatelib.gate import Gate
from gatelib.keys import SigningKey
from gatelib.report import Report
from gatelib.resolution import InForce
from gatelib.settings import Progress
from gatelib.trust import Party

GATE: Final = "pre-promote"

REPORT: Final = "report.json"
REPORTS: Final = "reports/"
ATTESTATION: Final = "attestation.json"
SIGNED: Final = "attestation.dsse.json"
SIGSTORE: Final = "attestation.sigstore.json"
SUMMARY: Final = "vsa.dsse.json"

_INDENTED: Final = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


@dataclass(frozen=True, slots=True)
class Made:
    """An attestation, and what it is made from."""

    attestation: Attestation
    content: bytes
    """Its JSON form."""
    reports: Mapping[str, bytes]
    """The reports' files, by path below ``controls/``."""
    verifier: str | None
    """The URI by which the configuration names who attests."""


def make(
    gate: Gate,
    release: str | os.PathLike[str],
    paths: Sequence[str | os.PathLike[str]] = (),
    *,
    clock: datetime,
    controls: Path | None = None,
    reports: Mapping[str, bytes] | None = None,
    progress: Progress | None = None,
) -> Made:
    """Attest which controls hold for a release.

    ``gate`` is a gate ``pre-promote`` with the release's pack as evidence; ``paths`` are the manifests that
    it deploys. With ``reports``, signed ones by their names, the gate is not run. ``controls`` is a
    catalogue in place of the configuration's, or the shipped one.

    Raises:
        UsageError: the gate is another one, or its settings cannot be carried out.
        EvidenceError: the release, its pack or a signed report cannot be read.
        SignatureError: a report is signed by no runner who is trusted, or for another release.

    """
    if gate.settings.gate != GATE:
        raise UsageError(f"an attestation is about the gate `{GATE}`")
    base = Path(gate.settings.base or Path.cwd())
    called = sources.display(Path(release), base)
    record = _bytes(base / release, called)
    place = _pack(gate)
    sealed = packs.read(
        place if "://" in place else base / place,
        access=gate.settings.access(place.removeprefix("oci://")) if "://" in place else None,
    )
    force = InForce(gate.settings, gate.policy, [os.fspath(path) for path in (release, *paths)])
    bound = releases.read(record, file=called)
    said = force.config.values.get("attestation", {}) if force.config else {}
    if controls is None and force.config is not None and "controls" in said:
        controls = force.config.place(said["controls"])
    catalogue = load(controls)
    subject = assembling.subject(record, called=called)
    given: dict[str, tuple[bytes, Report, str | None]]
    lacks: list[str] = []
    if reports:
        runners = force.trust().reports
        given = {
            f"{REPORTS}{name}": (content, *_opened(name, content, subject.images, sealed.sha256, runners))
            for name, content in sorted(reports.items())
        }
    else:
        form = gate.check([release, *paths], progress=progress).to_dict()
        content = orjson.dumps(form, option=_INDENTED)
        given = {REPORT: (content, report_form.parse(form), None)}
        lacks = [
            f"no manifest runs the release's image `{name}`"
            for name in deployed.absent(gate, [release, *paths], subject.images)
        ]
    declared = declaring.verify(
        declaring.read(record, file=called),
        sealed.controls,
        bound,
        approvers=force.trust().approvers,
        catalogue=catalogue,
        severities=force.policy.data["severities"],
    )
    attestation = assembling.assemble(
        subject,
        sealed.sha256,
        [
            (source(name, content, report, runner), report)
            for name, (content, report, runner) in given.items()
        ],
        created=clock.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        catalogue=catalogue,
        frameworks=frameworks(),
        declared=declared,
        max_age_hours=force.parameter("attestation", "max_age_hours"),
        tool=__version__,
        lacks=lacks,
    )
    return Made(
        attestation,
        orjson.dumps(attestation.to_dict(), option=_INDENTED),
        {name: content for name, (content, _, _) in given.items()},
        said.get("verifier"),
    )


def signed(made: Made, key: SigningKey) -> dict[str, bytes]:
    """Return the signed files that go with an attestation: itself, and its Verification Summary."""
    form = made.attestation.to_dict()
    about = statements.subjects(made.attestation.release.images, made.attestation.pack)
    envelope = statements.signed(form, statements.CONTROLS, about, key)
    own = envelope.to_json() + b"\n"
    summary = statements.summary(form, own, verifier=made.verifier)
    return {
        SIGNED: own,
        SIGSTORE: sigstore_bundle.bundle(envelope, key) + b"\n",
        SUMMARY: statements.signed(summary, statements.SUMMARY, about, key).to_json() + b"\n",
    }


def signed_report(report: bytes, record: bytes, *, called: str, key: SigningKey) -> bytes:
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


def opened_report(
    content: bytes, images: Sequence[str], pack: str, runners: Sequence[Party]
) -> tuple[Report, str]:
    """Return a signed report, and who signed it.

    Raises:
        SignatureError: it is signed by no runner who is trusted, or for another release.
        EvidenceError: it is no report of the gate.

    """
    keys = [key for party in runners for key in party.keys]
    statement, runner = statements.opened(content, statements.REPORT, keys)
    return _about(statement, images, pack), runner


def claimed_report(content: bytes, images: Sequence[str], pack: str) -> Report:
    """Return a signed report by somebody's word that its signature holds.

    Raises:
        SignatureError: it is about another release.
        EvidenceError: it is no report of the gate.

    """
    return _about(statements.unverified(content, statements.REPORT), images, pack)


def _opened(
    name: str, content: bytes, images: Sequence[str], pack: str, runners: Sequence[Party]
) -> tuple[Report, str]:
    try:
        return opened_report(content, images, pack, runners)
    except (EvidenceError, SignatureError) as error:
        error.file = error.file or name
        raise


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


def _pack(gate: Gate) -> str:
    base = Path(gate.settings.base or Path.cwd())
    found = [place for place in gate.settings.evidence if is_pack(place if "://" in place else base / place)]
    if len(found) != 1:
        raise UsageError(
            f"{len(found)} Evidence Packs are given, and an attestation is about one",
            hint="name it with --evidence",
        )
    return found[0]


def _report(content: bytes) -> dict[str, Any]:
    from gatelib.attestation.forms import require

    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise EvidenceError(f"is no JSON: {error.msg}", line=error.lineno) from None
    require(value, "report-v1.json", "report of a gate")
    found: dict[str, Any] = value
    return found


def _bytes(path: Path, called: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EvidenceError(f"cannot be read: {error.strerror}", file=called) from None

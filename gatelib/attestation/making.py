"""Making an attestation: the gate is run here, or reports are taken that a trusted runner has signed.

Loose JSON proves nothing: neither is a report taken that nobody signed, nor an attestation signed that this
gatelib has not made itself.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Final, TypeAlias

import orjson

from gatelib import report_form, sources
from gatelib._version import __version__
from gatelib.attestation import assembling, declaring, files, packs, sigstore_bundle, statements, vouched
from gatelib.attestation.model import Attestation
from gatelib.attestation.packs import SealedPack
from gatelib.controls import frameworks, load
from gatelib.errors import EvidenceError, SignatureError, UsageError
from gatelib.evidence import release as releases
from gatelib.evidence.pack import OCI, is_pack
from gatelib.gate import Gate
from gatelib.keys import SigningKey
from gatelib.report import Report
from gatelib.resolution import InForce
from gatelib.settings import Progress
from gatelib.trust import Party

_Given: TypeAlias = tuple[bytes, Report, "str | None"]
"""A report's file, the report, and the runner who signed it."""

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
    if gate.settings.gate != vouched.GATE:
        raise UsageError(f"an attestation is about the gate `{vouched.GATE}`")
    if sources.STDIN in (os.fspath(path) for path in (release, *paths)):
        raise UsageError("an attestation is about files, and not about standard input")
    if gate.settings.verification_keys:
        raise UsageError(
            "whoever attests names no keys for the bundle",
            hint="name them in `trust.bundle` of the configuration",
        )
    base = Path(gate.settings.base or Path.cwd())
    called = sources.display(Path(release), base)
    record = _bytes(base / release, called)
    subject, bound = assembling.subject(record, called=called), releases.read(record, file=called)
    sealed = _sealed(gate, base)
    judged = [os.fspath(path) for path in (release, *paths)]
    force = InForce(gate.settings, gate.policy, judged)
    said = force.config.values.get("attestation", {}) if force.config else {}
    if controls is None and force.config is not None and "controls" in said:
        controls = force.config.place(said["controls"])
    catalogue, trust = load(controls), force.trust()
    created = clock.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if reports:
        about = statements.subjects(subject.images, sealed.sha256, subject.sha256)
        given = _taken(reports, about, trust.reports)
    else:
        settings = replace(gate.settings, now=gate.settings.now or created)
        form = replace(gate, settings=settings).check(judged, progress=progress).to_dict()
        content = orjson.dumps(form, option=_INDENTED)
        given = {files.REPORT: (content, report_form.parse(form), None)}
    declared = declaring.verify(
        declaring.read(record, file=called),
        sealed.controls,
        bound,
        approvers=trust.approvers,
        catalogue=catalogue,
        severities=force.policy.data["severities"],
        critical_approvers=force.parameter("exceptions", "critical_approvers"),
    )
    attestation = assembling.assemble(
        subject,
        sealed.sha256,
        [(vouched.source(name, *found), found[1]) for name, found in given.items()],
        created=created,
        catalogue=catalogue,
        frameworks=frameworks(),
        declared=declared,
        max_age_hours=force.parameter("attestation", "max_age_hours"),
        tool=__version__,
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
        files.SIGNED: own,
        files.SIGSTORE: sigstore_bundle.bundle(envelope, key) + b"\n",
        files.SUMMARY: statements.signed(summary, statements.SUMMARY, about, key).to_json() + b"\n",
    }


def _taken(
    reports: Mapping[str, bytes], about: Sequence[Mapping[str, Any]], runners: Sequence[Party]
) -> dict[str, _Given]:
    """Return reports that runners have signed."""
    found: dict[str, _Given] = {}
    for name, content in sorted(reports.items()):
        try:
            place = f"{files.REPORTS}{files.stored(name)}"
            if place in found:
                raise UsageError("two signed reports would have one name", file=name, hint="rename one")
            found[place] = (content, *vouched.opened(content, about, runners))
        except (EvidenceError, SignatureError) as error:
            error.file = error.file or name
            raise
    return found


def _sealed(gate: Gate, base: Path) -> SealedPack:
    """Return the one pack that the gate is given."""
    given = [(place, place if "://" in place else base / place) for place in gate.settings.evidence]
    found = [(place, where) for place, where in given if is_pack(where)]
    if len(found) != 1:
        raise UsageError(
            f"{len(found)} Evidence Packs are given, and an attestation is about one",
            hint="name it with --evidence",
        )
    place, where = found[0]
    access = gate.settings.access(place.removeprefix(OCI)) if place.startswith(OCI) else None
    return packs.read(where, access=access)


def _bytes(path: Path, called: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EvidenceError(f"cannot be read: {error.strerror}", file=called) from None

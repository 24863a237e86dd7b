"""Making a memo: the gate is run here, so that nobody can hand in a report of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from gatelib import deployed, sources
from gatelib.errors import UsageError
from gatelib.gate import Gate
from gatelib.memo import proving
from gatelib.memo import record as record_
from gatelib.memo.model import GateProof, Memo, Record
from gatelib.report import Report
from gatelib.settings import Progress, parse_now

GATE: Final = "pre-promote"

_SAME_MOMENT: Final = timedelta(minutes=15)
"""How far the moment of judgement may be from the clock's: a run takes its time."""

_REQUIRED: Final = ("service", "version", "commit", "images", "changes")
_BACKOUT: Final = "8"
_IMAGES: Final = "2"


def compose(
    gate: Gate,
    release: str | os.PathLike[str],
    paths: Sequence[str | os.PathLike[str]] = (),
    *,
    clock: datetime,
    progress: Progress | None = None,
) -> Memo:
    """Judge a release with the manifests that it deploys, and return the memo.

    ``gate`` is a gate ``pre-promote``, ``release`` the file with the Release record, ``clock`` the time.

    Raises:
        UsageError: the gate is another one, or its settings cannot be carried out.
        EvidenceError: the file is no Release record.

    """
    if gate.settings.gate != GATE:
        raise UsageError(f"a memo is about the gate `{GATE}`")
    base = Path(gate.settings.base or Path.cwd())
    record = record_.read(base / release, called=sources.display(Path(release), base))
    judged = [release, *paths]
    report = gate.check(judged, progress=progress)
    found = proving.gates(report, gate.policy.data["layout"])
    return Memo(
        record=record,
        gates=tuple(_completed(proof, record, report) for proof in found),
        objections=tuple(_objections(gate, record, report, found, clock)),
        waivers=tuple(waiver for waiver in report.exceptions if waiver.hid),
        report=report,
    )


def _completed(proof: GateProof, record: Record, report: Report) -> GateProof:
    """Return a gate with what it lacks besides its rules."""
    if proof.id == _BACKOUT:
        missing = [field for field in ("plan", "owner") if not getattr(record.rollback, field)]
        return replace(proof, lacks=tuple(f"the Release names no rollback {field}" for field in missing))
    if proof.id == _IMAGES:
        return replace(
            proof,
            lacks=tuple(
                f"no manifest runs the release's image `{name}`"
                for name in deployed.absent(report.images, record.images)
            ),
        )
    return proof


def _objections(
    gate: Gate, record: Record, report: Report, proofs: Sequence[GateProof], clock: datetime
) -> Iterator[str]:
    for field in _REQUIRED:
        if not getattr(record, field):
            yield f"the Release names no `{field}`"
    for problem in report.errors:
        yield f"{problem.code}: {problem}"
    if report.config_trusted is not True:
        yield "no trusted configuration says who may produce evidence: name one with `--config`"
    bundle = gate.resolve()["bundle.path"][0]
    if bundle is not None and report.signed_by is None:
        yield "nobody vouches for the bundle whose rules ran: name a key with `--verification-key`"
    if report.skipped:
        yield f"rules were skipped: {', '.join(f'`{rule}`' for rule in report.skipped)}"
    moment = parse_now(report.now)
    if moment is None or abs(moment - clock) > _SAME_MOMENT:
        yield f"the release was judged as of `{report.now}`, and not now"
    mapped = {entry.rule for proof in proofs for entry in proof.proofs}
    for result in report.rules:
        if result.status == "fail" and result.id not in mapped:
            yield f"rule `{result.id}` denies"

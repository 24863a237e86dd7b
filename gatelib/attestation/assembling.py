"""From reports, a catalogue of controls and what was declared to an attestation; nothing is read here.

Who verifies an attestation assembles it again from the same reports, and compares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from gatelib import deployed
from gatelib.attestation import judging
from gatelib.attestation.declaring import Declared
from gatelib.attestation.model import Attestation, Source, Subject
from gatelib.controls import Catalogue, Framework
from gatelib.evidence import release as releases
from gatelib.evidence.layout import shipped
from gatelib.memo import record as records
from gatelib.proofs import ruled
from gatelib.report import Report, Waiver
from gatelib.settings import parse_now

_SAME_MOMENT: Final = timedelta(minutes=15)
"""How far the moment of judgement may be from the clock's: a run takes its time."""


def subject(record: bytes, *, called: str) -> Subject:
    """Return the release that a record speaks of.

    Raises:
        EvidenceError: it is no Release record.

    """
    found, bound = records.parse(record, called=called), releases.read(record, file=called)
    return Subject(
        name=found.name,
        service=bound.service,
        version=bound.version,
        commit=bound.commit,
        images=found.images,
        changes=tuple((change.id, change.summary, change.url) for change in found.changes),
        sha256=sha256(record).hexdigest(),
    )


def assemble(
    release: Subject,
    pack: str,
    given: Sequence[tuple[Source, Report]],
    *,
    created: str,
    catalogue: Catalogue,
    frameworks: Sequence[Framework],
    declared: Declared,
    max_age_hours: float,
    tool: str,
) -> Attestation:
    """Return the attestation of a release, given the reports on it and where each comes from."""
    reports = tuple(report for _, report in given)
    doubts = tuple(
        dict.fromkeys(
            doubt
            for source, report in given
            for doubt in _doubts(
                source, report, release, pack, parse_now(created), timedelta(hours=max_age_hours)
            )
        )
    )
    results = judging.controls(
        catalogue,
        frameworks,
        judging.Case(
            reports=reports,
            pack=pack,
            doubts=doubts,
            layout=shipped(),
            exempt=declared.exempt,
            unproved=declared.unproved,
        ),
    )
    judged = {rule.id for control in results for rule in control.rules}
    return Attestation(
        created=created,
        release=release,
        pack=pack,
        controls=results,
        objections=tuple(dict.fromkeys((*doubts, *_objections(reports, release, judged)))),
        waivers=tuple(_waivers(reports)),
        reports=tuple(source for source, _ in given),
        tool=tool,
        catalog=catalogue.sha256,
        frameworks=crosswalks(frameworks),
    )


def crosswalks(frameworks: Sequence[Framework]) -> tuple[tuple[str, str, str, str], ...]:
    """Return what an attestation says of frameworks: ``(id, name, edition, SHA-256 of the crosswalk)``."""
    return tuple(
        (entry.id, entry.name, entry.edition, sha256(entry.file.content).hexdigest()) for entry in frameworks
    )


def _doubts(
    source: Source,
    report: Report,
    release: Subject,
    pack: str,
    created: datetime | None,
    oldest: timedelta,
) -> Iterator[str]:
    """Yield why a report is not enough for a pass, whatever it says."""
    if report.pack is None or report.pack.sha256 != pack:
        yield "the gate was not given the pack that the Release names"
    if [digest for _, digest in report.releases] != [release.sha256]:
        yield "the gate has not judged this Release record"
    if report.config_trusted is not True:
        yield "no trusted configuration says who may produce evidence: name one with `--config`"
    if report.signed_by is None:
        yield "nobody vouches for the rules that ran: name a signed bundle with `--bundle`, and its key"
    moment = parse_now(report.now)
    before = _SAME_MOMENT if source.signed_by is None else oldest
    if moment is None or created is None or not created - before <= moment <= created + _SAME_MOMENT:
        yield f"the release was judged as of `{report.now}`, and not when it was attested"
    for problem in report.errors:
        if not ruled(problem):
            yield f"{problem.code}: {problem}"


def _objections(reports: Sequence[Report], release: Subject, judged: set[str]) -> Iterator[str]:
    """Yield what speaks against a release besides its controls, and besides doubts."""
    ran = {rule for report in reports for rule in report.selected}
    for what, rules in (
        ("skipped", {rule for report in reports for rule in report.skipped}),
        ("left out", {rule for report in reports for rule in report.left_out}),
    ):
        if lacking := sorted(rules - ran):
            yield f"rules were {what}: {', '.join(f'`{rule}`' for rule in lacking)}"
    running = {image for report in reports for image in report.images}
    for image in deployed.absent(running, release.images):
        yield f"no manifest runs the release's image `{image}`"
    for report in reports:
        for problem in report.errors:
            if ruled(problem):
                yield f"{problem.code}: {problem}"
        for result in report.rules:
            if result.status == "fail" and result.id not in judged:
                yield f"rule `{result.id}` denies, and no control has it"
        if report.outcome != "pass":
            yield f"the gate's outcome is `{report.outcome}`"


def _waivers(reports: Sequence[Report]) -> Iterator[Waiver]:
    """Yield each exception that hid something, with all that it hid."""
    found: dict[tuple[str, str], list[Waiver]] = {}
    for report in reports:
        for waiver in report.exceptions:
            if waiver.hid:
                found.setdefault((waiver.name, waiver.sha256), []).append(waiver)
    for _, waivers in sorted(found.items()):
        hid = {fingerprint for waiver in waivers for fingerprint in waiver.hid}
        yield replace(waivers[0], hid=tuple(sorted(hid)))

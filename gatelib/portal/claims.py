"""What attestations and reports say, read from JSON; nothing here is believed.

Whatever says less than it must is read against the release: a control without a status is not evaluated, and
a whole that contradicts its parts is no pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from gatelib.errors import EvidenceError
from gatelib.portal.fields import count, listed, mapping, mappings, text, texts
from gatelib.portal.model import (
    STANDINGS,
    STATUSES,
    Attestation,
    ControlLine,
    EvidenceLine,
    FindingLine,
    GateLine,
    RuleLine,
    Standing,
    Status,
    WaiverLine,
)
from gatelib.report import SCHEMA as REPORT
from gatelib.settings import parse_now

ATTESTATION: Final = "gatelib.dev/attestation/v1"
_MOST_CONTROLS: Final = 500
_MOST_LINES: Final = 1000
"""Of each list of an attestation; no honest one is as long."""
_MOST_FINDINGS: Final = 100
"""Of a report, on a page; the report has the rest."""


def attestation(value: object) -> Attestation:
    """Return what an attestation says.

    Raises:
        EvidenceError: it is none, or names no service and version.

    """
    said = mapping(value)
    release = mapping(said.get("release"))
    if said.get("schema") != ATTESTATION:
        raise EvidenceError(f"is no attestation: its `schema` is not `{ATTESTATION}`")
    listed = mappings(said.get("controls"))
    if len(listed) > _MOST_CONTROLS:
        raise EvidenceError(f"names more than {_MOST_CONTROLS} controls")
    controls = tuple(map(_control, listed))
    objections = texts(said.get("objections"))[:_MOST_LINES]
    proved = all(control.status in ("pass", "not applicable") for control in controls)
    return Attestation(
        created=_moment(said.get("created_utc")),
        service=text(release.get("service")),
        version=text(release.get("version")),
        overall=said.get("overall") is True and bool(controls) and proved and not objections,
        objections=objections,
        controls=controls,
        waivers=tuple(map(_waiver, mappings(said.get("waivers"))[:_MOST_LINES])),
        changes=tuple(
            (text(change.get("id")), text(change.get("summary")), text(change.get("url")))
            for change in mappings(release.get("changes"))[:_MOST_LINES]
        ),
        reports=tuple(
            (text(report.get("file")), text(report.get("sha256"))) for report in mappings(said.get("reports"))
        ),
        frameworks=tuple(
            (text(entry.get("id")), text(entry.get("name")), text(entry.get("edition")))
            for entry in mappings(said.get("frameworks"))
        ),
        facts=tuple((name, found) for name, found in _facts(said) if found),
    )


def gate(value: object, *, file: str, is_attested: bool) -> GateLine:
    """Return what a report says.

    Raises:
        EvidenceError: it is none.

    """
    said = mapping(value)
    if said.get("schema") != REPORT:
        raise EvidenceError(f"is no report: its `schema` is not `{REPORT}`", file=file)
    findings = mappings(said.get("findings"))
    counted = Counter(map(_standing, findings))
    order = sorted(findings, key=lambda finding: STANDINGS.index(_standing(finding)))
    return GateLine(
        file=file,
        gate=text(said.get("gate")),
        outcome=text(said.get("outcome")),
        now=_moment(said.get("now")),
        is_attested=is_attested,
        rules=tuple(map(_rule, mappings(said.get("rules"))[:_MOST_LINES])),
        findings=tuple(map(_finding, order[:_MOST_FINDINGS])),
        counts={standing: counted[standing] for standing in STANDINGS},
        errors=tuple(text(error.get("message")) for error in mappings(said.get("errors"))[:_MOST_LINES]),
        facts=tuple(
            (_inside(text(entry.get("file"))), dict(fact))
            for entry in mappings(said.get("evidence"))
            if entry.get("role") == "sbom"
            for fact in mappings(entry.get("facts"))
            if fact.get("type") == "sbom"
        ),
    )


def _inside(file: str) -> str:
    """Return the path in the pack of a file that a report names with the pack before it."""
    return f"sbom/{file.rpartition('/sbom/')[2]}" if "/sbom/" in file else file


def _control(said: Mapping[str, Any]) -> ControlLine:
    excused = mapping(said.get("not_applicable"))
    given = said.get("status")
    status: Status = cast("Status", given) if given in STATUSES else "not evaluated"
    if (status == "pass") is not (said.get("pass") is True) and status != "not applicable":
        status = "not evaluated"
    if status == "not applicable" and not text(excused.get("signed_by")):
        status = "not evaluated"
    by, reason = text(excused.get("signed_by")), text(excused.get("reason"))
    return ControlLine(
        id=text(said.get("id")),
        name=text(said.get("name")),
        status=status,
        statement=text(said.get("statement")),
        owner=text(said.get("owner")),
        details=tuple(map(_detail, listed(said.get("details")))),
        rules=tuple(map(_rule, mappings(said.get("rules"))[:_MOST_LINES])),
        evidence=tuple(map(_evidence, mappings(said.get("evidence"))[:_MOST_LINES])),
        waivers=texts(said.get("waivers"))[:_MOST_LINES],
        clauses=tuple(
            (text(entry.get("framework")), text(entry.get("clause")))
            for entry in mappings(said.get("clauses"))[:_MOST_LINES]
        ),
        reason=f"{reason} (signed by {by})" if status == "not applicable" else "",
    )


def _detail(value: object) -> str:
    said = mapping(value)
    if missing := text(said.get("missing")):
        return f"`{missing}` is missing"
    parts = [f"`{said['rule']}`"] if text(said.get("rule")) else []
    parts += [text(said.get(key)) for key in ("message", "why", "reason") if text(said.get(key))]
    if parts:
        return " ".join(parts)
    return value if isinstance(value, str) else ", ".join(f"{key}: {found}" for key, found in said.items())


def _rule(said: Mapping[str, Any]) -> RuleLine:
    return RuleLine(
        id=text(said.get("id")),
        status=text(said.get("status")) or "missing",
        judged=count(said.get("judged")),
        findings=count(said.get("findings")),
        why=text(said.get("why")),
    )


def _evidence(said: Mapping[str, Any]) -> EvidenceLine:
    return EvidenceLine(
        file=text(said.get("file")),
        role=text(said.get("role")),
        sha256=text(said.get("sha256")),
        size=count(said.get("size")),
        producers=texts(said.get("producers")),
    )


def _waiver(said: Mapping[str, Any]) -> WaiverLine:
    return WaiverLine(
        name=text(said.get("name")),
        sha256=text(said.get("sha256")),
        requester=text(said.get("requester")),
        approver=text(said.get("approver")),
        expires=text(said.get("expires")),
        reason=text(said.get("reason")),
        ticket=text(said.get("ticket")),
        signed_by=texts(said.get("signed_by")),
        hid=len(listed(said.get("hid"))),
    )


def _facts(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    bundle, config = mapping(said.get("bundle")), mapping(said.get("config"))
    engine, tool = mapping(said.get("engine")), mapping(said.get("tool"))
    yield "Bundle", text(bundle.get("revision"))
    yield "Bundle, SHA-256", text(bundle.get("sha256"))
    yield "Bundle signed by", text(bundle.get("signed_by"))
    yield "Configuration, SHA-256", text(config.get("sha256"))
    yield "Engine", f"{text(engine.get('name'))} {text(engine.get('version'))}".strip()
    yield "Tool", f"{text(tool.get('name'))} {text(tool.get('version'))}".strip()
    yield "Control catalogue, SHA-256", text(mapping(said.get("catalog")).get("sha256"))


def _standing(finding: Mapping[str, Any]) -> Standing:
    if finding.get("waived_by") is not None:
        return "waived"
    action = finding.get("action")
    return "warns" if action == "warn" else "on trial" if action == "canary" else "denies"


def _finding(said: Mapping[str, Any]) -> FindingLine:
    where = mapping(said.get("location"))
    line = count(where.get("line"))
    return FindingLine(
        rule=text(said.get("rule")),
        severity=text(said.get("severity")),
        standing=_standing(said),
        message=text(said.get("message")),
        place=text(where.get("file")) + (f":{line}" if line else ""),
    )


def _moment(value: object) -> str:
    """Return a time in UTC, as ``2026-11-22T00:00:00Z``; nothing in place of what is none."""
    from datetime import timezone

    found = parse_now(text(value))
    return found.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if found else ""

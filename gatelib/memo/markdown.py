"""A memo in Markdown: everything from a record stands in code spans or is made of harmless words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from gatelib.memo.model import GateProof, Memo
from gatelib.memo.rendering import Link
from gatelib.memo.wording import SIGNERS, VERDICTS, context, reasons, short, shown, title
from gatelib.reporters.prose import cell, code, prose

_URL: Final = re.compile(r"https?://[^\s<>\"]+")
_SAFE: Final = "/:?#@!$&'*+,;=%~-._"


def render(memo: Memo, link: Link) -> str:
    """Return the memo."""
    parts = [
        f"# {memo.decision}: {prose(title(memo).removeprefix('Go/no-go: '))}",
        "\n".join(_facts(memo)),
        _section("What changed", _changes(memo)),
        _section("Risks and mitigations", _risks(memo)),
        _section("Readiness gates", _gates(memo, link)),
        _section("What else speaks against it", _objections(memo)),
        _section("Waivers", _waivers(memo)),
        _section("Rollback", _rollback(memo)),
        _section("Decision", _signatures(memo)),
        "\n".join(f"- {name}: {code(value)}" for name, value in context(memo)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(memo: Memo) -> Iterator[str]:
    record = memo.record
    yield "| | |"
    yield "| --- | --- |"
    rows = [
        ("Service", [record.service]),
        ("Version", [record.version]),
        ("Commit", [record.commit]),
        ("Images", list(record.images)),
        ("Evidence Pack", [f"sha256:{record.pack}" if record.pack else "", record.location]),
    ]
    for name, values in rows:
        text = " ".join(code(value) for value in values if value)
        yield f"| **{name}** | {cell(text) or 'not named'} |"


def _changes(memo: Memo) -> Iterator[str]:
    entries, more = shown(memo.record.changes, "changes")
    for change in entries:
        id_ = _linked(code(change.id), change.url) if change.id else ""
        yield "- " + ": ".join(part for part in (id_, prose(change.summary)) if part)
    if not entries:
        yield "None is named."
    if more:
        yield f"- {more}"


def _risks(memo: Memo) -> Iterator[str]:
    entries, more = shown(memo.record.risks, "risks")
    if not entries:
        yield "None is named."
        return
    yield "| Risk | Mitigation | Owner |"
    yield "| --- | --- | --- |"
    for risk in entries:
        yield "| " + " | ".join(cell(prose(text)) for text in risk) + " |"
    if more:
        yield f"\n{more}"


def _gates(memo: Memo, link: Link) -> Iterator[str]:
    yield "| Gate | Verdict | Rules | Evidence |"
    yield "| --- | --- | --- | --- |"
    for gate in memo.gates:
        name = f"{gate.id} {gate.title}" if gate.id.isdigit() else gate.title
        rules, evidence = cell(f"{len(gate.proofs)}: {_rules(gate)}"), cell(_evidence(memo, gate, link))
        yield f"| {name} | **{VERDICTS[gate.standing]}** | {rules} | {evidence} |"


def _rules(gate: GateProof) -> str:
    if not gate.lacks and gate.standing == "proved":
        return " ".join(code(proof.rule) for proof in gate.proofs)
    entries, more = reasons(gate)
    parts = [f"{code(proof.rule)} {prose(proof.why, 160)}" for proof in entries]
    return "; ".join([*parts, *(prose(lack, 160) for lack in gate.lacks), *([more] if more else [])])


def _evidence(memo: Memo, gate: GateProof, link: Link) -> str:
    entries, more = shown(gate.evidence, "evidence")
    parts = []
    for file in entries:
        place, name = link(file.file), code(short(memo, file.file))
        parts.append(f"[{name}](<{place}>)" if place else name)
    return ", ".join([*parts, *([more] if more else [])])


def _objections(memo: Memo) -> Iterator[str]:
    entries, more = shown(memo.objections, "objections")
    for objection in entries:
        yield f"- {prose(objection, 300)}"
    if more:
        yield f"- {more}"


def _waivers(memo: Memo) -> Iterator[str]:
    entries, more = shown(memo.waivers, "waivers")
    for waiver in entries:
        who = f"{code(waiver.name)} by {code(waiver.approver)} until {code(waiver.expires)}"
        yield f"- {who}: {prose(waiver.reason, 200)}"
    if more:
        yield f"- {more}"


def _rollback(memo: Memo) -> Iterator[str]:
    rollback = memo.record.rollback
    yield f"{prose(rollback.plan) or 'No plan is named.'}"
    yield ""
    where = f" ({_linked('more', rollback.url)})" if rollback.url else ""
    yield f"Owner: {prose(rollback.owner) or 'nobody is named'}{where}"


def _signatures(memo: Memo) -> Iterator[str]:
    yield f"**{memo.decision}**"
    yield ""
    yield "| Name | As | Signature | Date |"
    yield "| --- | --- | --- | --- |"
    for approver in memo.record.approvers or SIGNERS:
        yield f"| {cell(prose(approver.name))} | {cell(prose(approver.role))} | | |"


def _linked(text: str, url: str) -> str:
    return f"[{text}](<{quote(url, safe=_SAFE)}>)" if _URL.fullmatch(url) else text


def _section(heading: str, lines: Iterator[str]) -> str:
    text = "\n".join(lines)
    return f"## {heading}\n\n{text}" if text else ""

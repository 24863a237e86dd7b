"""An attestation in Markdown: everything from a record stands in code spans or is made of harmless words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from gatelib.attestation.pages import wording
from gatelib.attestation.pages.wording import NAME, SENTENCE
from gatelib.reporters.prose import cell, code, prose
from gatelib.reporters.show import plural

LIMIT: Final = 120_000
"""GitHub takes 125,000 characters as a release's text."""
_MOST: Final = 25
"""Entries of a list that are shown; the rest is counted."""
_MOST_CONTROLS: Final = 100
_MARKS: Final = {"good": "✅", "bad": "❌", "fair": "⚠️", "none": "➖"}  # noqa: RUF001 - it is a sign, and not a letter


def render(attestation: Mapping[str, Any]) -> str:
    """Return the page."""
    try:
        return _page(wording.checked(attestation))
    except wording.UNREADABLE as error:
        raise wording.unreadable(error) from error


def _page(attestation: Mapping[str, Any]) -> str:
    head = [
        f"# Control attestation: {prose(wording.title(attestation), NAME)}",
        _status(wording.verdict(attestation), strong=True),
        _table(("", ""), _facts(attestation)),
        _list("## Why this is not a pass", wording.reasons(attestation)),
        _map(attestation),
    ]
    foot = [_provenance(attestation), _commands()]
    room = _Room(LIMIT - sum(len(part) + 2 for part in [*head, *foot]))
    waivers = room.for_("## Waivers in force", [_waivers(attestation)])
    frameworks = room.for_("## Frameworks", _frameworks(attestation))
    controls = room.for_("## Controls", [_control(entry, attestation) for entry in attestation["controls"]])
    return "\n\n".join(part for part in [*head, controls, waivers, frameworks, *foot] if part) + "\n"


class _Room:
    """What is left of the length that a page may have."""

    def __init__(self, left: int) -> None:
        self._left = left

    def for_(self, heading: str, blocks: Sequence[str]) -> str:
        """Return a section with as many blocks as fit, and how many did not."""
        kept = [heading]
        for block in blocks:
            if len(block) + 100 > self._left:
                break
            self._left -= len(block) + 2
            kept.append(block)
        more = len(blocks) + 1 - len(kept)
        rest = (
            [f"{more} more left out for the length of this page; attestation.json has all."] if more else []
        )
        return "\n\n".join([*kept, *rest])


def _facts(attestation: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    release = attestation["release"]
    images, more = wording.shown(release["images"], _MOST)
    yield "Release", code(release["name"], NAME)
    yield "Attested", code(attestation["created_utc"], NAME)
    yield "Commit", code(release["commit"], NAME)
    yield "Images", " ".join([*(code(image, NAME) for image in images), more])
    changes, more = wording.shown(release["changes"], _MOST)
    named = (f"{code(change['id'], NAME)} {prose(change['summary'], NAME)}" for change in changes)
    yield "Changes", "; ".join(part for part in [*named, more] if part.strip())
    counts = (f"{count} {word.text.lower()}" for word, count in wording.tally(attestation))
    yield "Controls", ", ".join(prose(text, NAME) for text in counts)


def _map(attestation: Mapping[str, Any]) -> str:
    controls, more = wording.shown(attestation["controls"], _MOST_CONTROLS)
    rows = (
        (
            code(control["id"], NAME),
            prose(control["name"], NAME),
            _status(wording.word(wording.CONTROL, control["status"])),
            prose(control["owner"], NAME),
        )
        for control in controls
    )
    return _blocks("## Control heat map", _table(("Control", "Name", "Verdict", "Owner"), rows), more)


def _control(control: Mapping[str, Any], attestation: Mapping[str, Any]) -> str:
    """Return the details of a control, folded away."""
    status = _status(wording.word(wording.CONTROL, control["status"]))
    served = (
        f"{prose(framework, NAME)} {', '.join(code(clause, NAME) for clause in clauses[:_MOST])}"
        for framework, clauses in wording.clauses(control, attestation)[:_MOST]
    )
    return _blocks(
        f"### {code(control['id'], NAME)} {prose(control['name'], NAME)}",
        f"{status}. {prose(control['statement'], SENTENCE)}",
        _list("What is in the way:", [wording.detail(entry) for entry in control["details"]]),
        _exempt(control["not_applicable"]),
        "<details><summary>Rules, evidence, clauses</summary>",
        _rules(control),
        _evidence(control),
        "; ".join(served),
        _waived(control),
        "</details>",
    )


def _exempt(stated: Mapping[str, str] | None) -> str:
    if stated is None:
        return ""
    who = f"approved by {code(stated['approver'], NAME)}, signature of {code(stated['signed_by'], NAME)}"
    return f"Does not apply: {prose(stated['reason'], SENTENCE)} ({who})"


def _rules(control: Mapping[str, Any]) -> str:
    rules, more = wording.shown(control["rules"], _MOST)
    if not rules:
        return "No rule proves it."
    rows = (
        (
            code(rule["id"], NAME),
            _status(wording.word(wording.RULE, rule["status"])),
            str(int(rule["judged"])),
            prose(rule["why"], SENTENCE),
        )
        for rule in rules
    )
    return _blocks(_table(("Rule", "Status", "Judged", "Why"), rows), more)


def _evidence(control: Mapping[str, Any]) -> str:
    files, more = wording.shown(control["evidence"], _MOST)
    if not files:
        return "No evidence is there."
    rows = (
        (
            code(file["file"], NAME),
            " ".join(code(name, NAME) for name in file["producers"]) or "nobody known",
            code(file["sha256"], NAME),
        )
        for file in files
    )
    return _blocks(_table(("Evidence", "Produced by", "SHA-256"), rows), more)


def _waived(control: Mapping[str, Any]) -> str:
    names, more = wording.shown(control["waivers"], _MOST)
    if not names:
        return ""
    return (
        f"Waivers in force: {', '.join([*(code(name, NAME) for name in names), *([more] if more else [])])}"
    )


def _waivers(attestation: Mapping[str, Any]) -> str:
    waivers, more = wording.shown(attestation["waivers"], _MOST)
    if not waivers:
        return "No exception hid anything."
    rows = (
        (
            code(waiver["name"], NAME),
            prose(waiver["reason"], SENTENCE),
            code(waiver["approver"], NAME),
            code(waiver["expires"], NAME),
            plural(len(waiver["hid"]), "finding"),
        )
        for waiver in waivers
    )
    return _blocks(_table(("Waiver", "Reason", "Approved by", "Until", "Hid"), rows), more)


def _frameworks(attestation: Mapping[str, Any]) -> list[str]:
    blocks = []
    for framework, clauses in wording.matrix(attestation):
        rows = (
            (code(row.clause, NAME), ", ".join(_standing(control) for _, control in row.controls))
            for row in clauses
        )
        name = f"**{prose(framework['name'], NAME)}** {prose(framework['edition'], NAME)}".strip()
        folded = "<details><summary>Clauses and the controls that serve them</summary>"
        blocks.append(_blocks(name, folded, _table(("Clause", "Controls"), rows), "</details>"))
    return blocks or ["No control names a clause."]


def _provenance(attestation: Mapping[str, Any]) -> str:
    rows = [
        (name, " ".join(code(value, NAME) for value in values))
        for name, values in wording.context(attestation)
    ]
    reports, more = wording.shown(attestation["reports"], _MOST)
    for report in reports:
        signed = f"signed by {report['signed_by']}" if report["signed_by"] else "run to attest"
        told = f"{report['gate']}: {report['outcome']} as of {report['now']}, {signed}"
        rows.append(
            ("Report", " ".join(code(text, NAME) for text in (report["file"], report["sha256"], told)))
        )
    return _blocks("## Provenance of the verdict", _table(("", ""), rows), more)


def _commands() -> str:
    parts = [f"{what}:\n\n```console\n{command}\n```" for what, command in wording.COMMANDS]
    return _blocks("## How to verify it", wording.WHERE, *parts)


def _standing(control: Mapping[str, Any]) -> str:
    word = wording.word(wording.CONTROL, control["status"])
    return f"{code(control['id'], NAME)} {_MARKS[word.tone]} {prose(word.text.lower(), NAME)}"


def _status(word: wording.Word, *, strong: bool = False) -> str:
    text = prose(word.text, NAME)
    return f"{_MARKS[word.tone]} **{text}**" if strong else f"{_MARKS[word.tone]} {text}"


def _list(heading: str, sentences: Sequence[str]) -> str:
    entries, more = wording.shown(sentences, _MOST)
    if not entries:
        return ""
    lines = [f"- {prose(entry, SENTENCE)}" for entry in entries]
    return _blocks(heading, "\n".join([*lines, *([f"- {more}"] if more else [])]))


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell(text) for text in line) + " |" for line in lines)


def _blocks(*blocks: str) -> str:
    return "\n\n".join(block for block in blocks if block)

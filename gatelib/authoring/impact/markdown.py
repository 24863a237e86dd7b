"""``--format markdown``: a comment on a pull request; the tables first, every subject folded.

Escaped as :mod:`gatelib.reporters.markdown` does, and no longer than a comment may be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gatelib.authoring.impact import form, wording
from gatelib.authoring.impact.model import Change, Impact
from gatelib.reporters.markdown import LIMIT
from gatelib.reporters.prose import cell, code, prose

_NAME: Final = 160
_SENTENCE: Final = 400
_ROWS: Final = 40


def render(impact: Impact) -> str:
    """Return the comment; its first line is a comment in HTML by which a later run can find it."""
    head = _head(impact)
    tables = [
        _table(impact, "Rule", lambda change: change.rule),
        _table(impact, "Owner", wording.owner),
    ]
    folded = [
        _folded(
            "Could not be read or judged",
            [_item(wording.fault(one)) for one in impact.faults],
            12_000,
        ),
        _folded("Left out", [_item(note) for note in impact.notes], 3_000),
    ]
    used = sum(len(part) + 2 for part in [head, *tables, *folded])
    subjects = _folded("Every subject", [_entry(change) for change in impact.changes], LIMIT - used - 200)
    return "\n\n".join(part for part in [head, *tables, *folded[:1], subjects, *folded[1:]] if part) + "\n"


def _head(impact: Impact) -> str:
    old, new = (code(wording.side(one), _NAME) for one in impact.sides)
    lines = [
        "<!-- gatelib-impact -->",
        f"### Policy impact: {wording.OUTCOMES[impact.outcome].lower()}",
        "",
        f"From {old} to {new}: {prose(wording.judged(impact), _SENTENCE)}.",
    ]
    if impact.threshold:
        lines += ["", f"{prose(wording.threshold(impact), _SENTENCE)}."]
    return "\n".join(lines)


def _table(impact: Impact, title: str, by: Callable[[Change], str]) -> str:
    counted = form.counted(impact.changes, by)
    if not counted:
        return ""
    titles: dict[str, str] = {str(kind): title for kind, title in wording.TITLES.items()}
    titles["newly_denied"] = "newly denied"
    columns = [column for column in titles if any(row[column] for row in counted.values())]
    names = [titles[column] for column in columns]
    lines = [f"| {' | '.join([title, *names])} |", "| --- |" + " ---: |" * len(columns)]
    most = sorted(
        counted, key=lambda name: (-counted[name]["newly_denied"], -counted[name]["subjects"], name)
    )
    for name in most[:_ROWS]:
        numbers = [str(counted[name][column] or "") for column in columns]
        lines.append(f"| {' | '.join([cell(code(name, _NAME)), *numbers])} |")
    more = len(most) - _ROWS
    return "\n".join([*lines, *(["", f"and {more} more rows, left out here."] if more > 0 else [])])


def _entry(change: Change) -> str:
    what = code(str(change.resource), _NAME) if change.resource and str(change.resource) else ""
    place = code(wording.where(change), _NAME)
    head = " ".join(part for part in (code(change.rule, _NAME), wording.kinds(change), what, place) if part)
    said = "; ".join(_said(wording.difference(one)) for one in change.differences[:5])
    return f"- {head}, {code(wording.owner(change), _NAME)}: {said}"


def _said(difference: str) -> str:
    sign, _, said = difference.partition(" ")
    return {"+": "now ", "-": "no longer "}.get(sign, "") + prose(said, _SENTENCE)


def _item(text: str) -> str:
    return f"- {prose(text, _SENTENCE)}"


def _folded(title: str, lines: list[str], room: int) -> str:
    if not lines:
        return ""
    kept: list[str] = []
    left = room
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            break
        kept.append(line)
    more = len(lines) - len(kept)
    rest = ["", f"and {more} more, left out for the length of this comment."] if more else []
    head = f"<details><summary>{title} ({len(lines)})</summary>"
    return "\n".join([head, "", *kept, *rest, "", "</details>"])

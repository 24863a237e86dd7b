"""``--format text``: counts by rule and owner, then every subject; for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gatelib.authoring.impact import form, wording
from gatelib.authoring.impact.model import KINDS, Impact
from gatelib.reporters.show import inert, visible


def render(impact: Impact) -> str:
    """Return the text."""
    return "\n".join(inert(visible(line)) for line in _lines(impact)) + "\n"


def _lines(impact: Impact) -> Iterator[str]:
    for change in impact.changes:
        what = f" [{change.resource}]" if change.resource and str(change.resource) else ""
        mark = ", newly denied" if change.newly_denied and "newly_fails" not in change.kinds else ""
        said = f"{change.rule} {wording.kinds(change)}{mark}"
        yield f"{said}: {wording.where(change)}{what}, {wording.owner(change)}"
        yield from (f"    {wording.difference(one)}" for one in change.differences)
    if impact.changes:
        yield ""
        yield from _table("By rule", form.counted(impact.changes, lambda change: change.rule))
        yield from _table("By owner", form.counted(impact.changes, wording.owner))
    if impact.faults:
        yield f"Errors ({len(impact.faults)})"
        yield from (f"  {wording.fault(fault)}" for fault in impact.faults)
        yield ""
    if impact.notes:
        yield "Left out"
        yield from (f"  {note}" for note in impact.notes)
        yield ""
    yield f"{wording.OUTCOMES[impact.outcome]}: {_said(form.counts(impact.changes))}"
    yield f"  From: {wording.side(impact.sides[0])}"
    yield f"  To: {wording.side(impact.sides[1])}"
    yield f"  Judged: {wording.judged(impact)}"
    if impact.threshold:
        yield f"  Threshold: {wording.threshold(impact)}"


def _table(title: str, counted: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    yield title
    for name, counts in counted.items():
        yield f"  {name}: {_said(counts)}"
    yield ""


def _said(counts: Mapping[str, int]) -> str:
    parts = [f"{counts[kind]} {wording.TITLES[kind]}" for kind in KINDS if counts[kind]]
    denied = f"; {counts['newly_denied']} newly denied" if counts["newly_denied"] else ""
    return f"{', '.join(parts) or 'nothing is otherwise'}{denied}"

"""What the formats for people share: one line for each thing, not escaped yet."""

from __future__ import annotations

from typing import Final

from gatelib.authoring.impact.model import Change, Difference, Fault, Impact, Kind, SideInfo
from gatelib.reporters.show import plural

TITLES: Final[dict[Kind, str]] = {
    "newly_fails": "newly fail",
    "newly_passes": "newly pass",
    "action": "another action",
    "severity": "another severity",
    "message": "another message",
    "findings": "more or fewer findings",
}
OUTCOMES: Final = {
    "no_impact": "No subject changes",
    "impact": "Subjects change",
    "above_threshold": "More subjects are newly denied than may be",
    "error": "Something could not be read or judged, so this is not all",
}
_COMMIT: Final = 40
"""Digits of a commit's name."""
NOBODY: Final = "nobody named"


def side(info: SideInfo) -> str:
    """Return a side's name, kind and revision."""
    revision = info.revision[:12] if len(info.revision) == _COMMIT else info.revision
    signed = f", signed by {info.signed_by}" if info.signed_by else ""
    if info.kind == "work tree":
        return info.name
    return f"{info.name} ({info.kind}{f' {revision}' if revision else ''}{signed})"


def judged(impact: Impact) -> str:
    """Return what was judged."""
    parts = [plural(impact.judged, "subject")]
    if impact.repositories:
        parts.append(
            f"{len(impact.repositories)} repositories" if len(impact.repositories) > 1 else "1 repository"
        )
    if impact.requests:
        parts.append(plural(impact.requests, "recorded request"))
    gate = f", at gate {impact.gate}" if impact.gate else ""
    return f"{', '.join(parts)}{gate}, as of {impact.now}"


def threshold(impact: Impact) -> str:
    """Return how the newly denied subjects compare with what is allowed; empty where nothing is said."""
    if impact.threshold is None:
        return ""
    verb = "is" if impact.newly_denied == 1 else "are"
    return f"{plural(impact.newly_denied, 'subject')} {verb} newly denied; allowed: {impact.threshold.text}"


def where(change: Change) -> str:
    """Return the repository, file and line, or the request."""
    place = change.place
    file = place.file or (f"request {place.request}" if place.request else "")
    at = ":".join(str(part) for part in (file or None, place.line, place.column) if part is not None)
    return "/".join(part for part in (place.repository, at) if part)


def owner(change: Change) -> str:
    """Return who owns the subject."""
    return change.owner.name or NOBODY


def kinds(change: Change) -> str:
    """Return what is otherwise."""
    return ", ".join(TITLES[kind] for kind in change.kinds)


def difference(one: Difference) -> str:
    """Return what was said, and what is."""
    if one.old is None:
        return "" if one.new is None else f"+ {one.new.action} {one.new.severity}: {one.new.message}"
    if one.new is None:
        return f"- {one.old.action} {one.old.severity}: {one.old.message}"
    parts = []
    if one.old.action != one.new.action:
        parts.append(f"{one.old.action} -> {one.new.action}")
    if one.old.severity != one.new.severity:
        parts.append(f"{one.old.severity} -> {one.new.severity}")
    told = (
        f"{one.old.message} -> {one.new.message}" if one.old.message != one.new.message else one.new.message
    )
    return f"~ {', '.join(parts) or f'{one.new.action} {one.new.severity}'}: {told}"


def fault(found: Fault) -> str:
    """Return what could not be judged, and by which side."""
    which = {"both": "", "from": " (before only)", "to": " (newly)"}[found.side]
    place = f"{found.repository}/" if found.repository and found.problem.file else ""
    home = f"{found.repository}: " if found.repository and not found.problem.file else ""
    hint = f" ({found.problem.hint})" if found.problem.hint else ""
    return f"{home}{place}{found.problem}{hint}{which}"

"""Findings of two sides, held against each other by fingerprint: one that only moved is no change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from gatelib.authoring.impact.model import KINDS, Change, Difference, Found, Kind, Owner, Said
from gatelib.report import Resource

Subject = tuple[str, str | None, str | None, str | None, int | None, Resource | None]
"""Rule, repository, request, file, document, object."""


def changes(
    old: Iterable[Found], new: Iterable[Found], owner_of: Callable[[Found], Owner]
) -> tuple[Change, ...]:
    """Return each subject and rule with findings that differ, in a stable order."""
    before, after = _by_subject(old), _by_subject(new)
    found = []
    for subject in before.keys() | after.keys():
        one, other = before.get(subject, []), after.get(subject, [])
        differences = tuple(_differences(one, other))
        if differences:
            shown = (other or one)[0]
            found.append(
                Change(
                    rule=subject[0],
                    kinds=_kinds(one, other, differences),
                    resource=shown.resource,
                    place=shown.place,
                    owner=owner_of(shown),
                    newly_denied=_denies(other) and not _denies(one),
                    differences=differences,
                )
            )
    return tuple(sorted(found, key=_order))


def _by_subject(findings: Iterable[Found]) -> dict[Subject, list[Found]]:
    found: dict[Subject, list[Found]] = {}
    for one in findings:
        place = one.place
        key = (one.rule, place.repository, place.request, place.file, place.document, one.resource)
        found.setdefault(key, []).append(one)
    return found


def _differences(old: list[Found], new: list[Found]) -> Iterator[Difference]:
    """Yield what is left once the same findings are paired, the rest paired by fingerprint."""
    before, after = _by_fingerprint(old), _by_fingerprint(new)
    for fingerprint in sorted(before.keys() | after.keys()):
        one, other = before.get(fingerprint, Counter()), after.get(fingerprint, Counter())
        gone, come = _in_order(one - other), _in_order(other - one)
        for position in range(max(len(gone), len(come))):
            yield Difference(
                fingerprint=fingerprint,
                old=gone[position] if position < len(gone) else None,
                new=come[position] if position < len(come) else None,
            )


def _by_fingerprint(findings: list[Found]) -> dict[str, Counter[Said]]:
    found: dict[str, Counter[Said]] = {}
    for one in findings:
        said = Said(action=one.action, severity=one.severity, message=one.message)
        found.setdefault(one.fingerprint, Counter())[said] += 1
    return found


def _in_order(said: Counter[Said]) -> list[Said]:
    return sorted(said.elements(), key=lambda one: (one.message, one.action, one.severity))


def _kinds(old: list[Found], new: list[Found], differences: Iterable[Difference]) -> tuple[Kind, ...]:
    if not old:
        return ("newly_fails",)
    if not new:
        return ("newly_passes",)
    kinds: set[Kind] = set()
    for difference in differences:
        one, other = difference.old, difference.new
        if one is None or other is None:
            kinds.add("findings")
            continue
        named: tuple[tuple[Kind, bool], ...] = (
            ("action", one.action != other.action),
            ("severity", one.severity != other.severity),
            ("message", one.message != other.message),
        )
        kinds.update(kind for kind, is_other in named if is_other)
    return tuple(kind for kind in KINDS if kind in kinds)


def _denies(findings: list[Found]) -> bool:
    return any(one.action == "deny" for one in findings)


def _order(change: Change) -> tuple[str, str, str, int, str, str]:
    place = change.place
    return (
        change.rule,
        place.repository or "",
        place.file or place.request or "",
        -1 if place.document is None else place.document,
        str(change.resource or ""),
        change.differences[0].fingerprint,
    )

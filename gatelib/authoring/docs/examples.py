"""The examples of a page: a case that fails and one that passes, out of the rule's fixtures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, Final

from gatelib.authoring.docs.markdown import block, escaped, listed
from gatelib.authoring.docs.parts import Part, parts
from gatelib.fixtures import NOW, Case

_MOST_FINDINGS: Final = 5
_DATE: Final = re.compile(r"\b20[0-9]{2}-[01][0-9](?:-[0-3][0-9])?")
_NONE: Final = "No fixture shows it."


def section(cases: Sequence[Case], wanted: Mapping[str, str]) -> str:
    """Return two of a rule's cases; ``wanted`` may name them as ``deny`` and ``allow``.

    Raises:
        LookupError: there is no case of a name that is wanted.

    """
    unknown = wanted.keys() - {"deny", "allow"}
    if unknown:
        raise LookupError(
            f"examples are chosen by `deny=CASE` and `allow=CASE`, not by `{sorted(unknown)[0]}`"
        )
    failing, passing = chosen(cases, wanted)
    if failing is None and passing is None:
        return _NONE
    bad = parts(failing) if failing else []
    good = parts(passing) if passing else []
    common = {part for part in bad if part in good}
    hidden = {part for part in common if part.group in ("pack", "evidence")}
    if any(part.group in ("pack", "exceptions") for part in (*bad, *good)):
        hidden |= {part for part in common if part.group == "manifest"}
    lines: list[str] = []
    if failing:
        does = {finding["action"] for finding in failing.findings}
        lines += _shown(
            "Warns" if does == {"warn"} else "Fails",
            failing,
            [part for part in bad if part not in hidden],
            _lacking(bad, good),
            _moment(failing, bad),
        )
        lines += [*_messages(failing), ""]
    if passing:
        verb = "Passes, and warns" if passing.findings else "Passes"
        moment = _moment(passing, good)
        known = failing is not None and _moment(failing, bad) == moment
        own = [part for part in good if part not in common]
        lines += _shown(verb, passing, own, _lacking(good, bad), "" if known else moment)
        lines += [*_messages(passing), ""] if passing.findings else []
    also = [part.name for part in hidden if part.group in ("pack", "evidence")]
    if also:
        lines += [f"Both have {listed(sorted(also))} as well.", ""]
    return "\n".join(lines).rstrip("\n")


def chosen(cases: Sequence[Case], wanted: Mapping[str, str]) -> tuple[Case | None, Case | None]:
    """Return the case that fails and the one that passes: those that are wanted, or else the clearest.

    That is the smallest with one finding, and of those that pass the most similar to it.

    Raises:
        LookupError: there is no case of a name that is wanted.

    """
    failing = _named(cases, "deny", wanted) or min(
        (case for case in cases if case.denies and case.findings), key=_effort, default=None
    )
    passing = _named(cases, "allow", wanted)
    if passing is None:
        clean = [case for case in cases if not (case.denies or case.errors)]
        passing = min(clean, key=lambda case: _unlikeness(case, failing), default=None)
    return failing, passing


def _named(cases: Sequence[Case], folder: str, wanted: Mapping[str, str]) -> Case | None:
    if folder not in wanted:
        return None
    for case in cases:
        if case.path.parent.name == folder and case.path.stem == wanted[folder]:
            return case
    raise LookupError(f"there is no fixture `{folder}/{wanted[folder]}`")


def _effort(case: Case) -> tuple[Any, ...]:
    """Return what it takes to understand a case."""
    shown = parts(case)
    return (
        bool(case.errors),
        len(case.findings) != 1,
        all(finding["action"] == "warn" for finding in case.findings),
        sum(part.group not in ("manifest", "pack") for part in shown),
        sum(len(part.text.splitlines()) for part in shown),
        case.name,
    )


def _unlikeness(case: Case, other: Case | None) -> tuple[Any, ...]:
    lines = _lines(case)
    alike = SequenceMatcher(None, lines, _lines(other), autojunk=False).ratio() if other else 0
    return bool(case.findings), -alike, len(lines), case.name


def _lines(case: Case) -> list[str]:
    return [line for part in parts(case) for line in (part.label, *part.text.splitlines())]


def _lacking(these: Sequence[Part], those: Sequence[Part]) -> list[str]:
    """Return what one case says by not having what the other has."""
    has = {(part.group, part.name) for part in these}
    groups = {part.group for part in these}
    files = [
        part.name
        for part in those
        if part.group in ("pack", "evidence") and (part.group, part.name) not in has
    ]
    lacking = [f"without {listed(files)}"] if files else []
    if "parameters" not in groups and any(part.group == "parameters" for part in those):
        lacking.append("with the parameters as shipped")
    lacking += [
        f"without that {what}"
        for group, what in (("exceptions", "exception"), ("inventory", "inventory"))
        if group not in groups and any(part.group == group for part in those)
    ]
    return lacking


def _shown(verb: str, case: Case, shown: Sequence[Part], lacking: Sequence[str], moment: str) -> list[str]:
    """Return a case's own parts; ``moment`` is told where it counts."""
    context = [
        *([f"at the gate `{case.given['gate']}`"] if "gate" in case.given else ()),
        *([f"as of `{moment}`"] if moment else ()),
        *lacking,
    ]
    if not shown:
        return [f"{', '.join([verb, *context])}.", ""]
    lines: list[str] = []
    for index, part in enumerate(shown):
        if index == 0:
            said = ", ".join([verb, *context, *([part.label] if part.label else ())])
        else:
            said = f"and {part.label}" if part.label else "and"
        lines += [f"{said}{':' if part.text else '.'}", "", *([*block(part.text), ""] if part.text else ())]
    return lines


def _moment(case: Case, shown: Sequence[Part]) -> str:
    """Return the moment of the judgement where a date stands in the case, or one is given."""
    dated = any(_DATE.search(part.text) for part in shown)
    moment: str = case.given.get("now", NOW if dated else "")
    return moment if dated else ""


def _messages(case: Case) -> list[str]:
    found = [escaped(finding["message"]) for finding in case.findings]
    said = found[:_MOST_FINDINGS]
    if len(found) > len(said):
        said.append(f"… and {len(found) - len(said)} more")
    if len(said) == 1:
        return [f"> {said[0]}"]
    return [f"> - {message}" for message in said]

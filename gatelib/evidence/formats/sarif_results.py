"""The results of a SARIF run, counted: the loop that a scan with a million of them goes through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gatelib.errors import EvidenceError
from gatelib.evidence.formats.sarif_places import package
from gatelib.evidence.formats.sarif_rules import HIGH, SEVERITIES, WORDS, Rules, message, rank

RESCAN: Final = "scan again, and keep the file as the tool writes it"

_LONGEST_ID: Final = 500
_NO_FINDING: Final = {"pass", "notApplicable", "informational"}
"""Kinds of results that report no problem (3.27.9); ``open`` and ``review`` may be one, and ``fail`` is."""


@dataclass(slots=True)
class Run:
    """One run of one tool."""

    run: Mapping[str, Any]
    results: Sequence[Any]
    tool: Mapping[str, Any]
    name: str
    version: str
    target: str
    """Reference of the image that was scanned."""
    digest: str
    counted: int = 0
    suppressed: int = 0


@dataclass(slots=True)
class Finding:
    """One critical or high vulnerability, wherever it was found."""

    rank: int
    message: str
    run: Mapping[str, Any]
    result: Mapping[str, Any]
    """The first of them."""
    count: int = 0


@dataclass(slots=True)
class _Sort:
    """Results that differ in nothing that decides about them."""

    id: str
    rank: int
    message: str
    count: int = 0


def reduced(
    run: Run,
    findings: dict[tuple[str, str, str, str], Finding],
    lesser: dict[tuple[str, str], tuple[int, set[str]]],
) -> None:
    """Add a run's results to ``findings``, by tool, ID, package and image, and to ``lesser``, by severity.

    Raises:
        EvidenceError: a result is none.

    """
    rules = Rules(run.tool)
    sorts: dict[tuple[object, ...], _Sort | None] = {}
    for result in run.results:
        try:
            key = _key(result)
            sort = sorts[key]
        except KeyError:
            sort = sorts[key] = _sort(result, rules)
        except (AttributeError, TypeError):
            raise EvidenceError("is no SARIF: a result in it is malformed", hint=RESCAN) from None
        if sort is None:
            continue
        sort.count += 1
        if result.get("suppressions"):
            run.suppressed += 1
        if sort.rank >= HIGH:
            _count(run, sort, result, findings)
    for sort in sorts.values():
        if sort is not None:
            run.counted += sort.count
            if sort.rank < HIGH:
                count, ids = lesser.get((run.name, SEVERITIES[sort.rank]), (0, set()))
                ids.add(sort.id)
                lesser[run.name, SEVERITIES[sort.rank]] = (count + sort.count, ids)


def _key(result: Any) -> tuple[object, ...]:
    get = result.get
    key = (get("ruleId"), get("ruleIndex"), get("level"), get("kind"), get("baselineState"))
    if properties := get("properties"):
        key += tuple(map(properties.get, WORDS))
    if reference := get("rule"):
        key += (*map(reference.get, ("id", "index", "guid")), str(reference.get("toolComponent")))
    return key


def _sort(result: Mapping[str, Any], rules: Rules) -> _Sort | None:
    """Tell how results like this one are counted; ``None`` where they are no findings of this run."""
    if result.get("kind") in _NO_FINDING or result.get("baselineState") == "absent":  # 3.27.24
        return None
    reference = result.get("rule") or {}
    given = _id(result.get("ruleId") or reference.get("id"))
    rule = rules.of(given, result.get("ruleIndex"), reference)
    return _Sort(
        given or _id(rule.get("id")),
        rank(rule, result.get("level"), result.get("properties") or {}),
        message(rule),
    )


def _id(value: object) -> str:
    """Return the ID of a rule; it is compared with exceptions, so that nothing of it may be cut off."""
    if value is not None and (not isinstance(value, str) or len(value) > _LONGEST_ID):
        raise EvidenceError("is no SARIF: the ID of a rule in it is no short text", hint=RESCAN)
    return value or ""


def _count(
    run: Run,
    sort: _Sort,
    result: Mapping[str, Any],
    findings: dict[tuple[str, str, str, str], Finding],
) -> None:
    name, image = package(result.get("message"), result)
    id_ = sort.id
    if name and run.name.lower() == "grype":
        id_ = id_.removesuffix(f"-{name}")
    key = (run.name, id_, name, run.target or image)
    finding = findings.get(key)
    if finding is None:
        finding = findings[key] = Finding(sort.rank, sort.message, run.run, result)
    elif sort.rank > finding.rank:
        finding.rank = sort.rank
    finding.count += 1

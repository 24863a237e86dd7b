"""The results of a SARIF run, counted: the loop that a scan with a million of them goes through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gatelib.errors import EvidenceError
from gatelib.evidence.formats.sarif_places import package
from gatelib.evidence.formats.sarif_rules import HIGH, SEVERITIES, WORDS, Rule, Rules, rank

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
    scan: tuple[str, str, str, str]
    """The tool's name and version, and the image's reference and digest; empty where unknown."""
    counted: int = 0
    suppressed: int = 0

    @property
    def name(self) -> str:
        """Name of the tool."""
        return self.scan[0]


@dataclass(slots=True)
class Finding:
    """One critical or high vulnerability, wherever it was found."""

    rank: int
    rule: Rule
    run: Mapping[str, Any]
    result: Mapping[str, Any]
    """The first of them."""
    count: int = 0


@dataclass(slots=True)
class _Sort:
    """Results that differ in nothing that decides about them."""

    id: str
    rank: int
    rule: Rule
    count: int = 0


_Sorts = dict[tuple[object, ...], _Sort | None]


class Tally:
    """What the runs of a file found."""

    def __init__(self) -> None:
        self.findings: dict[tuple[str, str, str, str], Finding] = {}
        """Critical and high vulnerabilities, by tool, ID, package and image."""
        self._tool: Mapping[str, Any] | None = None
        self._rules = Rules({})
        self._sorts: list[tuple[str, _Sorts]] = []

    def add(self, run: Run) -> None:
        """Count a run's results.

        Raises:
            EvidenceError: a result is none.

        """
        rules, sorts = self._of(run)
        counted = suppressed = 0
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
            counted += 1
            sort.count += 1
            if result.get("suppressions"):
                suppressed += 1
            if sort.rank >= HIGH:
                self._find(run, sort, result)
        run.counted = counted
        run.suppressed = suppressed

    def lesser(self) -> dict[tuple[str, str], tuple[int, set[str]]]:
        """Return how many medium and low vulnerabilities there are, and their IDs, by tool and severity."""
        found: dict[tuple[str, str], tuple[int, set[str]]] = {}
        for tool, sorts in self._sorts:
            for sort in sorts.values():
                if sort is not None and sort.rank < HIGH:
                    count, ids = found.get((tool, SEVERITIES[sort.rank]), (0, set()))
                    ids.add(sort.id)
                    found[tool, SEVERITIES[sort.rank]] = (count + sort.count, ids)
        return found

    def _of(self, run: Run) -> tuple[Rules, _Sorts]:
        """Return a run's rules; a file of many small runs mostly repeats one tool."""
        if run.tool != self._tool:
            self._tool, self._rules = run.tool, Rules(run.tool)
            self._sorts.append((run.name, {}))
        return self._rules, self._sorts[-1][1]

    def _find(self, run: Run, sort: _Sort, result: Mapping[str, Any]) -> None:
        name, image = package(result.get("message"), result)
        id_ = sort.id
        if name and run.name.lower() == "grype":
            id_ = id_.removesuffix(f"-{name}")
        key = (run.name, id_, name, run.scan[2] or image)
        finding = self.findings.get(key)
        if finding is None:
            finding = self.findings[key] = Finding(sort.rank, sort.rule, run.run, result)
        elif sort.rank > finding.rank:
            finding.rank = sort.rank
        finding.count += 1


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
        rule,
    )


def _id(value: object) -> str:
    """Return the ID of a rule; it is compared with exceptions, so that nothing of it may be cut off."""
    if value is not None and (not isinstance(value, str) or len(value) > _LONGEST_ID):
        raise EvidenceError("is no SARIF: the ID of a rule in it is no short text", hint=RESCAN)
    return value or ""

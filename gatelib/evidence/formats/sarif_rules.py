"""The rules of a SARIF run, and how severe a result of theirs is.

Severity is what GL-REL-003 says it is: ``security-severity``, as GitHub defines it
(https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning),
else the level.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

SEVERITIES: Final = ("low", "medium", "high", "critical")
LOW, MEDIUM, HIGH, CRITICAL = range(4)

SCORE: Final = "security-severity"
WORDS: Final = ("severity", "issue_severity", SCORE)
"""Where tools write a severity as a word."""

_LEVELS: Final = {"error": HIGH, "warning": MEDIUM, "note": LOW, "none": LOW}
_RANKS: Final = {"critical": CRITICAL, "high": HIGH, "moderate": MEDIUM, "medium": MEDIUM, "low": LOW}
_NOTHING: Final[Mapping[str, Any]] = {}

Rule = Mapping[str, Any]
"""A ``reportingDescriptor`` (3.49); an empty one where a result's rule is not described."""


class Rules:
    """The rules of a run's driver and of its extensions."""

    def __init__(self, tool: Mapping[str, Any]) -> None:
        components = [tool.get("driver"), *_objects(tool.get("extensions"))]
        self._components = [component for component in components if isinstance(component, dict)]
        self._rules = [_objects(component.get("rules")) for component in self._components]
        self._by_id: list[dict[object, Rule]] = [_index(rules, "id") for rules in self._rules]
        self._by_guid = [_index(rules, "guid") for rules in self._rules]

    def of(self, id_: str, index: object, reference: Mapping[str, Any]) -> Rule:
        """Return the rule that a result names (3.27.5 to 3.27.7, 3.52).

        An index counts where the rule there has the result's ID: there are tools that write a wrong one.
        """
        component = self._component(reference.get("toolComponent"))
        indexed = self._at(component, index if isinstance(index, int) else reference.get("index"))
        if indexed and (not id_ or indexed.get("id") in [*_ancestors(id_)]):
            return indexed
        if (guid := reference.get("guid")) and (rule := self._by_guid[component].get(guid)):
            return rule
        order = [component, *(number for number in range(len(self._rules)) if number != component)]
        for name in _ancestors(id_):
            for number in order:
                if rule := self._by_id[number].get(name):
                    return rule
        return indexed

    def _component(self, reference: object) -> int:
        if isinstance(reference, dict):
            index = reference.get("index")
            if isinstance(index, int) and 0 <= index < len(self._components) - 1:
                return index + 1
            for key in ("guid", "name"):
                for number, component in enumerate(self._components):
                    if reference.get(key) and component.get(key) == reference[key]:
                        return number
        return 0

    def _at(self, component: int, index: object) -> Rule:
        rules = self._rules[component]
        return rules[index] if isinstance(index, int) and 0 <= index < len(rules) else _NOTHING


def rank(rule: Rule, level: object, properties: Mapping[str, Any]) -> int:
    """Return the place in :data:`SEVERITIES` of a result with these properties."""
    described = rule.get("properties")
    described = described if isinstance(described, dict) else _NOTHING
    score = max(_score(described.get(SCORE)), _score(properties.get(SCORE)))
    if score > 0:
        return CRITICAL if score >= 9 else HIGH if score >= 7 else MEDIUM if score >= 4 else LOW
    words = [
        _RANKS.get(word.lower(), LOW)
        for known in (described, properties)
        for key in WORDS
        if isinstance(word := known.get(key), str)
    ]
    return max([_level(rule, level), *words])


def message(rule: Rule) -> str:
    """Return what a rule is about, shortened; a result's own message may quote the secret that was found."""
    for key in ("shortDescription", "fullDescription"):
        described = rule.get(key)
        if isinstance(described, dict) and isinstance(text := described.get("text"), str) and text.strip():
            return " ".join(text[:300].split())
    name = rule.get("name")
    return " ".join(name[:300].split()) if isinstance(name, str) else ""


def _level(rule: Rule, level: object) -> int:
    if level is None:
        default = rule.get("defaultConfiguration")
        level = default.get("level") if isinstance(default, dict) else None
    return _LEVELS.get(level, MEDIUM) if isinstance(level, str) else MEDIUM


def _score(value: object) -> float:
    """Return a score of 0 to 10, or 0 for what is none: the level tells then."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return 0
    try:
        score = float(value)
    except ValueError:
        return 0
    return score if score > 0 else 0  # which NaN is not


def _ancestors(id_: str) -> Iterator[str]:
    """Yield a hierarchical ID (3.5.4) and what it belongs to: ``CA1000/1``, ``CA1000``."""
    while id_:
        yield id_
        id_ = id_.rpartition("/")[0]


def _index(rules: list[Rule], key: str) -> dict[object, Rule]:
    return {rule[key]: rule for rule in reversed(rules) if isinstance(rule.get(key), str)}


def _objects(value: object) -> list[Any]:
    """Keep the positions: results name rules by them."""
    if not isinstance(value, list):
        return []
    return [entry if isinstance(entry, dict) else _NOTHING for entry in value]

"""Two bundles held against each other: what they say, and what that does to manifests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from gatelib.bundle import loading
from gatelib.bundle.loading import Bundle
from gatelib.catalog import Entry
from gatelib.gate import Gate
from gatelib.policy import Policy
from gatelib.report import Finding, Problem, Report
from gatelib.settings import Settings

_TABLES: Final = ("gates", "kinds", "layout", "params_schema", "severities")


class Difference(NamedTuple):
    """One thing that is otherwise in the new bundle; ``None`` is where it is not there."""

    what: str
    """``rule``, ``library``, ``parameter``, ``fixed``, ``table`` or ``finding``."""
    name: str
    old: Any
    new: Any


@dataclass(slots=True)
class Change:
    """All that is otherwise in the new bundle."""

    revisions: tuple[str, str]
    differences: list[Difference] = field(default_factory=list)
    errors: list[Problem] = field(default_factory=list)
    """What could not be read or judged in the manifests, by either."""

    def __bool__(self) -> bool:
        """Tell whether anything is."""
        return bool(self.differences)

    def to_dict(self) -> dict[str, Any]:
        """Return the form for JSON."""
        return {
            "old": self.revisions[0],
            "new": self.revisions[1],
            "differences": [difference._asdict() for difference in self.differences],
            "errors": [str(problem) for problem in self.errors],
        }

    def lines(self) -> Iterator[str]:
        """Yield it as lines of text."""
        yield f"from {self.revisions[0] or '-'} to {self.revisions[1] or '-'}"
        for what, name, old, new in self.differences:
            sign = "+" if old is None else "-" if new is None else "~"
            change = (
                _said(new) if old is None else _said(old) if new is None else f"{_said(old)} -> {_said(new)}"
            )
            yield f"{sign} {what:<9} {name}  {change}".rstrip()
        yield from (f"! {problem}" for problem in self.errors)
        if not self.differences:
            yield "nothing is otherwise"


def compare(old: Bundle, new: Bundle, paths: Sequence[str], *, now: datetime) -> Change:
    """Compare two bundles, and what each finds in the manifests below ``paths``.

    Raises:
        BundleError: one of them is no bundle of gatelib's rules.
        PolicyError: one of them holds what may not be run.

    """
    before, after = (loading.policy(bundle, vouched=True) for bundle in (old, new))
    change = Change((old.revision, new.revision))
    for what, one, other in _said_by(before, after):
        change.differences += _differences(what, one, other)
    if paths:
        reports = [_judged(policy, paths, now) for policy in (before, after)]
        findings = [_by_place(report) for report in reports]
        change.differences += _differences("finding", *findings)
        change.errors = list(dict.fromkeys(problem for report in reports for problem in report.errors))
    return change


def _said_by(before: Policy, after: Policy) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    yield "rule", _rules(before), _rules(after)
    yield "library", _library(before), _library(after)
    yield "parameter", _parameters(before), _parameters(after)
    yield "fixed", _fixed(before), _fixed(after)
    yield "table", _tables(before), _tables(after)


def _differences(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for name in sorted(old.keys() | new.keys()):
        one, other = old.get(name), new.get(name)
        if one == other:
            continue
        if isinstance(one, dict) and isinstance(other, dict):
            changed = sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
            one, other = ({key: side.get(key) for key in changed} for side in (one, other))
        yield Difference(what, name, one, other)


def _rules(policy: Policy) -> dict[str, dict[str, Any]]:
    texts = {module.package: module.text for module in policy.modules}
    return {rule: _rule(entry, texts) for rule, entry in policy.catalog.items()}


def _rule(entry: Entry, texts: Mapping[str, str]) -> dict[str, Any]:
    package = ".".join(("gatelib", "rules", *entry["package"]))
    return {**entry, "policy": _Text(texts[package])}


def _library(policy: Policy) -> dict[str, Any]:
    return {
        module.package: _Text(module.text)
        for module in policy.modules
        if not module.package.startswith("gatelib.rules.")
    }


def _parameters(policy: Policy) -> dict[str, Any]:
    shipped, own = policy.data["defaults"], policy.data["params"]
    return {
        f"{group}.{name}": value
        for group in shipped.keys() | own.keys()
        for name, value in {**shipped.get(group, {}), **own.get(group, {})}.items()
    }


def _fixed(policy: Policy) -> dict[str, Any]:
    return {key: value for key, value in policy.data["bundle"].items() if key != "revision"}


def _tables(policy: Policy) -> dict[str, Any]:
    return {name: policy.data[name] for name in _TABLES}


def _judged(policy: Policy, paths: Sequence[str], now: datetime) -> Report:
    """Judge files by a bundle's rules, whatever input it takes where it is enforced."""
    fixed = {key: value for key, value in policy.data["bundle"].items() if key != "inputs"}
    policy = replace(policy, data={**policy.data, "bundle": fixed})
    settings = Settings(now=now.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return Gate(settings, policy).check(paths, allow_empty=True)


def _by_place(report: Report) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for finding in report.findings:
        name = " ".join(part for part in (finding.rule, _place(finding), str(finding.resource or "")) if part)
        said = {"action": finding.action, "severity": finding.severity, "message": finding.message}
        if name in found:
            name = f"{name} ({finding.message})"
        found[name] = said
    return found


def _place(finding: Finding) -> str:
    where = finding.location
    return f"{where.file}:{where.line}" if where else ""


class _Text(str):
    """A policy's text, of which only a digest is shown."""

    __slots__ = ()


def _said(value: Any) -> str:
    match value:
        case _Text():
            return hashlib.sha256(value.encode()).hexdigest()[:12]
        case {"action": action, "severity": severity, "message": message}:
            return f"{action} {severity}: {message}"
        case {"title": title, "severity": severity}:
            return f"{severity}: {title}"
        case dict():
            return ", ".join(f"{key}: {_said(entry)}" for key, entry in value.items())
        case list():
            return "[" + ", ".join(map(_said, value)) + "]"
        case _:
            return str(value)

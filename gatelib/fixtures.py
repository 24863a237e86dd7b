"""Fixtures: manifests with the findings that a rule must have in them.

A case is ``<domain>/<rule>/{allow,deny}/<case>.yaml`` with ``<case>.expected.json`` beside it::

    {"given": {"gate": "pr", "now": "…", "params": {…}, "exceptions": […], "inventory": […],
               "evidence": {…}, "verifications": […], "pack": {…}},
     "findings": [{"action": "deny", "document": 0, "path": […], "message": "…"}],
     "errors": [{"code": "…", "message": "…", "document": 0, "path": […]}]}

``gatelib/schemas/fixture.json`` says what may be left out. Documents count from 0 once lists are flattened. A
``pack`` is described as :mod:`gatelib.evidence.described` says; where a gate requires one, none means an
empty one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import orjson

from gatelib import engines, resources, sources
from gatelib.engines import Decision
from gatelib.errors import ConfigError
from gatelib.evidence.described import described
from gatelib.loader import load
from gatelib.normalize import Document, Kinds, normalize
from gatelib.policy import Policy
from gatelib.validation import at, violations

NOW: Final = "2026-11-22T00:00:00Z"
"""The moment at which a case is judged that names none."""

_SUFFIX: Final = ".expected.json"
_HINT: Final = "see docs/guides/testing-rules.md"
_WITH_PACK: Final = frozenset({"pre-promote", "publish"})
_TIMEOUT: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One manifest and what is expected of it."""

    path: Path
    rule: str
    denies: bool
    """Whether it lies under ``deny``."""
    given: Mapping[str, Any]
    findings: Sequence[Mapping[str, Any]]
    errors: Sequence[Mapping[str, Any]]

    @property
    def name(self) -> str:
        """``<domain>/<rule>/{allow,deny}/<case>``."""
        return "/".join((*self.path.parts[-4:-1], self.path.stem))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a case expects beside what an engine said."""

    case: Case
    engine: str
    expected: Mapping[str, Any]
    actual: Mapping[str, Any]

    @property
    def passed(self) -> bool:
        """Whether they are the same."""
        return self.expected == self.actual


def find(folder: Path, policy: Policy) -> Iterator[Case]:
    """Yield the cases below a folder, in the order of their paths.

    Raises:
        ConfigError: a manifest and its expectation are not both there, or not of the form above.

    """
    rules = {tuple(entry["package"]): rule for rule, entry in policy.catalog.items()}
    schema = expectations(policy)
    files = sources.below(folder, folder.parent)
    manifests = [path for path in files if path.suffix == ".yaml" and path.parent.name in ("allow", "deny")]
    for path in files:
        manifest = path.with_name(path.name.removesuffix(_SUFFIX) + ".yaml")
        if path.name.endswith(_SUFFIX) and not manifest.exists():
            raise ConfigError("there is no manifest for this expectation", file=str(path))
    for path in manifests:
        package = (path.parts[-4], path.parts[-3]) if len(path.parts) > 3 else ("", "")
        if package not in rules:
            raise ConfigError(f"there is no rule `gatelib.rules.{'.'.join(package)}`", file=str(path))
        yield _case(path, rules[package], schema)


def expectations(policy: Policy) -> dict[str, Any]:
    """Return the JSON Schema of the files with what is expected, with the parameters of a policy."""
    schema: dict[str, Any] = orjson.loads(resources.schema("fixture.json").read_bytes())
    schema["properties"]["given"]["properties"]["params"] = policy.data["params_schema"]
    return schema


def decide(case: Case, policy: Policy, engine: str) -> Decision:
    """Return an engine's decision about a case, by its one rule.

    Raises:
        EngineError: the engine failed.

    """
    params, exceptions = case.given.get("params", {}), case.given.get("exceptions", [])
    policy = replace(policy, data={**policy.data, "params": params, "exceptions": exceptions})
    modules, data = policy.modules_for([case.rule]), policy.engine_data([case.rule])
    judge = engines.engine(engine)(modules, data, timeout=_TIMEOUT)
    return judge.decide(orjson.dumps(envelope(case, policy)))


def envelope(case: Case, policy: Policy) -> dict[str, Any]:
    """Return what an engine is given of a case."""
    read = list(documents(case.path, policy))
    now = case.given.get("now", NOW)
    evidence, verifications = case.given.get("evidence", {}), case.given.get("verifications", [])
    gate = case.given.get("gate", policy.catalog[case.rule]["gates"][0])
    if "verifications" not in case.given and ("pack" in case.given or gate in _WITH_PACK):
        contents = (document.content for document in read)
        found, verifications = described(case.given.get("pack", {}), contents, policy.data["layout"], now)
        evidence = {**evidence, **found}
    return {
        "gatelib": 1,
        "now": now,
        "gate": gate,
        "rules": [case.rule],
        "documents": [
            {
                "index": index,
                "file": case.path.name,
                "position": document.ordinal,
                "root": 0,
                "content": document.content,
            }
            for index, document in enumerate(read)
        ],
        "inventory": [
            {"index": index, "root": 0, "content": content}
            for index, content in enumerate(case.given.get("inventory", []))
        ],
        "evidence": evidence,
        "verifications": verifications,
    }


def documents(path: Path, policy: Policy) -> Iterator[Document]:
    """Yield the objects of a manifest, by which ``document`` counts.

    Raises:
        ConfigError: it cannot be read.

    """
    kinds = Kinds.of(policy.data["kinds"])
    try:
        loaded = load(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=str(path)) from None
    if loaded.error is not None:
        raise ConfigError(loaded.error.message, file=str(path), line=loaded.error.line)
    for raw in loaded.documents:
        for document in normalize(raw, kinds, root=0, namespace=None):
            if isinstance(document, Document):
                yield document


def check(case: Case, decision: Decision, engine: str) -> Outcome:
    """Compare a decision with what the case expects."""
    value = decision.value
    codes = {error["code"] for error in value["errors"]}
    found = [
        finding
        for group in ("deny", "warn", "canary", "waived")
        for finding in value[group]
        if finding["rule"] not in codes
    ]
    actual = {
        "findings": _sorted(
            _picked(
                {**finding, "message": finding["msg"]},
                ("action", "document", "evidence", "exception", "path", "message", "waived_by"),
            )
            for finding in found
        ),
        "errors": _sorted(
            _picked(error, ("code", "message", "document", "evidence", "exception", "path"))
            for error in value["errors"]
        ),
    }
    expected = {"findings": _sorted(case.findings), "errors": _sorted(case.errors)}
    return Outcome(case, engine, expected, actual)


def difference(outcome: Outcome) -> str:
    """Return what was expected and what was found, as a diff."""
    from difflib import unified_diff

    def lines(value: Mapping[str, Any]) -> list[str]:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode().splitlines()

    diff = unified_diff(lines(outcome.expected), lines(outcome.actual), "expected", "found", lineterm="")
    return "\n".join(f"    {line}" for line in diff)


def _case(path: Path, rule: str, schema: Mapping[str, Any]) -> Case:
    beside = path.with_name(path.stem + _SUFFIX)
    if not beside.is_file():
        raise ConfigError(f"there is no {beside.name} beside this manifest", file=str(path))
    expected = _expectation(beside, schema)
    return Case(
        path=path,
        rule=rule,
        denies=path.parent.name == "deny",
        given=expected.get("given", {}),
        findings=expected.get("findings", []),
        errors=expected.get("errors", []),
    )


def _expectation(path: Path, schema: Mapping[str, Any]) -> dict[str, Any]:
    name = str(path)
    try:
        content = path.read_bytes()
        expected = orjson.loads(content)
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=name) from None
    except orjson.JSONDecodeError as error:
        raise ConfigError(f"is no JSON: {error.msg}", file=name, line=error.lineno) from None
    doubtful = load(content).error  # of two equal keys, orjson takes one
    if doubtful is not None:
        raise ConfigError(doubtful.message, file=name, line=doubtful.line, column=doubtful.column)
    for violation in violations(expected, schema):
        raise at(violation.path, violation.message, content, name, _HINT)
    found: dict[str, Any] = expected
    return found


def _picked(entry: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    return {key: entry[key] for key in keys if key in entry}


def _sorted(entries: Any) -> list[Any]:
    return sorted(entries, key=lambda entry: orjson.dumps(entry, option=orjson.OPT_SORT_KEYS))

"""Why a fixture failed: the difference, and where in the rule and in the manifest it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson

from gatelib import fixtures, sources
from gatelib.authoring.suite import CaseGroup
from gatelib.authoring.testing.differing import difference
from gatelib.authoring.workspace import Workspace
from gatelib.errors import EngineError
from gatelib.fixtures import Outcome
from gatelib.loader import locate
from gatelib.policy import Module

_PLACES: Final = ("document", "evidence", "exception")
_HEADS: Final = ("deny", "warn", "unjudged")
_UNJUDGED: Final = "cannot judge this: "


class _Head(NamedTuple):
    """One ``deny contains … if``."""

    export: str
    start: int
    """In bytes, of its name."""
    line: int


def trace(group: CaseGroup, outcome: Outcome) -> list[str]:
    """Return the lines that say how a fixture differs from what is expected of it."""
    lines = [f"    {line}" for line in difference(outcome.expected, outcome.actual)]
    for key in ("findings", "errors"):
        expected, actual = outcome.expected[key], outcome.actual[key]
        for entry in _less(actual, expected):
            lines += _about("found", entry, group, outcome, heads=True)
        for entry in _less(expected, actual):
            lines += _about("expected", entry, group, outcome, heads=False)
    return lines


def _about(
    verb: str, entry: Mapping[str, Any], group: CaseGroup, outcome: Outcome, *, heads: bool
) -> Iterator[str]:
    yield f"{verb}: {entry['message']}"
    workspace = group.workspace
    if heads:
        module = _module(workspace, group.rule)
        for head in _heads_of(module, entry, group, outcome):
            text = module.text.splitlines()[head.line - 1].expandtabs(4)
            yield f"    by {_name(workspace, module)}:{head.line} | {text}"
    case = outcome.case
    if "document" in entry:
        documents = list(fixtures.documents(case.path, workspace.policy))
        if entry["document"] < len(documents):
            document = documents[entry["document"]]
            data = case.path.read_bytes()
            path = (*document.prefix, *entry.get("path", ()))
            (position,) = locate(data, [(document.ordinal, path)])
            name = sources.display(case.path, workspace.base)
            yield f"    in {name}:{position.line} | {position.text.rstrip()}"


def _heads_of(
    module: Module, entry: Mapping[str, Any], group: CaseGroup, outcome: Outcome
) -> Sequence[_Head]:
    """Return the heads that give a finding, each asked for without the others of its name."""
    exports = [entry["action"]] if entry.get("action") in _HEADS else list(_HEADS)
    candidates = [head for head in _heads(module) if head.export in exports]
    if len(candidates) < 2:
        return candidates
    envelope = group.envelopes[group.cases.index(outcome.case)]
    return [head for head in candidates if _gives(head, candidates, module, entry, group, envelope)]


def _gives(
    head: _Head,
    candidates: Iterable[_Head],
    module: Module,
    entry: Mapping[str, Any],
    group: CaseGroup,
    envelope: bytes,
) -> bool:
    text = module.text.encode()
    for other in sorted(candidates, reverse=True):
        if other != head and other.export == head.export:
            text = text[: other.start] + b"gatelib_other_" + text[other.start :]
    try:
        engine = group.engine({module.path: text.decode()})
        answer = engine.ask(f"data.{module.package}.{head.export}", envelope)
    except EngineError:
        return False
    return any(_is(raw, entry) for raw in answer or [])


def _is(raw: Any, entry: Mapping[str, Any]) -> bool:
    if not isinstance(raw, dict):
        return False
    said = entry["message"].rpartition(_UNJUDGED)[2]
    places = [(raw.get(key), entry.get(key)) for key in _PLACES]
    return raw.get("msg") == said and raw.get("path") == entry.get("path") and all(a == b for a, b in places)


def _heads(module: Module) -> list[_Head]:
    import regorus

    engine = regorus.Engine()
    engine.add_policy(module.path, module.text)
    found = []
    for rule in orjson.loads(engine.get_ast_as_json())[0]["ast"]["rules"]:
        head = rule.get("Spec", {}).get("head", {}).get("Set", {})
        name = head.get("refr", {}).get("Var", {})
        if name.get("value") in _HEADS:
            found.append(_Head(name["value"], name["span"]["start"], name["span"]["line"]))
    return sorted(found, key=lambda head: head.start)


def _module(workspace: Workspace, rule: str) -> Module:
    package = ".".join(("gatelib.rules", *workspace.policy.catalog[rule]["package"]))
    return next(module for module in workspace.policy.modules if module.package == package)


def _name(workspace: Workspace, module: Module) -> str:
    return next((source.name for source in workspace.own if source.module == module), module.path)


def _less(entries: Iterable[Any], others: Sequence[Any]) -> list[Any]:
    left = list(others)
    found = []
    for entry in entries:
        if entry in left:
            left.remove(entry)
        else:
            found.append(entry)
    return found

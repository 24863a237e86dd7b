"""The JSON form, ``gatelib.dev/impact/v1``; its schema is ``gatelib/schemas/impact-v1.json``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from gatelib.authoring.impact.model import KINDS, Change, Impact, Said

SCHEMA: Final = "gatelib.dev/impact/v1"


def of(impact: Impact) -> dict[str, Any]:
    """Return an impact as JSON values, in the schema's order."""
    old, new = impact.sides
    limit = impact.threshold
    by_rule = counted(impact.changes, lambda change: change.rule)
    return {
        "schema": SCHEMA,
        "tool": {"name": "gatelib", "version": impact.tool_version},
        "engine": impact.engine,
        "from": _side(old),
        "to": _side(new),
        "gate": impact.gate,
        "now": impact.now,
        "outcome": impact.outcome,
        "threshold": limit and {"given": limit.text, "newly_denied": impact.newly_denied},
        "judged": {
            "subjects": impact.judged,
            "requests": impact.requests,
            "repositories": list(impact.repositories),
        },
        "totals": counts(impact.changes),
        "rules": [
            {
                "id": rule.id,
                "title": rule.title,
                "from": rule.old,
                "to": rule.new,
                "judged": {"from": rule.judged[0], "to": rule.judged[1]},
                **by_rule.get(rule.id, counts(())),
            }
            for rule in impact.rules
        ],
        "owners": [
            {"name": name, **found}
            for name, found in counted(impact.changes, lambda change: change.owner.name).items()
        ],
        "changes": [_change(change) for change in impact.changes],
        "errors": [
            {
                "side": fault.side,
                "repository": fault.repository,
                "file": fault.problem.file,
                "line": fault.problem.line,
                "column": fault.problem.column,
                "code": fault.problem.code,
                "message": fault.problem.message,
                "hint": fault.problem.hint,
            }
            for fault in impact.faults
        ],
        "notes": list(impact.notes),
        "inputs": [
            {"repository": repository or None, "file": file, "sha256": digest}
            for repository, file, digest in impact.inputs
        ],
    }


def counts(changes: Iterable[Change]) -> dict[str, int]:
    """Return how many subjects have each kind of change."""
    subjects: dict[str, set[tuple[str, ...]]] = {kind: set() for kind in (*KINDS, "newly_denied", "subjects")}
    for change in changes:
        for kind in (*change.kinds, "subjects", *(["newly_denied"] if change.newly_denied else [])):
            subjects[kind].add(change.subject)
    return {kind: len(found) for kind, found in subjects.items()}


def counted(changes: Iterable[Change], by: Callable[[Change], str]) -> dict[str, dict[str, int]]:
    """Return these counts for each rule, or each owner, in order."""
    groups: dict[str, list[Change]] = {}
    for change in changes:
        groups.setdefault(by(change), []).append(change)
    return {name: counts(groups[name]) for name in sorted(groups)}


def _side(side: Any) -> dict[str, Any]:
    return {
        "name": side.name,
        "kind": side.kind,
        "revision": side.revision,
        "sha256": side.sha256,
        "signed_by": side.signed_by,
    }


def _change(change: Change) -> dict[str, Any]:
    what, where = change.resource, change.place
    return {
        "rule": change.rule,
        "kinds": list(change.kinds),
        "newly_denied": change.newly_denied,
        "repository": where.repository,
        "resource": what
        and {
            "apiVersion": what.api_version,
            "kind": what.kind,
            "namespace": what.namespace,
            "name": what.name,
        },
        "file": where.file,
        "document": where.document,
        "line": where.line,
        "column": where.column,
        "request": where.request,
        "owner": {"name": change.owner.name, "by": change.owner.by},
        "findings": [
            {"fingerprint": one.fingerprint, "from": _said(one.old), "to": _said(one.new)}
            for one in change.differences
        ],
    }


def _said(said: Said | None) -> dict[str, str] | None:
    return (
        None if said is None else {"action": said.action, "severity": said.severity, "message": said.message}
    )

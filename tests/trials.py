"""Rules of a team's own in every way of being on trial, and of going wrong, beside some of the library's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from gatelib import catalog
from gatelib.policy import Module, Policy, shipped

RULE: Final = "ACME-001"
BESIDE: Final = ("GL-K8S-001", "GL-K8S-003", "GL-K8S-006", "GL-K8S-015")
"""Rules in force, about workloads and Services, one of which only warns."""

_HEAD: Final = """\
# METADATA
# title: A rule on trial
# description: What a test needs.
# custom:
#   id: ACME-001
#   severity: critical
#   controls: []
#   gates: [pr, admission]
#   kinds: [{kinds}]
#   scope: {scope}
#   remediation: Do something else.
#   since: "1"
{more}package gatelib.rules.acme.tried

import data.gatelib.lib.documents

"""
_SUBJECTS: Final = "subjects contains document.index if some document in documents.judged\n\n"
_EACH: Final = ' contains {{"id": "ACME-001", "msg": "no", {fields}}} if some document in documents.judged\n'

BODIES: Final[Mapping[str, str]] = {
    "denies": _SUBJECTS + "deny" + _EACH.format(fields='"document": document.index, "path": []'),
    "warns": _SUBJECTS + "warn" + _EACH.format(fields='"document": document.index, "path": ["kind"]'),
    "cannot judge": _SUBJECTS
    + "unjudged"
    + _EACH.format(fields='"document": document.index, "path": []').replace("no", "odd"),
    "cannot judge anything": _SUBJECTS + 'unjudged contains {"msg": "odd"}\n',
    "breaks the contract": _SUBJECTS + "deny" + _EACH.format(fields='"document": 7000, "path": []'),
    "breaks it with a text": _SUBJECTS + 'deny contains "no"\n',
    "has no subjects": "deny" + _EACH.format(fields='"document": document.index, "path": []'),
    "finds nothing": _SUBJECTS,
}
FAILING: Final[Mapping[str, str]] = {
    "a built-in fails": _SUBJECTS + 'deny contains {"id": "x"} if to_number("zz") > 1\n',
    "values conflict": _SUBJECTS + "value := 1\n\nvalue := 2 if count(documents.judged) >= 0\n\n"
    'deny contains {"id": "x"} if value > 1\n',
}
ENDLESS: Final = (
    _SUBJECTS
    + """\
numbers_ := numbers.range(1, 100000)

deny contains {"id": "x"} if {
	some a in numbers_
	some b in numbers_
	some c in numbers_
	a + b + c < 0
}
"""
)


@dataclass(frozen=True)
class Staging:
    """A way of being on trial."""

    metadata: str = ""
    """More lines of METADATA."""
    action: Mapping[str, Any] | None = None
    """What a bundle says."""


STAGINGS: Final = (
    Staging(metadata="#   stage: canary\n"),
    Staging(metadata="#   effective_on: 2200-01-01\n"),
    Staging(metadata="#   effective_on: 2200-01-01T02:30:00\n#   time_zone: Europe/Berlin\n"),
    Staging(action={"action": "canary"}),
    Staging(action={"action": "canary", "until": "2200-01-01T00:00:00+14:00"}),
)


def policy(
    body: str,
    staging: Staging,
    *,
    kinds: str = '"*"',
    scope: str = "document",
    gate: str = "pr",
    inputs: Sequence[str] = ("envelope", "combined"),
) -> Policy:
    """Return a policy with the rule on trial beside those in force."""
    core = without(gate=gate, inputs=inputs)
    text = _HEAD.format(kinds=kinds, scope=scope, more=staging.metadata) + body
    entries = catalog.build([("tried.rego", text)])
    bundle = dict(core.data["bundle"])
    if staging.action is not None:
        bundle["actions"] = {RULE: dict(staging.action)}
    own = Module("gatelib/rules/acme/tried/tried.rego", text)
    return _with_modules(
        replace(
            core,
            modules=(*shipped().modules, own),
            catalogs={**core.catalogs, "acme": entries},
            data={**core.data, "bundle": bundle},
        )
    )


def without(*, gate: str = "pr", inputs: Sequence[str] = ("envelope", "combined")) -> Policy:
    """Return the policy with the rules in force alone."""
    core = shipped()
    bundle = {"revision": "trial", "gate": gate, "inputs": list(inputs), "requires": []}
    kept = {rule: core.catalog[rule] for rule in BESIDE}
    return _with_modules(replace(core, catalogs={"core": kept}, data={**core.data, "bundle": bundle}))


def _with_modules(policy: Policy) -> Policy:
    """Return a policy without the rules that are not in its catalogue."""
    modules = policy.modules_for(policy.catalog, ["gatelib.admission"])
    return replace(policy, modules=tuple(sorted(modules)))

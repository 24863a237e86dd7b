"""The Constraints: one for each action that the rules can have, with Gatekeeper's enforcement of it.

What a Constraint matches, malformed objects among it, it denies. So a rule on trial, which is to deny nothing
yet, has one to itself for the day when it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import orjson

from gatelib.errors import PolicyError
from gatelib.exceptions.record import VERIFIED, name_of
from gatelib.export.gatekeeper import kinds
from gatelib.export.gatekeeper.kinds import GroupKind
from gatelib.export.gatekeeper.template import KIND
from gatelib.policy import Policy

ENFORCEMENT: Final = {"deny": "deny", "warn": "warn", "canary": "dryrun"}
"""What Gatekeeper does about the findings of an action."""

ACTIONS: Final = tuple(ENFORCEMENT)

_WARNS: Final = re.compile(r"^warn\b", re.MULTILINE)


def manifests(policy: Policy, rules: Sequence[str]) -> dict[str, bytes]:
    """Return the Constraints as JSON, by name: an action, and for a rule on trial ``deny-<rule>`` too.

    Raises:
        PolicyError: an exception of the policy is not signed, and must be.

    """
    _refuse_unsigned(policy)
    found = {}
    for action, chosen in by_action(policy, rules).items():
        later = set(_on_trial(policy, chosen)) if action == "deny" else set()
        if now := [rule for rule in chosen if rule not in later]:
            found[action] = constraint(policy, action, now)
        for rule in sorted(later):
            name = f"{action}-{rule.lower()}"
            found[name] = constraint(policy, action, [rule], name=name)
    return {
        name: orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        for name, content in found.items()
    }


def by_action(policy: Policy, rules: Sequence[str]) -> dict[str, list[str]]:
    """Return the rules that can have each action, for the actions that any can have.

    Every rule can deny: what it cannot judge denies, whatever the rule's own action is. Only one that is on
    trial everywhere and without an end cannot.
    """
    chosen = {
        "deny": [rule for rule in rules if rule not in set(_without_end(policy, rules))],
        "warn": list(_warning(policy, rules)),
        "canary": list(_on_trial(policy, rules)),
    }
    return {action: named for action, named in chosen.items() if named}


def constraint(
    policy: Policy, action: str, rules: Sequence[str], *, name: str | None = None
) -> dict[str, Any]:
    """Return the Constraint that enforces an action of some rules; its name is the action's by default."""
    given = ("exceptions", "evidence", "verifications")
    beside = {name: policy.data[name] for name in given if policy.data.get(name)}
    return {
        "apiVersion": "constraints.gatekeeper.sh/v1beta1",
        "kind": KIND,
        "metadata": {"name": f"gatelib-{name or action}"},
        "spec": {
            "enforcementAction": ENFORCEMENT[action],
            "match": {"kinds": _match(policy, rules)},
            "parameters": {"action": action, "rules": list(rules), **beside},
        },
    }


def _warning(policy: Policy, rules: Iterable[str]) -> Iterator[str]:
    texts = {tuple(module.package.split(".")[2:]): module.text for module in policy.modules}
    held = _held_back(policy, "warn")
    for rule in rules:
        if rule in held or _WARNS.search(texts.get(tuple(policy.catalog[rule]["package"]), "")):
            yield rule


def _on_trial(policy: Policy, rules: Iterable[str]) -> Iterator[str]:
    held = _held_back(policy, "canary")
    for rule in rules:
        entry = policy.catalog[rule]
        if rule in held or entry.get("stage") == "canary" or "effective_on" in entry:
            yield rule


def _without_end(policy: Policy, rules: Iterable[str]) -> Iterator[str]:
    actions = policy.data.get("bundle", {}).get("actions", {})
    for rule in _on_trial(policy, rules):
        forever = rule in actions and not {"until", "share"} & actions[rule].keys()
        if policy.catalog[rule].get("stage") == "canary" or (
            forever and rule in _held_back(policy, "canary")
        ):
            yield rule


def _held_back(policy: Policy, action: str) -> set[str]:
    actions = policy.data.get("bundle", {}).get("actions", {})
    return {rule for rule, stage in actions.items() if stage["action"] == action}


def _match(policy: Policy, rules: Sequence[str]) -> list[dict[str, list[str]]]:
    found = kinds.matched(policy, rules)
    if kinds.ANY not in found:
        # No API server stores a list, but `gator test` reads one for an object, and would pass what is in it.
        found |= {GroupKind(group, f"{kind}List") for group, kind in found} | {GroupKind("", "List")}
    groups: dict[str, list[str]] = {}
    for group, kind in sorted(found):
        groups.setdefault(group, []).append(kind)
    return [{"apiGroups": [group], "kinds": members} for group, members in groups.items()]


def _refuse_unsigned(policy: Policy) -> None:
    required = policy.data["defaults"]["exceptions"]["require_signature"]
    required = policy.data["params"].get("exceptions", {}).get("require_signature", required)
    unsigned = [
        exception
        for exception in policy.data.get("exceptions", ())
        if not exception.get(VERIFIED, {}).get("approvers")
    ]
    if unsigned and required is not False:
        raise PolicyError(
            f"exception `{name_of(unsigned[0])}` has no signature of an approver, and Gatekeeper would deny "
            "every object for it",
            hint="name with --config whose signatures count, or set `exceptions.require_signature: false`",
        )

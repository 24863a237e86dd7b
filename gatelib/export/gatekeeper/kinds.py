"""Which kinds rules are about, as Kubernetes names them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gatelib.policy import Policy


class GroupKind(NamedTuple):
    """A kind of an API group."""

    group: str
    """Empty for the core group."""
    kind: str


ANY = GroupKind("*", "*")


def of(policy: Policy, rules: Iterable[str]) -> set[GroupKind]:
    """Return the kinds of the rules, with what macros stand for and the workload types of parameters."""
    found = {_named(kind) for rule in rules for kind in policy.catalog[rule]["kinds"]}
    if GroupKind("", "workloads") in found:
        extra = policy.data["params"].get("workloads", {}).get("extra_kinds", [])
        found.remove(GroupKind("", "workloads"))
        found |= {_named(kind) for kind in policy.data["kinds"]["workloads"]}
        found |= {_named(entry["kind"]) for entry in extra}
    return {ANY} if GroupKind("", "*") in found else found


def matched(policy: Policy, rules: Iterable[str]) -> set[GroupKind]:
    """Return the kinds of the rules under every name that they have and had."""
    found = of(policy, rules)
    return found | former_names(policy, found)


def former_names(policy: Policy, kinds: Iterable[GroupKind]) -> set[GroupKind]:
    """Return the names that the kinds had in groups that the API has left."""
    now = set(kinds)
    return {
        _named(former)
        for former, current in policy.data["kinds"]["aliases"].items()
        if _named(current) in now
    }


def _named(kind: str) -> GroupKind:
    group, _, name = kind.rpartition("/")
    return GroupKind(group, name)

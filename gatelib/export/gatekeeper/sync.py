"""What Gatekeeper has to keep of the cluster, for rules that look at more than the object under review."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import orjson

from gatelib.export.gatekeeper import kinds as named
from gatelib.export.gatekeeper.kinds import GroupKind
from gatelib.policy import Policy

_NAMESPACE: Final = GroupKind("", "Namespace")
_ANNOTATION: Final = "metadata.gatekeeper.sh/requires-sync-data"
_VERSIONS: Final = {
    "argoproj.io": ("v1alpha1",),
    "autoscaling": ("v2", "v1"),
    "bitnami.com": ("v1alpha1",),
    "cilium.io": ("v2",),
    "external-secrets.io": ("v1", "v1beta1"),
    "keda.sh": ("v1alpha1",),
    "projectcalico.org": ("v3",),
}
"""Versions in which a group is served, the one to sync first; every other group's is ``v1``."""


def kinds(policy: Policy, rules: Sequence[str]) -> list[GroupKind]:
    """Return the kinds that rules look up, Namespaces among them; nothing where none looks at others."""
    looking = [rule for rule in rules if policy.catalog[rule]["scope"] == "set"]
    found = named.of(policy, looking)
    # An API server that still serves these serves the same objects under the group they moved to.
    return sorted({*found, _NAMESPACE} - named.former_names(policy, found)) if found else []


def annotation(looked_up: Collection[GroupKind]) -> dict[str, str]:
    """Return the annotation that says so, of which ``gator sync test`` knows whether a cluster fulfils it."""
    if not looked_up:
        return {}
    needs = [
        [{"groups": [kind.group], "versions": list(versions(kind)), "kinds": [kind.kind]}]
        for kind in looked_up
    ]
    return {_ANNOTATION: orjson.dumps(needs).decode()}


def manifest(looked_up: Collection[GroupKind]) -> bytes:
    """Return a SyncSet, which adds to what others let Gatekeeper keep."""
    import yaml

    content = {
        "apiVersion": "syncset.gatekeeper.sh/v1alpha1",
        "kind": "SyncSet",
        "metadata": {"name": "gatelib"},
        "spec": {
            "gvks": [
                {"group": kind.group, "version": versions(kind)[0], "kind": kind.kind} for kind in looked_up
            ]
        },
    }
    return yaml.safe_dump(content, sort_keys=False).encode()


def versions(kind: GroupKind) -> tuple[str, ...]:
    """Return the versions that do for a kind, the best one first."""
    return _VERSIONS.get(kind.group, ("v1",))

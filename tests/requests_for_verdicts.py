"""Requests for a verdict, whole and hostile, made from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

LONG_AGO = "2020-02-29T12:00:00Z"
FAR_AHEAD = "2250-01-01T00:00:00Z"
"""Before and after every moment at which a test may run, so that no answer depends on the clock."""

_STRANGE: list[Any] = [
    None, True, False, 0, -1, 0.5, 1e300, 9007199254740993, "", " ", "\u202e", "0", "gatelib",
    [], [[]], [None], {}, {"": ""}, {"kind": "Pod"}, {"items": []}, {"gatelib": 1, "documents": []},
]  # fmt: skip


def provenance(**fields: Any) -> dict[str, Any]:
    """Return a whole provenance envelope, with fields of the test's own."""
    whole = {
        "origin": "ci.example.com/shop",
        "actor": "release-bot",
        "timestamp": LONG_AGO,
        "confidence": 0.9,
        "simulated": False,
    }
    return {**whole, **fields}


def config_map(name: str = "settings") -> dict[str, Any]:
    """Return an object that no rule has anything against."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "shop"}}


def pod(**security: Any) -> dict[str, Any]:
    """Return a Pod that several rules deny."""
    container = {"name": "api", "image": "nginx:1", "securityContext": security}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "api", "namespace": "shop"},
        "spec": {"containers": [container]},
    }


def request(artefact: Any = None, **context: Any) -> dict[str, Any]:
    """Return a whole request, which is allowed unless the artefact or the context says otherwise."""
    return {
        "action": "deploy",
        "subject": "release-bot",
        "context": {"provenance": provenance(), **context},
        "artefact": config_map() if artefact is None else artefact,
    }


def generated(number: int, seed: int) -> Iterator[dict[str, Any]]:
    """Yield so many requests: whole ones, ones with a part that is strange or gone, and mixtures."""
    chance = random.Random(seed)
    for _ in range(number):
        asked = request(deepcopy(chance.choice(_ARTEFACTS)))
        if chance.random() < 0.4:
            asked["context"]["verdict"] = deepcopy(chance.choice(_VERDICTS))
        if chance.random() < 0.3:
            asked["subject"] = chance.choice([{"user": "lea"}, "ü" * 300, {"a": {"b": []}}])
        for _ in range(chance.choice([0, 0, 1, 1, 2, 3])):
            _spoil(asked, chance)
        yield asked


def _spoil(asked: dict[str, Any], chance: random.Random) -> None:
    """Take away, add or replace one value, anywhere."""
    place: Any = asked
    while True:
        key = chance.choice(list(place) if isinstance(place, dict) else range(len(place)))
        inner = place[key]
        if not isinstance(inner, (dict, list)) or not inner or chance.random() < 0.3:
            break
        place = inner
    what = chance.random()
    if what < 0.3:
        del place[key]
    elif what < 0.4 and isinstance(place, dict):
        place[chance.choice(["kind", "items", "gatelib", "verdict", "allow", "\u0000"])] = _strange(chance)
    else:
        place[key] = _strange(chance)


def _strange(chance: random.Random) -> Any:
    return deepcopy(chance.choice(_STRANGE))


_ARTEFACTS: list[Any] = [
    config_map(),
    [config_map("one"), config_map("two")],
    pod(privileged=True),
    [config_map(), pod()],
    {"apiVersion": "v1", "kind": "List", "items": [config_map(), pod(allowPrivilegeEscalation=False)]},
    {"apiVersion": "v1", "kind": "PodList", "items": [{"metadata": {"name": "bare"}}]},
    {"apiVersion": "v1", "kind": "List", "items": []},
    {"apiVersion": "example.com/v1", "kind": "Event", "data": {"login": "lea"}},
    [], {}, "image:latest",
]  # fmt: skip

_ALLOWED = {"allow": True, "decider": "gatelib", "rule_id": None, "reason": "no finding denies"}
_VERDICTS: list[Any] = [
    _ALLOWED,
    {**_ALLOWED, "allow": False, "rule_id": "GL-K8S-001", "reason": "container `api` is privileged"},
    {**_ALLOWED, "allow": "true"},
    {"allow": True},
    {**_ALLOWED, "signature": {"payload": "", "payloadType": "", "signatures": []}},
    None,
]

"""What an OPA server runs, as its REST API tells it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypeAlias

from gatelib.engines.opa_api import Api, Reply
from gatelib.errors import EngineUnavailableError

Place: TypeAlias = tuple[str, ...]
"""A path below ``data``."""

_ATTEMPTS: Final = 3
"""At a look during which no other bundle becomes active."""


class Policy(NamedTuple):
    """A Rego file that the server has."""

    id: str
    text: str
    package: Place
    rules: frozenset[Place]
    """Where its rules put their values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What a server runs."""

    bundles: Mapping[str, Mapping[str, Any]]
    """The manifests of the active bundles, by the server's own names for them."""
    policies: tuple[Policy, ...]
    data: Mapping[str, Any]
    """All of ``data.gatelib`` below ``gatelib``, values of rules among it."""
    failures: tuple[tuple[str, str], ...]
    """Bundles that could not be activated or brought up to date, each with the reason."""
    untold: tuple[str, ...]
    """What the server does not tell."""


def look(api: Api) -> Running:
    """Return what a server runs.

    Raises:
        EngineUnavailableError: it cannot be reached, does not tell, or changes all the time.
        EngineTimeoutError: it does not answer in time.

    """
    for _ in range(_ATTEMPTS):
        before = _told(api, "/v1/data/system/bundles", {})
        policies = _told(api, "/v1/policies", [])
        data = _told(api, "/v1/data/gatelib", {})
        failures, untold = _activation(api)
        if _told(api, "/v1/data/system/bundles", {}) == before:
            break
    else:
        raise EngineUnavailableError("the OPA server gets other bundles all the time", hint="try again later")
    try:
        return Running(
            bundles={name: _object(bundle["manifest"]) for name, bundle in before.items()},
            policies=tuple(_policy(entry) for entry in policies),
            data={"gatelib": _object(data)},
            failures=tuple(failures),
            untold=tuple(untold),
        )
    except (AttributeError, KeyError, TypeError):
        raise EngineUnavailableError(
            "the OPA server tells what it runs in a form that OPA has not", hint="is it OPA that answers?"
        ) from None


def exact(content: bytes) -> Any:
    """Return the JSON in some bytes, with its numbers as they are.

    Raises:
        ValueError: it is none.
        RecursionError: it is too deep.

    """
    return json.loads(content, parse_float=Decimal)


def _told(api: Api, path: str, default: Any) -> Any:
    reply = api.get(path)
    if reply.status != 200:
        raise EngineUnavailableError(f"the OPA server does not tell `{path}`: {api.said(reply)}")
    return _object(_value(reply)).get("result", default)


def _value(reply: Reply) -> Any:
    try:
        return exact(reply.body)
    except (ValueError, RecursionError):
        raise EngineUnavailableError("the OPA server's answer is no JSON, or too deep") from None


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise EngineUnavailableError("the OPA server tells what it runs in a form that OPA has not")
    return value


def _policy(entry: Any) -> Policy:
    tree = entry["ast"]
    package = tuple(str(term["value"]) for term in tree["package"]["path"][1:])
    rules = frozenset(package + tuple(_fixed(rule["head"])) for rule in tree.get("rules", ()))
    return Policy(str(entry["id"]), str(entry["raw"]), package, rules)


def _fixed(head: Mapping[str, Any]) -> Iterator[str]:
    """Yield a rule's name, and what is fixed of the path after it."""
    reference = head.get("ref") or [{"value": head["name"]}]
    yield str(reference[0]["value"])
    for term in reference[1:]:
        if term["type"] != "string":
            return
        yield str(term["value"])


def _activation(api: Api) -> tuple[list[tuple[str, str]], list[str]]:
    """Return which bundles failed, and what the server does not tell of it."""
    failures: list[tuple[str, str]] = []
    untold: list[str] = []
    health = api.get("/health", bundles="true")
    if health.status == 500:
        failures.append(("", api.said(health)))
    elif health.status != 200:
        untold.append(f"/health?bundles: {api.said(health)}")
    status = api.get("/v1/status")
    if status.status != 200:
        untold.append(f"/v1/status: {api.said(status)}")
        return failures, untold
    bundles = _object(_object(_value(status)).get("result", {})).get("bundles") or {}
    for name, bundle in _object(bundles).items():
        if _object(bundle).get("code") or bundle.get("message"):
            failures.append((name, _reason(bundle)))
    return failures, untold


def _reason(bundle: Mapping[str, Any]) -> str:
    errors = bundle.get("errors")
    texts = [str(bundle.get("message", "")), *map(str, errors if isinstance(errors, list) else ())]
    return "; ".join(dict.fromkeys(" ".join(text.split()) for text in texts if text))[:400]

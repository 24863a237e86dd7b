"""Which rules are held back, as ``gatelib.lib.stages`` has it: for what an engine that failed cannot tell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from gatelib.moments import nanoseconds
from gatelib.policy import Policy

_PRIME: Final = 67_108_859
_DAY: Final = 86_400 * 10**9


class Stage(NamedTuple):
    """How a rule is held back."""

    action: Literal["canary", "warn"]
    """What it does meanwhile: it is on trial, or warns."""
    until: str | None
    """The RFC 3339 date-time from which it is in force, or the last day before; ``None`` for no end."""
    share: int
    """In how many of a hundred namespaces it is in force already."""


def held_back(policy: Policy, rules: Iterable[str], now: str) -> dict[str, Stage]:
    """Return the rules that are held back at a moment, by ID."""
    moment = nanoseconds(now) or 0
    actions = policy.data["bundle"].get("actions", {})
    catalog = policy.catalog
    found = {}
    for rule in rules:
        entry = catalog[rule]
        effective = entry.get("effective_on")
        if entry.get("stage") == "canary":
            found[rule] = Stage("canary", None, 0)
        elif effective is not None and _start(effective) > moment:
            found[rule] = Stage("canary", effective, 0)
        elif (said := actions.get(rule)) and ("until" not in said or _end(said["until"]) > moment):
            found[rule] = Stage(said["action"], said.get("until"), said.get("share", 0))
    return found


def on_trial(rule: str, stage: Stage, namespace: str) -> bool:
    """Tell whether a rule that is held back is on trial for what stands in a namespace, ``""`` for none."""
    return stage.action == "canary" and not (namespace and place(rule, namespace) < stage.share)


def place(rule: str, namespace: str) -> int:
    """Return the place of a namespace among those that a rule reaches one after the other, from 0 to 99."""
    digits = f"{rule}/{namespace}".encode(errors="surrogatepass").hex()
    total = sum(int(digit, 16) * _scrambled(_scrambled(n)) for n, digit in enumerate(digits, start=1))
    return _scrambled(_scrambled(total % _PRIME)) % 100


def _scrambled(number: int) -> int:
    return number * number % _PRIME * number % _PRIME


def _start(text: str) -> int:
    return nanoseconds(text) or nanoseconds(f"{text}T00:00:00Z") or 0


def _end(text: str) -> int:
    day = nanoseconds(f"{text}T00:00:00Z")
    return nanoseconds(text) or 0 if day is None else day + _DAY - 1

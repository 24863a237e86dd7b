"""How a gate judges: what a caller may set, and what is acceptable."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gatelib import engines
from gatelib.catalog import GATES, SEVERITIES
from gatelib.errors import UsageError

if TYPE_CHECKING:
    from gatelib.engines import Connection
    from gatelib.keys import VerificationKey

_DATE_TIME: Final = r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)"
"""As the rules read it: what is left of a second does not matter to whether it is one."""

_LONGEST_TIMEOUT: Final = 86400
"""Seconds; as in the configuration's schema."""

Progress = Callable[[int, int], None]
"""Called with the bytes that are done and all there are."""


def _no_variable(name: str) -> None:
    """Know no environment."""


def no_access(reference: str) -> Mapping[str, Any]:
    """Know no credentials, proxies or certificates."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a gate judges. What is ``None`` or empty is left to the configuration, then to the default."""

    gate: str | None = None
    """``pr``, ``pre-promote``, ``admission`` or ``publish``; default ``pr``."""
    rules: Sequence[str] = ()
    """IDs of the rules to run, whatever the gate; default all rules of the gate."""
    skip: Sequence[str] = ()
    """IDs of rules not to run; named in the report."""
    engine: str | None = None
    """Default: the embedded one, or ``opa`` from PATH where it has no wheel."""
    config: str | Path | None = None
    """A configuration, trusted if it lies outside the judged paths; default the nearest ``gatelib.yaml``."""
    policies: Sequence[str] = ()
    """Folders with rules of a team's own."""
    bundle: str | Path | None = None
    """A bundle's file, whose rules run in place of the shipped ones."""
    verification_keys: Sequence[VerificationKey] = ()
    """Keys that may have signed the bundle; a configuration's ``trust.bundle`` beside them."""
    scope: str | None = None
    """What the bundle's signature must be for; default none."""
    min_revision: str | None = None
    """No older bundle is run."""
    opa: Connection | None = None
    """The server that the engine ``opa-server`` asks; the configuration's ``opa_server`` completes it."""
    variable: Callable[[str], str | None] = field(default=_no_variable, repr=False)
    """Looks up a variable that a trusted configuration names, such as that of the server's token."""
    access: Callable[[str], Mapping[str, Any]] = field(default=no_access, repr=False)
    """Says how the registry of evidence given as ``oci://REFERENCE`` is reached, by the reference."""
    exceptions: Sequence[str] = ()
    """Files or folders with PolicyException records, from outside the judged paths."""
    evidence: Sequence[str] = ()
    """Files or folders with evidence, from outside the judged paths."""
    inventory: Sequence[str] = ()
    """Files or folders with objects that are looked up and not judged."""
    namespace: str | None = None
    """The namespace of objects that name none."""
    fail_on: str | None = None
    """The least severity that fails; default ``low``."""
    now: str | None = None
    """The moment of judgement, RFC 3339; default the clock's."""
    jobs: int | None = None
    """Processes; default one for each core."""
    timeout: float | None = None
    """Seconds that an engine may take for one answer; default 60."""
    base: str | Path | None = None
    """What paths are relative to; default the working directory."""
    sealed: bool = False
    """Whether the gate's own policy is all that runs: no bundle or policies of a configuration count."""
    isolated: bool = True
    """Whether to judge in processes of their own, which can be ended and may crash."""


def check(settings: Settings) -> None:
    """Refuse what cannot be carried out.

    Raises:
        UsageError: a value is not acceptable.

    """

    def one_of(what: str, value: str | None, allowed: Iterable[str]) -> None:
        if value is not None and value not in allowed:
            raise UsageError(f"there is no {what} `{value}`", hint=f"one of {', '.join(allowed)}")

    one_of("gate", settings.gate, GATES)
    one_of("severity", settings.fail_on, SEVERITIES)
    one_of("engine", settings.engine, engines.names())
    if settings.jobs is not None and settings.jobs < 1:
        raise UsageError("there must be at least one job")
    if settings.timeout is not None and not 0 < settings.timeout <= _LONGEST_TIMEOUT:
        raise UsageError(f"a time-out is more than 0 and at most {_LONGEST_TIMEOUT} seconds")
    if settings.now is not None and parse_now(settings.now) is None:
        raise UsageError(f"`{settings.now}` is no RFC 3339 date-time", hint="such as 2026-11-22T00:00:00Z")


def parse_now(text: str) -> datetime | None:
    """Return the moment that an RFC 3339 date-time of the years 1970 to 2259 names, else ``None``."""
    match = re.fullmatch(_DATE_TIME, text, re.ASCII)
    if match is None:
        return None
    try:
        moment = datetime.fromisoformat(match[1].upper() + match[2].upper().replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if 1970 <= moment.year <= 2259 else None


def has_ended(expires: object, now: datetime) -> bool:
    """Tell whether an expiry has passed, as ``gatelib.lib.timestamps`` reads it."""
    if not isinstance(expires, str):
        return False
    moment = parse_now(expires)
    if moment is not None:
        return moment <= now
    last_second = parse_now(f"{expires}T23:59:59Z")
    return last_second is not None and last_second < now.replace(microsecond=0)

"""The gate: what a user sets up once and asks for reports."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from gatelib import engines
from gatelib.catalog import GATES, SEVERITIES
from gatelib.errors import UsageError
from gatelib.loader import Limits
from gatelib.policy import Policy, shipped
from gatelib.report import Problem, Report
from gatelib.run import Run

_DATE_TIME: Final = re.compile(
    r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
"""As the rules read it: what is left of a second does not matter to whether it is one."""

_LONGEST_TIMEOUT: Final = 86400
"""Seconds; as in the configuration's schema."""

Progress = Callable[[int, int], None]
"""Called with the bytes that are done and all there are."""


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
    isolated: bool = True
    """Whether to judge in processes of their own, which can be ended and may crash."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A policy gate; :meth:`load` makes one.

    >>> report = Gate.load().check(["k8s/"])
    >>> report.outcome
    'pass'
    """

    settings: Settings
    policy: Policy
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def load(cls, settings: Settings | None = None, /, **values: Any) -> Gate:
        """Return a gate with the shipped rules; keyword arguments are the fields of :class:`Settings`.

        Raises:
            UsageError: a value is not acceptable.

        """
        settings = replace(settings or Settings(), **values)
        _check(settings)
        return cls(settings, shipped())

    def check(
        self,
        paths: Sequence[str | os.PathLike[str]],
        *,
        stdin: BinaryIO | None = None,
        allow_empty: bool = False,
        progress: Progress | None = None,
    ) -> Report:
        """Judge files, folders and (``-``) ``stdin``, and return the report.

        Bad input is in the report, never an exception.

        Raises:
            UsageError: the settings or a configuration cannot be carried out.
            PolicyError: rules or data of a team's own may not be used.

        """
        if not paths:
            raise UsageError(
                "there is nothing to check", hint="name a file, a folder, or - for standard input"
            )
        run = Run(self, [os.fspath(path) for path in paths])
        return run.report(stdin, allow_empty=allow_empty, progress=progress)

    def envelope(
        self, paths: Sequence[str | os.PathLike[str]], *, stdin: BinaryIO | None = None
    ) -> tuple[dict[str, Any], tuple[Problem, ...]]:
        """Return what an engine would be given, as one envelope, and what could not be read.

        Raises:
            UsageError: the settings or a configuration cannot be carried out.

        """
        return Run(self, [os.fspath(path) for path in paths]).envelope(stdin)

    def resolve(self, paths: Sequence[str | os.PathLike[str]] = ()) -> dict[str, tuple[Any, str]]:
        """Return what is in force for a run over ``paths``: each setting's value and where it came from."""
        return Run(self, [os.fspath(path) for path in paths]).in_force()


def _check(settings: Settings) -> None:
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
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    try:
        moment = datetime.fromisoformat(match[1].upper() + match[2].upper().replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if 1970 <= moment.year <= 2259 else None

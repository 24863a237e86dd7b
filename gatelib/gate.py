"""The gate: what a user sets up once and asks for reports."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from gatelib import settings as settings_
from gatelib.errors import UsageError
from gatelib.loader import Limits
from gatelib.policy import Policy, shipped
from gatelib.report import Problem, Report
from gatelib.run import Run
from gatelib.settings import Progress, Settings


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
        settings_.check(settings)
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
        return self._run(paths).report(stdin, allow_empty=allow_empty, progress=progress)

    def envelope(
        self, paths: Sequence[str | os.PathLike[str]], *, stdin: BinaryIO | None = None
    ) -> tuple[dict[str, Any], tuple[Problem, ...]]:
        """Return what an engine would be given, as one envelope, and what could not be read.

        Raises:
            UsageError: the settings or a configuration cannot be carried out.

        """
        return self._run(paths).envelope(stdin)

    def resolve(self, paths: Sequence[str | os.PathLike[str]] = ()) -> dict[str, tuple[Any, str]]:
        """Return what is in force for a run over ``paths``: each setting's value and where it came from."""
        return self._run(paths).force.describe()

    def _run(self, paths: Sequence[str | os.PathLike[str]]) -> Run:
        return Run(self.settings, self.policy, self.limits, [os.fspath(path) for path in paths])

"""Linting a workspace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gatelib.authoring.lint import checks, facts, ignoring, ledger
from gatelib.authoring.lint.checks import Check, Checks, Violation
from gatelib.authoring.lint.ignoring import Ignored
from gatelib.errors import GatelibError


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """What the checks found."""

    checks: tuple[Check, ...]
    """Those that ran."""
    files: int
    """How many policies and tests were read."""
    violations: tuple[Violation, ...]
    """By file, line and column."""
    ignored: tuple[Ignored, ...]
    problems: tuple[GatelibError, ...]
    """Policies that could not be read, and checks that could not be evaluated."""

    @property
    def exit_code(self) -> int:
        """0 nothing found, 1 something, 3 something could not be read or checked."""
        return 3 if self.problems else 1 if self.violations else 0


def known(folders: Sequence[Path], base: Path) -> tuple[Check, ...]:
    """Return all checks: the shipped ones, those of some folders, and the one of comments that ignore.

    Raises:
        PolicyError: a check is not of the form that :mod:`gatelib.authoring.lint.checks` describes.

    """
    return _with_comments(checks.load(folders, base).known)


def lint(
    policies: Sequence[Path], fixtures: Sequence[Path], base: Path, own_checks: Sequence[Path] = ()
) -> Linted:
    """Run all checks over folders of policies.

    Raises:
        UsageError: a folder is not there, or the ledger of IDs is not of its form.
        PolicyError: a check is not of the form that :mod:`gatelib.authoring.lint.checks` describes.
        EngineUnavailableError: the embedded engine is not installed.

    """
    loaded: Checks = checks.load(own_checks, base)
    gathered = facts.gather(policies, fixtures, base)
    found, failed = loaded.run(gathered.facts)
    everything = _with_comments(loaded.known)
    names = [check.name for check in everything]
    ran = [name for name in names if not any(f"`{name}`" in error.message for error in failed)]
    left, ignored = ignoring.sorted_out(found, gathered.facts, names, ran)
    return Linted(
        checks=everything,
        files=len(gathered.facts["policies"]) + len(gathered.facts["tests"]) + len(gathered.problems),
        violations=tuple(left),
        ignored=tuple(ignored),
        problems=(*gathered.problems, *failed),
    )


def with_new_ids(policies: Sequence[Path], base: Path) -> tuple[list[str], bytes]:
    """Return the IDs of rules that the ledger lacks, and a ledger that has them.

    Raises:
        UsageError: a folder is not there, or the ledger is not of its form.

    """
    given = ledger.read(base) or {}
    rules = facts.rules(facts.gather(policies, [], base).facts)
    return sorted(rules.keys() - given.keys()), ledger.with_new(given, rules)


def _with_comments(shipped: Sequence[Check]) -> tuple[Check, ...]:
    return tuple(sorted((*shipped, ignoring.CHECK), key=lambda check: check.name))

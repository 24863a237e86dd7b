"""Whether a rule on trial can deny: what it would have denied, for how long, and how much it judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from gatelib._version import __version__
from gatelib.authoring.impact.model import Found, Owner
from gatelib.report import Problem
from gatelib.reporters.show import plural

SCHEMA: Final = "gatelib.dev/readiness/v1"
"""Its JSON Schema is ``gatelib/schemas/readiness-v1.json``."""

QUIET_DAYS: Final = 14
MIN_JUDGED: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One look at a rule on trial: a decision, a report, or an audit."""

    moment: datetime
    judged: int | None
    """Objects that the rule judged; ``None`` where the source does not say."""
    denied: tuple[tuple[Found, Owner], ...]
    """What it would have denied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """A subject that a rule on trial would have denied."""

    found: Found
    owner: Owner
    times: int
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a rule on trial has found so far."""

    rule: str
    looks: int
    judged: int
    """In the quiet days."""
    untold: int
    """Looks, in the same days, that do not say how much the rule judged."""
    since: datetime | None
    last_look: datetime | None
    denials: tuple[Denial, ...]
    """The newest first."""
    ready: bool
    reason: str

    @property
    def last_denial(self) -> datetime | None:
        """Return when it last would have denied."""
        return max((denial.last for denial in self.denials), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """All rules on trial."""

    now: datetime
    quiet_days: int
    min_judged: int
    trials: tuple[Trial, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """3 where something could not be read, 1 where a rule is not ready, 0 otherwise."""
        if self.problems:
            return 3
        return 0 if all(trial.ready for trial in self.trials) else 1

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "schema": SCHEMA,
            "tool": {"name": "gatelib", "version": __version__},
            "now": stamp(self.now),
            "asked": {"quiet_days": self.quiet_days, "min_judged": self.min_judged},
            "rules": [_trial(trial) for trial in self.trials],
            "errors": [
                {
                    "file": one.file,
                    "line": one.line,
                    "code": one.code,
                    "message": one.message,
                    "hint": one.hint,
                }
                for one in self.problems
            ],
            "notes": list(self.notes),
        }


@dataclass(slots=True)
class _Sum:
    """All looks at one rule, in so much memory as it has denied subjects."""

    looks: int = 0
    judged: int = 0
    untold: int = 0
    since: datetime | None = None
    last: datetime | None = None
    denials: dict[tuple[str, ...], Denial] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Ledger:
    """Collects looks by rule; which rules are on trial is known at the end."""

    now: datetime
    quiet_days: int = QUIET_DAYS
    on_trial: set[str] = field(default_factory=set)
    sums: dict[str, _Sum] = field(default_factory=dict)
    problems: dict[Problem, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)

    @property
    def begin(self) -> datetime:
        """Return when the quiet days begin."""
        return self.now - timedelta(days=self.quiet_days)

    def add(self, rule: str, seen: Seen) -> None:
        """Note a look at a rule."""
        total = self.sums.setdefault(rule, _Sum())
        total.looks += 1
        total.since = min(total.since or seen.moment, seen.moment)
        total.last = max(total.last or seen.moment, seen.moment)
        if self.begin <= seen.moment <= self.now:
            total.judged += seen.judged or 0
            total.untold += seen.judged is None
        for subject, (found, owner) in {_subject(entry[0]): entry for entry in seen.denied}.items():
            known = total.denials.get(subject)
            if known is None or known.last <= seen.moment:
                times = known.times if known else 0
                total.denials[subject] = Denial(found=found, owner=owner, times=times + 1, last=seen.moment)
            else:
                total.denials[subject] = replace(known, times=known.times + 1)

    def miss(self, problem: Problem) -> None:
        """Note what could not be read; the same is said once."""
        self.problems[problem] = self.problems.get(problem, 0) + 1

    def leave(self, reason: str) -> None:
        """Note what is left out."""
        self.notes[reason] = self.notes.get(reason, 0) + 1


def weigh(ledger: Ledger, rules: Iterable[str], *, min_judged: int = MIN_JUDGED) -> Readiness:
    """Return which rules are ready: those that are named, or else all that are known to be on trial."""
    return Readiness(
        now=ledger.now,
        quiet_days=ledger.quiet_days,
        min_judged=min_judged,
        trials=tuple(_weighed(rule, ledger, min_judged) for rule in sorted(set(rules) or ledger.on_trial)),
        problems=tuple(
            replace(problem, message=f"{problem.message} ({number} times)") if number > 1 else problem
            for problem, number in ledger.problems.items()
        ),
        notes=tuple(
            f"{reason} ({number} times)" if number > 1 else reason
            for reason, number in sorted(ledger.notes.items())
        ),
    )


def _weighed(rule: str, ledger: Ledger, min_judged: int) -> Trial:
    found = ledger.sums.get(rule, _Sum())
    denials = tuple(
        sorted(found.denials.values(), key=lambda one: (-one.last.timestamp(), _subject(one.found)))
    )
    window = plural(ledger.quiet_days, "day")
    reasons = list(_objections(found, denials, ledger, window, min_judged))
    return Trial(
        rule=rule,
        looks=found.looks,
        judged=found.judged,
        untold=found.untold,
        since=found.since,
        last_look=found.last,
        denials=denials,
        ready=not reasons,
        reason="; ".join(reasons) or f"no would-be denial in {window}, and {found.judged} judged",
    )


def _objections(
    found: _Sum, denials: tuple[Denial, ...], ledger: Ledger, window: str, min_judged: int
) -> Iterator[str]:
    if found.since is None:
        yield "nothing that was given has looked at it"
        return
    late = [denial for denial in denials if denial.last >= ledger.begin]
    if late:
        subjects = plural(len(late), "subject")
        yield f"it would have denied {subjects} in the last {window}, last at {stamp(late[0].last)}"
    if found.since > ledger.begin:
        days = plural(max((ledger.now - found.since).days, 0), "day")
        yield f"it is watched for {days}, and {ledger.quiet_days} are asked for"
    if found.judged < min_judged:
        untold = f" ({plural(found.untold, 'look')} without a count)" if found.untold else ""
        yield f"it judged {found.judged} in the last {window}{untold}, and {min_judged} are asked for"
    if ledger.problems:
        yield "not everything could be read"


def _subject(found: Found) -> tuple[str, ...]:
    what = found.resource
    if what is None:
        return (found.place.file or "", found.fingerprint)
    return (what.api_version, what.kind, what.namespace, what.name)


def stamp(moment: datetime) -> str:
    """Return a moment as RFC 3339, in UTC and whole seconds."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _trial(trial: Trial) -> dict[str, Any]:
    return {
        "id": trial.rule,
        "ready": trial.ready,
        "reason": trial.reason,
        "looks": trial.looks,
        "judged": trial.judged,
        "looks_without_count": trial.untold,
        "since": trial.since and stamp(trial.since),
        "last_look": trial.last_look and stamp(trial.last_look),
        "last_denial": trial.last_denial and stamp(trial.last_denial),
        "denials": [
            {
                "resource": one.found.resource
                and {
                    "apiVersion": one.found.resource.api_version,
                    "kind": one.found.resource.kind,
                    "namespace": one.found.resource.namespace,
                    "name": one.found.resource.name,
                },
                "owner": {"name": one.owner.name, "by": one.owner.by},
                "message": one.found.message,
                "times": one.times,
                "last": stamp(one.last),
            }
            for one in trial.denials
        ],
    }

"""What several releases say together: services, waivers, months, and where each framework's clauses stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from gatelib.portal.model import STANDINGS, VERDICTS, Release, Verdict, WaiverLine
from gatelib.portal.names import Names
from gatelib.settings import parse_now

if TYPE_CHECKING:
    from gatelib.controls import Framework

Standing = Literal["pass", "fail", "not evaluated", "not applicable", "not verified"]

_NUMBERS: Final = re.compile(r"(\d+)")
_MOST_DIGITS: Final = 20
_MONTHS: Final = 24
"""As many as a chart of them can show on a phone."""
_WORST: Final[tuple[Standing, ...]] = ("not verified", "fail", "not evaluated", "pass", "not applicable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service with its releases, newest first."""

    name: str
    slug: str
    releases: tuple[Release, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """A waiver, and the releases that were attested with it."""

    waiver: WaiverLine
    releases: tuple[Release, ...]
    first: str
    """The day on which a release was first attested with it."""
    days: int | None
    """How long ago that was."""
    is_expired: bool
    is_current: bool
    """Whether the latest release of some service has it."""
    is_verified: bool
    """Whether an attestation that holds names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What became of the releases of a month."""

    name: str
    verdicts: Mapping[Verdict, int]
    findings: Mapping[str, int]
    waivers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseStanding:
    """A clause, and how it stands in the latest release of each service."""

    id: str
    text: str
    controls: tuple[str, ...]
    services: tuple[tuple[Service, Standing], ...]

    @property
    def passing(self) -> int:
        """In how many services it holds."""
        return sum(standing in ("pass", "not applicable") for _, standing in self.services)

    @property
    def worst(self) -> Standing:
        """The worst of them."""
        return worst(standing for _, standing in self.services)


def services(releases: Iterable[Release], names: Names) -> tuple[Service, ...]:
    """Return the services by name, each with its releases, newest first."""
    grouped: dict[str, list[Release]] = {}
    for release in releases:
        grouped.setdefault(release.service, []).append(release)
    return tuple(
        Service(name=name, slug=names.name(name), releases=tuple(newest(grouped[name])))
        for name in sorted(grouped)
    )


def newest(releases: Iterable[Release]) -> list[Release]:
    """Return releases with the newest first; those without a time are the oldest."""
    return sorted(
        releases, key=lambda entry: (entry.created, natural(entry.version), entry.slug), reverse=True
    )


def natural(version: str) -> tuple[tuple[int, int, str], ...]:
    """Return what sorts `2.9` before `2.10`."""
    return tuple(
        (1, int(part), "")
        if part.isascii() and part.isdecimal() and len(part) <= _MOST_DIGITS
        else (0, 0, part)
        for part in _NUMBERS.split(version)
    )


def mark_twins(releases: Sequence[Release]) -> None:
    """Say of each release which other packs claim to be it."""
    same: dict[tuple[str, str], list[Release]] = {}
    for release in releases:
        same.setdefault((release.service, release.version), []).append(release)
    for group in same.values():
        for release in group:
            release.twins = [other.pack or "unsealed" for other in group if other is not release]


def is_expired(expires: str, now: datetime) -> bool:
    """Tell whether a waiver's last day, or moment, is over; what is no time is over."""
    if moment := parse_now(expires):
        return moment <= now
    day = parse_now(f"{expires}T00:00:00Z")
    return day is None or day + timedelta(days=1) <= now


def waivers(found: Sequence[Service], now: datetime) -> tuple[Waived, ...]:
    """Return all waivers, those that are in force first, then by the day that they end."""
    holders: dict[tuple[str, str], list[Release]] = {}
    said: dict[tuple[str, str], WaiverLine] = {}
    current: set[tuple[str, str]] = set()
    for service in found:
        for position, release in enumerate(service.releases):
            for waiver in release.attestation.waivers if release.attestation else ():
                if release.is_verified or waiver.key not in said:
                    said[waiver.key] = waiver
                holders.setdefault(waiver.key, []).append(release)
                if not position:
                    current.add(waiver.key)
    return tuple(
        sorted(
            (_waived(said[key], holders[key], now, is_current=key in current) for key in said),
            key=lambda entry: (
                not entry.is_current,
                entry.is_expired,
                entry.waiver.expires,
                entry.waiver.key,
            ),
        )
    )


def _waived(waiver: WaiverLine, releases: list[Release], now: datetime, *, is_current: bool) -> Waived:
    first = min((release.created for release in releases if release.created), default="")
    moment = parse_now(first)
    return Waived(
        waiver=waiver,
        releases=tuple(newest(releases)),
        first=first[:10],
        days=max((now - moment).days, 0) if moment else None,
        is_expired=is_expired(waiver.expires, now),
        is_current=is_current,
        is_verified=any(release.is_verified for release in releases),
    )


def months(releases: Sequence[Release], now: datetime) -> tuple[Month, ...]:
    """Return the last months up to now, from the first that has a release, each with what became of them."""
    grouped: dict[str, list[Release]] = {}
    for release in releases:
        if release.created and release.created[:7] <= f"{now:%Y-%m}":
            grouped.setdefault(release.created[:7], []).append(release)
    if not grouped:
        return ()
    span = list(_until(max(grouped)))
    while span[0] not in grouped:
        span.pop(0)
    return tuple(_month(name, grouped.get(name, [])) for name in span)


def _until(last: str) -> Iterator[str]:
    end = int(last[:4]) * 12 + int(last[5:7]) - 1
    for number in range(end - _MONTHS + 1, end + 1):
        yield f"{number // 12:04}-{number % 12 + 1:02}"


def _month(name: str, releases: Sequence[Release]) -> Month:
    verdicts = Counter(release.verdict for release in releases)
    return Month(
        name=name,
        verdicts={verdict: verdicts[verdict] for verdict in VERDICTS},
        findings={
            standing: sum(gate.counts[standing] for release in releases for gate in release.gates)
            for standing in STANDINGS
        },
        waivers=len(
            {waiver.key for entry in releases if entry.attestation for waiver in entry.attestation.waivers}
        ),
    )


def clauses(framework: Framework, found: Sequence[Service]) -> tuple[ClauseStanding, ...]:
    """Return the clauses of a framework, each with how it stands in the latest release of each service."""
    latest = [(service, *_standings(service.releases[0])) for service in found]
    return tuple(
        ClauseStanding(
            id=clause.id,
            text=clause.text,
            controls=tuple(clause.controls),
            services=tuple(
                (service, worst(known.get(control, absent) for control in clause.controls))
                for service, known, absent in latest
            ),
        )
        for clause in framework.clauses
    )


def _standings(release: Release) -> tuple[Mapping[str, Standing], Standing]:
    """Return how each control stands in a release, and how one that it does not name."""
    if not release.is_verified or release.attestation is None:
        return {}, "not verified"
    return {control.id: control.status for control in release.attestation.controls}, "not evaluated"


def worst(standings: Iterable[Standing]) -> Standing:
    """Return the worst of some; nothing at all is not evaluated."""
    return min(standings, key=_WORST.index, default="not evaluated")

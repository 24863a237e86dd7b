"""Pages: what Jinja2 makes of the views. Every text but the templates' own is escaped and harmless."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from gatelib.portal import charts, views
from gatelib.portal.model import STANDINGS, STATUSES, VERDICTS, ControlLine, Release, Setting, Unread
from gatelib.portal.views import Service, Waived
from gatelib.reporters.prose import clip
from gatelib.reporters.show import plural, visible

if TYPE_CHECKING:
    from gatelib.controls import Framework

STYLES: Final = Path(__file__).parent / "templates" / "site.css"
PER_PAGE: Final = 100
_ON_INDEX: Final = 8
"""Releases of a service on the first page."""
_ON_MAP: Final = 12
_MOST_TEXT: Final = 2000
_UNITS: Final = ("B", "KB", "MB", "GB", "TB")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """All that the pages are made of."""

    setting: Setting
    services: tuple[Service, ...]
    unread: tuple[Unread, ...]
    waivers: tuple[Waived, ...]
    frameworks: tuple[Framework, ...]
    categories: tuple[tuple[str, str, int], ...]
    """``(name, what is in it, how many files)`` of the evidence."""
    rules: dict[str, str]
    """Titles of the rules, by ID."""

    @property
    def releases(self) -> tuple[Release, ...]:
        """All releases, by service."""
        return tuple(release for service in self.services for release in service.releases)


def pages(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield each page with its place in the site."""
    yield from _overview(site)
    for service in site.services:
        yield from _service(site, service)
        for release in service.releases:
            yield from _release(site, service, release)
    yield from _trends(site)
    yield _page(site, "waivers.html", "waivers", waivers=site.waivers)
    yield from _frameworks(site)
    yield _page(site, "audit/index.html", "audit", categories=site.categories)


def _overview(site: Site) -> Iterator[tuple[str, bytes]]:
    counts = {verdict: sum(entry.verdict == verdict for entry in site.releases) for verdict in VERDICTS}
    yield _page(site, "index.html", "index", counts=counts, total=len(site.releases), shown=_ON_INDEX)


def _service(site: Site, service: Service) -> Iterator[tuple[str, bytes]]:
    count = -(-len(service.releases) // PER_PAGE)
    recent = tuple(reversed(service.releases[:_ON_MAP]))
    for number in range(1, count + 1):
        yield _page(
            site,
            service_page(service, number),
            "service",
            service=service,
            number=number,
            count=count,
            releases=service.releases[(number - 1) * PER_PAGE : number * PER_PAGE],
            recent=recent,
            controls=_controls_of(recent),
            drawn=charts.stacked([(entry.version, _findings(entry)) for entry in recent], STANDINGS),
        )


def service_page(service: Service, number: int = 1) -> str:
    """Return where a page of a service is."""
    return f"services/{service.slug}/{'index' if number == 1 else f'page-{number}'}.html"


def _release(site: Site, service: Service, release: Release) -> Iterator[tuple[str, bytes]]:
    waived = {entry.waiver.key: entry for entry in site.waivers}
    attested = release.attestation
    yield _page(
        site,
        f"releases/{release.slug}/index.html",
        "release",
        service=service,
        release=release,
        waivers=[waived[waiver.key] for waiver in (attested.waivers if attested else ())],
        framework_names={entry.id: entry.name for entry in site.frameworks}
        | {id_: name for id_, name, _ in (attested.frameworks if attested else ())},
        framework_pages={entry.id for entry in site.frameworks},
    )


def _trends(site: Site) -> Iterator[tuple[str, bytes]]:
    months = views.months(site.releases, site.setting.now)
    names = [month.name for month in months]
    yield _page(
        site,
        "trends.html",
        "trends",
        months=months,
        verdicts_by_month=charts.stacked(
            [(month.name, dict[str, int](month.verdicts.items())) for month in months], VERDICTS
        ),
        findings=charts.stacked([(month.name, month.findings) for month in months], STANDINGS),
        waived=charts.stacked(
            [(name, {"waivers": month.waivers}) for name, month in zip(names, months, strict=True)],
            ["waivers"],
        ),
    )


def _frameworks(site: Site) -> Iterator[tuple[str, bytes]]:
    found = [(framework, views.clauses(framework, site.services)) for framework in site.frameworks]
    yield _page(site, "frameworks/index.html", "frameworks", found=found)
    for framework, clauses in found:
        yield _page(
            site, f"frameworks/{framework.id}.html", "framework", framework=framework, clauses=clauses
        )


def _controls_of(releases: Sequence[Release]) -> list[tuple[str, str, list[ControlLine | None]]]:
    """Return the controls of some releases, each with its name and how it stands in each of them."""
    names: dict[str, str] = {}
    for release in releases:
        for control in release.attestation.controls if release.attestation else ():
            names.setdefault(control.id, control.name)
    tables = [
        {control.id: control for control in release.attestation.controls} if release.attestation else {}
        for release in releases
    ]
    return [(id_, name, [table.get(id_) for table in tables]) for id_, name in names.items()]


def _findings(release: Release) -> dict[str, int]:
    return {standing: sum(gate.counts[standing] for gate in release.gates) for standing in STANDINGS}


def _page(site: Site, place: str, template: str, **values: Any) -> tuple[str, bytes]:
    text = (
        _templates()
        .get_template(f"{template}.html.j2")
        .render(site=site, setting=site.setting, root="../" * place.count("/"), place=place, **values)
    )
    return place, text.encode("utf-8", "backslashreplace")


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_harmless,
    )
    environment.filters |= {
        "bytes": _bytes,
        "day": lambda moment: moment[:10],
        "plural": plural,
        "prose": _prose,
        "slugged": lambda text: re.sub("[^a-z]+", "-", text),
        "tally": _tally,
    }
    environment.globals |= {
        "charts": charts,
        "statuses": STATUSES,
        "verdicts": VERDICTS,
        "standings": STANDINGS,
        "findings_of": _findings,
        "service_page": service_page,
    }
    return environment


def _harmless(value: Any) -> Any:
    """Return what a template prints: a text without what a reader's eye or browser would obey."""
    return value if isinstance(value, Markup) else clip(visible(str(value)), _MOST_TEXT)


def _prose(text: str, limit: int = 600) -> Markup:
    """Return a sentence with code spans in Markdown's form."""
    parts = clip(visible(text), limit).split("`")
    return Markup().join(
        Markup("<code>{}</code>").format(part) if index % 2 else escape(part)
        for index, part in enumerate(parts)
        if part
    )


def _tally(controls: Sequence[ControlLine]) -> str:
    """Return how many controls stand how: ``12 controls: 11 pass, 1 not evaluated``."""
    counts = {status: sum(control.status == status for control in controls) for status in STATUSES}
    parts = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
    return f"{plural(len(controls), 'control')}: {parts}" if parts else "no controls"


def _bytes(size: int) -> str:
    """Return a size for people: ``12.3 KB``."""
    amount = float(size)
    for unit in _UNITS:
        if amount < 1000 or unit == _UNITS[-1]:
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"

"""The portal: a static site about releases, for whoever has to believe them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gatelib.evidence import manifest
from gatelib.evidence.pack import is_pack
from gatelib.portal import evidence, pages, site, views
from gatelib.portal.collecting import each
from gatelib.portal.model import VERDICTS, Release, Setting, Unread, Verdict
from gatelib.portal.names import Names

if TYPE_CHECKING:
    from gatelib.attestation.expected import Expected

__all__ = ["Built", "Setting", "Unread", "build", "releases_in"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What became of a site."""

    releases: int
    verdicts: Mapping[Verdict, int]
    pages: int
    problems: tuple[Unread, ...]
    """What could not be read: whole releases, and files of those that could."""


def releases_in(places: Sequence[Path]) -> list[Path]:
    """Return the releases that some places are: folders or archives, or folders of these."""
    found: list[Path] = []
    for place in places:
        if not place.is_dir() or _is_release(place):
            found.append(place)
            continue
        inside = sorted(entry for entry in place.iterdir() if not entry.name.startswith("."))
        releases = [entry for entry in inside if entry.is_dir() or is_pack(entry)]
        found += releases or [place]  # which is none, and will be said to be none
    return found


def build(
    places: Sequence[Path],
    target: Path,
    *,
    expected: Expected | None,
    setting: Setting,
    jobs: int = 1,
    progress: Callable[[], None] | None = None,
) -> Built:
    """Build a site about releases, each a folder or an archive.

    ``expected`` says whose attestations count; ``None``: nobody was asked, and the site says so. A release
    that cannot be read is a problem of the result and of the site; the others are there.

    Raises:
        UsageError: the target is something else than a site, or cannot be written.

    """
    site.refuse_inside(target, places)
    names = Names()
    releases: dict[str, Release] = {}
    unread: list[Unread] = []
    with site.replaced(target) as folder:
        for found in each(places, expected, jobs=jobs, progress=progress):
            if isinstance(found, Unread):
                unread.append(found)
                continue
            release = found.release
            release.slug = names.name(release.service, release.version, beside=found.identity)
            if release.slug in releases:
                unread.append(Unread(place=release.place, reason="is a release that was given already"))
                continue
            releases[release.slug] = release
            for name, content in found.copies.items():
                folder.write(f"releases/{release.slug}/{name}", content)
        views.mark_twins(list(releases.values()))
        count = _write(folder, views.services(releases.values(), names), tuple(unread), setting)
    broken = [
        Unread(place=entry.place, reason=text) for entry in releases.values() for text in _problems(entry)
    ]
    return Built(
        releases=len(releases),
        verdicts={
            verdict: sum(entry.verdict == verdict for entry in releases.values()) for verdict in VERDICTS
        },
        pages=count,
        problems=(*unread, *broken),
    )


def _write(
    folder: site.Folder, services: tuple[views.Service, ...], unread: tuple[Unread, ...], setting: Setting
) -> int:
    from gatelib import controls
    from gatelib.policy import shipped

    made = pages.Site(
        setting=setting,
        services=services,
        unread=unread,
        waivers=views.waivers(services, setting.now),
        frameworks=tuple(controls.frameworks()),
        categories=evidence.counted(services, setting),
        rules={id_: entry["title"] for id_, entry in shipped().catalog.items()},
    )
    count = 0
    for place, content in pages.pages(made):
        folder.write(place, content)
        count += 1
    for place, content in evidence.files(services, setting):
        folder.write(place, content)
    folder.write("site.css", pages.STYLES.read_bytes())
    return count


def _problems(release: Release) -> tuple[str, ...]:
    unreadable = release.signature.faults if release.signature.state == "unreadable" else ()
    return (*release.problems, *unreadable)


def _is_release(folder: Path) -> bool:
    return any((folder / name).exists() for name in (manifest.RELEASE, manifest.NAME))

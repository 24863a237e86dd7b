"""``gatelib portal``."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timezone
from pathlib import Path
from typing import Final

import click

from gatelib.cli import complain
from gatelib.cli.attested import configuration, expected
from gatelib.errors import UsageError
from gatelib.reporters.show import inert, plural, visible

_PATH = click.Path(path_type=Path)
_URL: Final = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[A-Za-z0-9._~/-]*)?")


@click.group(epilog="Example: gatelib portal build releases/ -o site --config gatelib.yaml")
def portal() -> None:
    """Build the site that auditors read."""


@portal.command(epilog="Example: gatelib portal build releases/ -o site --config gatelib.yaml")
@click.argument("releases", nargs=-1, required=True, type=_PATH, metavar="RELEASE...")
@click.option("-o", "--output", required=True, type=_PATH, metavar="SITE", help="The folder to write.")
@click.option("--config", metavar="FILE", help="Whose `trust.attestation` says whose attestations count.")
@click.option(
    "--title", default="Release assurance", show_default=True, metavar="TEXT", help="The site's name."
)
@click.option("--base-url", metavar="URL", help="Where the site will be; for the index of evidence.")
@click.option(
    "--now", metavar="TIME", help="The moment for ages and expiries, RFC 3339.  [default: the clock]"
)
def build(
    releases: tuple[Path, ...],
    output: Path,
    config: str | None,
    title: str,
    base_url: str | None,
    now: str | None,
) -> int:
    """Build a static site about releases.

    Each RELEASE is an Evidence Pack with its `controls/`, a folder or an archive; or a folder of these.
    Without --config no signature is checked, and each page says so. SITE is replaced when it is a site
    already.

    Exit code: 0 built, 2 usage or configuration, 3 built without what could not be read.
    """
    from gatelib import portal as building
    from gatelib._version import __version__
    from gatelib.cli.params import moment

    if base_url and not _URL.fullmatch(base_url):
        raise UsageError(
            f"`{base_url}` is no URL of a site", hint="such as https://docs.example.com/releases/"
        )
    at = moment(now).astimezone(timezone.utc)
    places = building.releases_in(releases)
    setting = building.Setting(
        title=title,
        now=at,
        base_url=f"{base_url.rstrip('/')}/" if base_url else "",
        is_checked=config is not None,
        tool_version=__version__,
    )
    settings = configuration(config, [str(place) for place in places])
    with _bar(len(places)) as advance:
        built = building.build(
            places,
            output,
            expected=expected(settings, at) if settings is not None else None,
            setting=setting,
            jobs=os.cpu_count() or 1,
            progress=advance,
        )
    for problem in built.problems:
        complain(f"gatelib: {problem.place}: {problem.reason}")
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in built.verdicts.items() if count)
    said = f"{output}: {plural(built.releases, 'release')}, {plural(built.pages, 'page')}"
    click.echo(inert(visible(f"{said}: {verdicts}" if verdicts else said)))
    return 3 if built.problems else 0


@contextmanager
def _bar(total: int) -> Iterator[Callable[[], None] | None]:
    """Show how many releases are read, on a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=total, label="reading releases", file=sys.stderr) as bar:
        yield lambda: bar.update(1)

"""``gatelib evidence init``, ``add`` and ``seal``."""

from __future__ import annotations

from datetime import timezone
from pathlib import Path

import click

from gatelib.cli import complain
from gatelib.cli.hashing import hashing
from gatelib.evidence import building
from gatelib.evidence.layout import role_of, shipped
from gatelib.reporters.show import inert, visible

_PACK = click.Path(path_type=Path)


@click.command(
    epilog="Example: gatelib evidence init release-1.4.2 --service shop --version 1.4.2 --commit … --image …"
)
@click.argument("pack", type=_PACK)
@click.option("--service", required=True, metavar="NAME", help="The service that is released.")
@click.option("--version", required=True, metavar="VERSION", help="The version that is released.")
@click.option("--commit", required=True, metavar="SHA", help="The commit that it was built from.")
@click.option(
    "--image",
    "images",
    multiple=True,
    required=True,
    metavar="REPOSITORY@sha256:…",
    help="An image of the release; repeatable.",
)
def init(pack: Path, service: str, version: str, commit: str, images: tuple[str, ...]) -> None:
    """Make the folders of a pack, and the `release.yaml` that it speaks for."""
    building.init(pack, service=service, version=version, commit=commit, images=images, layout=shipped())


@click.command(
    epilog="Example: gatelib evidence add release-1.4.2 trivy.sarif --role scan --key ci.pem --producer ci"
)
@click.argument("pack", type=_PACK)
@click.argument("files", nargs=-1, required=True, type=_PACK, metavar="FILE...")
@click.option("--key", required=True, metavar="FILE", help="The producer's private key in PEM, or env:NAME.")
@click.option("--producer", required=True, metavar="NAME", help="Who produced the files.")
@click.option("--as", "place", metavar="PATH", help="Where the one file, or folder, lies in the pack.")
@click.option("--role", metavar="ROLE", help="What the files are for; the layout knows their place.")
@click.option("--created", metavar="TIME", help="When they were made, RFC 3339.  [default: the clock]")
def add(
    pack: Path,
    files: tuple[Path, ...],
    key: str,
    producer: str,
    place: str | None,
    role: str | None,
    created: str | None,
) -> None:
    """Copy files into a pack, and sign that their producer made them for its release.

    Files that lie in the pack already are only signed. A folder is added with all that is in it.
    """
    from gatelib.cli.keys import read_signing_key
    from gatelib.cli.params import moment

    at = moment(created).astimezone(timezone.utc)
    layout = shipped()
    added = building.add(
        pack,
        files,
        key=read_signing_key(key, None, None),
        producer=producer,
        created=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        layout=layout,
        place=place,
        role=role,
    )
    for path in added:
        found = role_of(path, layout)
        click.echo(inert(visible(f"{path}  ({found})" if found else path)))
        if found is None:
            complain(f"gatelib: {path}: warning: the layout knows no such file, so no rule reads it")


@click.command(epilog="Example: gatelib evidence seal release-1.4.2")
@click.argument("pack", type=_PACK)
@click.option("--progress/--no-progress", default=None, help="Show a bar.  [default: on a terminal]")
def seal(pack: Path, progress: bool | None) -> None:
    """Write a pack's manifest and its hash into `release.yaml`, and print the hash.

    `controls/` and `release.yaml` are not sealed. `sha256sum -c` accepts the manifest.
    """
    with hashing(progress) as advance:
        digest = building.seal(pack, advance)
    click.echo(digest)

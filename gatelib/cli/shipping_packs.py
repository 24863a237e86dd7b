"""``gatelib evidence push`` and ``pull``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from gatelib.bundle.references import Reference
from gatelib.cli.registry import access, reaching
from gatelib.evidence import oci
from gatelib.evidence.pack import OCI

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command(epilog="Example: gatelib evidence push release-1.4.2 registry.example.com/evidence/shop:1.4.2")
@click.argument("pack", type=_FOLDER)
@click.argument("reference")
@reaching
def push(pack: Path, reference: str, plain_http: bool, timeout: float) -> None:
    """Put a sealed pack into a registry, and print its reference by digest.

    Credentials are those of `docker login`.
    """
    reference = reference.removeprefix(OCI)
    digest = oci.push(reference, pack, **access(reference, plain_http, timeout))
    click.echo(_pinned(reference, digest))


@click.command(
    epilog="Example: gatelib evidence pull registry.example.com/evidence/shop:1.4.2 -o release-1.4.2"
)
@click.argument("reference")
@click.option("-o", "--output", required=True, type=_FOLDER, metavar="DIR", help="Where the pack goes.")
@reaching
def pull(reference: str, output: Path, plain_http: bool, timeout: float) -> None:
    """Get a pack from a registry into a folder of its own, and print its reference by digest.

    Nothing of it is verified but digests: `gatelib evidence verify` does that. Credentials are those of
    `docker login`.
    """
    reference = reference.removeprefix(OCI)
    digest = oci.pull(reference, output, **access(reference, plain_http, timeout))
    click.echo(_pinned(reference, digest))


def _pinned(reference: str, digest: str) -> str:
    return str(replace(Reference.parse(reference), tag=None, digest=digest))

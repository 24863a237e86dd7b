"""``gatelib attest verify``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from gatelib.cli.attested import configuration, expected
from gatelib.cli.params import moment
from gatelib.errors import BundleError, UsageError
from gatelib.evidence.pack import OCI
from gatelib.reporters.show import inert, visible

if TYPE_CHECKING:
    from datetime import datetime

    from gatelib.attestation.verifying import Verification
    from gatelib.config import Config

_FILE: Final = click.Path(dir_okay=False, path_type=Path)


@click.command(
    epilog="Example: gatelib attest verify release-1.4.2 --config gate.yaml --bundle pre-promote.tar.gz"
)
@click.argument("pack", metavar="PACK|oci://REFERENCE")
@click.option("--attestation", metavar="FILE", type=_FILE, help="Default: the one in the pack.")
@click.option("--release", metavar="FILE", type=_FILE, help="The Release record.  [default: the pack's own]")
@click.option("--config", metavar="FILE", help="Whose `trust` says who attests, approves, runs the gate.")
@click.option(
    "--verification-key",
    "keys",
    multiple=True,
    metavar="[NAME=]FILE",
    help="A public key that may have signed it, or env:NAME; repeatable.",
)
@click.option("--bundle", metavar="FILE", type=_FILE, help="The bundle whose rules must have run.")
@click.option("--no-bundle", is_flag=True, help="Take the attestation's word for which rules ran.")
@click.option("--controls", metavar="FILE", type=_FILE, help="A control catalogue.  [default: shipped]")
@click.option("--as-of", metavar="TIME", help="The moment to verify at, RFC 3339.  [default: the clock]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--plain-http", is_flag=True, help="HTTP, for a registry on this machine.")
def verify(
    pack: str,
    attestation: Path | None,
    release: Path | None,
    config: str | None,
    keys: tuple[str, ...],
    bundle: Path | None,
    no_bundle: bool,
    controls: Path | None,
    as_of: str | None,
    form: str,
    plain_http: bool,
) -> int:
    """Verify the control attestation of a release against its pack, its reports and the rules.

    Exit code: 0 it holds and every control does, 1 something does not, 2 usage, 3 something cannot be read.
    """
    from gatelib.attestation import packs, verifying

    if (bundle is None) is not no_bundle:
        raise UsageError(
            "which rules ran is to be verified, or not",
            hint="name the bundle with --bundle, or say --no-bundle",
        )
    settings = configuration(config, [] if pack.startswith(OCI) else [pack])
    now = moment(as_of)
    wanted = replace(
        expected(settings, now, keys=keys, controls=controls),
        record=None if release is None else _bytes(release),
        bundle=None if bundle is None else _digest(bundle, settings, now),
    )
    sealed = packs.read(pack, access=_access(pack, plain_http))
    content = None if attestation is None else _bytes(attestation)
    found = verifying.verify(sealed, wanted, content)
    _show(found, form)
    return 0 if found.holds else 1


def _digest(bundle: Path, settings: Config | None, now: datetime) -> str:
    """Return a bundle's digest, once its signature holds where the configuration names keys for it."""
    from gatelib.bundle import loading

    keys = settings.bundle_keys() if settings is not None else ()
    try:
        return loading.read(bundle, loading.Trust(keys=keys), now=now, verified=False).sha256
    except BundleError as error:
        error.file = error.file or str(bundle)
        raise


def _access(pack: str, plain_http: bool) -> dict[str, Any] | None:
    if not pack.startswith(OCI):
        return None
    from gatelib.cli.registry import access

    return {**access(pack.removeprefix(OCI), plain_http)}


def _show(found: Verification, form: str) -> None:
    if form == "json":
        import orjson

        click.echo(orjson.dumps(found.to_dict(), option=orjson.OPT_INDENT_2).decode())
        return
    for fault in found.faults:
        click.echo(inert(visible(f"{fault.check}: {fault.message}")))
    for entry in found.unchecked:
        click.echo(inert(visible(f"not checked: {entry}")))
    if found.attestation is None:
        return
    release = found.attestation["release"]
    what = f"{release['service']} {release['version']}"
    verdict = "every control holds" if found.holds else f"{len(found.faults)} faults"
    click.echo(inert(visible(f"{what}, attested by {found.attester}: {verdict}")))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", file=str(path)) from None

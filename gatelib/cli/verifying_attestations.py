"""``gatelib attest verify``."""

from __future__ import annotations

from collections import ChainMap
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from gatelib.cli import put
from gatelib.cli.attested import configuration, expected
from gatelib.cli.params import moment
from gatelib.errors import EvidenceError, UsageError
from gatelib.evidence.pack import OCI
from gatelib.reporters.show import inert, plural, visible

if TYPE_CHECKING:
    from gatelib.attestation.expected import Expected
    from gatelib.attestation.verifying import Verification
    from gatelib.config import Config
    from gatelib.keys import VerificationKey

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
    wanted = expected(settings, now, keys=keys, controls=controls)
    if release is not None:
        wanted = replace(wanted, record=_bytes(release))
    if bundle is not None:
        wanted = _with_bundle(wanted, bundle, settings)
    sealed = packs.read(pack, access=_access(pack, plain_http))
    content = None if attestation is None else _bytes(attestation)
    found = verifying.verify(sealed, wanted, content)
    if bundle is not None and found.attestation is not None and not _bundle_keys(settings):
        unchecked = (*found.unchecked, "the bundle's signature: name its keys in `trust.bundle`")
        found = replace(found, unchecked=unchecked)
    _show(found, form)
    return 0 if found.holds else 1


def _with_bundle(wanted: Expected, bundle: Path, settings: Config | None) -> Expected:
    """Return what is expected where a bundle's rules ran, with its parameters and severities.

    Its signature is verified where the configuration names keys for it.
    """
    from gatelib.bundle import loading

    trust = loading.Trust(keys=_bundle_keys(settings))
    found = loading.read(bundle, trust, now=wanted.now, verified=False)
    data = loading.policy(found, vouched=True).data  # read here, and never run
    said = settings.values.get("parameters", {}) if settings is not None else {}

    def parameter(group: str, name: str) -> Any:
        values = [of.get(group, {}) for of in (said, data["params"], data["defaults"])]
        return ChainMap(*values)[name]

    return replace(
        wanted,
        bundle=found.sha256,
        severities=data["severities"],
        max_age_hours=parameter("attestation", "max_age_hours"),
        critical_approvers=parameter("exceptions", "critical_approvers"),
    )


def _bundle_keys(settings: Config | None) -> tuple[VerificationKey, ...]:
    return settings.bundle_keys() if settings is not None else ()


def _access(pack: str, plain_http: bool) -> dict[str, Any] | None:
    if not pack.startswith(OCI):
        return None
    from gatelib.cli.registry import access

    return {**access(pack.removeprefix(OCI), plain_http)}


def _show(found: Verification, form: str) -> None:
    if form == "json":
        import json

        # In ASCII, so that no terminal obeys what is attested.
        put(f"{json.dumps(found.to_dict(), indent=2)}\n".replace("\x7f", "\\u007f").encode())
        return
    for fault in found.faults:
        click.echo(inert(visible(f"{fault.check}: {fault.message}")))
    for entry in found.unchecked:
        click.echo(inert(visible(f"not checked: {entry}")))
    if found.attestation is None:
        return
    release = found.attestation["release"]
    what = f"{release['service']} {release['version']}"
    verdict = "every control holds" if found.holds else plural(len(found.faults), "fault")
    click.echo(inert(visible(f"{what}, attested by {found.attester}: {verdict}")))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EvidenceError(f"cannot be read: {error.strerror}", file=str(path)) from None

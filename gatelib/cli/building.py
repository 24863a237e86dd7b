"""``gatelib bundle build`` and ``sign``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from gatelib.bundle import archive, loading
from gatelib.cli.files import write_file
from gatelib.cli.keys import read_signing_key, signing
from gatelib.cli.params import moment
from gatelib.errors import UsageError

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(epilog="Example: gatelib bundle build bundles/pr.yaml -o pr.tar.gz")
@click.argument("definition", required=False, type=_FILE)
@click.option("-o", "--output", required=True, type=_FILE, metavar="FILE", help="Where the bundle goes.")
@click.option(
    "--created",
    metavar="TIME",
    help="Begins the revision, RFC 3339.  [default: SOURCE_DATE_EPOCH, then the clock]",
)
@click.option(
    "--exceptions", multiple=True, metavar="PATH", help="No definition, but PolicyException records."
)
@click.option("--evidence", multiple=True, metavar="PATH", help="No definition, but ImageEvidence records.")
@click.option("--config", metavar="FILE", help="Whose `trust` says whose signatures count.")
@click.option("--allow-empty", is_flag=True, help="No record is no error; takes all back.")
@signing
def build(
    definition: Path | None,
    output: Path,
    created: str | None,
    exceptions: tuple[str, ...],
    evidence: tuple[str, ...],
    config: str | None,
    allow_empty: bool,
    **signer: Any,
) -> None:
    """Build a bundle from a definition, or one that brings exceptions and evidence to it.

    The same sources and the same --created give the same bytes.
    """
    if (definition is None) == (not exceptions and not evidence):
        raise UsageError("name a definition, or exceptions and evidence", hint="definitions are in bundles/")
    from gatelib.bundle import build as building
    from gatelib.bundle import definition as definitions
    from gatelib.bundle import given
    from gatelib.policy import shipped

    if definition is not None and (allow_empty or config is not None):
        option = "--allow-empty" if allow_empty else "--config"
        raise UsageError(f"{option} is for a bundle of records", hint="a bundle of rules has rules")
    at = _created(created)
    if definition is not None:
        files = building.files(definitions.read(definition, shipped()), created=at)
    else:
        from gatelib.cli.trust import trust_of_evidence

        files = given.files(
            exceptions,
            evidence,
            base=Path.cwd(),
            created=at,
            trust=trust_of_evidence(config, evidence),
            allow_empty=allow_empty,
        )
    write_file(output, _signed(files, **signer))


@click.command(epilog="Example: gatelib bundle sign pr.tar.gz --signing-key release.pem")
@click.argument("file", type=_FILE)
@click.option("-o", "--output", type=_FILE, metavar="FILE", help="Where it goes.  [default: in place]")
@signing
def sign(file: Path, output: Path | None, **signer: Any) -> None:
    """Sign a bundle; a signature that it has is replaced, since OPA takes only one."""
    if signer["signing_key"] is None:
        raise UsageError("there is no key to sign with", hint="name one with --signing-key")
    files = loading.read(file, loading.Trust(), now=moment(None), verified=False).files
    write_file(output or file, _signed(files, **signer))


def _signed(
    files: Mapping[str, bytes],
    *,
    signing_key: str | None,
    keyid: str | None,
    algorithm: str | None,
    scope: str,
) -> bytes:
    if signing_key is None:
        if keyid or algorithm or scope:
            raise UsageError("there is no key to sign with", hint="name one with --signing-key")
        return archive.write(files)
    from gatelib.bundle import signatures

    key = read_signing_key(signing_key, algorithm, keyid)
    return archive.write({**files, signatures.NAME: signatures.sign(files, key, scope=scope)})


def _created(given: str | None) -> datetime:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if given is not None or epoch is None:
        return moment(given)
    try:
        found = datetime.fromtimestamp(int(epoch), timezone.utc)
    except (ValueError, OverflowError, OSError):
        found = None
    if found is None or not 1970 <= found.year <= 2259:  # as everywhere
        raise UsageError(f"SOURCE_DATE_EPOCH is `{epoch}`, and must be seconds since 1970")
    return found

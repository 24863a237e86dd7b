"""``gatelib attest``: the group; its commands are beside it."""

from __future__ import annotations

from typing import Final

import click

from gatelib.cli.lazy import LazyGroup

_COMMANDS: Final = {
    "render": ("gatelib.cli.attesting", "render", "Judge a release, and write its control attestation."),
    "sign": ("gatelib.cli.attesting", "sign", "Make an attestation again, and sign it if it is the same."),
    "verify": ("gatelib.cli.verifying_attestations", "verify", "Verify a release's attestation."),
    "report": ("gatelib.cli.vouching", "report", "Sign a gate's report, for an attestation to be made from."),
    "declare": ("gatelib.cli.vouching", "declare", "Sign that a control is not applicable to a release."),
}


@click.group(
    cls=LazyGroup,
    table=_COMMANDS,
    epilog="Example: gatelib attest verify release-1.4.2 --config gatelib.yaml --bundle pre-promote.tar.gz",
)
def attest() -> None:
    """Say which controls hold for a release, and prove it."""

"""``gatelib bundle``: the group; its commands are beside it."""

from __future__ import annotations

from typing import Final

import click

from gatelib.cli.lazy import LazyGroup

_COMMANDS: Final = {
    "build": ("gatelib.cli.building", "build", "Build a bundle from a definition."),
    "diff": ("gatelib.cli.verifying", "diff", "Show what changes from one bundle to another."),
    "inspect": ("gatelib.cli.verifying", "inspect", "Show a bundle's revision, rules and signer."),
    "pull": ("gatelib.cli.registry", "pull", "Get a bundle from a registry."),
    "push": ("gatelib.cli.registry", "push", "Put a bundle into a registry."),
    "sign": ("gatelib.cli.building", "sign", "Sign a bundle."),
    "status": ("gatelib.cli.status", "status", "Compare what an OPA server runs with a bundle."),
    "verify": ("gatelib.cli.verifying", "verify", "Verify a bundle's signature."),
}


@click.group(
    cls=LazyGroup,
    table=_COMMANDS,
    epilog="Example: gatelib bundle build bundles/pr.yaml -o pr.tar.gz",
)
def bundle() -> None:
    """Build, sign, verify, compare and ship bundles of rules."""

"""``gatelib evidence``: the group; its commands are beside it."""

from __future__ import annotations

from typing import Final

import click

from gatelib.cli.lazy import LazyGroup

_COMMANDS: Final = {
    "init": ("gatelib.cli.packing", "init", "Begin a pack for a release."),
    "add": ("gatelib.cli.packing", "add", "Put files into a pack, signed by who produced them."),
    "seal": ("gatelib.cli.packing", "seal", "Write a pack's manifest, and its hash into the Release."),
    "verify": ("gatelib.cli.verifying_packs", "verify", "Verify a pack against seal, Release and producers."),
    "drift": ("gatelib.cli.drifting", "drift", "Show what changed since the last release."),
    "push": ("gatelib.cli.shipping_packs", "push", "Put a pack into a registry."),
    "pull": ("gatelib.cli.shipping_packs", "pull", "Get a pack from a registry."),
}


@click.group(
    cls=LazyGroup,
    table=_COMMANDS,
    epilog="Example: gatelib evidence verify release-1.4.2 --config gatelib.yaml",
)
def evidence() -> None:
    """Make, seal, verify and ship Evidence Packs."""

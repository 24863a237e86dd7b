"""``gatelib ledger``: the group; its commands are beside it."""

from __future__ import annotations

from typing import Final

import click

from gatelib.cli.lazy import LazyGroup

_COMMANDS: Final = {
    "append": ("gatelib.cli.recording", "append", "Append entries that name evidence by its digest."),
    "checkpoint": ("gatelib.cli.recording", "checkpoint", "Sign how many entries there are, and the last."),
    "verify": ("gatelib.cli.verifying_ledgers", "verify", "Find what was changed, moved or taken away."),
    "retention": ("gatelib.cli.retaining", "retention", "Show what must be kept, and what is missing."),
}


@click.group(
    cls=LazyGroup,
    table=_COMMANDS,
    epilog="Example: gatelib ledger verify audit --config gatelib.yaml --checkpoint published.dsse.json",
)
def ledger() -> None:
    """Keep the audit ledger, and verify it."""

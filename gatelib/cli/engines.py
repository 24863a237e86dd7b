"""``gatelib engines``."""

from __future__ import annotations

import click

from gatelib import engines as registry
from gatelib.errors import EngineError

_REMOTE = "runs elsewhere: name it with --opa URL; its version is in each report"


@click.command(epilog="Example: gatelib engines")
def engines() -> None:
    """List the engines and whether each can be used here."""
    default = registry.default()
    for name in registry.names():
        try:
            state = registry.engine(name).version() if name in registry.local() else _REMOTE
        except EngineError as error:
            state = f"not there: {error.message}" + (f" ({error.hint})" if error.hint else "")
        click.echo(f"{name:<10} {state}{'  (default)' if name == default else ''}")

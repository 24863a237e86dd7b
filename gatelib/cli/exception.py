"""``gatelib exception``: the group; its commands are beside it."""

from __future__ import annotations

from typing import Final

import click

from gatelib.cli.lazy import LazyGroup

_COMMANDS: Final = {
    "new": ("gatelib.cli.excepting", "new", "Write a record that the rules accept."),
    "sign": ("gatelib.cli.excepting", "sign", "Sign a record, as its requester or an approver."),
    "verify": (
        "gatelib.cli.verifying_exceptions",
        "verify",
        "Show what each waives, and by whose word.",
    ),
    "list": ("gatelib.cli.verifying_exceptions", "list_exceptions", "List records with their state."),
    "revoke": ("gatelib.cli.excepting", "revoke", "Add a record to a list of revocations."),
}


@click.group(
    cls=LazyGroup,
    table=_COMMANDS,
    epilog="Example: gatelib exception verify exceptions/ --config gatelib.yaml",
)
def exception() -> None:
    """Write, sign, verify and revoke PolicyExceptions."""

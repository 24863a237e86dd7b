"""``gatelib audit``: the group; its commands are beside it."""

from __future__ import annotations

from typing import Final

import click

from gatelib.cli.lazy import LazyGroup

_COMMANDS: Final = {
    "sample": ("gatelib.cli.sampling", "sample", "Choose releases at random, so that anyone can repeat it."),
    "verify": ("gatelib.cli.auditing", "verify", "Verify releases again, as of their days."),
    "rollback": ("gatelib.cli.rolling_back", "rollback", "Say whether an older release may be gone back to."),
}


@click.group(
    cls=LazyGroup,
    table=_COMMANDS,
    epilog="Example: gatelib audit sample --releases releases --fraction 0.1 --seed 'published text'",
)
def audit() -> None:
    """Choose releases, and verify them again."""

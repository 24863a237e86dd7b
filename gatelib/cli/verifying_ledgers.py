"""``gatelib ledger verify``, and what says whose checkpoints count."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import orjson

from gatelib.cli import put
from gatelib.errors import UsageError
from gatelib.ledger import NAME, Verified

if TYPE_CHECKING:
    from gatelib.keys import VerificationKey
    from gatelib.ledger.verifying import Progress

F = TypeVar("F", bound=Callable[..., Any])


def proving(command: F) -> F:
    """Add the options that say what a ledger must prove, and how that is shown."""
    options = [
        click.option(
            "--checkpoint",
            "checkpoints",
            multiple=True,
            metavar="FILE",
            help="One that was published elsewhere; repeatable.",
        ),
        click.option("--config", metavar="FILE", help="Whose `trust.ledger` says who signs checkpoints."),
        click.option(
            "--verification-key",
            "given_keys",
            multiple=True,
            metavar="[NAME=]FILE",
            help="A public key of somebody who signs them, or env:NAME; repeatable.",
        ),
        click.option("--chain-only", is_flag=True, help="Look at no checkpoint."),
        click.option("--name", default=NAME, show_default=True, help="The ledger's name."),
        click.option(
            "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
        ),
        click.option("--progress/--no-progress", default=None, help="Show a bar.  [default: on a terminal]"),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command(
    epilog="Example: gatelib ledger verify audit --config gatelib.yaml --checkpoint latest.dsse.json"
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@proving
def verify(
    folder: Path,
    checkpoints: tuple[str, ...],
    config: str | None,
    given_keys: tuple[str, ...],
    chain_only: bool,
    name: str,
    form: str,
    progress: bool | None,
) -> int:
    """Verify that each entry follows the one before, and that they are what checkpoints were signed over.

    It names each entry that was changed, inserted, repeated, moved or taken away, and what is not proven.
    Exit code: 0 all holds, 1 something does not, 2 usage, 3 something could not be read.
    """
    from gatelib import ledger

    with showing(progress, "verifying") as advance:
        found = ledger.verify(
            folder,
            keys=keys_of(config, given_keys, folder, chain_only=chain_only, checkpoints=checkpoints),
            checkpoints=checkpoints,
            name=name,
            progress=advance,
        )
    if form == "json":
        put(orjson.dumps(found.to_dict(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    else:
        show(found)
    return code_of(found)


def keys_of(
    config: str | None,
    given: tuple[str, ...],
    folder: Path,
    *,
    chain_only: bool,
    checkpoints: tuple[str, ...],
) -> tuple[VerificationKey, ...] | None:
    """Return the keys that may have signed checkpoints; ``None`` where none is looked at.

    Raises:
        UsageError: nobody is trusted, or the options contradict each other.

    """
    if chain_only:
        if config is not None or given or checkpoints:
            raise UsageError("--chain-only looks at no checkpoint", hint="leave out the keys, or this")
        return None
    from gatelib.cli.keys import verification_keys

    found = (*(trusted_keys(config, folder) if config is not None else ()), *verification_keys(given))
    if not found:
        raise UsageError(
            "nobody is trusted to sign checkpoints, so nothing that they say can be verified",
            hint="name them in `trust.ledger` of --config or with --verification-key, or give --chain-only",
        )
    return found


def trusted_keys(config: str, folder: Path) -> tuple[VerificationKey, ...]:
    """Return the keys that a configuration trusts with ledgers; one inside the ledger says nothing.

    Raises:
        UsageError: it cannot be read, breaks its schema, or names a key that cannot be used.

    """
    from gatelib import config as config_
    from gatelib import trust
    from gatelib.policy import shipped

    schema = shipped().data["params_schema"]
    read = config_.read(Path(config), given=True, judged=[str(folder)], base=Path.cwd(), params_schema=schema)
    return tuple(key for party in trust.read(read).ledger for key in party.keys)


@contextmanager
def showing(wanted: bool | None, doing: str) -> Iterator[Progress | None]:
    """Show a bar where it is wanted, or where nothing is said and there is a terminal."""
    if not (sys.stderr.isatty() if wanted is None else wanted):
        yield None
        return
    from gatelib.cli.progress import bar

    with bar(doing) as advance:
        yield advance


def code_of(found: Verified) -> int:
    """Return the exit code for what was found."""
    if any(fault.problem == "unreadable" for fault in found.faults):
        return 3
    return 1 if found.faults else 0


def show(found: Verified) -> None:
    """Print what was found, and what is not proven by it."""
    from gatelib.reporters.show import inert, plural, visible

    for fault in found.faults:
        click.echo(inert(visible(str(fault))))
    if found.faults:
        more = f", {found.more:,} of them not shown" if found.more else ""
        number = len(found.faults) + found.more
        click.echo(f"{plural(number, 'fault')} in {_entries(found.entries)}{more}")
        return
    verb = "holds" if found.entries == 1 else "hold"
    period = f", from {found.first} to {found.last}" if found.entries else ""
    click.echo(f"{_entries(found.entries)} {verb}{period}; the last hash is {found.head}")
    if found.signed:
        click.echo(
            inert(visible(f"signed beside the ledger by {found.signed_by}: the first {found.signed:,}"))
        )
    if found.published:
        click.echo(f"published: the first {found.published:,}")
    for line in _unproven(found):
        click.echo(f"not proven: {line}")


def _unproven(found: Verified) -> Iterator[str]:
    proven = max(found.signed, found.published)
    if found.torn is not None:
        yield f"{found.torn} has no end: it was never acknowledged, or is being written"
    if proven < found.entries:
        since = f"after entry {proven:,} " if proven else ""
        yield f"that nothing {since}was changed: no checkpoint is over it"
    if not found.published:
        yield "that nothing was taken from the end: give a published checkpoint with --checkpoint"
    elif found.published < found.entries:
        yield f"that nothing after entry {found.published:,} was taken away: what was published is older"


def _entries(number: int) -> str:
    return f"{number:,} entr{'y' if number == 1 else 'ies'}"

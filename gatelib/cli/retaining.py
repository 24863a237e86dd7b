"""``gatelib ledger retention``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from gatelib.cli import put
from gatelib.cli.params import moment
from gatelib.cli.verifying_ledgers import code_of, keys_of, proving, show, showing
from gatelib.errors import UsageError

if TYPE_CHECKING:
    from gatelib.ledger.retention import Retention


@click.command(epilog="Example: gatelib ledger retention audit --evidence releases --config gatelib.yaml")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--evidence", required=True, metavar="ROOT", help="The folder with all evidence.")
@click.option(
    "--may-delete",
    multiple=True,
    metavar="PATH",
    help="Refuse unless this file or folder need not be kept; repeatable.",
)
@click.option(
    "--keep",
    multiple=True,
    metavar="TYPE=PERIOD",
    help="Such as ci-attestation=1y, default=1095d; repeatable.",
)
@click.option("--now", metavar="TIME", help="The moment, RFC 3339.  [default: the clock]")
@proving
def retention(
    folder: Path,
    evidence: str,
    may_delete: tuple[str, ...],
    keep: tuple[str, ...],
    now: str | None,
    checkpoints: tuple[str, ...],
    config: str | None,
    given_keys: tuple[str, ...],
    chain_only: bool,
    name: str,
    form: str,
    progress: bool | None,
) -> int:
    """Verify a ledger, and that the evidence that it names still exists, whatever its path.

    Evidence is kept for three years, that of entries `ci-attestation` for one. Nothing is ever deleted. Exit
    code: 0 all is there and may be deleted that was asked for, 1 not so, 2 usage, 3 something could not be
    read.
    """
    from gatelib.ledger import retention as retaining
    from gatelib.ledger.periods import Periods

    with showing(progress, "hashing") as advance:
        found = retaining.retention(
            folder,
            evidence,
            now=moment(now),
            keys=keys_of(config, given_keys, folder, chain_only=chain_only, checkpoints=checkpoints),
            checkpoints=checkpoints,
            name=name,
            periods=Periods(_periods(keep)),
            may_delete=may_delete,
            progress=advance,
        )
    if form == "json":
        put(orjson.dumps(found.to_dict(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    else:
        _show(found)
    if code_of(found.ledger) == 3 or any(fault.problem == "unreadable" for fault in found.faults):
        return 3
    return 1 if found.ledger.faults or found.faults or found.refused else 0


def _periods(given: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in given:
        type_, separator, period = entry.partition("=")
        if not separator or not type_ or type_ in found:
            raise UsageError(f"`{entry}` is no period", hint="write TYPE=PERIOD, each type once")
        found[type_] = period
    return found


def _show(found: Retention) -> None:
    from gatelib.reporters.show import inert, plural, visible

    show(found.ledger)
    for fault in found.faults:
        click.echo(inert(visible(str(fault))))
    if found.faults:
        more = f", {found.more:,} of them not shown" if found.more else ""
        click.echo(f"{plural(len(found.faults) + found.more, 'fault')} of evidence{more}")
    for expired in found.expired:
        click.echo(inert(visible(f"{expired.path}: may be deleted since {expired.since}")))
    for refused in found.refused:
        click.echo(inert(visible(f"{refused.path}: must not be deleted: {refused.why}")))

"""``gatelib audit rollback``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from gatelib.cli import put
from gatelib.cli.auditing import auditor_of
from gatelib.cli.params import moment
from gatelib.reporters.show import inert, visible

if TYPE_CHECKING:
    from gatelib.audit.rolling_back import Rollback


@click.command(
    epilog="Example: gatelib audit rollback releases/shop-1.4.1 --inputs archive --config audit.yaml"
)
@click.argument("release", metavar="RELEASE")
@click.option("--inputs", multiple=True, metavar="DIR", help="What its gate ran with; repeatable.")
@click.option("--config", required=True, metavar="FILE", help="Whose `trust` counts today.")
@click.option(
    "--bundle", metavar="FILE", type=click.Path(path_type=Path), help="Today's, to judge it by, too."
)
@click.option("--now", metavar="TIME", help="The moment of the rollback, RFC 3339.  [default: the clock]")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "entry"]), default="text", show_default=True
)
def rollback(
    release: str, inputs: tuple[str, ...], config: str, bundle: Path | None, now: str | None, form: str
) -> int:
    """Say whether an older release may be gone back to.

    Its check is run again as of its day; then keys, exceptions and, with --bundle, today's rules are held
    against it. `--format entry` prints what belongs into the ledger.

    Exit code: 0 GO, 1 NO-GO, 2 usage or configuration, 3 something could not be read, or is not there.
    """
    from gatelib.audit import rolling_back

    auditor, _ = auditor_of(config, inputs, release)
    today = rolling_back.Today(
        now=moment(now), config=Path(config).absolute(), bundle=bundle and bundle.absolute()
    )
    found = rolling_back.judge(release, auditor, today)
    if form == "json":
        put(orjson.dumps(found.to_dict(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    elif form == "entry":
        put(orjson.dumps(found.entry, option=orjson.OPT_APPEND_NEWLINE))
    else:
        _show(found)
    return found.exit_code


def _show(found: Rollback) -> None:
    for day, faults in (("then", found.then), ("today", found.today)):
        for fault in faults:
            click.echo(inert(visible(f"{day}: {fault.check}: {fault.message}")))
    identity = found.identity
    click.echo(inert(visible(f"{found.decision}: {identity.service} {identity.version}")))
    click.echo(inert(visible(orjson.dumps(found.entry).decode())))

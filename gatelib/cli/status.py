"""``gatelib bundle status``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import orjson

from gatelib.bundle import loading
from gatelib.cli import put
from gatelib.cli.connecting import connecting
from gatelib.cli.keys import verifying
from gatelib.cli.params import moment
from gatelib.cli.trust import trust_of
from gatelib.engines import Connection
from gatelib.errors import UsageError
from gatelib.reporters.show import inert, visible


@click.command(epilog="Example: gatelib bundle status --opa https://opa.example.com pr.tar.gz")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE..."
)
@connecting
@verifying
@click.option(
    "--allow", multiple=True, metavar="ROOT", help="A root that a team's own bundle serves; repeatable."
)
@click.option("--timeout", type=float, default=30.0, metavar="SECONDS", help="For one answer.  [default: 30]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def status(
    files: tuple[Path, ...],
    opa: Connection | None,
    allow: tuple[str, ...],
    timeout: float,
    form: str,
    **given: Any,
) -> int:
    """Compare what an OPA server runs with the bundles that it should run.

    Exit code: 0 the same, 1 they differ, 2 usage, 3 the server or a bundle could not be read.
    """
    from gatelib.bundle import running, status
    from gatelib.engines.opa_api import Api

    if opa is None:
        raise UsageError("no OPA server is named", hint="name it with --opa URL")
    trust, now = trust_of(**given), moment(None)
    bundles = [loading.read(file, trust, now=now) for file in files]
    found = status.compare(bundles, running.look(Api(opa, timeout=timeout)), allowed=allow)
    if form == "json":
        put(orjson.dumps(found.to_dict(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    else:
        for line in found.lines():
            click.echo(inert(visible(line)))
    return 1 if found.differences else 0

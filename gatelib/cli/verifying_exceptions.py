"""``gatelib exception verify`` and ``list``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import orjson

from gatelib.cli import complain, put
from gatelib.cli.params import moment
from gatelib.reporters.show import inert, visible

if TYPE_CHECKING:
    from gatelib.exceptions.judging import Judged

_PATHS: Final = click.argument("paths", nargs=-1, required=True, metavar="PATH...")
_CONFIG: Final = click.option("--config", metavar="FILE", help="Whose `trust` and parameters hold.")
_NOW: Final = click.option("--now", metavar="TIME", help="The moment, RFC 3339.  [default: the clock]")
_FORMAT: Final = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@click.command(epilog="Example: gatelib exception verify exceptions/ --config gatelib.yaml")
@_PATHS
@_CONFIG
@_NOW
@_FORMAT
def verify(paths: tuple[str, ...], config: str | None, now: str | None, form: str) -> int:
    """Show what each record would waive, by whose signature, until when, and what is wrong with it.

    Exit code: 0 all are in force, 1 one is not, 2 usage, 3 something could not be read.
    """
    found, unread = _judged(paths, config, now)
    _show(found, form, detailed=True)
    return 3 if unread else 1 if any(entry.problems for entry in found) else 0


@click.command("list", epilog="Example: gatelib exception list exceptions/ --config gatelib.yaml")
@_PATHS
@_CONFIG
@_NOW
@_FORMAT
def list_exceptions(paths: tuple[str, ...], config: str | None, now: str | None, form: str) -> int:
    """List records with their state: in force, expiring, expired, revoked or invalid.

    Exit code: 0, 2 usage, 3 something could not be read.
    """
    found, unread = _judged(paths, config, now)
    _show(found, form, detailed=False)
    return 3 if unread else 0


def _judged(paths: Sequence[str], config: str | None, now: str | None) -> tuple[list[Judged], bool]:
    """Return the records, and whether something could not be read, which is said at once."""
    from gatelib import trusted
    from gatelib.exceptions import judging
    from gatelib.loader import Limits
    from gatelib.normalize import Kinds

    at = moment(now)
    force = judging.in_force(config, at)
    reader = trusted.Reader(
        base=force.base,
        judged=(),
        kinds=Kinds.of(force.policy.data["kinds"]),
        limits=Limits(),
        namespace=None,
        layout=force.policy.data["layout"],
        trust=force.trust(),
    )
    for beside in _left_out(paths):
        complain(f"gatelib: {beside}: warning: has signatures for what was named, and was not named")
    given = reader.read(paths, (), ())
    for problem in given.problems:
        complain(f"gatelib: {visible(str(problem))}")
    return judging.judge(given.exceptions, force.policy, at), bool(given.problems)


def _left_out(paths: Sequence[str]) -> list[Path]:
    """Return the envelopes beside records that were named alone."""
    from gatelib.exceptions import signing

    named = {Path(path) for path in paths}
    beside = [signing.envelope_of(path) for path in named if path.is_file()]
    return sorted(path for path in beside if path.is_file() and path not in named)


def _show(found: Sequence[Judged], form: str, *, detailed: bool) -> None:
    if form == "json":
        listed = [entry.to_dict() for entry in found]
        put(orjson.dumps(listed, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        return
    if not found:
        click.echo("no exceptions")
    for entry in found:
        about = entry.to_dict()
        line = f"{about['state']:<8}  {about['name']}  until {about['expires']}  {about['sha256']}"
        click.echo(inert(visible(line)))
        if detailed:
            for label, text in _details(about):
                click.echo(inert(visible(f"  {label + ':':<10} {text}")))


def _details(about: dict[str, Any]) -> list[tuple[str, str]]:
    target = about["target"] if isinstance(about["target"], dict) else {}
    rules = about["rules"] if isinstance(about["rules"], list) else [about["rules"]]
    lines = [
        ("waives", ", ".join(map(str, rules))),
        ("for", " ".join(f"{key}={value}" for key, value in target.items()) or "nothing"),
        ("audience", str(about["audience"] or "none")),
        ("signed by", ", ".join(about["signed_by"]) or "nobody who is trusted"),
    ]
    return [*lines, *(("problem", problem) for problem in about["problems"])]

"""Options that several commands share, and the types of their values."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import click

from gatelib import engines, reporters, settings
from gatelib.catalog import GATES, SEVERITIES
from gatelib.cli.connecting import connecting
from gatelib.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])


if TYPE_CHECKING:
    _FormatType = click.ParamType[tuple[str, Path | None]]
else:
    _FormatType = click.ParamType  # not generic in older releases of click


class Format(_FormatType):
    """``FORMAT`` or ``FORMAT=FILE``."""

    name = "FORMAT[=FILE]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Path | None]:
        """Return the format's name and where it goes; ``None`` is standard output."""
        name, separator, target = str(value).partition("=")
        if name not in reporters.names():
            self.fail(f"there is no format `{name}`: one of {', '.join(reporters.names())}", param, ctx)
        if separator and not target:
            self.fail(f"`{value}` names no file", param, ctx)
        if not separator:
            return name, None
        path = Path(target)
        if not path.absolute().parent.is_dir():
            self.fail(f"there is no folder `{path.parent}` for `{target}`", param, ctx)
        return name, path


def judging(command: F, *, gate: str = "pr") -> F:
    """Add the options that decide what is judged, and how; ``gate`` is where none is named."""
    options = [
        click.option("--gate", type=click.Choice(GATES), help=f"The moment to judge for.  [default: {gate}]"),
        click.option("--rule", "rules", multiple=True, metavar="ID", help="Only this rule; repeatable."),
        click.option("--skip", multiple=True, metavar="ID", help="Not this rule; repeatable, and reported."),
        click.option("--engine", type=click.Choice(engines.names()), help="What runs the rules."),
        click.option("--bundle", metavar="FILE", help="Run the rules of this bundle."),
        click.option(
            "--verification-key",
            "verification_keys",
            multiple=True,
            metavar="[KEYID=]FILE",
            callback=_keys,
            help="A key that may have signed the bundle; repeatable.",
        ),
        click.option("--scope", metavar="TEXT", help="What the bundle must be signed for."),
        click.option("--min-revision", metavar="REVISION", help="Refuse an older bundle."),
        click.option(
            "--config",
            metavar="FILE",
            help="Configuration; trusted outside the judged paths.  [default: gatelib.yaml]",
        ),
        click.option("--exceptions", multiple=True, metavar="PATH", help="PolicyException records."),
        click.option("--evidence", multiple=True, metavar="PATH", help="Evidence Packs, or ImageEvidence."),
        click.option("--inventory", multiple=True, metavar="PATH", help="Objects to look up, not to judge."),
        click.option("--namespace", metavar="NAME", help="The namespace of objects that name none."),
        click.option(
            "--fail-on", type=click.Choice(SEVERITIES), help="The least severity to fail.  [default: low]"
        ),
        click.option("--now", metavar="TIME", help="The moment, RFC 3339.  [default: the clock]"),
        click.option("--jobs", type=int, metavar="N", help="Processes.  [default: one a core]"),
        click.option("--timeout", type=float, metavar="SECONDS", help="For one answer.  [default: 60]"),
    ]
    command = connecting(command)
    for option in reversed(options):
        command = option(command)
    return command


def surroundings() -> dict[str, Any]:
    """Return the settings that say what is around the command: its environment, and ways to registries."""
    return {"variable": os.environ.get, "access": _access}


def _access(reference: str) -> Mapping[str, Any]:
    from gatelib.bundle.references import Reference
    from gatelib.cli.registry import access

    # A registry on this machine has no certificate that anybody would know.
    return {**access(reference, plain_http=Reference.parse(reference).is_loopback)}


def stdin() -> BinaryIO:
    """Return standard input as bytes."""
    return sys.stdin.buffer


def moment(given: str | None) -> datetime:
    """Return the moment that an option names, the clock's where it names none."""
    if given is None:
        return datetime.now(timezone.utc)
    found = settings.parse_now(given)
    if found is None:
        raise UsageError(f"`{given}` is no RFC 3339 date-time", hint="such as 2026-11-22T00:00:00Z")
    return found


def _keys(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> object:
    from gatelib.cli.keys import verification_keys

    return verification_keys(given)

"""``gatelib memo``."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from gatelib.cli import put
from gatelib.cli.files import write_file
from gatelib.cli.params import judging, surroundings
from gatelib.errors import UsageError
from gatelib.gate import Gate
from gatelib.memo import FORMATS, compose, render
from gatelib.memo.composing import GATE
from gatelib.reporters.show import inert, visible


@click.command(
    epilog="Example: gatelib memo release.yaml k8s/ --evidence release-2.14.0 --config gate.yaml -o memo.md"
)
@click.argument("release", metavar="RELEASE")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@partial(judging, gate=GATE)
@click.option("--format", "format_", type=click.Choice(FORMATS), default=FORMATS[0], show_default=True)
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Default: the screen.")
def memo(release: str, paths: tuple[str, ...], format_: str, output: Path | None, **values: Any) -> int:
    """Judge a release, and write the go/no-go memo for it.

    RELEASE has the Release record, each PATH manifests that it deploys.

    Exit code: 0 GO, 1 NO-GO, 2 usage or configuration, 3 something could not be read or judged.
    """
    if values.pop("gate") not in (None, GATE):
        raise UsageError(f"a memo is about the gate `{GATE}`", hint="leave out --gate")
    gate = Gate.load(**surroundings(), gate=GATE, **values)
    found = compose(gate, release, paths, clock=datetime.now(timezone.utc))
    beside = (output.parent if output else Path()).absolute()
    text = render(found, format_, link=lambda name: _link(name, beside)).encode("utf-8", "backslashreplace")
    if output is None:
        put(text)
    else:
        write_file(output, text)
        click.echo(inert(visible(f"{output}: {found.decision}")))
    return found.exit_code


def _link(name: str, beside: Path) -> str | None:
    """Return the way from the memo to a file of a pack that is a folder."""
    if not Path(name).is_file():
        return None
    return quote(Path(os.path.relpath(name, beside)).as_posix(), safe="/.~-_")

"""``gatelib check``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from gatelib import reporters
from gatelib.cli import complain, put
from gatelib.cli.params import Format, judging, stdin, surroundings
from gatelib.errors import UsageError
from gatelib.gate import Gate
from gatelib.report import Report
from gatelib.reporters.interface import Style
from gatelib.reporters.show import inert, visible
from gatelib.settings import Progress


@click.command(epilog="Example: gatelib check k8s/ --format text --format sarif=gatelib.sarif")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@judging
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=Format(),
    help="text, json, sarif …; repeatable, one to the screen.",
)
@click.option("--allow-empty", is_flag=True, help="Nothing to judge is no error; for hooks.")
@click.option("--show-config", is_flag=True, help="Print what is in force and where it comes from, and stop.")
def check(
    paths: tuple[str, ...],
    formats: tuple[tuple[str, Path | None], ...],
    allow_empty: bool,
    show_config: bool,
    **values: Any,
) -> int:
    """Judge manifests and records in files and folders; - is standard input.

    Exit code: 0 pass, 1 findings, 2 usage or configuration, 3 something could not be read or judged.
    """
    gate = Gate.load(**surroundings(), **values)
    if show_config:
        for key, (value, origin) in gate.resolve(paths).items():
            click.echo(inert(visible(f"{key} = {value!r}  ({origin})")))
        return 0
    targets = formats or (("text", None),)
    if sum(target is None for _, target in targets) > 1:
        raise UsageError("only one format can go to standard output", hint="write the others as FORMAT=FILE")
    with _progress() as progress:
        report = gate.check(paths, stdin=stdin(), allow_empty=allow_empty, progress=progress)
    files_first = sorted(targets, key=lambda format_: format_[1] is None)  # a screen may go away
    return max(report.exit_code, *(_write(report, name, target) for name, target in files_first))


def _write(report: Report, name: str, target: Path | None) -> int:
    color = target is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    style = Style(color=color, width=os.get_terminal_size(sys.stdout.fileno()).columns if color else 100)
    text = reporters.reporter(name).render(report, style)
    if target is None:
        put(text.encode("utf-8", "backslashreplace"))
        return 0
    try:
        target.write_bytes(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        complain(f"gatelib: {target}: cannot be written: {error.strerror}")
        return 3
    return 0


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """Show a bar on a terminal once a run takes more than a moment."""
    if not sys.stderr.isatty():
        yield None
        return
    from gatelib.cli.progress import bar

    with bar() as advance:
        yield advance

"""``gatelib rules test --watch``: run again what a saved file touches."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from gatelib.cli.rules_test import picked, run
from gatelib.cli.tested import render
from gatelib.errors import GatelibError
from gatelib.reporters.show import inert, visible

if TYPE_CHECKING:
    from gatelib.authoring.workspace import Workspace

_PAUSE: Final = 0.1
"""Seconds between two looks at the files."""
_WATCHED: Final = (".rego", ".yaml", ".yml", ".json")

_Seen = Mapping[Path, tuple[int, int]]


def watching(workspace: Workspace, what: tuple[str, ...], engine: str, jobs: int) -> int:
    """Run everything once, then what each saved file touches, until Ctrl-C."""
    from gatelib.authoring.suite import Suite
    from gatelib.authoring.testing.picking import touched
    from gatelib.authoring.workspace import reopened

    gc.enable()  # this may run for days
    seen = _seen(workspace)
    suite = Suite(workspace)
    stale: frozenset[Path] = frozenset()
    try:
        click.echo(render(run(suite, picked(suite, what), engine, jobs), "text"))
        _wait()
        while True:
            time.sleep(_PAUSE)
            now = _seen(workspace)
            changed = {path for path in seen.keys() | now.keys() if seen.get(path) != now.get(path)}
            if not changed:
                continue
            seen, stale = now, stale | changed
            click.echo(f"\n{_names(workspace, changed)} changed")
            try:
                workspace = reopened(workspace, stale)
                suite = Suite(workspace)
                found = touched(suite, stale)
                stale = frozenset()
                if found:
                    click.echo(render(run(suite, found, engine, jobs), "text"))
                else:
                    click.echo("no test and no fixture depends on it")
            except GatelibError as error:
                _complain(error)
            _wait()
    except KeyboardInterrupt:
        click.echo()
        return 0


def _wait() -> None:
    click.echo("waiting for a file to be saved; Ctrl-C ends this")


def _seen(workspace: Workspace) -> _Seen:
    """Return time and size of each file that the workspace is made of."""
    return {
        path: stamp for folder in (*workspace.policies, *workspace.fixtures) for path, stamp in _files(folder)
    }


def _files(folder: Path) -> Iterator[tuple[Path, tuple[int, int]]]:
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except OSError:  # it is just being replaced
        return
    for entry in found:
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path))
            elif entry.name.endswith(_WATCHED):
                status = entry.stat()
                yield Path(entry.path), (status.st_mtime_ns, status.st_size)
        except OSError:
            continue


def _names(workspace: Workspace, changed: set[Path]) -> str:
    from gatelib import sources

    names = sorted(sources.display(path, workspace.base) for path in changed)
    return inert(visible(", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")))


def _complain(error: GatelibError) -> None:
    place = ":".join(str(part) for part in (error.file, error.line, error.column) if part is not None)
    click.echo(inert(visible(f"ERROR {place}: {error.message}" if place else f"ERROR {error.message}")))
    if error.hint:
        click.echo(inert(visible(f"  {error.hint}")))

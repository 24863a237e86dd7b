"""``gatelib rules test``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from gatelib import engines
from gatelib.cli.tested import FORMATS, render
from gatelib.cli.workspaces import opened, workspace_options
from gatelib.errors import UsageError

if TYPE_CHECKING:
    from gatelib.authoring.suite import Suite
    from gatelib.authoring.testing.picking import Picked
    from gatelib.authoring.testing.results import Summary
    from gatelib.authoring.workspace import Workspace

_VERDICTS: Final = ("allow", "deny")
"""Folders of fixtures."""


@click.command("test", epilog="Example: gatelib rules test ACME-001 --watch")
@click.argument("what", nargs=-1, metavar="[WHAT]...")
@workspace_options
@click.option("--engine", type=click.Choice(engines.local()), help="What runs them.")
@click.option("--watch", is_flag=True, help="Run again what a saved file touches, until Ctrl-C.")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="What to print."
)
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes; default: one a core.")
def test(
    what: tuple[str, ...],
    policies: tuple[str, ...],
    fixtures: tuple[str, ...],
    engine: str | None,
    watch: bool,
    form: str,
    jobs: int | None,
) -> int:
    """Run Rego unit tests, and fixtures: manifests with the findings that a rule must have in them.

    WHAT is the ID of a rule, or a file or folder of policies, tests or fixtures; without it, all is run.

    Exit code: 0 all as expected, 1 some not, 2 usage, 3 some could not be judged.
    """
    if watch and form != "text":
        raise UsageError("`--watch` prints text", hint="leave out `--format`")
    workspace = _workspace(what, policies, fixtures)
    name, processes = engine or engines.default(), jobs or os.cpu_count() or 1
    if watch:
        from gatelib.cli.watching import watching

        return watching(workspace, what, name, processes)
    from gatelib.authoring.suite import Suite

    suite = Suite(workspace)
    summary = run(suite, picked(suite, what), name, processes)
    click.echo(render(summary, form))
    return summary.exit_code


def picked(suite: Suite, what: tuple[str, ...]) -> Picked:
    """Return the tests and fixtures that are meant.

    Raises:
        UsageError: there are none.

    """
    from gatelib.authoring.testing import picking

    if what:
        return picking.named(suite, what, Path.cwd())
    found = picking.everything(suite)
    if not found:
        raise UsageError("there are no tests and no fixtures", hint=picking.HINT)
    return found


def run(suite: Suite, found: Picked, engine: str, jobs: int) -> Summary:
    """Run them, and return what became of each."""
    from gatelib.authoring.testing.results import Summary
    from gatelib.authoring.testing.running import run as run_

    return Summary(engine, run_(suite, found, engine, jobs=jobs))


def _workspace(what: tuple[str, ...], policies: tuple[str, ...], fixtures: tuple[str, ...]) -> Workspace:
    """Return the workspace, with the folders of fixtures that are named as what to run."""
    here = Path.cwd()
    named = [folder for entry in what for folder in _fixtures_of(Path(os.path.normpath(here / entry)))]
    if policies:
        return opened(policies, _texts([*(here / folder for folder in fixtures), *named]))
    try:
        workspace = opened((), fixtures)
    except UsageError:
        if not named or fixtures:
            raise
        from gatelib.authoring.workspace import open_

        return open_([], _outermost(named), here)  # of the rules that ship with gatelib
    known = list(workspace.fixtures)
    foreign = [
        folder
        for folder in named
        if not any(folder == one or folder in one.parents or one in folder.parents for one in known)
    ]
    return opened((), _texts([*known, *foreign])) if foreign else workspace


def _fixtures_of(path: Path) -> list[Path]:
    """Return the folder of fixtures that a path is, or stands in."""
    if path.is_file():
        return [path.parent] if path.parent.name in _VERDICTS else []
    found = (file for file in path.rglob("*") if file.parent.name in _VERDICTS)
    return [path] if next(found, None) else []


def _outermost(folders: Iterable[Path]) -> list[Path]:
    found = [Path(os.path.normpath(folder)) for folder in dict.fromkeys(folders)]
    return [folder for folder in found if not any(other in folder.parents for other in found)]


def _texts(folders: Iterable[Path]) -> tuple[str, ...]:
    return tuple(str(folder) for folder in _outermost(folders))

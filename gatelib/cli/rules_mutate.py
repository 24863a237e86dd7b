"""``gatelib rules mutate``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gatelib.cli import put
from gatelib.cli.workspaces import located, workspace_options
from gatelib.errors import UsageError
from gatelib.settings import Progress

if TYPE_CHECKING:
    from gatelib.authoring.mutation.changes import Changes
    from gatelib.authoring.mutation.results import Tested
    from gatelib.authoring.workspace import Source, Workspace


@click.command("mutate", epilog="Example: gatelib rules mutate GL-K8S-001 --fail-under 95")
@click.argument("names", nargs=-1, metavar="[RULE|PATH]...")
@workspace_options
@click.option("--library", is_flag=True, help="Also policies that are no rules; takes longer.")
@click.option(
    "--changed", metavar="REV", help="Only what differs from a git revision, and rules whose tests do."
)
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    default=100.0,
    metavar="PERCENT",
    help="The score to reach.  [default: 100]",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Processes.  [default: one a core]")
def mutate(
    names: tuple[str, ...],
    policies: tuple[str, ...],
    fixtures: tuple[str, ...],
    library: bool,
    changed: str | None,
    fail_under: float,
    form: str,
    jobs: int | None,
) -> int:
    """Change rules in small ways, and show each change that no test notices.

    A comment `# gatelib:equivalent …: reason` marks a change that means the same.

    Exit code: 0 score reached, 1 below it or a mark is stale, 2 usage, 3 tests fail as it is.
    """
    from gatelib.authoring import workspace
    from gatelib.authoring.mutation import running, showing

    place = located(policies, fixtures)
    opened = workspace.open_(place.policies, place.fixtures, place.base)
    changes = _changes(changed, opened, [*place.policies, *place.fixtures])
    sources = _chosen(opened, names, library=library, changes=changes)
    with _progress() as progress:
        tested = running.run(
            opened,
            sources,
            jobs=jobs or os.cpu_count() or 1,
            selected=changes.touch if changes else running.every,
            progress=progress,
        )
    put(showing.shown(tested, form).encode())
    return _exit_code(tested, fail_under)


def _changes(revision: str | None, opened: Workspace, folders: Sequence[Path]) -> Changes | None:
    from gatelib.authoring.mutation import changes

    return None if revision is None else changes.since(revision, opened, folders)


def _chosen(
    opened: Workspace, names: Sequence[str], *, library: bool, changes: Changes | None
) -> list[Source]:
    """Return the policies that are named, or else all rules, and what is no rule where that is asked for."""
    if names:
        found = list(dict.fromkeys(_named(opened, names)))
    else:
        found = [source for source in opened.own if source.rule or library or changes]
        if not found:
            raise UsageError("there is no rule to change", hint="`gatelib rules new` begins one")
    return [source for source in found if changes is None or changes.concern(source)]


def _named(opened: Workspace, names: Iterable[str]) -> Iterator[Source]:
    for name in names:
        path = Path(os.path.normpath(Path.cwd() / name))
        found = [
            one
            for one in opened.own
            if one.rule == name.upper() or one.file == path or path in one.file.parents
        ]
        if not found:
            raise UsageError(f"there is no policy `{name}`", hint="name a rule's ID, its file or a folder")
        yield from found


def _exit_code(tested: Sequence[Tested], fail_under: float) -> int:
    from gatelib.authoring.mutation.results import score

    if any(one.broken for one in tested):
        return 3
    return 1 if any(one.stale for one in tested) or score(tested).percent < fail_under else 0


@contextmanager
def _progress() -> Iterator[Progress]:
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from gatelib.cli.progress import bar

    with bar("mutating", unit="mutants") as advance:
        yield advance

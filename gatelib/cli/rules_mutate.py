"""``gatelib rules mutate``."""

from __future__ import annotations

import os

import click

from gatelib.cli.workspaces import opened, workspace_options
from gatelib.errors import UsageError


@click.command("mutate", epilog="Example: gatelib rules mutate GL-K8S-001 --fail-under 95")
@click.argument("rules", nargs=-1, metavar="[RULE|FILE]...")
@workspace_options
@click.option("--jobs", type=click.IntRange(1), help="Processes.  [default: one a core]")
@click.option("--library", is_flag=True, help="Also what is no rule.")
def mutate(
    rules: tuple[str, ...],
    policies: tuple[str, ...],
    fixtures: tuple[str, ...],
    jobs: int | None,
    library: bool,
) -> int:
    """Change policies in small ways, and show what no test or fixture notices."""
    from gatelib.authoring.mutation.running import run
    from gatelib.authoring.mutation.showing import lines
    from gatelib.cli.progress import bar

    workspace = opened(policies, fixtures)
    names = {source.rule: source for source in workspace.own if source.rule}
    files = {source.name: source for source in workspace.own}
    sources = []
    for rule in rules:
        if rule not in names and rule not in files:
            raise UsageError(f"there is no policy `{rule}`")
        sources.append(names.get(rule) or files[rule])
    if not rules:
        sources = [source for source in workspace.own if source.rule or library]
    with bar("mutating", unit="mutants") as progress:
        found = run(workspace, sources, jobs=jobs or os.cpu_count() or 1, progress=progress)
    for line in lines(found):
        click.echo(line)
    return 0

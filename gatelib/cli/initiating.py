"""``gatelib init``."""

from __future__ import annotations

from pathlib import Path

import click

from gatelib.cli.scaffolding import write_new
from gatelib.errors import UsageError

_PIPELINES = ("github", "gitlab", "none")


@click.command(epilog="Example: gatelib init policies --team acme")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=".", metavar="[DIR]")
@click.option("--team", required=True, metavar="NAME", help="A part of its packages' names.")
@click.option("--prefix", metavar="TEXT", help="What its rules' IDs begin with.  [default: the team's name]")
@click.option(
    "--ci", type=click.Choice(_PIPELINES), default="github", show_default=True, help="What runs CI."
)
def init(folder: Path, team: str, prefix: str | None, ci: str) -> None:
    """Begin a repository for a team's own rules, on top of the library's.

    A configuration, parameters, a bundle's definition, CI, hooks of pre-commit, and schemas for editors.
    Files that are there already are never overwritten.
    """
    from gatelib.authoring.scaffold import names, repository
    from gatelib.policy import shipped

    names.team(team)
    chosen = names.prefix(prefix) if prefix is not None else names.prefix_of(team)
    if folder.exists() and not folder.is_dir():
        raise UsageError("is no folder", file=str(folder))
    for name in write_new(folder, repository.files(team, chosen, ci, shipped())):
        click.echo(name)
    click.echo('\nnow write a rule: gatelib rules new NAME --title "…" --kind GROUP/KIND')

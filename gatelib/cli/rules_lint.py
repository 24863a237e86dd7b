"""``gatelib rules lint``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from gatelib.cli import complain, put
from gatelib.cli.files import write_file
from gatelib.cli.workspaces import located, workspace_options
from gatelib.errors import UsageError

_CHECKS: Final = "lint"
"""The folder of a team's own checks, beside its configuration."""


@click.command("lint", epilog="Example: gatelib rules lint --format github")
@workspace_options
@click.option(
    "--checks", multiple=True, metavar="DIR", help="Checks of your own; repeatable. Without it, lint/."
)
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif", "github"]), default="text")
@click.option("--add-ids", is_flag=True, help="Add the IDs that rule-ids.json lacks first.")
@click.option("--list", "listing", is_flag=True, help="Only name the checks.")
def lint(
    policies: tuple[str, ...],
    fixtures: tuple[str, ...],
    checks: tuple[str, ...],
    form: str,
    add_ids: bool,
    listing: bool,
) -> int:
    """Check how policies are written.

    A comment `# gatelib:ignore CHECK reason` on its line, or alone above it, ignores a finding.

    Exit code: 0 nothing found, 1 findings, 2 usage, 3 something could not be read or checked.
    """
    from gatelib.authoring.lint import ledger, linting, showing

    place = located(policies, fixtures)
    folders = _folders(checks, place.base)
    if listing:
        put(showing.listed(linting.known(folders, place.base), form).encode())
        return 0
    if add_ids:
        new, data = linting.with_new_ids(place.policies, place.base)
        write_file(place.base / ledger.NAME, data)
        for rule in new:
            complain(f"gatelib: added {rule} to {ledger.NAME}")
    found = linting.lint(place.policies, place.fixtures, place.base, folders)
    if not found.files and not found.exit_code:
        raise UsageError("there are no policies", hint="begin a rule with `gatelib rules new`")
    put(showing.shown(found, form).encode())
    return found.exit_code


def _folders(given: tuple[str, ...], base: Path) -> list[Path]:
    """Return the folders of checks that the options name, or else the one of the workspace.

    Raises:
        UsageError: there is no folder of that name.

    """
    if not given:
        return [base / _CHECKS] * (base / _CHECKS).is_dir()
    for folder in given:
        if not Path(folder).is_dir():
            raise UsageError(f"there is no folder `{folder}`")
    return [Path(folder).absolute() for folder in given]

"""``gatelib rules coverage``."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from gatelib.cli import complain, put
from gatelib.cli.workspaces import opened, workspace_options
from gatelib.errors import UsageError

if TYPE_CHECKING:
    from gatelib.authoring.coverage.measuring import By, Coverage
    from gatelib.authoring.workspace import Source, Workspace


_NOTHING: Final = {"tests": "tests", "fixtures": "fixtures", "all": "tests and no fixtures"}


@click.command("coverage", epilog="Example: gatelib rules coverage ACME-001 --source uncovered")
@click.argument("what", nargs=-1, metavar="[RULE|FILE]...")
@workspace_options
@click.option(
    "--by", type=click.Choice(["tests", "fixtures", "all"]), default="tests", show_default=True,
    help="What counts.",
)  # fmt: skip
@click.option(
    "--source", type=click.Choice(["uncovered", "always"]), help="Show the text, or that of what is missed."
)
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Of bodies and of lines; else exit 1.",
)
@click.option("--opa/--no-opa", "opa", default=None, help="OPA's figures.  [default: where it is on PATH]")
@click.option("--format", "form", type=click.Choice(["text", "json", "lcov"]), default="text")
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="Processes; as many as there are cores."
)
def coverage(
    what: tuple[str, ...],
    policies: tuple[str, ...],
    fixtures: tuple[str, ...],
    by: By,
    source: str | None,
    fail_under: float | None,
    opa: bool | None,
    form: str,
    jobs: int | None,
) -> int:
    """Say which bodies of rules, and which lines, the tests reach.

    A body is reached where it holds in some test, a statement where it is evaluated. RULE is an ID, FILE a
    policy or a folder of them; without either, all policies are measured.

    Exit code: 0, 1 less than --fail-under, 2 usage, 3 a test failed or could not be judged.
    """
    if source and form != "text":
        raise UsageError("`--source` shows text", hint="leave out `--format`")
    from gatelib.authoring.coverage import formats
    from gatelib.authoring.coverage.measuring import measure
    from gatelib.authoring.suite import Suite
    from gatelib.authoring.testing.picking import HINT
    from gatelib.cli.covered import text

    workspace = opened(policies, fixtures)
    wanted = _named(workspace, what)
    asks_opa = by != "fixtures" and (shutil.which("opa") is not None if opa is None else opa)
    found = measure(Suite(workspace), wanted, by, opa=asks_opa, jobs=jobs or os.cpu_count() or 1)
    if not any(run.count or run.problems for run in found.runs):
        raise UsageError(f"there are no {_NOTHING[by]} of these policies", hint=HINT)
    if form == "text":
        click.echo(text(found, source))
    else:
        put(formats.to_json(found) if form == "json" else formats.to_lcov(found))
    for name, problem in found.problems:
        complain(f"gatelib: {name}: {problem}")
    if found.problems:
        return 3
    return _below(found, fail_under)


def _below(found: Coverage, fail_under: float | None) -> int:
    from gatelib.authoring.coverage.formats import percent

    if fail_under is None:
        return 0
    for name, (reached, count) in (("bodies", found.bodies), ("lines", found.lines)):
        share = percent(reached, count)
        if share < fail_under:
            complain(f"gatelib: {share:.2f} % of {name} are reached, less than {fail_under:g} %")
            return 1
    return 0


def _named(workspace: Workspace, what: tuple[str, ...]) -> list[Source]:
    """Return the policies that are meant.

    Raises:
        UsageError: something is no rule, policy or folder of this workspace.

    """
    if not what:
        if not workspace.own:
            raise UsageError("there are no policies", hint="begin a rule with `gatelib rules new`")
        return list(workspace.own)
    wanted: list[Source] = []
    for entry in what:
        path = Path(os.path.normpath(Path.cwd() / entry))
        found = [
            source
            for source in workspace.own
            if source.rule == entry
            or source.file.absolute() == path
            or path in source.file.absolute().parents
        ]
        if not found:
            raise UsageError(
                f"`{entry}` is no rule, policy or folder of yours",
                hint="`gatelib rules list` names the rules that there are",
            )
        wanted += found
    return [source for source in workspace.own if source in wanted]

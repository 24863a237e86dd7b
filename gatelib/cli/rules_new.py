"""``gatelib rules new``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from gatelib.catalog import GATES, SCOPES, SEVERITIES
from gatelib.cli.files import write_below
from gatelib.cli.scaffolding import write_new
from gatelib.cli.workspaces import opened
from gatelib.errors import UsageError

if TYPE_CHECKING:
    from gatelib.authoring.workspace import Workspace

_CONFIG: Final = "gatelib.yaml"
_FIXTURES: Final = "fixtures"


@click.command(epilog="Example: gatelib rules new replicas --title 'Web runs twice' --kind apps/Deployment")
@click.argument("name", metavar="[TEAM/]NAME")
@click.option("--title", required=True, metavar="TEXT", help="What must hold, as a sentence.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    required=True,
    metavar="KIND",
    help="What it judges: group/Kind, `workloads` or `*`; repeatable.",
)
@click.option("--why", metavar="TEXT", help="Why it must hold.")
@click.option("--fix", metavar="TEXT", help="What to do about a finding.")
@click.option("--severity", type=click.Choice(SEVERITIES), default="medium", show_default=True)
@click.option("--gate", "gates", multiple=True, type=click.Choice(GATES), default=["pr"], show_default=True)
@click.option("--control", "controls", multiple=True, metavar="ID", help="A control it serves; repeatable.")
@click.option("--scope", type=click.Choice(SCOPES), default="document", show_default=True)
@click.option("--id", "given", metavar="ID", help="Its ID.  [default: the team's next one]")
def new(name: str, given: str | None, **said: Any) -> None:
    """Begin a rule: its policy, tests, two fixtures and page.

    All of it works at once, on a placeholder, but for one test that says what to write.
    """
    from gatelib.authoring.lint import ledger
    from gatelib.authoring.scaffold import names
    from gatelib.authoring.scaffold import rule as scaffold

    workspace = opened((), ())
    base = workspace.base
    values = {} if workspace.core else _configuration(workspace)
    team, _, last = name.rpartition("/")
    team = team or values.get("authoring", {}).get("team", "")
    if not team:
        raise UsageError(f"whose rule is `{last}`?", hint="name it TEAM/NAME, or set `authoring.team`")
    if not workspace.core:
        names.team(team)
    given_ids = {*workspace.policy.catalog, *(ledger.read(base) or {}), *_with_pages(base)}
    rule = scaffold.Rule(
        id=_id(given, given_ids, _prefix(team, values, workspace)), team=team, name=names.rule(last), **said
    )
    files = scaffold.files(
        rule,
        policies=f"{_policies(values, workspace)}/{team}",
        fixtures=f"{_FIXTURES}/{team}",
        schema=_schema(base),
        kinds=workspace.policy.data["kinds"],
    )
    written = [*write_new(base, files), *_around(rule.id, base)]
    for file in written:
        click.echo(file)
    click.echo(f"\n{rule.id} is begun: write what the failing test of `gatelib rules test` asks for")
    if workspace.core:
        click.echo("the catalogue and the lists of rules follow by `make generate`")


def _configuration(workspace: Workspace) -> Mapping[str, Any]:
    from gatelib import config

    file, schema = workspace.base / _CONFIG, workspace.policy.data["params_schema"]
    return config.read(file, given=True, judged=(), base=workspace.base, params_schema=schema).values


def _policies(values: Mapping[str, Any], workspace: Workspace) -> str:
    """Return the folder of policies that a rule goes into, as its name."""
    if workspace.core:
        return "rego/gatelib/rules"
    folder = Path(values["policies"][0])
    if folder.is_absolute() or ".." in folder.parts:
        raise UsageError(
            f"the policies in `{folder}` lie outside of the repository", hint="work where they lie"
        )
    return folder.as_posix()


def _prefix(team: str, values: Mapping[str, Any], workspace: Workspace) -> str | None:
    """Return what the IDs of a team begin with: as configured, else as most of its rules' do."""
    authoring = values.get("authoring", {})
    if "prefix" in authoring and team == authoring.get("team", team):
        return str(authoring["prefix"])
    entries = workspace.policy.catalog.items()
    found = Counter(rule.rpartition("-")[0] for rule, entry in entries if entry["package"][0] == team)
    return found.most_common(1)[0][0] if found else None


def _id(given: str | None, used: set[str], prefix: str | None) -> str:
    from gatelib.authoring.scaffold import names

    if given is None:
        if prefix is None:
            raise UsageError("what do the team's IDs begin with?", hint="name the rule's by --id")
        return names.next_id(prefix, used)
    if given in used:
        raise UsageError(f"the ID {given} was given to a rule", hint="an ID is never given twice")
    return given


def _with_pages(base: Path) -> list[str]:
    from gatelib.authoring import docs

    return [path.stem for path in (base / docs.PAGES).glob("*.md")]


def _schema(base: Path) -> str | None:
    from gatelib.authoring.scaffold.repository import SCHEMAS

    name = f"{SCHEMAS}/fixture.json"
    return name if (base / name).is_file() else None


def _around(rule: str, base: Path) -> list[str]:
    """Write what follows from a rule: its page, the index of pages, and the ledger of IDs."""
    from gatelib.authoring import docs
    from gatelib.authoring.lint import ledger

    workspace = opened((), ())
    catalog = workspace.policy.catalog
    own = {source.rule for source in workspace.own if source.rule}
    pages = docs.pages(workspace, base / docs.PAGES).texts
    packages = {each: ".".join(("gatelib", "rules", *catalog[each]["package"])) for each in own}
    contents = {
        **{
            file.relative_to(base).as_posix(): pages[file].encode()
            for file in pages
            if file.stem not in own - {rule}
        },
        ledger.NAME: ledger.with_new(ledger.read(base), packages),
    }
    for name, content in contents.items():
        write_below(base, base / name, content)
    return list(contents)

"""``gatelib rules list`` and ``gatelib rules show``."""

from __future__ import annotations

import click
import orjson

from gatelib.catalog import GATES, Entry
from gatelib.cli import put
from gatelib.cli.workspaces import located
from gatelib.errors import ConfigError, UsageError
from gatelib.policy import Policy, shipped

_POLICIES = click.option(
    "--policies",
    multiple=True,
    metavar="DIR",
    help="Also rules of your own; repeatable.  [default: those of the nearest gatelib.yaml]",
)


@click.command("list", epilog="Example: gatelib rules list --gate pr")
@click.option("--gate", type=click.Choice(GATES), help="Only the rules of this gate.")
@_POLICIES
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def list_rules(gate: str | None, policies: tuple[str, ...], form: str) -> None:
    """List the rules with their severity and what they deny."""
    catalog = _all(policies).catalog
    found = {rule: entry for rule, entry in catalog.items() if gate is None or gate in entry["gates"]}
    if form == "json":
        put(orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        return
    for rule, entry in found.items():
        click.echo(f"{rule}  {entry['severity']:<8}  {entry['title']}")


@click.command("show", epilog="Example: gatelib rules show GL-K8S-001")
@click.argument("rule", metavar="RULE")
@_POLICIES
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show(rule: str, policies: tuple[str, ...], form: str) -> None:
    """Show what a rule's METADATA says."""
    entry = entry_of(_all(policies), rule)
    if form == "json":
        put(orjson.dumps(entry, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        return
    click.echo(f"{entry['id']}: {entry['title']}\n\n{entry['description']}\n")
    for key in ("severity", "controls", "gates", "kinds", "scope", "params", "since"):
        if key in entry:
            value = entry[key]
            click.echo(f"{key + ':':<10} {', '.join(value) if isinstance(value, list) else value}")
    click.echo(f"\n{entry['remediation']}")


def entry_of(policy: Policy, rule: str) -> Entry:
    """Return a rule's entry; its ID may be in small letters.

    Raises:
        UsageError: there is none.

    """
    found = policy.catalog.get(rule.upper())
    if found is None:
        raise UsageError(f"there is no rule `{rule}`", hint="`gatelib rules list` names them all")
    return found


def _all(policies: tuple[str, ...]) -> Policy:
    """Return the library's rules, and those of the folders or of the nearest workspace, if there is one."""
    from gatelib.authoring import workspace

    try:
        place = located(policies, ())
    except ConfigError:
        raise
    except UsageError:  # there is none, and none was named
        return shipped()
    return workspace.open_(place.policies, (), place.base).policy

"""``gatelib rules list`` and ``gatelib rules show``."""

from __future__ import annotations

import click
import orjson

from gatelib.catalog import GATES, Entry
from gatelib.cli import put
from gatelib.errors import UsageError
from gatelib.policy import Policy, shipped


@click.command("list", epilog="Example: gatelib rules list --gate pr")
@click.option("--gate", type=click.Choice(GATES), help="Only the rules of this gate.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def list_rules(gate: str | None, form: str) -> None:
    """List the rules with their severity and what they deny."""
    found = {
        rule: entry for rule, entry in shipped().catalog.items() if gate is None or gate in entry["gates"]
    }
    if form == "json":
        put(orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        return
    for rule, entry in found.items():
        click.echo(f"{rule}  {entry['severity']:<8}  {entry['title']}")


@click.command("show", epilog="Example: gatelib rules show GL-K8S-001")
@click.argument("rule", metavar="RULE")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show(rule: str, form: str) -> None:
    """Show what a rule's METADATA says."""
    entry = entry_of(shipped(), rule)
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

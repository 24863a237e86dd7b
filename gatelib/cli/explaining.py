"""``gatelib explain``."""

from __future__ import annotations

import sys

import click

from gatelib import resources
from gatelib.cli.rules_list import entry_of
from gatelib.policy import shipped


@click.command(epilog="Example: gatelib explain GL-K8S-001")
@click.argument("rule", metavar="RULE")
def explain(rule: str) -> None:
    """Show a rule's page: what it denies, why, how to fix it, what can be set."""
    entry = entry_of(shipped(), rule)
    page = resources.rule_page(entry["id"])
    text = (
        page.read_text("utf-8")
        if page.exists()
        else f"# {entry['id']} {entry['title']}\n\n{entry['description']}\n"
    )
    if not sys.stdout.isatty():
        click.echo(text, nl=False)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))

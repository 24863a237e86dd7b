"""``gatelib explain``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gatelib import resources
from gatelib.cli.rules_list import entry_of
from gatelib.cli.workspaces import opened, workspace_options
from gatelib.errors import ConfigError, UsageError
from gatelib.policy import shipped
from gatelib.reporters.show import visible


@click.command(epilog="Example: gatelib explain GL-K8S-001")
@click.argument("rule", metavar="RULE")
@workspace_options
@click.option("--pages", metavar="DIR", help="Where pages of your own are.  [default: docs/rules]")
def explain(rule: str, policies: tuple[str, ...], fixtures: tuple[str, ...], pages: str | None) -> None:
    """Show a rule's page: what it denies, why, how to fix it, what can be set.

    The rule is one of the library, or of your own policies: those of --policies, or of the nearest
    gatelib.yaml.
    """
    text = "\n".join(map(visible, _page(rule, policies, fixtures, pages).split("\n")))
    if not sys.stdout.isatty():
        click.echo(text, nl=False)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text, hyperlinks=False))


def _page(rule: str, policies: tuple[str, ...], fixtures: tuple[str, ...], pages: str | None) -> str:
    from gatelib.authoring.docs.page import plain, skeleton

    core = shipped()
    if rule.upper() not in core.catalog:
        return _own(rule, policies, fixtures, pages)
    entry = entry_of(core, rule)
    page = resources.rule_page(entry["id"])
    return plain(page.read_text("utf-8") if page.exists() else skeleton(entry))


def _own(rule: str, policies: tuple[str, ...], fixtures: tuple[str, ...], pages: str | None) -> str:
    from gatelib import controls
    from gatelib.authoring.docs import PAGES, page
    from gatelib.authoring.docs.page import plain

    try:
        workspace = opened(policies, fixtures)
    except ConfigError:
        raise
    except UsageError:
        if not policies:  # so that whoever mistyped an ID is not told about workspaces
            entry_of(shipped(), rule)
        raise
    found = entry_of(workspace.policy, rule)["id"]
    folder = Path.cwd() / pages if pages else workspace.base / PAGES
    return plain(page(workspace, found, folder, controls.load()))

"""``gatelib rules``: the group; its commands are beside it."""

from __future__ import annotations

from typing import Final

import click

from gatelib.cli.lazy import LazyGroup

_COMMANDS: Final = {
    "coverage": ("gatelib.cli.rules_coverage", "coverage", "Say which bodies and lines the tests reach."),
    "docs": ("gatelib.cli.rules_docs", "docs", "Write the rules' pages, their index and a site."),
    "impact": ("gatelib.cli.rules_impact", "impact", "Say what a change of policies does."),
    "lint": ("gatelib.cli.rules_lint", "lint", "Check how policies are written."),
    "list": ("gatelib.cli.rules_list", "list_rules", "List the rules, and what they deny."),
    "mutate": ("gatelib.cli.rules_mutate", "mutate", "Find the tests that are missing."),
    "show": ("gatelib.cli.rules_list", "show", "Show what a rule's METADATA says."),
    "new": ("gatelib.cli.rules_new", "new", "Begin a rule: policy, tests, fixtures and page."),
    "test": ("gatelib.cli.rules_test", "test", "Run unit tests and fixtures."),
}


@click.group(cls=LazyGroup, table=_COMMANDS, epilog="Example: gatelib rules list --gate admission")
def rules() -> None:
    """List, write, test and compare rules."""

"""``gatelib rules`` and ``gatelib explain``."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import orjson

from gatelib import engines, fixtures, resources, trusted
from gatelib.catalog import GATES, Entry
from gatelib.cli import put
from gatelib.errors import EngineError, UsageError
from gatelib.policy import Policy, shipped


@click.group(epilog="Example: gatelib rules list --gate admission")
def rules() -> None:
    """List, show and test rules."""


@rules.command("list", epilog="Example: gatelib rules list --gate pr")
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


@rules.command("show", epilog="Example: gatelib rules show GL-K8S-001")
@click.argument("rule", metavar="RULE")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show(rule: str, form: str) -> None:
    """Show what a rule's METADATA says."""
    entry = _entry(shipped(), rule)
    if form == "json":
        put(orjson.dumps(entry, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        return
    click.echo(f"{entry['id']}: {entry['title']}\n\n{entry['description']}\n")
    for key in ("severity", "controls", "gates", "kinds", "scope", "params", "since"):
        if key in entry:
            value = entry[key]
            click.echo(f"{key + ':':<10} {', '.join(value) if isinstance(value, list) else value}")
    click.echo(f"\n{entry['remediation']}")


@rules.command("test", epilog="Example: gatelib rules test fixtures/ --policies policies/")
@click.argument("folders", nargs=-1, required=True, metavar="FOLDER...")
@click.option("--policies", multiple=True, metavar="DIR", help="Rules of your own; repeatable.")
@click.option("--engine", type=click.Choice(engines.local()), help="What runs the rules.")
def test(folders: tuple[str, ...], policies: tuple[str, ...], engine: str | None) -> int:
    """Run fixtures: manifests with the findings that a rule must have in them.

    Exit code: 0 all as expected, 1 some not, 2 usage, 3 an engine failed.
    """
    policy = _with_own(policies)
    name = engine or engines.default()
    cases = []
    for folder in folders:
        if not Path(folder).is_dir():
            raise UsageError(f"there is no folder `{folder}`")
        cases += list(fixtures.find(Path(folder).absolute(), policy))
    if not cases:
        raise UsageError("there are no fixtures", hint="a case is <domain>/<rule>/{allow,deny}/<case>.yaml")
    failed = broken = 0
    for case in cases:
        try:
            outcome = fixtures.check(case, fixtures.decide(case, policy, name), name)
        except EngineError as error:
            broken += 1
            click.echo(f"ERROR {case.name}: {error.message}")
            continue
        if not outcome.passed:
            failed += 1
            click.echo(f"FAIL  {case.name} ({case.rule} on {name})")
            click.echo(fixtures.difference(outcome))
    click.echo(f"{len(cases) - failed - broken} passed, {failed} failed, {broken} could not be judged")
    return 3 if broken else 1 if failed else 0


@click.command(epilog="Example: gatelib explain GL-K8S-001")
@click.argument("rule", metavar="RULE")
def explain(rule: str) -> None:
    """Show a rule's page: what it denies, why, how to fix it, what can be set."""
    entry = _entry(shipped(), rule)
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


def _entry(policy: Policy, rule: str) -> Entry:
    found = policy.catalog.get(rule.upper())
    if found is None:
        raise UsageError(f"there is no rule `{rule}`", hint="`gatelib rules list` names them all")
    return found


def _with_own(folders: tuple[str, ...]) -> Policy:
    core = shipped()
    modules, catalogs, _ = trusted.policies(folders, base=Path.cwd(), core=core.catalogs["core"])
    return Policy(modules=core.modules + modules, catalogs={**core.catalogs, **catalogs}, data=core.data)

"""``gatelib rules test``."""

from __future__ import annotations

from pathlib import Path

import click

from gatelib import engines, fixtures, trusted
from gatelib.errors import EngineError, UsageError
from gatelib.policy import Policy, shipped


@click.command("test", epilog="Example: gatelib rules test fixtures/ --policies policies/")
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


def _with_own(folders: tuple[str, ...]) -> Policy:
    core = shipped()
    modules, catalogs, _ = trusted.policies(folders, base=Path.cwd(), core=core.catalogs["core"])
    return Policy(modules=core.modules + modules, catalogs={**core.catalogs, **catalogs}, data=core.data)

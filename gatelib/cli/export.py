"""``gatelib export``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from gatelib.catalog import GATES
from gatelib.errors import UsageError
from gatelib.policy import Policy, shipped


@click.group(epilog="Example: gatelib export conftest gate/ --gate pr")
def export() -> None:
    """Write the policy in the forms that other tools enforce."""


@export.command(epilog="Example: gatelib export conftest gate/ --gate pr && cd gate && conftest test ../k8s")
@click.argument("folder", type=click.Path(path_type=Path), metavar="FOLDER")
@click.option("--gate", type=click.Choice(GATES), default="pr", show_default=True, help="The gate's rules.")
def conftest(folder: Path, gate: str) -> None:
    """Write a folder with which `conftest test` gives the same decision, without Python.

    The folder must be empty, not there, or an older export, which is replaced.
    """
    from gatelib.export import conftest as form
    from gatelib.export import folder as place

    target = folder.absolute()
    if Path.cwd().is_relative_to(target):
        raise UsageError("an export replaces its folder, and you are in it", hint="name another folder")
    policy = _of_gate(gate)
    place.write(form.files(policy), target)
    click.echo(f"{folder}: {len(policy.catalog)} rules of gate {gate}, {policy.data['bundle']['revision']}")


def _of_gate(gate: str) -> Policy:
    core = shipped()
    entries = {
        rule: entry
        for rule, entry in core.catalog.items()
        if gate in entry["gates"] and not entry.get("deprecated")
    }
    return replace(
        core,
        modules=core.modules_for(entries),
        catalogs={"core": entries},
        data={**core.data, "bundle": {**core.data["bundle"], "gate": gate}},
    )

"""``gatelib controls``."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap

import click

from gatelib.cli import complain, put
from gatelib.cli.files import write_file
from gatelib.controls.matrix import FORMATS
from gatelib.controls.model import Catalogue, Control, Framework
from gatelib.errors import ConfigError, UsageError
from gatelib.reporters.show import inert, plural, visible

_CATALOGUE = click.option(
    "--catalog",
    "catalog",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A catalogue of your own.  [default: gatelib's]",
)


@click.group(epilog="Example: gatelib controls show SC-01")
def controls() -> None:
    """List the controls, and what they are in frameworks."""


@controls.command("list", epilog="Example: gatelib controls list")
@_CATALOGUE
def list_controls(catalog: Path | None) -> None:
    """List the controls with their owner and how many rules and paths of evidence prove each."""
    found = _load(catalog).controls
    rows = [("ID", "NAME", "OWNER", "RULES", "EVIDENCE")]
    rows += [
        (
            visible(control.id),
            visible(control.name),
            visible(control.owner) or "-",
            str(len(control.rules)),
            str(len(control.evidence)),
        )
        for control in found
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        click.echo(
            inert("  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True))).rstrip()
        )


@controls.command("show", epilog="Example: gatelib controls show SC-01")
@click.argument("control", metavar="ID")
@_CATALOGUE
def show(control: str, catalog: Path | None) -> None:
    """Show a control: what it says, its owner, rules, evidence and clauses."""
    from gatelib.controls import frameworks

    found = {entry.id.upper(): entry for entry in _load(catalog).controls}.get(control.upper())
    if found is None:
        raise UsageError(f"there is no control `{control}`", hint="`gatelib controls list` names them all")
    for line in _lines(found, frameworks()):
        click.echo(inert(visible(line)))


@controls.command(
    "matrix", epilog="Example: gatelib controls matrix --framework soc2 --format csv -o soc2.csv"
)
@click.option("--framework", "wanted", metavar="ID", multiple=True, help="Repeatable.  [default: all]")
@click.option("--format", "form", type=click.Choice(FORMATS), default=FORMATS[0], show_default=True)
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Default: the screen.")
@_CATALOGUE
def matrix(wanted: tuple[str, ...], form: str, output: Path | None, catalog: Path | None) -> None:
    """Write the matrix: controls, the clauses that they support, rules and evidence."""
    from gatelib.controls.matrix import render
    from gatelib.policy import shipped

    text = render(form, _load(catalog), _chosen(wanted), shipped().catalog)
    data = text.encode("utf-8", "backslashreplace")
    if output is None:
        put(data)
    else:
        write_file(output, data)


@controls.command("check", epilog="Example: gatelib controls check our-controls.yaml --policies policies/")
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option("--policies", multiple=True, metavar="DIR", help="Rules of your own; repeatable.")
def check(file: Path | None, policies: tuple[str, ...]) -> int:
    """Check a catalogue against the rules and the layout of packs.

    Without FILE, check the catalogue and the crosswalks that ship with gatelib.

    Exit code: 0 nothing is wrong, 1 something is, 2 no readable catalogue.
    """
    from gatelib import trusted
    from gatelib.controls import check as check_catalogue
    from gatelib.controls import check_framework, contents, frameworks, read
    from gatelib.evidence.layout import shipped as layout
    from gatelib.policy import shipped

    core = shipped()
    _, catalogs, _ = trusted.policies(policies, base=Path.cwd(), core=core.catalogs["core"])
    rules = {rule: entry for part in ({**core.catalogs, **catalogs}).values() for rule, entry in part.items()}
    catalogue = read(file)
    problems = check_catalogue(catalogue, rules, layout())
    mapped = () if file else frameworks()
    for framework in mapped:
        problems += check_framework(framework, catalogue, contents(framework.id))
    for problem in problems:
        _complain(problem)
    said = f"{plural(len(catalogue.controls), 'control')} checked, {plural(len(problems), 'problem')}"
    click.echo(inert(visible(f"{catalogue.file.name}: {said}")))
    return 1 if problems else 0


def _load(catalog: Path | None) -> Catalogue:
    from gatelib.controls import load

    return load(catalog)


def _chosen(wanted: tuple[str, ...]) -> tuple[Framework, ...]:
    from gatelib.controls import frameworks

    known = {framework.id: framework for framework in frameworks()}
    for name in wanted:
        if name not in known:
            raise UsageError(f"there is no framework `{name}`", hint=f"there are {', '.join(known)}")
    return tuple(framework for name, framework in known.items() if not wanted or name in wanted)


def _lines(control: Control, mapped: tuple[Framework, ...]) -> list[str]:
    from gatelib.controls.matrix import supported
    from gatelib.policy import shipped

    titles = {rule: entry["title"] for rule, entry in shipped().catalog.items()}
    lines = [f"{control.id}: {control.name}", ""]
    if control.statement:
        lines += [*wrap(control.statement, 100), ""]
    if control.owner:
        lines.append(f"owner:     {control.owner}")
    if control.levels:
        lines.append(f"no level:  {', '.join(control.levels)}")
    lines += [f"evidence:  {evidence.path}" for evidence in control.evidence]
    lines += [f"documents: {kind}" for kind in control.subjects]
    lines += ["", "rules:"]
    lines += [f"  {rule}  {titles.get(rule, '')}".rstrip() for rule in control.rules]
    lines += ["", "clauses:"]
    for framework in mapped:
        numbers = ", ".join(supported(control.id, framework)) or dict(framework.unmapped).get(
            control.id, "none"
        )
        lines.append(f"  {framework.name}: {numbers}")
    return lines


def _complain(problem: ConfigError) -> None:
    place = ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part is not None)
    complain(f"{place}: {problem.message}")
    if problem.hint:
        complain(f"  {problem.hint}")

"""``gatelib schemas``."""

from __future__ import annotations

from pathlib import Path

import click

from gatelib.cli import put
from gatelib.cli.files import write_below
from gatelib.errors import UsageError


@click.command(epilog="Example: gatelib schemas fixture -o .gatelib/schemas")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write all, or those that are named, into this folder.",
)
def schemas(names: tuple[str, ...], output: Path | None) -> None:
    r"""List the JSON Schemas of what people write, print one, or write them for an editor.

    A file says where its schema lies, and the editor completes its keys:

    \b
      # yaml-language-server: $schema=.gatelib/schemas/config.json
      "$schema": "../../../../.gatelib/schemas/fixture.json"
    """
    from gatelib.authoring import schemas as published
    from gatelib.policy import shipped

    if output is None and len(names) > 1:
        raise UsageError("one schema is printed at a time", hint="write them into a folder by -o DIR")
    if output is not None:
        policy = shipped()
        found = {name: published.text(name, policy) for name in names or published.names()}
        for name, text in found.items():
            write_below(output, output / f"{name}.json", text)
    elif names:
        put(published.text(names[0], shipped()))
    else:
        known = published.names()
        width = max(map(len, known))
        for name, about in known.items():
            click.echo(f"{name:<{width}}  {about}")

"""The command line: it parses arguments, calls the public API, and picks an exit code."""

from __future__ import annotations


def complain(line: str) -> None:
    """Print a line of diagnosis, in which no name from a judged tree can command a terminal or a CI."""
    import click

    from gatelib.reporters.show import inert, visible

    click.echo(inert(visible(line)), err=True)

"""The command line: it parses arguments, calls the public API, and picks an exit code."""

from __future__ import annotations


def complain(line: str) -> None:
    """Print a line of diagnosis, in which no name from a judged tree can command a terminal or a CI."""
    import click

    from gatelib.reporters.show import inert, visible

    click.echo(inert(visible(line)), err=True)


def put(data: bytes) -> None:
    """Write all of it to standard output, which where Python does not buffer takes only what it can.

    Raises:
        EngineError: there is no room for it; what was judged did not arrive.

    """
    import sys

    from gatelib.errors import EngineError

    try:
        rest = memoryview(data)
        while rest:
            rest = rest[sys.stdout.buffer.write(rest) or 0 :]
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        sys.stdout = None  # or Python tries again at its end, and says so
        raise EngineError(f"the report cannot be written: {error.strerror}") from None

"""``gatelib normalize``."""

from __future__ import annotations

from typing import Any

import click
import orjson

from gatelib.cli import complain, put
from gatelib.cli.params import judging, stdin, surroundings
from gatelib.gate import Gate


@click.command(epilog="Example: gatelib normalize k8s/ | opa eval -I -d bundle.tar.gz data.gatelib.main")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@judging
def normalize(paths: tuple[str, ...], **values: Any) -> int:
    """Print the envelope that an engine would be given; secrets' values are taken out.

    Exit code: 0, or 3 where something could not be read.
    """
    envelope, problems = Gate.load(**surroundings(), **values).envelope(paths, stdin=stdin())
    put(orjson.dumps(envelope, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    for problem in problems:
        complain(f"gatelib: {problem}")
        if problem.hint:
            complain(f"  {problem.hint}")
    return 3 if problems else 0

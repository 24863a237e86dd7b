"""``gatelib metrics``."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

import click

from gatelib.cli import complain, put
from gatelib.cli.files import write_file
from gatelib.cli.params import moment, stdin
from gatelib.cli.progress import bar
from gatelib.errors import UsageError
from gatelib.reporters.show import visible


@click.command(epilog="Example: gatelib metrics reports/*.json --decision-log opa.log -o gatelib.prom")
@click.argument("reports", nargs=-1, metavar="[REPORT]...")
@click.option(
    "--decision-log", "logs", multiple=True, metavar="FILE", help="A decision log of OPA; repeatable."
)
@click.option("--releases", multiple=True, metavar="DIR", help="A folder with releases; repeatable.")
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Default: the screen.")
@click.option("--now", metavar="TIME", help="The moment, RFC 3339.  [default: the clock]")
def metrics(
    reports: tuple[str, ...],
    logs: tuple[str, ...],
    releases: tuple[str, ...],
    output: Path | None,
    now: str | None,
) -> int:
    """Turn reports and decision logs into OpenMetrics text.

    Each REPORT is the JSON of `gatelib check`, of `gatelib attest render`, or of `gatelib exception list`;
    - is standard input. Decision logs are JSON, gzipped or not, of any size.

    Exit code: 0, 2 usage, 3 something could not be read; the rest is counted all the same.
    """
    from gatelib.metrics import collect, render

    if not (reports or logs or releases):
        raise UsageError("there is nothing to count", hint="name reports, --decision-log or --releases")
    with bar("counting") if sys.stderr.isatty() else nullcontext() as progress:
        counted = collect(
            reports, decision_logs=logs, releases=releases, now=moment(now), stdin=stdin(), progress=progress
        )
    for remark in counted.remarks:
        complain(f"gatelib: {visible(str(remark))}")
    for problem in counted.problems:
        complain(f"gatelib: {visible(str(problem))}")
        if problem.hint:
            complain(f"  {problem.hint}")
    text = render(counted)
    if output is None:
        put(text)
    else:
        write_file(output, text)
    return 3 if counted.problems else 0

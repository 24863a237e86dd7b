"""``gatelib rules docs``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from gatelib import sources
from gatelib.cli import complain
from gatelib.cli.files import write_file
from gatelib.cli.workspaces import opened, workspace_options
from gatelib.errors import ConfigError, UsageError
from gatelib.reporters.show import inert, plural, visible


@click.command("docs", epilog="Example: gatelib rules docs --site public")
@workspace_options
@click.option("--pages", metavar="DIR", help="Where the pages are.  [default: docs/rules]")
@click.option("--site", metavar="DIR", help="Also write a static site there, of all rules that run.")
@click.option("--title", default="Policy rules", show_default=True, metavar="TEXT", help="The site's name.")
@click.option("--check", is_flag=True, help="Write no page, and name those that are stale or missing.")
def docs(
    policies: tuple[str, ...],
    fixtures: tuple[str, ...],
    pages: str | None,
    site: str | None,
    title: str,
    check: bool,
) -> int:
    """Write a page for each rule, and their index.

    What stands between markers in a page is written anew: facts, examples from the fixtures, parameters,
    controls. All else in it is yours. A rule without a page gets one.

    Exit code: 0 written, or all is current; 1 --check found a page that is not; 2 usage or a page's markers.
    """
    from gatelib.authoring import docs as authoring

    workspace = opened(policies, fixtures)
    folder = Path(os.path.abspath(pages)) if pages else workspace.base / authoring.PAGES  # noqa: PTH100
    found = authoring.pages(workspace, folder)
    stale = [file for file, text in found.texts.items() if not _holds(file, text)]
    for file in stale:
        if not check:
            _write(file, found.texts[file].encode())
        state = "written" if not check else "stale" if file.exists() else "missing"
        _say(f"{state}: {sources.display(file, workspace.base)}")
    for file in found.strays:
        _say(f"of no rule: {sources.display(file, workspace.base)}")
    for fault in found.faults:
        _complain(fault)
    if found.faults:
        return 2
    if site is not None:
        from gatelib.authoring.docs import site as sites

        count = sites.build(workspace, found.texts, Path(site), title)
        _say(f"{site}: {plural(count, 'rule')}")
    if check and (stale or found.strays):
        complain("gatelib: write them by `gatelib rules docs`, and delete those of no rule")
        return 1
    return 0


def _holds(file: Path, text: str) -> bool:
    try:
        return file.read_text("utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False


def _say(line: str) -> None:
    click.echo(inert(visible(line)))


def _complain(fault: ConfigError) -> None:
    place = ":".join(str(part) for part in (fault.file, fault.line) if part is not None)
    complain(f"{place}: {fault.message}")
    if fault.hint:
        complain(f"  {fault.hint}")


def _write(file: Path, data: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot be made: {error.strerror}", file=str(file.parent)) from None
    write_file(file, data)

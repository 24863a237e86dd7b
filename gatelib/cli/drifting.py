"""``gatelib evidence drift``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gatelib.errors import EvidenceError, UsageError
from gatelib.evidence.pack import OCI

if TYPE_CHECKING:
    from gatelib.evidence.drift import Difference
    from gatelib.evidence.reading import PackRead
    from gatelib.trust import Trust


@click.command(epilog="Example: gatelib evidence drift release-2.13.0 release-2.14.0 --config gatelib.yaml")
@click.argument("before", metavar="BEFORE|oci://REFERENCE")
@click.argument("after", metavar="AFTER|oci://REFERENCE")
@click.option("--config", required=True, metavar="FILE", help="Whose `trust` says whose signatures count.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def drift(before: str, after: str, config: str, form: str) -> int:
    """Show what changed between two releases in how they were built and what their schema does.

    Only sealed packs and files of trusted producers count. Exit code: 0 nothing changed, 1 something did, 2
    usage, 3 something could not be read.
    """
    from gatelib.evidence.drift import compare

    trust, layout = _settings(config, (before, after))
    differences = compare(_read(before, trust, layout), _read(after, trust, layout))
    _show(differences, form)
    return 1 if differences else 0


def _settings(path: str, packs: tuple[str, str]) -> tuple[Trust, dict[str, object]]:
    from gatelib import config, trust
    from gatelib.policy import shipped

    data = shipped().data
    judged = [pack for pack in packs if "://" not in pack]
    settings = config.read(
        Path(path), given=True, judged=judged, base=Path.cwd(), params_schema=data["params_schema"]
    )
    found = trust.read(settings)
    if not found.evidence:
        raise UsageError(
            "no producer of evidence is trusted, so nothing that a pack says counts",
            file=path,
            hint="name them in `trust.evidence`",
        )
    return found, data["layout"]


def _read(pack: str, trust: Trust, layout: dict[str, object]) -> PackRead:
    from gatelib.cli.params import surroundings
    from gatelib.evidence import reading

    is_remote = "://" in pack
    place = pack if is_remote else Path(pack)
    if not reading.is_pack(place):
        raise EvidenceError("there is no Evidence Pack", file=pack)
    access = surroundings()["access"](pack.removeprefix(OCI)) if is_remote else None
    found = reading.read(place, name=pack, trust=trust, layout=layout, access=access)
    for problem in found.problems:
        raise EvidenceError(problem.message, file=problem.file, line=problem.line, hint=problem.hint)
    seals = [verified for verified in found.verifications if verified["type"] == "pack"]
    if not seals or seals[0]["problems"]:
        raise EvidenceError(
            "is not sealed, or not as it was sealed",
            file=pack,
            hint="`gatelib evidence verify` says what changed",
        )
    return found


def _show(differences: tuple[Difference, ...], form: str) -> None:
    if form == "json":
        import orjson

        from gatelib.cli import put

        listed = [
            {"what": found.what, "before": list(found.before), "after": list(found.after)}
            for found in differences
        ]
        put(orjson.dumps({"drift": listed}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        return
    from gatelib.reporters.show import inert, visible

    for found in differences:
        sides = (" and ".join(side) or "nothing" for side in (found.before, found.after))
        click.echo(inert(visible(f"{found.what}: {' -> '.join(sides)}")))
    if not differences:
        click.echo("nothing changed")

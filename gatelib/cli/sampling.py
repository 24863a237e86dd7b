"""``gatelib audit sample``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click
import orjson

from gatelib.cli import complain, put
from gatelib.cli.params import surroundings
from gatelib.evidence.pack import OCI
from gatelib.reporters.show import inert, visible

if TYPE_CHECKING:
    from gatelib.audit.population import Population
    from gatelib.audit.sampling import Sample


@click.command(
    epilog="Example: gatelib audit sample --releases releases --fraction 0.1 --seed 'published text'"
)
@click.option(
    "--releases", required=True, metavar="DIR|oci://REPOSITORY", help="Folders and tars with releases."
)
@click.option("--fraction", required=True, metavar="NUMBER", help="How many of them, such as 0.1 or 1/10.")
@click.option("--seed", required=True, metavar="TEXT", help="Published after the releases were fixed.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def sample(releases: str, fraction: str, seed: str, form: str) -> int:
    """Choose releases at random, in a way that anyone can repeat from the seed.

    Exit code: 0 chosen, 2 usage, 3 something among the releases cannot be read as one; it is named, and the
    others are chosen from.
    """
    from gatelib.audit import population, sampling

    found = population.read(releases, access=access(releases))
    drawn = sampling.sample((entry.identity for entry in found.releases), fraction=fraction, seed=seed)
    (_json if form == "json" else _text)(drawn, found)
    return 3 if found.unread else 0


def access(releases: str) -> Mapping[str, Any]:
    """Return how the registry of some releases is reached; nothing where they lie in a folder."""
    if not releases.startswith(OCI):
        return {}
    reaching = surroundings()["access"]
    name = releases.removeprefix(OCI)
    last = name.rpartition("/")[2]
    found: Mapping[str, Any] = reaching(name if ":" in last or "@" in last else f"{name}:all")
    return found


def _json(drawn: Sample, found: Population) -> None:
    names = {entry.identity: entry.name for entry in found.releases}
    form = drawn.to_dict()
    form["chosen"] = [{**identity.to_dict(), "name": names[identity]} for identity in drawn.chosen]
    form["unread"] = [entry._asdict() for entry in found.unread]
    form["left_out"] = list(found.left_out)
    put(orjson.dumps(form, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _text(drawn: Sample, found: Population) -> None:
    names = {entry.identity: entry.name for entry in found.releases}
    lines = [
        f"seed        {drawn.seed}",
        f"population  {drawn.size:,} releases, sha256 {drawn.population}",
        f"chosen      {len(drawn.chosen):,}, a fraction of {drawn.fraction}",
        *(
            f"  {identity.service} {identity.version}  {names[identity]}  sha256 {identity.sha256}"
            for identity in drawn.chosen
        ),
        *(f"left out: the tag {name} names no Evidence Pack" for name in found.left_out),
    ]
    for line in lines:
        click.echo(inert(visible(line)))
    for entry in found.unread:
        complain(f"gatelib: {entry.name}: {entry.reason}")

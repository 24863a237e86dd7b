"""``gatelib audit verify``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from gatelib.cli import complain, put
from gatelib.cli.sampling import access
from gatelib.errors import UsageError
from gatelib.reporters.show import inert, visible

if TYPE_CHECKING:
    from gatelib.audit.model import Audit
    from gatelib.audit.verifying import Auditor
    from gatelib.config import Config
    from gatelib.settings import Progress


@click.command(
    epilog="Example: gatelib audit verify --releases releases --inputs archive --config audit.yaml"
)
@click.option(
    "--releases", required=True, metavar="DIR|oci://REPOSITORY", help="Folders and tars with releases."
)
@click.option("--sample", metavar="FILE", help="What `audit sample --format json` chose.  [default: all]")
@click.option(
    "--inputs", multiple=True, metavar="DIR", help="Bundles, configurations, manifests …; repeatable."
)
@click.option("--config", required=True, metavar="FILE", help="Whose `trust` says whose signatures count.")
@click.option("--state", type=click.Path(path_type=Path), metavar="FILE", help="Go on from here if ended.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes.  [default: one a core]")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="For one release.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def verify(
    releases: str,
    sample: str | None,
    inputs: tuple[str, ...],
    config: str,
    state: Path | None,
    jobs: int | None,
    timeout: float,
    form: str,
) -> int:
    """Verify releases again: packs, signatures, and the gate, run once more as of their days.

    Exit code: 0 all hold, 1 something differs, 2 usage or configuration, 3 something could not be read, or is
    needed and not there.
    """
    from gatelib.audit import auditing, population

    wanted = _sample(sample) if sample is not None else None
    auditor, settings = auditor_of(config, inputs, releases)
    with _progress("verifying") as progress:
        found = auditing.audit(
            population.read(releases, access=auditor.access),
            auditor,
            sample=wanted,
            state=state,
            jobs=jobs or os.cpu_count() or 1,
            timeout=timeout,
            means=auditing.means_sha256(settings, auditor.trust, auditor.means),
            progress=progress,
        )
    if form == "json":
        put(orjson.dumps(found.to_dict(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    else:
        _show(found)
    return found.exit_code


def auditor_of(config: str, inputs: tuple[str, ...], releases: str) -> tuple[Auditor, Config]:
    """Return who audits by a configuration, with some inputs.

    Raises:
        UsageError: the configuration or the inputs cannot be used.

    """
    from gatelib import config as config_
    from gatelib import trust
    from gatelib.audit import inputs as inputs_
    from gatelib.audit.rerun import Means
    from gatelib.audit.verifying import Auditor
    from gatelib.policy import shipped

    core = shipped()
    settings = config_.read(
        Path(config), given=True, judged=(), base=Path.cwd(), params_schema=core.data["params_schema"]
    )
    trusted = trust.read(settings)
    if not trusted.attestation:
        raise UsageError(
            "nobody is trusted with attestations", file=config, hint="name attesters in `trust.attestation`"
        )
    means = Means(
        inputs=inputs_.index([Path(folder) for folder in inputs]),
        core=core,
        keys=settings.bundle_keys(),
        scope=settings.values.get("bundle", {}).get("scope"),
    )
    return Auditor(trust=trusted, means=means, access=access(releases)), settings


def _sample(path: str) -> Mapping[str, Any]:
    try:
        value = orjson.loads(Path(path).read_bytes())
    except OSError as error:
        raise UsageError(f"the sample cannot be read: {error.strerror}", file=path) from None
    except orjson.JSONDecodeError as error:
        raise UsageError(f"the sample is no JSON: {error.msg}", file=path, line=error.lineno) from None
    if not isinstance(value, dict):
        raise UsageError("is no sample", file=path)
    return value


def _show(found: Audit) -> None:
    for fault in found.faults:
        click.echo(inert(visible(fault)))
    notes: dict[str, int] = {}
    for result in found.results:
        for entry in result.faults:
            line = f"{result.name}: {entry.check}: {entry.message}"
            click.echo(inert(visible(line)))
        for note in result.notes:
            notes[note] = notes.get(note, 0) + 1
    for note, count in sorted(notes.items()):
        click.echo(inert(visible(f"note, of {count:,}: {note}")))
    for unread in found.unread:
        complain(f"gatelib: {unread.name}: {unread.reason}")
    bad = sum(bool(result.faults) for result in found.results)
    total = len(found.results)
    of = "" if total == found.size else f" of {found.size:,}"
    noun = "release" if (found.size if of else total) == 1 else "releases"
    click.echo(f"{total:,}{of} {noun} verified: {total - bad:,} hold, {bad:,} do not")


@contextmanager
def _progress(doing: str) -> Iterator[Progress | None]:
    if not sys.stderr.isatty():
        yield None
        return
    from gatelib.cli.progress import bar

    with bar(doing, unit="releases") as advance:
        yield advance

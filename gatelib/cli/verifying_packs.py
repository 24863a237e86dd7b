"""``gatelib evidence verify``; what a large pack does not need is not imported."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gatelib.errors import EvidenceError, UsageError
from gatelib.evidence.pack import OCI

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatelib.config import Config
    from gatelib.evidence.verify import Verified
    from gatelib.trust import Party


@click.command(epilog="Example: gatelib evidence verify release-1.4.2 --config gatelib.yaml")
@click.argument("pack", metavar="PACK|oci://REFERENCE")
@click.option("--release", metavar="FILE", help="The Release record.  [default: the pack's own]")
@click.option("--config", metavar="FILE", help="Whose `trust.evidence` says who may produce what.")
@click.option(
    "--producer",
    "producers",
    multiple=True,
    metavar="NAME=FILE",
    help="A public key of a producer who may produce every file; repeatable.",
)
@click.option("--manifest-only", is_flag=True, help="Look at no signature and no age.")
@click.option("--now", metavar="TIME", help="The moment to verify at, RFC 3339.  [default: the clock]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--progress/--no-progress", default=None, help="Show a bar.  [default: on a terminal]")
@click.option("--plain-http", is_flag=True, help="HTTP, for a registry on this machine.")
def verify(
    pack: str,
    release: str | None,
    config: str | None,
    producers: tuple[str, ...],
    manifest_only: bool,
    now: str | None,
    form: str,
    progress: bool | None,
    plain_http: bool,
) -> int:
    """Verify that a pack, a folder, a tar or an artifact of a registry, is whole and speaks for its Release.

    It names each file that was changed, added or taken away, is signed by nobody who is trusted with it, was
    made for another release, or is out of date. Exit code: 0 all holds, 1 something does not, 2 usage, 3
    something could not be read.
    """
    from gatelib.cli.hashing import hashing
    from gatelib.evidence import verify as verifying

    settings = _configuration(config, pack)
    trusted = None if manifest_only else _producers(settings, producers)
    access: dict[str, Any] = {}
    if pack.startswith(OCI):
        from gatelib.cli.registry import access as reaching

        access = {**reaching(pack.removeprefix(OCI), plain_http)}
    with hashing(progress) as advance:
        found = verifying.verify(
            pack,
            producers=trusted,
            release=(release, _read(release)) if release is not None else None,
            now=_moment(now),
            max_age_days=_max_age(settings),
            access=access,
            progress=advance,
        )
    _show(found, form)
    if any(fault.problem == "unreadable" for fault in found.faults):
        return 3
    return 1 if found.faults else 0


def _configuration(path: str | None, pack: str) -> Config | None:
    if path is None:
        return None
    from gatelib import config
    from gatelib.policy import shipped

    schema = shipped().data["params_schema"]
    judged = [] if pack.startswith(OCI) else [pack]
    return config.read(Path(path), given=True, judged=judged, base=Path.cwd(), params_schema=schema)


def _producers(settings: Config | None, given: Sequence[str]) -> tuple[Party, ...]:
    from gatelib import trust
    from gatelib.cli.keys import verification_keys

    found = {party.name: party for party in trust.read(settings).evidence}
    keys: dict[str, list[Any]] = {}
    if any("=" not in entry for entry in given):
        raise UsageError("a key names no producer", hint="write --producer NAME=FILE")
    for key in verification_keys(given):
        if key.keyid is None or key.keyid in found:
            raise UsageError("a key names no producer of its own", hint="write --producer NAME=FILE")
        keys.setdefault(key.keyid, []).append(key)
    parties = (
        *found.values(),
        *(trust.Party(name=name, keys=tuple(listed), files=("*",)) for name, listed in keys.items()),
    )
    if not parties:
        raise UsageError(
            "no producer of evidence is trusted, so no signature can be verified",
            hint="name them in `trust.evidence` of --config or with --producer, or give --manifest-only",
        )
    return parties


def _max_age(settings: Config | None) -> float:
    import orjson

    from gatelib import resources

    shipped = orjson.loads((resources.rego() / "gatelib/defaults/data.json").read_bytes())
    said = settings.values.get("parameters", {}) if settings is not None else {}
    days: float = {**shipped["evidence"], **said.get("evidence", {})}["max_age_days"]
    return days


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise EvidenceError(f"the Release cannot be read: {error.strerror}", file=path) from None


def _moment(given: str | None) -> datetime:
    if given is None:
        return datetime.now(timezone.utc)
    from gatelib.cli.params import moment

    return moment(given)


def _show(found: Verified, form: str) -> None:
    if form == "json":
        import orjson

        from gatelib.cli import put

        put(orjson.dumps(found.to_dict(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        return
    if found.faults:
        from gatelib.reporters.show import inert, visible

        for fault in found.faults:
            click.echo(inert(visible(f"{fault.file}: {fault.message}")))
        click.echo(f"{_counted(len(found.faults), 'fault')} in {_counted(found.files, 'file')}")
    else:
        verb = "holds" if found.files == 1 else "hold"
        click.echo(f"{_counted(found.files, 'file')} {verb}, sealed as {found.sha256}")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

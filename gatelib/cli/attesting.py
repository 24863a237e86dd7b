"""``gatelib attest render`` and ``sign``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from gatelib.cli import writing_attestations as writing
from gatelib.cli.params import judging, surroundings
from gatelib.errors import GatelibError, UsageError
from gatelib.gate import Gate
from gatelib.reporters.show import inert, visible

if TYPE_CHECKING:
    from gatelib.attestation.making import Made
    from gatelib.keys import SigningKey

_GATE: Final = "pre-promote"
_SIGNABLE: Final = timedelta(hours=1)
"""How long after it was made an attestation may be signed."""
_STDIN: Final = "-"

_INTO: Final = click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Default: `controls` in the pack.",
)
_CONTROLS: Final = click.option(
    "--controls",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A control catalogue.  [default: the shipped one]",
)
_REPORTS: Final = click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A signed report in place of a run of the gate, and of PATH; repeatable.",
)
_KEYID: Final = click.option("--keyid", metavar="ID", help="The key's name, as a hint for verifiers.")


@click.command(
    epilog="Example: gatelib attest render release.yaml k8s/ --evidence release-1.4.2 --config gate.yaml "
    "--bundle pre-promote.tar.gz --key attester.pem"
)
@click.argument("release", metavar="RELEASE")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@partial(judging, gate=_GATE)
@_REPORTS
@_CONTROLS
@click.option("--key", metavar="FILE", help="Sign it at once: a private key in PEM, or env:NAME.")
@_KEYID
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice([*writing.PAGES]),
    default=("markdown", "html"),
    help="Pages beside the JSON; repeatable.  [default: markdown, html]",
)
@_INTO
def render(
    release: str,
    paths: tuple[str, ...],
    reports: tuple[Path, ...],
    controls: Path | None,
    key: str | None,
    keyid: str | None,
    formats: tuple[str, ...],
    output: Path | None,
    **values: Any,
) -> int:
    """Judge a release, and write which controls hold for it.

    RELEASE has the Release record, each PATH manifests that it deploys. What an earlier run wrote and this
    one does not, such as its signature, is removed.

    Exit code: 0 every control holds, 1 not, 2 usage or configuration, 3 something could not be judged.
    """
    from gatelib.attestation import files, making

    _refuse(release, paths, reports)
    signer = _signer(key, keyid) if key else None
    gate = _gate(values)
    place = writing.place(output, gate)
    made = _made(gate, release, paths, datetime.now(timezone.utc), controls, reports)
    signed = making.signed(made, signer) if signer is not None else {}
    pages = _pages(made, formats)
    place.write({files.ATTESTATION: made.content, **made.reports, **pages, **signed}, instead=True)
    return _show(made, place.folder)


@click.command(
    epilog="Example: gatelib attest sign release.yaml k8s/ --evidence release-1.4.2 --config gate.yaml "
    "--bundle pre-promote.tar.gz --key env:ATTESTER"
)
@click.argument("release", metavar="RELEASE")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@partial(judging, gate=_GATE)
@_REPORTS
@_CONTROLS
@click.option("--key", required=True, metavar="FILE", help="A private key in PEM, or env:NAME.")
@_KEYID
@_INTO
def sign(
    release: str,
    paths: tuple[str, ...],
    reports: tuple[Path, ...],
    controls: Path | None,
    key: str,
    keyid: str | None,
    output: Path | None,
    **values: Any,
) -> int:
    """Make an attestation that was rendered once more, from the same, and sign it if nothing differs.

    What lies in the folder may have been edited; only what the gate says again is signed.

    Exit code: 0 every control holds, 1 not, 2 usage or configuration, 3 it cannot be made again.
    """
    from gatelib.attestation import files, making

    _refuse(release, paths, reports)
    signer = _signer(key, keyid)
    place = writing.place(output, _gate(values))
    before = place.read(files.ATTESTATION)
    called = str(place.folder / files.ATTESTATION)
    created, now = _moments(before, called)
    clock = datetime.now(timezone.utc)
    if created > clock or not (reports or _is_by(now, created)):
        raise UsageError(
            "the attestation was made, or judged as of a moment, that is yet to come",
            file=called,
            hint="render it again, and see that the clocks agree",
        )
    if clock - created > _SIGNABLE:
        raise UsageError(
            "the attestation was made more than an hour ago", hint="render it again, and sign it then"
        )
    gate = _gate({**values, "now": values["now"] or now})
    made = _made(gate, release, paths, created, controls, reports)
    if made.content != before:
        raise UsageError(
            "made again, the attestation is another one",
            file=called,
            hint="it was edited, or is given other inputs than it was made from: render it again",
        )
    place.write({**made.reports, **making.signed(made, signer)})
    return _show(made, place.folder)


def _refuse(release: str, paths: tuple[str, ...], reports: tuple[Path, ...]) -> None:
    """Refuse what cannot be attested, or would be left unread."""
    if _STDIN in (release, *paths):
        raise UsageError("an attestation is about files, and not about standard input", hint="name the files")
    if paths and reports:
        raise UsageError(
            "with --report the gate is not run, and no PATH is read",
            file=paths[0],
            hint="leave the paths out: the runner of the report has judged them",
        )


def _gate(values: Mapping[str, Any]) -> Gate:
    if values.get("gate") not in (None, _GATE):
        raise UsageError(f"an attestation is about the gate `{_GATE}`", hint="leave out --gate")
    return Gate.load(**surroundings(), **{**values, "gate": _GATE})


def _signer(key: str, keyid: str | None) -> SigningKey:
    from gatelib.cli.keys import read_signing_key

    return read_signing_key(key, None, keyid)


def _made(
    gate: Gate,
    release: str,
    paths: tuple[str, ...],
    clock: datetime,
    controls: Path | None,
    reports: tuple[Path, ...],
) -> Made:
    from gatelib.attestation import making

    places = _stored(reports)
    try:
        contents = {name: place.read_bytes() for name, place in places.items()}
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", file=error.filename) from None
    try:
        return making.make(gate, release, paths, clock=clock, controls=controls, reports=contents)
    except GatelibError as error:
        if error.file in places:
            error.file = str(places[error.file])
        raise


def _stored(reports: tuple[Path, ...]) -> dict[str, Path]:
    """Return signed reports by the names that they get in the pack."""
    from gatelib.attestation.files import stored

    found: dict[str, Path] = {}
    for place in reports:
        name = stored(place.name)
        if name.casefold() in {other.casefold() for other in found}:
            raise UsageError(
                f"two reports would both be `{name}` in the pack",
                file=str(place),
                hint="give one of them another name",
            )
        found[name] = place
    return found


def _pages(made: Made, formats: tuple[str, ...]) -> dict[str, bytes]:
    from gatelib.attestation import pages

    form = made.attestation.to_dict()
    found: dict[str, bytes] = {}
    if "markdown" in formats:
        found[writing.PAGES["markdown"]] = pages.markdown(form).encode("utf-8", "backslashreplace")
    if "html" in formats or "pdf" in formats:
        page = pages.html(form)
        if "html" in formats:
            found[writing.PAGES["html"]] = page.encode("utf-8", "backslashreplace")
        if "pdf" in formats:
            found[writing.PAGES["pdf"]] = pages.pdf(page)
    return found


def _moments(content: bytes, called: str) -> tuple[datetime, str]:
    import orjson

    from gatelib.settings import parse_now

    try:
        value = orjson.loads(content)
        created, now = parse_now(value["created_utc"]), str(value["reports"][0]["now"])
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError):
        created, now = None, ""
    if created is None:
        raise UsageError("there is no attestation", file=called, hint="render it first")
    return created, now


def _is_by(now: str, created: datetime) -> bool:
    from gatelib.settings import parse_now

    moment = parse_now(now)
    return moment is not None and moment <= created


def _show(made: Made, folder: Path) -> int:
    found = made.attestation
    width = max(len(control.id) for control in found.controls)
    for control in found.controls:
        click.echo(inert(visible(f"{control.id:<{width}}  {control.status:<14}  {control.name}")))
    for objection in found.objections:
        click.echo(inert(visible(f"objection: {objection}")))
    verdict = "every control holds" if found.overall else "not every control holds"
    click.echo(inert(visible(f"{folder}: {verdict}")))
    if any(report.outcome == "error" for report in found.reports):
        return 3
    return 0 if found.overall else 1

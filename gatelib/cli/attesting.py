"""``gatelib attest render`` and ``sign``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from gatelib.cli.files import write_file
from gatelib.cli.params import judging, surroundings
from gatelib.errors import UsageError
from gatelib.gate import Gate
from gatelib.reporters.show import inert, visible

if TYPE_CHECKING:
    from gatelib.attestation.making import Made
    from gatelib.keys import SigningKey

_GATE: Final = "pre-promote"
_SIGNABLE: Final = timedelta(hours=1)
"""How long after it was made an attestation may be signed."""
_PAGES: Final = {"markdown": "attestation.md", "html": "attestation.html", "pdf": "attestation.pdf"}

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
    help="A signed report in place of a run of the gate; repeatable.",
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
    type=click.Choice([*_PAGES]),
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

    RELEASE has the Release record, each PATH manifests that it deploys.

    Exit code: 0 every control holds, 1 not, 2 usage or configuration, 3 something could not be judged.
    """
    from gatelib.attestation import making

    signer = _signer(key, keyid) if key else None
    gate = _gate(values)
    folder = _folder(output, gate)
    made = making.make(
        gate,
        release,
        paths,
        clock=datetime.now(timezone.utc),
        controls=controls,
        reports=_contents(reports),
    )
    _write(folder, {"attestation.json": made.content, **made.reports, **_pages(made, formats)})
    if signer is not None:
        _write(folder, making.signed(made, signer))
    return _show(made, folder)


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
    from gatelib.attestation import making

    signer = _signer(key, keyid)
    folder = _folder(output, _gate(values))
    before = (folder / "attestation.json").read_bytes() if (folder / "attestation.json").is_file() else b""
    created, now = _moments(before, folder)
    if abs(datetime.now(timezone.utc) - created) > _SIGNABLE:
        raise UsageError(
            "the attestation was made more than an hour ago", hint="render it again, and sign it then"
        )
    gate = _gate({**values, "now": values["now"] or now})
    made = making.make(gate, release, paths, clock=created, controls=controls, reports=_contents(reports))
    if made.content != before:
        raise UsageError(
            "made again, the attestation is another one",
            file=str(folder / "attestation.json"),
            hint="it was edited, or is given other inputs than it was made from: render it again",
        )
    _write(folder, {**made.reports, **making.signed(made, signer)})
    return _show(made, folder)


def _gate(values: Mapping[str, Any]) -> Gate:
    if values.get("gate") not in (None, _GATE):
        raise UsageError(f"an attestation is about the gate `{_GATE}`", hint="leave out --gate")
    return Gate.load(**surroundings(), **{**values, "gate": _GATE})


def _signer(key: str, keyid: str | None) -> SigningKey:
    from gatelib.cli.keys import read_signing_key

    return read_signing_key(key, None, keyid)


def _contents(places: tuple[Path, ...]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for place in places:
        if found.setdefault(place.name, b"") or not place.is_file():
            raise UsageError("a report has no file, or a name twice", file=str(place))
        found[place.name] = place.read_bytes()
    return found


def _folder(output: Path | None, gate: Gate) -> Path:
    packs = [Path(place) for place in gate.settings.evidence if Path(place).is_dir()]
    if output is None and len(packs) != 1:
        raise UsageError("there is no folder to write to", hint="name it with --output")
    return output or packs[0] / "controls"


def _pages(made: Made, formats: tuple[str, ...]) -> dict[str, bytes]:
    from gatelib.attestation import pages

    form = made.attestation.to_dict()
    found: dict[str, bytes] = {}
    if "markdown" in formats:
        found[_PAGES["markdown"]] = pages.markdown(form).encode("utf-8", "backslashreplace")
    if "html" in formats or "pdf" in formats:
        page = pages.html(form)
        if "html" in formats:
            found[_PAGES["html"]] = page.encode("utf-8", "backslashreplace")
        if "pdf" in formats:
            found[_PAGES["pdf"]] = pages.pdf(page)
    return found


def _moments(content: bytes, folder: Path) -> tuple[datetime, str]:
    import orjson

    from gatelib.settings import parse_now

    try:
        value = orjson.loads(content)
        created, now = parse_now(value["created_utc"]), str(value["reports"][0]["now"])
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError):
        created, now = None, ""
    if created is None:
        raise UsageError(
            "there is no attestation", file=str(folder / "attestation.json"), hint="render it first"
        )
    return created, now


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        write_file(place, content)


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

"""``gatelib attest report`` and ``declare``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import click

from gatelib.cli.files import refuse_links, trusted_above, write_below, write_file
from gatelib.errors import UsageError
from gatelib.reporters.show import inert, visible

_FILE: Final = click.Path(dir_okay=False, path_type=Path)
_KEY: Final = click.option(
    "--key", required=True, metavar="FILE", help="Their private key in PEM, or env:NAME."
)


@click.command(
    epilog="Example: gatelib attest report out.json --release release.yaml --key ci.pem -o out.dsse.json"
)
@click.argument("report", type=_FILE)
@click.option("--release", required=True, metavar="FILE", type=_FILE, help="The Release that it judged.")
@_KEY
@click.option("-o", "--output", required=True, metavar="FILE", type=_FILE)
def report(report: Path, release: Path, key: str, output: Path) -> int:
    """Sign a report of the gate, as the runner who made it with `check --format json`.

    Exit code: 0 signed, 2 usage, 3 something is no report, or no Release with a sealed pack.
    """
    from gatelib.attestation import vouched
    from gatelib.cli.keys import read_signing_key

    signed = vouched.signed(
        _bytes(report), _bytes(release), called=str(release), key=read_signing_key(key, None, None)
    )
    write_file(output, signed)
    return 0


@click.command(
    epilog="Example: gatelib attest declare release-1.4.2/release.yaml --control TEN-01 --key omar.pem"
)
@click.argument("release", type=_FILE)
@click.option("--control", required=True, metavar="ID", help="The control, as the Release names it.")
@_KEY
@click.option(
    "-o", "--output", metavar="FILE", type=_FILE, help="Default: its place in the pack beside RELEASE."
)
def declare(release: Path, control: str, key: str, output: Path | None) -> int:
    """Sign, as an approver, that a control is not applicable to a release.

    The Release says so in `spec.notApplicable`, with the reason and the approver. Where it names several,
    each runs this, and adds a signature to the file. Exit code: 0 signed, 2 usage, 3 the Release cannot be
    read.
    """
    from gatelib.attestation import assembling, declaring
    from gatelib.cli.keys import read_signing_key
    from gatelib.evidence import release as releases

    if not declaring.is_id(control):
        raise UsageError(f"`{control}` is no control's ID", hint="such as `TEN-01`")
    record, called = _bytes(release), str(release)
    bound = releases.read(record, file=called)
    entry = next((entry for entry in declaring.read(record, file=called) if entry.control == control), None)
    if entry is None:
        raise UsageError(
            f"the Release does not declare `{control}` not applicable",
            file=called,
            hint="add it to `spec.notApplicable`, with a reason and an approver",
        )
    images = assembling.subject(record, called=called).images
    place = Path(os.path.normpath(output or release.parent / declaring.place(control)))
    base = trusted_above(place.parent, [release.parent])
    refuse_links(base, place)
    only = entry.approver if len(entry.approvers) == 1 else None
    signed = declaring.sign(
        entry,
        bound,
        images,
        read_signing_key(key, None, only),
        before=_bytes(place) if place.exists() else None,
    )
    write_below(base, place, signed)
    who = f"{only} says" if only else f"one of {entry.approver} says"
    click.echo(inert(visible(f"{place}: {who} that {control} is not applicable")))
    return 0


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", file=str(path)) from None

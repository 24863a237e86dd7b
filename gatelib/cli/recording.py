"""``gatelib ledger append`` and ``checkpoint``."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click
import orjson

from gatelib.cli import complain, put
from gatelib.cli.params import moment
from gatelib.errors import EvidenceError, GatelibError, UsageError
from gatelib.ledger import NAME, Appended, New
from gatelib.ledger.entry import MOST_BYTES

if TYPE_CHECKING:
    from gatelib.keys import SigningKey, VerificationKey

F = TypeVar("F", bound=Callable[..., Any])

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_BLOCK: Final = 256 * 1024
_FOLDER: Final = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
_NAME: Final = click.option("--name", default=NAME, show_default=True, help="The ledger's name.")
_CONFIG: Final = click.option(
    "--config", metavar="FILE", help="Whose `trust.ledger` names the other keys that sign checkpoints."
)
_NOW: Final = click.option("--now", metavar="TIME", help="The moment, RFC 3339.  [default: the clock]")


@click.command(
    epilog="Example: gatelib ledger append audit --type release --evidence manifest=pack/MANIFEST.sha256"
)
@_FOLDER
@click.argument("source", metavar="[-]", required=False)
@click.option("--type", "type_", metavar="TYPE", help="Such as release, attestation, rollback.")
@click.option(
    "--evidence",
    multiple=True,
    metavar="NAME=FILE",
    help="What to name: a file, or NAME=sha256:HEX; repeatable.",
)
@click.option("--key", metavar="FILE", help="Sign checkpoints that are due; PEM, or env:NAME.")
@_CONFIG
@_NAME
@_NOW
def append(
    folder: Path,
    source: str | None,
    type_: str | None,
    evidence: tuple[str, ...],
    key: str | None,
    config: str | None,
    name: str,
    now: str | None,
) -> int:
    """Append an entry to a ledger, and print its hash once it is on the disk.

    With `-` each line of standard input is one, as {"type": …, "evidence": {NAME: "sha256:…"}}; a hash is
    printed for each. Exit code: 0 appended, 2 usage, 3 something could not be read or written.
    """
    from gatelib import ledger

    signing, trusted = _keys(key, config, folder)

    def record(entries: list[New]) -> bool:
        done = ledger.append(folder, entries, now=moment(now), key=signing, trusted=trusted, name=name)
        return _acknowledge(done)

    if source is not None:
        if source != "-" or type_ is not None or evidence:
            raise UsageError("entries come from standard input, written `-`, or from --type and --evidence")
        results = [record(entries) for entries in _given()]
        return 0 if all(results) else 3
    if type_ is None or not evidence:
        raise UsageError("an entry has a --type, and names --evidence", hint="or give `-` and lines of JSON")
    return 0 if record([New(type_, _named(evidence))]) else 3


@click.command(epilog="Example: gatelib ledger checkpoint audit --key writer.pem -o published.dsse.json")
@_FOLDER
@click.option("--key", required=True, metavar="FILE", help="A private key in PEM, or env:NAME.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A copy, to publish where whoever writes the ledger cannot.",
)
@_CONFIG
@_NAME
@_NOW
def checkpoint(
    folder: Path, key: str, output: Path | None, config: str | None, name: str, now: str | None
) -> int:
    """Sign how many entries a ledger has and the last one's hash, and print where that lies.

    What follows the last checkpoint is verified before it is signed. Exit code: 0, 2 usage, 3 the ledger does
    not hold, or something could not be read or written.
    """
    from gatelib import ledger
    from gatelib.cli.files import write_file
    from gatelib.reporters.show import inert, visible

    signing, trusted = _keys(key, config, folder)
    assert signing is not None  # noqa: S101 - the option is required
    written = ledger.checkpoint(folder, now=moment(now), key=signing, trusted=trusted, name=name)
    if output is not None:
        write_file(output, (folder / written[-1]).read_bytes())
    click.echo(inert(visible(str(folder / written[-1]))))
    return 0


def _keys(
    key: str | None, config: str | None, folder: Path
) -> tuple[SigningKey | None, tuple[VerificationKey, ...]]:
    """Return the key to sign with, and those whose checkpoints count besides."""
    if key is None:
        if config is not None:
            raise UsageError("--config says whose checkpoints count beside those of --key, and there is none")
        return None, ()
    from gatelib import dsse
    from gatelib.cli.keys import read_signing_key
    from gatelib.cli.verifying_ledgers import trusted_keys

    signing = read_signing_key(key, None, None)
    fingerprint = dsse.fingerprint(signing)
    if config is None:
        return signing, ()
    trusted = trusted_keys(config, folder)
    if fingerprint not in {dsse.fingerprint(found) for found in trusted}:
        raise UsageError(
            f"the key is none of those that `trust.ledger` of `{config}` names",
            hint="a checkpoint that it signs would count for nothing",
        )
    return signing, trusted


def _acknowledge(done: Appended) -> bool:
    """Print the hashes of what is on the disk; tell whether all that was due is signed."""
    put("".join(f"{hash_}\n" for hash_ in done.hashes).encode())
    if done.problem is not None:
        complain(f"gatelib: appended, but a checkpoint that is due is not signed: {done.problem}")
    return done.problem is None


def _named(evidence: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for given in evidence:
        name, separator, place = given.partition("=")
        if not separator or not name or not place or name in found:
            what = "names evidence a second time" if name in found else "is no evidence"
            raise UsageError(f"`{given}` {what}", hint="write NAME=FILE or NAME=sha256:HEX, each name once")
        found[name] = place if _DIGEST.fullmatch(place) else _hashed(place)
    return found


def _hashed(place: str) -> str:
    from gatelib.ledger.layout import open_regular

    digest = hashlib.sha256()
    try:
        descriptor = open_regular(os.path.realpath(place))
        try:
            while block := os.read(descriptor, _BLOCK):
                digest.update(block)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise EvidenceError(f"cannot be read: {error.strerror or error}", file=place) from None
    return f"sha256:{digest.hexdigest()}"


def _given() -> Iterator[list[New]]:
    """Yield what lines of standard input ask for, as many at once as are there.

    Raises:
        UsageError: a line is none; those before it were yielded.

    """
    rest, number = b"", 0
    descriptor = sys.stdin.fileno()
    while True:
        block = os.read(descriptor, _BLOCK)
        whole = (rest + block).split(b"\n")
        rest = whole.pop() if block else b""
        found: list[New] = []
        for line in whole:
            number += 1
            if not line.strip():
                continue
            try:
                found.append(_new(line, number))
            except GatelibError:
                if found:
                    yield found
                raise
        if found:
            yield found
        if not block:
            return
        if len(rest) > 2 * MOST_BYTES:
            raise UsageError("is longer than any entry", file="-", line=number + 1)


def _new(line: bytes, number: int) -> New:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict) or set(value) != {"type", "evidence"}:
        raise UsageError("is no JSON object with `type` and `evidence`", file="-", line=number)
    if not isinstance(value["evidence"], dict):
        raise UsageError("has an `evidence` that is no object", file="-", line=number)
    try:
        return New(value["type"], value["evidence"])
    except UsageError as error:
        error.file, error.line = "-", number
        raise

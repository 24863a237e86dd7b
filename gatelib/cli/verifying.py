"""``gatelib bundle verify``, ``inspect`` and ``diff``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import orjson

from gatelib.bundle import loading
from gatelib.cli import put
from gatelib.cli.keys import verifying
from gatelib.cli.params import moment
from gatelib.cli.registry import access
from gatelib.cli.trust import trust_of
from gatelib.errors import UsageError
from gatelib.reporters.show import inert, visible

_FILE = click.Path(dir_okay=False, path_type=Path)
_OCI = "oci://"


@click.command(epilog="Example: gatelib bundle verify pr.tar.gz --verification-key release.pub")
@click.argument("file", metavar="FILE|oci://REFERENCE")
@verifying
@click.option("--now", metavar="TIME", help="The moment to verify at, RFC 3339.  [default: the clock]")
@click.option("--plain-http", is_flag=True, help="For a registry on this machine.")
def verify(file: str, now: str | None, plain_http: bool, **given: Any) -> None:
    """Verify that a bundle is exactly what a key that is named signed, for the scope.

    Exit code: 0 verified, 2 usage, 3 not verified.
    """
    trust = trust_of(**given)
    if not trust.keys:
        raise UsageError("there is no key to verify with", hint="name one with --verification-key")
    if file.startswith(_OCI):
        from gatelib.bundle import oci

        reference = file.removeprefix(_OCI)
        pulled = oci.pull(reference, **access(reference, plain_http))
        found = loading.open_bundle(pulled.tarball, trust, now=moment(now))
    else:
        found = loading.read(Path(file), trust, now=moment(now))
    assert found.signer is not None  # noqa: S101 - a key is given
    for line in (
        f"revision   {found.revision or '-'}",
        f"sha256     {found.sha256}",
        f"signed by  {found.signer.keyid or 'a key without ID'} ({found.signer.algorithm})",
        f"scope      {found.signer.scope or '-'}",
    ):
        click.echo(inert(visible(line)))


@click.command(epilog="Example: gatelib bundle inspect pr.tar.gz --verification-key release.pub")
@click.argument("file", type=_FILE)
@verifying
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def inspect(file: Path, form: str, **given: Any) -> None:
    """Show a bundle's revision, rules, digests and signer; only with a key is the signature verified."""
    from gatelib.bundle import inspecting

    found = loading.read(file, trust_of(**given), now=moment(None), verified=False)
    about = inspecting.describe(found)
    if form == "json":
        put(orjson.dumps(about, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        return
    for line in inspecting.lines(about):
        click.echo(inert(visible(line)))


@click.command(epilog="Example: gatelib bundle diff old.tar.gz new.tar.gz k8s/")
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE)
@click.argument("paths", nargs=-1, metavar="[PATH...]")
@verifying
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--now", metavar="TIME", help="The moment to judge at, RFC 3339.  [default: the clock]")
def diff(old: Path, new: Path, paths: tuple[str, ...], form: str, now: str | None, **given: Any) -> int:
    """Show rules and parameters that differ, and what that does to the manifests in PATH.

    Exit code: 0 the same, 1 they differ, 2 usage, 3 something could not be read or judged.
    """
    from gatelib.bundle import comparing

    at, trust = moment(now), trust_of(**given)
    bundles = [loading.read(file, trust, now=at, verified=False) for file in (old, new)]
    change = comparing.compare(bundles[0], bundles[1], paths, now=at)
    if form == "json":
        put(orjson.dumps(change.to_dict(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    else:
        for line in change.lines():
            click.echo(inert(visible(line)))
    return 3 if change.errors else 1 if change else 0

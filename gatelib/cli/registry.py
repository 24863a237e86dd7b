"""``gatelib bundle push`` and ``pull``."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

import click

from gatelib.bundle import loading
from gatelib.bundle.references import Reference
from gatelib.cli.files import write_file
from gatelib.cli.keys import verifying
from gatelib.cli.params import moment
from gatelib.cli.trust import trust_of
from gatelib.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Mapping

F = TypeVar("F", bound=Callable[..., Any])

_FILE = click.Path(dir_okay=False, path_type=Path)


class Access(TypedDict):
    """How a registry is reached: the keyword arguments of ``oci.push`` and ``oci.pull``."""

    plain_http: bool
    docker_config: Path
    ca: Path | None
    proxies: Mapping[str, str]
    timeout: float


def reaching(command: F) -> F:
    """Add the options that say how a registry is reached."""
    options = [
        click.option("--plain-http", is_flag=True, help="HTTP, for a registry on this machine."),
        click.option(
            "--timeout",
            type=click.FloatRange(min=0, min_open=True),
            default=120.0,
            show_default=True,
            metavar="SECONDS",
            help="For all of it.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command(epilog="Example: gatelib bundle push pr.tar.gz registry.example.com/gates/pr:1.0")
@click.argument("file", type=_FILE)
@click.argument("reference")
@reaching
def push(file: Path, reference: str, plain_http: bool, timeout: float) -> None:
    """Put a bundle into a registry, for OPA to poll and for `conftest pull`; print its reference by digest.

    Credentials are those of `docker login`.
    """
    from gatelib.bundle import oci
    from gatelib.export.conftest import entry

    try:
        tarball = file.read_bytes()
    except OSError as error:
        raise BundleError(f"the bundle cannot be read: {error.strerror}", file=str(file)) from None
    digest = oci.push(reference, tarball, entry=entry(), **access(reference, plain_http, timeout))
    click.echo(_pinned(reference, digest))


@click.command(epilog="Example: gatelib bundle pull registry.example.com/gates/pr:1.0 -o pr.tar.gz")
@click.argument("reference")
@click.option("-o", "--output", required=True, type=_FILE, metavar="FILE", help="Where the bundle goes.")
@verifying
@reaching
def pull(reference: str, output: Path, plain_http: bool, timeout: float, **given: Any) -> None:
    """Get a bundle from a registry, verify it, and print its reference by digest.

    What `conftest pull` gets from there is compared with what is signed. Credentials are those of
    `docker login`.
    """
    from gatelib.bundle import oci

    trust = trust_of(**given)
    pulled = oci.pull(reference, **access(reference, plain_http, timeout))
    loading.open_bundle(pulled.tarball, trust, now=moment(None))
    write_file(output, pulled.tarball)
    click.echo(_pinned(reference, pulled.digest))


def access(reference: str, plain_http: bool, timeout: float = 120.0) -> Access:
    """Return how a registry is reached, with what the environment says of credentials, trust and proxies.

    ``DOCKER_CONFIG`` is a folder as Docker takes it, ``REQUESTS_CA_BUNDLE`` or ``SSL_CERT_FILE`` a file of
    certificates, and proxies are those of ``HTTPS_PROXY`` without ``NO_PROXY``.
    """
    from urllib.request import getproxies, proxy_bypass

    authorities = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE")
    is_direct = proxy_bypass(Reference.parse(reference).registry)
    proxies = {scheme: url for scheme, url in getproxies().items() if scheme in ("http", "https")}
    return {
        "plain_http": plain_http,
        "docker_config": Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "config.json",
        "ca": Path(authorities) if authorities else None,
        "proxies": {} if is_direct else proxies,
        "timeout": timeout,
    }


def _pinned(reference: str, digest: str) -> str:
    return str(replace(Reference.parse(reference), tag=None, digest=digest))

"""Bundles in OCI registries: pushed for Open Policy Agent and Conftest, pulled with suspicion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gatelib.bundle import archive, artifact, credentials
from gatelib.bundle.references import Reference
from gatelib.errors import UsageError

if TYPE_CHECKING:
    from gatelib.bundle.registry import Repository

TIMEOUT: Final = 120.0
"""Seconds for all of a push or a pull."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """A bundle as a registry has it; who signed it is still to be verified."""

    tarball: bytes
    """The bundle's file."""

    digest: str
    """The manifest's, ``sha256:`` and hexadecimal digits."""

    reference: str
    """What was asked for."""


def push(
    reference: str,
    tarball: bytes,
    *,
    entry: bytes,
    plain_http: bool = False,
    docker_config: Path | None = None,
    ca: Path | None = None,
    proxies: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT,
) -> str:
    """Put a bundle into a registry, under a tag, and return the manifest's digest.

    ``entry`` is the policy that Conftest runs. ``plain_http`` is for a registry on this machine.
    ``docker_config`` is where credentials are looked up, ``ca`` a file of certificates of authorities
    (default: those of `certifi`), ``proxies`` by scheme as `requests` takes them, ``timeout`` seconds for
    all of it. Pushing the same again gives the same digest.

    Raises:
        UsageError: the reference is malformed or has no tag, or ``plain_http`` does not fit it.
        BundleError: the bundle cannot be read, or names another entry.
        RegistryError: the registry cannot be reached, refuses, or takes too long.

    """
    target = Reference.parse(reference)
    if target.tag is None or target.digest is not None:
        raise UsageError(f"`{reference}` is no place to push to", hint="it must end with a tag, as in `:1.0`")
    made = artifact.compose(tarball, entry)
    found = repository(target, plain_http, docker_config, ca, proxies, timeout)

    def upload() -> str:
        for digest, content in made.blobs.items():
            found.put_blob(digest, content)
        found.put_manifest(made.manifest)
        return artifact.digest_of(made.manifest)

    return found.run(upload)


def pull(
    reference: str,
    *,
    plain_http: bool = False,
    docker_config: Path | None = None,
    ca: Path | None = None,
    proxies: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT,
) -> Pulled:
    """Get a bundle from a registry, and check all that Conftest would get beside it; arguments as above.

    Who signed it is not verified here, and until then nothing of it is to be believed.

    Raises:
        UsageError: the reference is malformed, or ``plain_http`` does not fit it.
        BundleError: what is there is no bundle, or what Conftest would get is not in it.
        RegistryError: the registry cannot be reached, refuses, takes too long, or serves other bytes than
            those that a digest names.

    """
    source = Reference.parse(reference)
    found = repository(source, plain_http, docker_config, ca, proxies, timeout)

    def download() -> Pulled:
        manifest = found.manifest()
        first, *others = artifact.read(manifest)
        tarball = found.blob(first)
        artifact.compare(archive.read(tarball), others)
        for layer in others:
            found.blob(layer)
        return Pulled(tarball, artifact.digest_of(manifest), reference)

    return found.run(download)


def repository(
    reference: Reference,
    plain_http: bool = False,
    docker_config: Path | None = None,
    ca: Path | None = None,
    proxies: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT,
    *,
    most: int = archive.MOST_BYTES,
) -> Repository:
    """Return what a reference names, to be asked; arguments as of :func:`push`.

    ``most`` is how many bytes a layer may have.

    Raises:
        UsageError: ``plain_http`` does not fit the reference, or what is needed is not installed.

    """
    if plain_http and not reference.is_loopback:
        raise UsageError(
            f"the registry `{reference.registry}` is asked by HTTP, so anybody between could answer for it",
            hint="plain HTTP is for 127.0.0.1, [::1] and localhost",
        )
    if ca is not None and not ca.exists():
        raise UsageError("there are no certificates", file=str(ca))
    try:
        from gatelib.bundle.registry import Repository
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("oras", "requests"):
            raise
        raise UsageError(
            "registries need the package `oras`", hint="install it with `pip install 'gatelib[oci]'`"
        ) from None

    @cache
    def stored() -> credentials.Credentials | None:
        if docker_config is None:
            return None
        return credentials.find(docker_config, reference.registry, timeout=timeout)

    # A proxy would be asked for its own loopback.
    through = {} if plain_http else proxies or {}
    return Repository(
        reference,
        plain_http=plain_http,
        credentials=stored,
        ca=ca,
        proxies=through,
        timeout=timeout,
        most=most,
    )

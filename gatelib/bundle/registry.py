"""One repository of an OCI registry, through `oras`.

See the OCI Distribution Specification 1.1. What is not left to `oras`: it tries again for minutes, answers
whoever asks for credentials, sets no time-out, and hands out a manifest without the bytes it was.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

import oras.auth.token
import oras.auth.utils
import oras.container
import oras.provider
import requests
import urllib3

from gatelib.bundle import archive, artifact, transport
from gatelib.bundle.credentials import DOCKER_HUB, Credentials
from gatelib.bundle.references import Reference
from gatelib.bundle.transport import Guard, Origin
from gatelib.errors import RegistryError

T = TypeVar("T")

_DOCKER_HUB_HOST: Final = "registry-1.docker.io"
_ACCEPTED: Final = (
    artifact.MANIFEST_TYPE,
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
"""Only the first is taken; of the others it can then be said that they are there."""


class Repository:
    """What a reference names, as its registry has it."""

    def __init__(
        self,
        reference: Reference,
        *,
        plain_http: bool,
        credentials: Callable[[], Credentials | None],
        ca: Path | None,
        proxies: Mapping[str, str],
        timeout: float,
        most: int = archive.MOST_BYTES,
    ) -> None:
        """Prepare for :meth:`run`; ``credentials`` is called when the registry asks for some.

        ``most`` is how many bytes a layer may have.
        """
        self._reference = reference
        self._timeout = timeout
        host = _DOCKER_HUB_HOST if reference.registry == DOCKER_HUB else reference.registry
        home = Origin.of(f"{'http' if plain_http else 'https'}://{host}")
        self._guard = Guard(reference.registry, home, plain_http=plain_http, timeout=timeout, most=most)
        self._provider = _Provider(self._guard, credentials, ca, proxies)
        self._container = _container(reference, host)

    def run(self, work: Callable[[], T]) -> T:
        """Do something with the repository, all of it within the time-out.

        Raises:
            RegistryError: the registry cannot be reached, refuses, takes longer, or makes no sense.

        """
        with self._provider.session, self._explained():
            try:
                return transport.within(self._timeout, work)
            finally:
                self._guard.is_over = True

    def manifest(self) -> bytes:
        """Return the manifest that the reference names, checked against every digest that is known of it."""
        response = self._provider.do_request(
            self._url(self._container.manifest_url()), headers={"Accept": ", ".join(_ACCEPTED)}, stream=True
        )
        content = self._body(response, "manifest", artifact.LARGEST_MANIFEST)
        found = artifact.digest_of(content)
        for said in (self._reference.digest, response.headers.get("Docker-Content-Digest")):
            if said is not None and said != found:
                raise RegistryError(
                    f"the manifest of `{self._reference}` is not the one with the digest `{said}`"
                )
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()
        if media_type != artifact.MANIFEST_TYPE:
            raise RegistryError(f"`{self._reference}` is no bundle: its type is `{media_type}`")
        return content

    def tags(self) -> list[str]:
        """Return the tags of the repository, sorted; of the reference only the repository counts."""
        found = self._provider.get_tags(self._container)
        if not all(isinstance(tag, str) for tag in found):
            raise RegistryError(f"the registry `{self._reference.registry}` lists tags that are none")
        return sorted(set(found))

    def blob(self, layer: artifact.Layer) -> bytes:
        """Return a layer, checked against its digest and size."""
        response = self._provider.get_blob(self._container, layer.digest, stream=True)
        content = self._body(response, f"layer `{layer.name}`", layer.size)
        if len(content) != layer.size or artifact.digest_of(content) != layer.digest:
            raise self._other_layer(layer)
        return content

    def blob_into(self, layer: artifact.Layer, file: BinaryIO) -> None:
        """Write a layer that may be large to a file, checked as :meth:`blob` does once all is written."""
        response = self._provider.get_blob(self._container, layer.digest, stream=True)
        digest, size = hashlib.sha256(), 0
        for chunk in self._chunks(response, f"layer `{layer.name}`", layer.size):
            digest.update(chunk)
            size += file.write(chunk)
        if size != layer.size or f"sha256:{digest.hexdigest()}" != layer.digest:
            raise self._other_layer(layer)

    def put_blob(self, digest: str, content: bytes) -> None:
        """Upload a blob that the registry does not have yet."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "blob"
            path.write_bytes(content)
            self.put_file(digest, path)

    def put_file(self, digest: str, path: Path) -> None:
        """Upload a file that the registry does not have yet as a blob."""
        layer = {"digest": digest, "size": path.stat().st_size}
        if not self._provider.blob_exists(layer, self._container):
            self._provider.put_upload(str(path), self._container, layer)

    def put_manifest(self, content: bytes) -> None:
        """Upload a manifest, and check that the registry has stored these bytes."""
        response = self._provider.do_request(
            self._url(self._container.manifest_url()),
            "PUT",
            data=content,
            headers={"Content-Type": artifact.MANIFEST_TYPE},
        )
        said = response.headers.get("Docker-Content-Digest")
        if response.status_code != requests.codes.created or said not in (None, artifact.digest_of(content)):
            raise RegistryError(
                f"the registry has not stored the manifest of `{self._reference}` as it was sent"
            )

    def _url(self, path: str) -> str:
        return f"{self._provider.prefix}://{path}"

    def _body(self, response: requests.Response, what: str, most: int) -> bytes:
        return b"".join(self._chunks(response, what, most))

    def _chunks(self, response: requests.Response, what: str, most: int) -> Iterator[bytes]:
        seen = 0
        with response:
            for chunk in response.raw.stream():
                seen += len(chunk)
                if seen > most:
                    raise RegistryError(f"the {what} of `{self._reference}` is larger than it may be")
                yield chunk

    def _other_layer(self, layer: artifact.Layer) -> RegistryError:
        return RegistryError(
            f"the layer `{layer.name}` of `{self._reference}` is not the one that the manifest names"
        )

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        registry = f"the registry `{self._reference.registry}`"
        try:
            yield
        except (TimeoutError, requests.ReadTimeout, urllib3.exceptions.ReadTimeoutError):
            raise RegistryError(f"{registry} was not done in {self._timeout:g} s") from None
        except requests.exceptions.SSLError:
            raise RegistryError(
                f"{registry} cannot prove who it is: its certificate is not acceptable, or it has none",
                hint="REQUESTS_CA_BUNDLE names the certificates of authorities of your own",
            ) from None
        except requests.TooManyRedirects:
            raise RegistryError(f"{registry} redirects without an end") from None
        except requests.ConnectionError:
            raise RegistryError(f"{registry} cannot be reached, or broke off") from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError, RecursionError):
            raise RegistryError(f"{registry} answers what makes no sense") from None
        except OSError as error:
            raise RegistryError(f"{registry} could not be used: {error.strerror}") from None


class _Provider(oras.provider.Registry):
    """Asks once, through the guard, and raises what no caller could go on with."""

    def __init__(
        self,
        guard: Guard,
        credentials: Callable[[], Credentials | None],
        ca: Path | None,
        proxies: Mapping[str, str],
    ) -> None:
        verified = str(ca) if ca else True
        super().__init__(insecure=guard.home.scheme == "http", tls_verify=verified)
        self._name = guard.registry
        self.session = transport.session(guard, proxies)
        self.auth = _Auth(guard, credentials)
        self.auth.session = self.session
        self.auth._tls_verify = verified

    def do_request(
        self,
        url: str,
        method: str = "GET",
        data: dict[str, Any] | bytes | None = None,
        headers: dict[str, str] | None = None,
        json: dict[str, Any] | None = None,
        stream: bool = False,
    ) -> requests.Response:
        def ask() -> requests.Response:
            sent = {**(headers or {}), **self.auth.get_auth_header()}
            return self.session.request(
                method, url, data=data, json=json, headers=sent, stream=stream, verify=self._tls_verify
            )

        response = ask()
        if response.status_code == requests.codes.unauthorized and self.auth.answer(response):
            response = ask()
        is_absent_blob = method == "HEAD" and response.status_code == requests.codes.not_found
        if response.status_code >= 300 and not is_absent_blob:
            raise _refusal(response.status_code, self._name)
        return response


class _Auth(oras.auth.token.TokenAuth):
    """Answers the registry's own challenges, and nobody else's."""

    def __init__(self, guard: Guard, credentials: Callable[[], Credentials | None]) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # `oras` has no types there
        self._guard = guard
        self._credentials = credentials
        self._header: dict[str, str] = {}

    def get_auth_header(self) -> dict[str, str]:
        return self._header

    def answer(self, response: requests.Response) -> bool:
        """Prepare the header that a challenge asks for; false where there is nothing to answer with."""
        self._header = {}
        if Origin.of(response.url) != self._guard.home:
            return False
        challenge = response.headers.get("WWW-Authenticate", "")
        scheme = challenge.partition(" ")[0].lower()
        credentials = self._credentials()
        if credentials:
            self.set_basic_auth(credentials.username, credentials.password)
        if scheme == "basic" and credentials:
            self._header = {"Authorization": f"Basic {self._basic_auth}"}
        elif scheme == "bearer" and (token := self._token(challenge, has_credentials=bool(credentials))):
            self._header = {"Authorization": f"Bearer {token}"}
        return bool(self._header)

    def _token(self, challenge: str, *, has_credentials: bool) -> str | None:
        asked = oras.auth.utils.parse_auth_header(challenge)
        if not asked.realm or not asked.realm.startswith("http"):
            return None
        try:
            token = self.request_token(asked) if has_credentials else self.request_anonymous_token(asked)
        except (AttributeError, TypeError):  # an answer that is JSON, but no object
            return None
        return token if isinstance(token, str) else None


def _container(reference: Reference, host: str) -> oras.container.Container:
    """Return `oras`'s form of a reference; of `localhost/a.b/c` its own parser makes something else."""
    container = oras.container.Container("repository")
    container.registry = host
    namespace, _, container.repository = reference.repository.rpartition("/")
    container.namespace = namespace or None
    container.tag = reference.tag
    container.digest = reference.digest
    return container


def _refusal(status: int, name: str) -> RegistryError:
    registry = f"the registry `{name}`"
    if status == requests.codes.unauthorized:
        return RegistryError(
            f"{registry} does not know who is asking", hint=f"`docker login {name}` stores credentials"
        )
    if status == requests.codes.forbidden:
        return RegistryError(f"{registry} forbids it", hint="the account lacks the right to read or to write")
    if status == requests.codes.not_found:
        return RegistryError(f"{registry} has nothing there", hint="look at the repository and the tag")
    return RegistryError(f"{registry} failed with HTTP {status}")

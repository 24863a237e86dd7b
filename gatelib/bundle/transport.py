"""HTTP to a registry that is not trusted: where it may send gatelib, with what, and for how long.

By itself, `requests` drops credentials on the way to another host, but follows from HTTPS to HTTP, takes more
credentials from ``~/.netrc``, and reads whatever is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from http.cookiejar import DefaultCookiePolicy
from threading import Thread
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from gatelib.bundle import archive
from gatelib.bundle.references import is_loopback
from gatelib.errors import RegistryError

T = TypeVar("T")

_MOST_REDIRECTS: Final = 5
_CONNECTING: Final = 10.0
"""Seconds."""
_CHUNK: Final = 64 * 1024
_LARGEST_ANSWER: Final = 1024 * 1024
"""Of what is neither a manifest nor a layer."""
_READING: Final = frozenset({"GET", "HEAD"})
_PORTS: Final = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Who answers for a URL (RFC 6454)."""

    scheme: str
    host: str
    port: int | None

    @classmethod
    def of(cls, url: str) -> Origin:
        """Return a URL's origin.

        Raises:
            ValueError: it is no URL.

        """
        parts = urlsplit(url)
        return cls(parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme))


class Guard(HTTPAdapter):
    """Sends each single request, those that a redirect asks for among them, or refuses to."""

    def __init__(
        self,
        registry: str,
        home: Origin,
        *,
        plain_http: bool,
        timeout: float,
        most: int = archive.MOST_BYTES,
    ) -> None:
        """Take the registry's name and origin, and the seconds in which each answer must begin and go on.

        ``most`` is how many bytes of a layer are of use.
        """
        super().__init__()
        self.registry: Final = registry
        self.home: Final = home
        self.is_over = False
        """Nothing more is sent."""
        self._most = most
        self._plain_http = plain_http
        self._timeouts = (min(_CONNECTING, timeout), timeout)

    def send(self, request: requests.PreparedRequest, *args: Any, **settings: Any) -> requests.Response:
        """Send a request, and hand out no more of the answer than is of use."""
        self._check(request)
        is_content = bool(settings.get("stream"))
        settings |= {"stream": True, "timeout": self._timeouts}
        response = super().send(request, *args, **settings)
        if response.is_redirect and request.method not in _READING:
            response.close()
            raise RegistryError(f"the registry `{self.registry}` sends on what it is given")
        most = self._most if is_content and not response.is_redirect else _LARGEST_ANSWER
        response.raw = _Body(response.raw, most, self.registry)
        return response

    def _check(self, request: requests.PreparedRequest) -> None:
        registry = f"the registry `{self.registry}`"
        target = Origin.of(request.url or "")
        if self.is_over:
            raise RegistryError(f"{registry} has had its time")
        if target.scheme != "https" and not (self._plain_http and is_loopback(target.host)):
            raise RegistryError(f"{registry} sends gatelib to `{target.host}` without TLS")
        if request.method not in _READING and target != self.home:
            raise RegistryError(f"{registry} wants the bundle to go to `{target.host}`")


class _Body:
    """An answer's bytes as they came over the wire, in the form in which `requests` reads them."""

    def __init__(self, raw: Any, most: int, registry: str) -> None:
        self._raw = raw
        self._most = most
        self._registry = registry

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        seen = 0
        for chunk in self._raw.stream(_CHUNK, decode_content=False):
            seen += len(chunk)
            if seen > self._most:
                self.close()
                raise RegistryError(f"the registry `{self._registry}` sends more than it has reason to")
            yield chunk

    def read(self, *_: object, **__: object) -> bytes:
        return b"".join(self.stream())

    def close(self) -> None:
        self._raw.close()

    def release_conn(self) -> None:
        self._raw.release_conn()


def session(guard: Guard, proxies: Mapping[str, str]) -> requests.Session:
    """Return a session that sends everything through a guard, and takes nothing from the environment."""
    made = requests.Session()
    made.adapters.clear()
    made.mount("https://", guard)
    made.mount("http://", guard)
    made.trust_env = False
    made.proxies = dict(proxies)
    made.max_redirects = _MOST_REDIRECTS
    made.headers["Accept-Encoding"] = "identity"
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return made


def within(seconds: float, work: Callable[[], T]) -> T:
    """Return what ``work`` returns, or raise what it raises, however slowly a peer goes on sending bytes.

    Work that takes longer is left to end with the process.

    Raises:
        TimeoutError: it takes longer.

    """
    results: list[T] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            failures.append(error)

    worker = Thread(target=run, daemon=True)
    worker.start()
    worker.join(seconds)
    if failures:
        raise failures[0]
    if not results:
        raise TimeoutError
    return results[0]

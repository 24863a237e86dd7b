"""How an OPA server is reached, and what proves who is who."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from gatelib.errors import UsageError

_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>(?:/[A-Za-z0-9._~-]+)*)/?"
)
_LOOPBACK: Final = re.compile(r"localhost|127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}|\[::1\]", re.ASCII)
_TOKEN: Final = re.compile(r"[\x21-\x7e]+")
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How an OPA server is reached. Nothing of it comes from the environment.

    Raises:
        UsageError: the URL or the token is none that can be used, or the URL is ``http`` to another machine.

    """

    url: str
    """``https://HOST[:PORT][/PATH]``; ``http`` for this machine only."""
    token: str | None = field(default=None, repr=False)
    """Sent as ``Authorization: Bearer``."""
    ca: str | None = None
    """File with certificates in PEM that may have signed the server's; default the public ones of certifi."""
    certificate: str | None = None
    """File with the certificate in PEM to show, and its key where ``key`` names no other file."""
    key: str | None = None

    def __post_init__(self) -> None:
        match = _URL.fullmatch(self.url)
        if match is None or not 0 < self.port < 65536:
            # The URL is not shown: it may hold a password.
            raise UsageError(
                "the URL of the OPA server is not of the form https://HOST[:PORT][/PATH]",
                hint="credentials, queries and fragments have no place in it",
            )
        if not self.is_tls and _LOOPBACK.fullmatch(self.host.lower()) is None:
            raise UsageError(
                f"the OPA server at {self.host} is asked by http, so anybody between can answer for it",
                hint="use https; http is for 127.0.0.1, [::1] and localhost",
            )
        if self.token is not None and _TOKEN.fullmatch(self.token) is None:
            raise UsageError("the token for the OPA server is empty, or has characters that no token has")
        if self.key is not None and self.certificate is None:
            raise UsageError("a key for the OPA server is given, and no certificate that it belongs to")

    @property
    def is_tls(self) -> bool:
        """Whether it is ``https``."""
        return self._part("scheme") == "https"

    @property
    def host(self) -> str:
        """The host, an IPv6 address in brackets."""
        return self._part("host")

    @property
    def port(self) -> int:
        """The port, the scheme's own where none is named."""
        return int(self._part("port") or _PORTS[self._part("scheme")])

    @property
    def path(self) -> str:
        """What stands before ``/v1``; empty, or with a leading slash and none at its end."""
        return self._part("path")

    def _part(self, name: str) -> str:
        match = _URL.fullmatch(self.url)
        return (match[name] or "") if match else ""

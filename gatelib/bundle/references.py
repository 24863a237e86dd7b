"""Where a bundle lies: ``registry/repository:tag`` or ``registry/repository@sha256:…``.

See the OCI Distribution Specification 1.1, "Pulling manifests".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, ip_address
from typing import Final

from gatelib.errors import UsageError

_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_REGISTRY: Final = re.compile(
    rf"(?P<host>{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:]+\])(?::(?P<port>[0-9]{{1,5}}))?"
)
_PART: Final = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY: Final = re.compile(rf"{_PART}(?:/{_PART})*")
_LONGEST_REPOSITORY: Final = 255
_TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
"""The only digests that gatelib takes."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One manifest in one registry; it has a tag, a digest, or both."""

    registry: str
    """Host, and port where it is named, as in ``registry.example.com`` or ``127.0.0.1:5000``."""

    repository: str
    """Such as ``policies/pr``."""

    tag: str | None
    """What the registry may move to another manifest."""

    digest: str | None
    """``sha256:`` and the hexadecimal digest of the manifest; it counts before the tag."""

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Return what a reference names; nothing in it is filled in.

        Raises:
            UsageError: it is malformed, or names no registry, or neither a tag nor a digest.

        """
        rest, at, digest = text.partition("@")
        registry, slash, path = rest.partition("/")
        repository, colon, tag = path.partition(":")
        if not slash or not _is_registry(registry):
            raise _malformed(text, "it must begin with a registry, such as `registry.example.com/`")
        if not _REPOSITORY.fullmatch(repository) or len(repository) > _LONGEST_REPOSITORY:
            raise _malformed(text, "the repository is made of a-z, 0-9, `.`, `_`, `-`, and `/` between")
        if colon and not _TAG.fullmatch(tag):
            raise _malformed(text, "a tag is made of A-Z, a-z, 0-9, `.`, `_` and `-`")
        if at and not DIGEST.fullmatch(digest):
            raise _malformed(text, "a digest is `sha256:` and 64 hexadecimal digits")
        if not colon and not at:
            raise _malformed(text, "it must end with a tag, as in `:1.0`, or a digest, as in `@sha256:…`")
        return cls(registry, repository, tag or None, digest or None)

    def __str__(self) -> str:
        """Return the text that was parsed."""
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.registry}/{self.repository}{tag}{digest}"

    @property
    def is_loopback(self) -> bool:
        """Whether what is sent there stays on this machine."""
        found = _REGISTRY.fullmatch(self.registry)
        return found is not None and is_loopback(found["host"].strip("[]"))


def is_loopback(host: str) -> bool:
    """Tell whether a host, without port and brackets, is this machine: 127.0.0.0/8, ::1 or localhost."""
    if host.lower() == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address == IPv6Address("::1") if address.version == 6 else address in IPv4Network("127.0.0.0/8")


def _is_registry(text: str) -> bool:
    """Tell a registry from the first part of a repository, as Docker does."""
    found = _REGISTRY.fullmatch(text)
    if found is None or not ("." in text or ":" in text or text == "localhost"):
        return False
    if text.startswith("["):
        try:
            IPv6Address(found["host"].strip("[]"))
        except ValueError:
            return False
    return found["port"] is None or 0 < int(found["port"]) < 2**16


def _malformed(text: str, hint: str) -> UsageError:
    return UsageError(f"`{text}` is no reference to an artifact in a registry", hint=hint)

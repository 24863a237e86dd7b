"""Who a registry takes gatelib for: the credentials that ``docker login`` has stored.

See https://docs.docker.com/reference/cli/docker/login/#credential-stores.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gatelib.errors import UsageError

DOCKER_HUB: Final = "docker.io"
_DOCKER_HUB_KEY: Final = "https://index.docker.io/v1/"
_HELPER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NOT_FOUND: Final = b"credentials not found"
"""What a helper says when it has none, and ends with 1; see docker-credential-helpers."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user's name and password, or an access token in its place."""

    username: str
    password: str = field(repr=False)


def find(config: Path, registry: str, *, timeout: float) -> Credentials | None:
    """Return what Docker's configuration has for a registry; ``None`` where it has nothing.

    A helper for this registry comes first, then the store for all of them, then what the file itself holds.

    Raises:
        UsageError: the file, or what a helper answers, cannot be used.

    """
    key = _DOCKER_HUB_KEY if registry == DOCKER_HUB else registry
    try:
        text = config.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(
            f"Docker's configuration cannot be read: {error.strerror}", file=str(config)
        ) from None
    try:
        found = json.loads(text)
        helper = _entry(found, "credHelpers", key) or found.get("credsStore")
        stored = _from_helper(helper, key, timeout) if helper else None
        return stored or _from_entry(_entry(found, "auths", key))
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
        raise UsageError("Docker's configuration is not of its form", file=str(config)) from None


def _entry(found: Mapping[str, Any], table: str, key: str) -> Any:
    """Look a registry up; Docker writes it with or without scheme and path."""
    entries: Mapping[str, Any] = found.get(table) or {}
    by_host = {_host(name): entry for name, entry in entries.items()}
    return entries.get(key, by_host.get(_host(key)))


def _host(key: str) -> str:
    return key.removeprefix("https://").removeprefix("http://").partition("/")[0]


def _from_entry(entry: Mapping[str, Any] | None) -> Credentials | None:
    if not entry:
        return None
    if entry.get("identitytoken") or entry.get("registrytoken"):
        raise _identity_token()
    if not entry.get("auth"):
        return None
    username, colon, password = base64.b64decode(entry["auth"], validate=True).decode().partition(":")
    if not colon:
        raise ValueError("no password")
    return Credentials(username, password.rstrip("\0"))


def _from_helper(helper: object, key: str, timeout: float) -> Credentials | None:
    name = f"docker-credential-{helper}"
    binary = shutil.which(name) if isinstance(helper, str) and _HELPER.fullmatch(helper) else None
    if binary is None:
        raise UsageError(f"there is no `{name}` on PATH", hint="Docker's configuration names it")
    try:
        done = subprocess.run(  # noqa: S603 - the program that the user's own configuration names
            [binary, "get"], input=key.encode(), capture_output=True, timeout=timeout, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        raise UsageError(f"`{name}` did not answer") from None
    if done.returncode != 0:
        if _NOT_FOUND in done.stdout:
            return None
        raise UsageError(f"`{name}` failed with the code {done.returncode}")
    answer = json.loads(done.stdout)
    username, password = answer["Username"], answer["Secret"]
    if username == "<token>":
        raise _identity_token()
    if not isinstance(username, str) or not isinstance(password, str):
        raise ValueError("no text")
    return Credentials(username, password)


def _identity_token() -> UsageError:
    return UsageError(
        "Docker's configuration has an identity token for the registry, which gatelib cannot use",
        hint="log in with a user name and a password or an access token",
    )

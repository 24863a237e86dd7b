"""Keys on the command line: ``[KEYID=]FILE`` or ``[KEYID=]env:NAME``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gatelib.errors import UsageError

if TYPE_CHECKING:
    from gatelib.bundle.keys import SigningKey, VerificationKey

F = TypeVar("F", bound=Callable[..., Any])

_ALGORITHMS = "RS256, PS256, ES256, EdDSA, HS256 …; follows from the key."


def verifying(command: F) -> F:
    """Add the options that say what a bundle must prove."""
    options = [
        click.option(
            "--verification-key",
            "keys",
            multiple=True,
            metavar="[KEYID=]FILE",
            help="A public key that may have signed it, or env:NAME; repeatable.",
        ),
        click.option("--algorithm", metavar="NAME", help=_ALGORITHMS),
        click.option("--scope", default="", metavar="TEXT", help="What the signature must be for."),
        click.option("--min-revision", metavar="REVISION", help="Refuse what is older."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def signing(command: F) -> F:
    """Add the options that say who signs a bundle, and what for."""
    options = [
        click.option("--signing-key", metavar="FILE", help="A private key in PEM, or env:NAME."),
        click.option("--keyid", metavar="ID", help="The key's ID, by which verifiers find its other half."),
        click.option("--algorithm", metavar="NAME", help=_ALGORITHMS),
        click.option("--scope", default="", metavar="TEXT", help="What the bundle is signed for."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def verification_keys(given: Sequence[str], algorithm: str | None = None) -> tuple[VerificationKey, ...]:
    """Return the keys that the options name.

    Raises:
        UsageError: one cannot be read, or is none.

    """
    if not given:
        return ()
    from gatelib.bundle import keys

    return tuple(
        keys.verification_key(_content(place), algorithm=algorithm, keyid=keyid)
        for keyid, place in map(_split, given)
    )


def read_signing_key(place: str, algorithm: str | None, keyid: str | None) -> SigningKey:
    """Return the key that the options name.

    Raises:
        UsageError: it cannot be read, or is none.

    """
    from gatelib.bundle import keys

    return keys.signing_key(_content(place), algorithm=algorithm, keyid=keyid)


def _split(given: str) -> tuple[str | None, str]:
    keyid, separator, place = given.partition("=")
    if not separator or Path(given).exists():
        return None, given
    if not keyid or not place:
        raise UsageError(f"`{given}` is no key", hint="write KEYID=FILE, KEYID=env:NAME, or the file alone")
    return keyid, place


def _content(place: str) -> bytes:
    if place.startswith("env:"):
        name = place.removeprefix("env:")
        if name not in os.environ:
            raise UsageError(f"the environment has no variable `{name}`")
        return os.environ[name].encode()
    try:
        return Path(place).read_bytes()
    except OSError as error:
        raise UsageError(f"the key cannot be read: {error.strerror}", file=place) from None

"""Keys on the command line: ``[KEYID=]FILE`` or ``[KEYID=]env:NAME``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gatelib.errors import UsageError

if TYPE_CHECKING:
    from gatelib.keys import SigningKey, VerificationKey

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
    return tuple(_verification_key(*_split(entry), algorithm) for entry in given)


def read_signing_key(place: str, algorithm: str | None, keyid: str | None) -> SigningKey:
    """Return the key that the options name.

    Raises:
        UsageError: it cannot be read, or is none.

    """
    from gatelib import keys

    _refuse_content(place)
    with _named(place):
        content = _variable(place)
        if content is None:
            content = Path(place).read_bytes()
        return keys.signing_key(content, algorithm=algorithm, keyid=keyid)


def _verification_key(keyid: str | None, place: str, algorithm: str | None) -> VerificationKey:
    from gatelib import keys

    with _named(place):
        if (content := _variable(place)) is not None:
            return keys.verification_key(content, algorithm=algorithm, keyid=keyid)
        return keys.read_verification_key(Path(place), algorithm=algorithm, keyid=keyid)


def _split(given: str) -> tuple[str | None, str]:
    _refuse_content(given)
    keyid, separator, place = given.partition("=")
    if not separator or _exists(given):
        return None, given
    if not keyid or not place:
        raise UsageError(f"`{given}` is no key", hint="write KEYID=FILE, KEYID=env:NAME, or the file alone")
    return keyid, place


def _refuse_content(given: str) -> None:
    """Refuse a key in a key's name before any message can show it."""
    if "-----BEGIN" in given or "\n" in given:
        raise UsageError(
            "an option holds a key itself, and the key's file is wanted",
            hint="write it to a file, or name the variable that holds it as env:NAME",
        )


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):  # too long a name
        return False


def _variable(place: str) -> bytes | None:
    if not place.startswith("env:"):
        return None
    name = place.removeprefix("env:")
    if name not in os.environ:
        raise UsageError(f"the environment has no variable `{name}`")
    return os.fsencode(os.environ[name])


@contextmanager
def _named(place: str) -> Iterator[None]:
    """Name the key in what is said of it."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"the key cannot be read: {error.strerror}", file=place) from None
    except UsageError as error:
        error.file = place
        raise

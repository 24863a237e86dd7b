"""Keys: what may sign a bundle or a record, and what verifies it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from gatelib.errors import UsageError

PrivateKey: TypeAlias = RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey | bytes
PublicKey: TypeAlias = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey | bytes

_RSA: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_SHARED: Final = ("HS256", "HS384", "HS512")
_CURVES: Final[Mapping[str, str]] = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}

ALGORITHMS: Final = (*_RSA, *_CURVES.values(), "EdDSA", *_SHARED)
"""Of RFC 7518 and RFC 8037; those that OPA takes."""

_LEAST_BITS: Final = 2048
_LEAST_SECRET: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A private key, or for tests a shared secret."""

    key: PrivateKey = field(repr=False)
    algorithm: str
    keyid: str | None = None
    """Goes into the token's header as ``kid``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationKey:
    """A public key, or for tests a shared secret."""

    key: PublicKey = field(repr=False)
    algorithms: tuple[str, ...]
    """Those that a token may name; decided here, never by the token."""
    keyid: str | None = None
    """The ``kid`` that a token must have; ``None`` takes any."""
    file: Path | None = None
    """Where it was read; ``None`` where it came as bytes."""


def signing_key(pem: bytes, *, algorithm: str | None = None, keyid: str | None = None) -> SigningKey:
    """Return the key in a PEM file; HS256 and its like take the file as a shared secret.

    The algorithm follows from the key where none is named: RS256, ES256, ES384, ES512 or EdDSA.

    Raises:
        UsageError: it is no private key, is encrypted or too weak, or does not go with the algorithm.

    """
    if algorithm in _SHARED:
        return SigningKey(key=_secret(pem), algorithm=algorithm, keyid=keyid)
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except TypeError:
        raise UsageError(
            "the signing key is encrypted", hint="decrypt it on its way in, such as with openssl pkey"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise UsageError("the signing key is no private key in PEM") from None
    if not isinstance(key, (RSAPrivateKey, EllipticCurvePrivateKey, Ed25519PrivateKey)):
        raise UsageError("the signing key is none of RSA, ECDSA and Ed25519")
    fitting = _fitting(key.public_key(), algorithm)
    return SigningKey(key=key, algorithm=fitting[0], keyid=keyid)


def verification_key(
    pem: bytes, *, algorithm: str | None = None, keyid: str | None = None
) -> VerificationKey:
    """Return the public key in a PEM file; HS256 and its like take the file as a shared secret.

    Raises:
        UsageError: it is no public key, is too weak, or does not go with the algorithm.

    """
    if algorithm in _SHARED:
        return VerificationKey(key=_secret(pem), algorithms=(algorithm,), keyid=keyid)
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise UsageError("the verification key is no public key in PEM") from None
    if not isinstance(key, (RSAPublicKey, EllipticCurvePublicKey, Ed25519PublicKey)):
        raise UsageError("the verification key is none of RSA, ECDSA and Ed25519")
    return VerificationKey(key=key, algorithms=_fitting(key, algorithm), keyid=keyid)


def read_verification_key(
    path: Path, *, algorithm: str | None = None, keyid: str | None = None
) -> VerificationKey:
    """Return the key in a file; see :func:`verification_key`.

    Raises:
        UsageError: it cannot be read, or as there.

    """
    try:
        key = verification_key(path.read_bytes(), algorithm=algorithm, keyid=keyid)
    except OSError as error:
        raise UsageError(f"the key cannot be read: {error.strerror}", file=str(path)) from None
    except UsageError as error:
        error.file = error.file or str(path)
        raise
    return replace(key, file=path.absolute())


def _fitting(key: Any, algorithm: str | None) -> tuple[str, ...]:
    """Return the algorithms that go with a public key, the default first; only the named one if one is."""
    fitting: tuple[str, ...]
    if isinstance(key, RSAPublicKey):
        if key.key_size < _LEAST_BITS:
            raise UsageError(f"an RSA key of {key.key_size} bits is too weak", hint="use 3072 bits or more")
        fitting = _RSA
    elif isinstance(key, EllipticCurvePublicKey):
        fitting = (_CURVES[key.curve.name],) if key.curve.name in _CURVES else ()
    else:
        fitting = ("EdDSA",)
    if algorithm is None and fitting:
        return fitting
    if algorithm is None or algorithm not in fitting:
        named = f"`{algorithm}`" if algorithm else "any algorithm"
        raise UsageError(f"the key does not go with {named}", hint=f"one of {', '.join(ALGORITHMS)}")
    return (algorithm,)


def _secret(content: bytes) -> bytes:
    """OPA takes a secret as it stands, a line's end included; here it is never part of it."""
    secret = content.rstrip(b"\r\n")
    if b"-----BEGIN" in secret:
        raise UsageError("a key in PEM is no shared secret")
    if len(secret) < _LEAST_SECRET:
        raise UsageError(f"a shared secret has at least {_LEAST_SECRET} bytes")
    return secret

"""Bundles signed by keys of a test's own."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from gatelib import keys
from gatelib.bundle import archive, signatures

CURVES: Final = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}


@dataclass(frozen=True)
class Pair:
    """A private key and the public one that verifies what it signs, in PEM; or a shared secret, twice."""

    private: str
    public: str


def pair(name: str, algorithm: str = "RS256") -> Pair:
    """Return the keys of a name, the same ones for as long as the tests run."""
    family = "RSA" if algorithm[:2] in ("RS", "PS") else algorithm
    return _pair(name, family)


def signature(
    files: Mapping[str, bytes],
    *,
    scope: str = "",
    keyid: str = "release",
    name: str = "release",
    algorithm: str = "RS256",
) -> bytes:
    """Return the `.signatures.json` that the key of a name makes."""
    private = pair(name, algorithm).private.encode()
    return signatures.sign(files, keys.signing_key(private, algorithm=algorithm, keyid=keyid), scope=scope)


def signed(
    files: Mapping[str, bytes],
    *,
    scope: str = "",
    keyid: str = "release",
    name: str = "release",
    algorithm: str = "RS256",
) -> bytes:
    """Return the archive of a signed bundle."""
    made = signature(files, scope=scope, keyid=keyid, name=name, algorithm=algorithm)
    return archive.write({**files, signatures.NAME: made})


@cache
def _pair(name: str, family: str) -> Pair:
    del name
    if family.startswith("HS"):
        secret = secrets.token_hex(32)
        return Pair(secret, secret)
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
    if family == "RSA":
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    elif family == "EdDSA":
        key = ed25519.Ed25519PrivateKey.generate()
    else:
        key = ec.generate_private_key(CURVES[family])
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return Pair(private.decode(), public.decode())

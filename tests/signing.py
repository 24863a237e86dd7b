"""Bundles signed by keys of a test's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from gatelib.bundle import archive, keys, signatures


@dataclass(frozen=True)
class Pair:
    """A private key and the public one that verifies what it signs, in PEM."""

    private: str
    public: str


@cache
def pair(name: str) -> Pair:
    """Return the RSA keys of a name, the same ones for as long as the tests run."""
    del name
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return Pair(private.decode(), public.decode())


def signature(
    files: Mapping[str, bytes], *, scope: str = "", keyid: str = "release", name: str = "release"
) -> bytes:
    """Return the `.signatures.json` that the key of a name makes."""
    key = keys.signing_key(pair(name).private.encode(), keyid=keyid)
    return signatures.sign(files, key, scope=scope)


def signed(
    files: Mapping[str, bytes], *, scope: str = "", keyid: str = "release", name: str = "release"
) -> bytes:
    """Return the archive of a signed bundle."""
    made = signature(files, scope=scope, keyid=keyid, name=name)
    return archive.write({**files, signatures.NAME: made})

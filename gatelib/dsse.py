"""DSSE: an envelope that carries a payload and the signatures over it.

See https://github.com/secure-systems-lab/dsse/blob/master/protocol.md. What is signed is the
pre-authentication encoding (PAE) of the payload and its type, so that neither can be taken for another. A
signature's ``keyid`` is a hint and proves nothing: whose signature it is, the key says that it verifies with.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from gatelib.errors import SignatureError, UsageError
from gatelib.keys import PublicKey, SigningKey, VerificationKey

IN_TOTO: Final = "application/vnd.in-toto+json"
"""The payload type of an in-toto Statement."""

_MOST_SIGNATURES: Final = 64
_HASHES: Final[Mapping[str, type[hashes.HashAlgorithm]]] = {
    "secp256r1": hashes.SHA256,
    "secp384r1": hashes.SHA384,
    "secp521r1": hashes.SHA512,
}


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature over an envelope's payload."""

    keyid: str
    """A hint at the key, empty where there is none."""
    sig: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload with the signatures over it; nothing is verified yet."""

    payload: bytes
    payload_type: str
    signatures: tuple[Signature, ...]

    def to_json(self) -> bytes:
        """Return the envelope's JSON form on one line, without the line's end."""
        return orjson.dumps(
            {
                "payload": base64.b64encode(self.payload).decode(),
                "payloadType": self.payload_type,
                "signatures": [
                    {"keyid": signature.keyid, "sig": base64.b64encode(signature.sig).decode()}
                    for signature in self.signatures
                ],
            }
        )


def parse(content: bytes | Mapping[str, Any]) -> Envelope:
    """Return the envelope in some JSON, given as bytes or read already.

    Raises:
        SignatureError: it is none.

    """
    try:
        value = orjson.loads(content) if isinstance(content, bytes) else content
    except orjson.JSONDecodeError as error:
        raise SignatureError(f"is no DSSE envelope: {error.msg}", line=error.lineno) from None
    if not is_envelope(value):
        raise SignatureError("is no DSSE envelope")
    listed = value["signatures"]
    if len(listed) > _MOST_SIGNATURES:
        raise SignatureError(f"has more than {_MOST_SIGNATURES} signatures")
    signatures = []
    for entry in listed:
        if not isinstance(entry, Mapping) or not isinstance(entry.get("sig"), str):
            raise SignatureError("has a signature without `sig`")
        keyid = entry.get("keyid", "")
        signatures.append(Signature(keyid if isinstance(keyid, str) else "", _decoded(entry["sig"], "sig")))
    return Envelope(_decoded(value["payload"], "payload"), value["payloadType"], tuple(signatures))


def is_envelope(value: object) -> bool:
    """Tell whether a JSON value has the keys of an envelope."""
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("payload"), str)
        and isinstance(value.get("payloadType"), str)
        and isinstance(value.get("signatures"), list)
    )


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return the bytes that are signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def sign(payload: bytes, payload_type: str, keys: Iterable[SigningKey]) -> Envelope:
    """Return an envelope that each of the keys has signed."""
    message = pae(payload_type, payload)
    signatures = tuple(Signature(key.keyid or fingerprint(key), _sign(key, message)) for key in keys)
    return Envelope(payload, payload_type, signatures)


def added(envelope: Envelope, key: SigningKey) -> Envelope:
    """Return the envelope with one more signature over the same payload."""
    more = sign(envelope.payload, envelope.payload_type, [key]).signatures
    return Envelope(envelope.payload, envelope.payload_type, (*envelope.signatures, *more))


def signers(envelope: Envelope, keys: Iterable[VerificationKey]) -> tuple[VerificationKey, ...]:
    """Return those of the keys of which the envelope has a signature that holds."""
    message = pae(envelope.payload_type, envelope.payload)
    return tuple(
        key
        for key in keys
        if any(verifies(key.key, signature.sig, message) for signature in _likely(envelope, key))
    )


def fingerprint(key: SigningKey | VerificationKey) -> str:
    """Return the SHA-256 of a public key's SubjectPublicKeyInfo, in hex: its ID where it has no other."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(_public(key))
    return digest.finalize().hex()


def verifies(key: PublicKey, signature: bytes, message: bytes) -> bool:
    """Tell whether a signature over a message holds.

    ECDSA takes the digest that goes with its curve, or SHA-256 as cosign does with every curve; RSA takes
    PKCS #1 v1.5 and PSS with SHA-256.
    """
    if isinstance(key, Ed25519PublicKey):
        return _holds(lambda: key.verify(signature, message))
    if isinstance(key, EllipticCurvePublicKey):
        kinds = {_HASHES[key.curve.name], hashes.SHA256}
        return any(_holds(lambda kind=kind: key.verify(signature, message, ECDSA(kind()))) for kind in kinds)
    if isinstance(key, RSAPublicKey):
        pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.AUTO)
        return any(
            _holds(lambda pad=pad: key.verify(signature, message, pad, hashes.SHA256()))
            for pad in (padding.PKCS1v15(), pss)
        )
    return False  # a shared secret proves nothing here: whoever verifies could have signed


def _likely(envelope: Envelope, key: VerificationKey) -> tuple[Signature, ...]:
    """Return the signatures that may be the key's, those that name it first."""
    names = {key.keyid, fingerprint(key)}
    return tuple(sorted(envelope.signatures, key=lambda signature: signature.keyid not in names))


def _sign(key: SigningKey, message: bytes) -> bytes:
    private = key.key
    if isinstance(private, Ed25519PrivateKey):
        return private.sign(message)
    if isinstance(private, EllipticCurvePrivateKey):
        return private.sign(message, ECDSA(_HASHES[private.curve.name](), deterministic_signing=True))
    if isinstance(private, RSAPrivateKey):
        return private.sign(message, padding.PKCS1v15(), hashes.SHA256())
    raise UsageError("a shared secret cannot sign this", hint="use an Ed25519, ECDSA or RSA key")


def _public(key: SigningKey | VerificationKey) -> bytes:
    found = key.key
    if isinstance(found, bytes):
        raise UsageError("a shared secret has no public half", hint="use an Ed25519, ECDSA or RSA key")
    if isinstance(found, (Ed25519PrivateKey, EllipticCurvePrivateKey, RSAPrivateKey)):
        found = found.public_key()
    return found.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _holds(verify: Any) -> bool:
    try:
        verify()
    except (InvalidSignature, ValueError):
        return False
    return True


def _decoded(text: str, what: str) -> bytes:
    """DSSE allows either alphabet of RFC 4648."""
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise SignatureError(f"has a `{what}` that is no base64") from None

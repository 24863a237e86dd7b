"""A signed envelope as a Sigstore bundle, the form in which cosign 3 takes attestations.

The JSON form of ``dev.sigstore.bundle.v1.Bundle``, media type v0.3, with a public key in place of a
certificate and no entry of a transparency log; see
https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto.
"""

from __future__ import annotations

import base64
from typing import Any, Final

import orjson

from gatelib import dsse
from gatelib.errors import SignatureError
from gatelib.keys import SigningKey, VerificationKey

MEDIA_TYPE: Final = "application/vnd.dev.sigstore.bundle.v0.3+json"


def bundle(envelope: dsse.Envelope, key: SigningKey | VerificationKey) -> bytes:
    """Return a bundle of the envelope with the one signature that the key has made.

    Raises:
        SignatureError: the key has not signed the envelope.
        UsageError: the key is a shared secret, which has no public half.

    """
    hint = base64.b64encode(bytes.fromhex(dsse.fingerprint(key))).decode()
    made = {
        "mediaType": MEDIA_TYPE,
        "verificationMaterial": {"publicKey": {"hint": hint}},
        "dsseEnvelope": {
            "payload": base64.b64encode(envelope.payload).decode(),
            "payloadType": envelope.payload_type,
            "signatures": [{"sig": base64.b64encode(_signature(envelope, key)).decode()}],
        },
    }
    return orjson.dumps(made)


def _signature(envelope: dsse.Envelope, key: SigningKey | VerificationKey) -> bytes:
    """Return the key's own signature.

    It goes into the bundle without its ``keyid``: sigstore-go takes one that it would not have chosen itself
    for another key's.
    """
    held: Any = key.key
    public = held.public_key() if isinstance(key, SigningKey) else held
    message = dsse.pae(envelope.payload_type, envelope.payload)
    for signature in envelope.signatures:
        if dsse.verifies(public, signature.sig, message):
            return signature.sig
    raise SignatureError("has no signature of this key", hint="make the bundle with the key that has signed")

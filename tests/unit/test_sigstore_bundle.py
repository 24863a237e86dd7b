"""An envelope as a Sigstore bundle; test_cosign_attestation.py of the acceptance tests has cosign take it."""

from __future__ import annotations

import base64
import json

import pytest

from gatelib import dsse
from gatelib.attestation.sigstore_bundle import bundle
from gatelib.errors import SignatureError, UsageError
from gatelib.keys import SigningKey, signing_key, verification_key
from tests.signing import pair

PAYLOAD = b'{"_type": "https://in-toto.io/Statement/v1"}'


def key(name: str) -> SigningKey:
    return signing_key(pair(name, "ES256").private.encode(), keyid=name)


def test_a_bundle_holds_the_signature_of_its_key_and_nobody_elses_and_no_keyid() -> None:
    envelope = dsse.sign(PAYLOAD, dsse.IN_TOTO, [key("other"), key("attester")])
    fingerprint = bytes.fromhex(dsse.fingerprint(key("attester")))
    assert json.loads(bundle(envelope, key("attester"))) == {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": base64.b64encode(fingerprint).decode()}},
        "dsseEnvelope": {
            "payload": base64.b64encode(PAYLOAD).decode(),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"sig": base64.b64encode(envelope.signatures[1].sig).decode()}],
        },
    }


def test_the_public_half_of_a_key_makes_the_same_bundle() -> None:
    envelope = dsse.sign(PAYLOAD, dsse.IN_TOTO, [key("attester")])
    public = verification_key(pair("attester", "ES256").public.encode())
    assert bundle(envelope, public) == bundle(envelope, key("attester"))


def test_a_key_that_has_not_signed_makes_no_bundle() -> None:
    envelope = dsse.sign(PAYLOAD, dsse.IN_TOTO, [key("other")])
    with pytest.raises(SignatureError) as caught:
        bundle(envelope, key("attester"))
    assert caught.value.message == "has no signature of this key"


def test_a_shared_secret_makes_no_bundle() -> None:
    envelope = dsse.sign(PAYLOAD, dsse.IN_TOTO, [key("attester")])
    with pytest.raises(UsageError):
        bundle(envelope, signing_key(b"s" * 32, algorithm="HS256"))

"""DSSE envelopes: what is signed, whose signature holds, and what is no envelope."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from gatelib import dsse
from gatelib.errors import SignatureError, UsageError
from gatelib.keys import SigningKey, VerificationKey, signing_key, verification_key

PAYLOAD, TYPE = b'{"a": 1}', "application/vnd.example+json"


def pair(private: Any, name: str | None = None) -> tuple[SigningKey, VerificationKey]:
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return signing_key(pem, keyid=name), verification_key(public, keyid=name)


def made(kind: str) -> Any:
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(
        {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}[kind]
    )


def encoded(envelope: dsse.Envelope, **changes: Any) -> bytes:
    return json.dumps({**json.loads(envelope.to_json()), **changes}).encode()


def test_the_encoding_that_is_signed_is_the_one_of_the_specification() -> None:
    # https://github.com/secure-systems-lab/dsse/blob/master/protocol.md#test-vectors
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert dsse.pae("http://example.com/HelloWorld", b"hello world") == expected


def test_lengths_are_those_of_bytes() -> None:
    assert dsse.pae("ä", "ö".encode()) == b"DSSEv1 2 \xc3\xa4 2 \xc3\xb6"


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "p256", "p384", "p521"])
def test_a_signature_holds_for_its_key_and_content_only(kind: str) -> None:
    own, public = pair(made(kind), "own")
    _, other = pair(made(kind), "own")
    envelope = dsse.parse(dsse.sign(PAYLOAD, TYPE, [own]).to_json())
    assert (envelope.payload, envelope.payload_type) == (PAYLOAD, TYPE)
    assert dsse.signers(envelope, [other, public]) == (public,)
    altered = dsse.Envelope(PAYLOAD + b" ", TYPE, envelope.signatures)
    retyped = dsse.Envelope(PAYLOAD, TYPE + "x", envelope.signatures)
    assert [dsse.signers(each, [public]) for each in (altered, retyped)] == [(), ()]


def test_what_other_tools_sign_with_the_same_keys_holds_too() -> None:
    message = dsse.pae(TYPE, PAYLOAD)
    large, key = made("p384"), made("rsa")
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
    for private, signature in (
        (large, large.sign(message, ec.ECDSA(hashes.SHA256()))),
        (key, key.sign(message, pss, hashes.SHA256())),
    ):
        envelope = dsse.Envelope(PAYLOAD, TYPE, (dsse.Signature("", signature),))
        _, public = pair(private)
        assert dsse.signers(envelope, [public]) == (public,)


def test_several_sign_one_payload() -> None:
    first, second, third = (pair(made("ed25519"), name) for name in ("a", "b", "c"))
    envelope = dsse.added(dsse.sign(PAYLOAD, TYPE, [first[0]]), second[0])
    assert dsse.signers(envelope, [key for _, key in (third, second, first)]) == (second[1], first[1])


def test_the_name_of_a_key_in_a_signature_proves_nothing() -> None:
    thief, _ = pair(made("ed25519"), "omar")
    _, omar = pair(made("ed25519"), "omar")
    envelope = dsse.sign(PAYLOAD, TYPE, [thief])
    assert [signature.keyid for signature in envelope.signatures] == ["omar"]
    assert dsse.signers(envelope, [omar]) == ()


def test_a_wrong_name_keeps_no_signature_from_being_found() -> None:
    own, public = pair(made("ed25519"), "omar")
    named = dsse.sign(PAYLOAD, TYPE, [own]).signatures[0].sig
    envelope = dsse.Envelope(PAYLOAD, TYPE, (dsse.Signature("lea", named),))
    assert dsse.signers(envelope, [public]) == (public,)


def test_a_key_without_a_name_goes_by_its_fingerprint() -> None:
    private = made("ed25519")
    own, public = pair(private)
    der = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    digest = hashes.Hash(hashes.SHA256())
    digest.update(der)
    assert dsse.fingerprint(own) == dsse.fingerprint(public) == digest.finalize().hex()
    assert dsse.sign(PAYLOAD, TYPE, [own]).signatures[0].keyid == dsse.fingerprint(public)


def test_a_shared_secret_neither_signs_nor_verifies() -> None:
    secret = b"0123456789abcdef0123456789abcdef"
    with pytest.raises(UsageError, match="a shared secret cannot sign this"):
        dsse.sign(PAYLOAD, TYPE, [signing_key(secret, algorithm="HS256", keyid="s")])
    assert not dsse.verifies(secret, b"", b"")


def test_both_alphabets_of_base64_are_read() -> None:
    payload = b"\xfb\xff\xfe"
    given = {
        "payload": base64.urlsafe_b64encode(payload).decode(),
        "payloadType": TYPE,
        "signatures": [{"sig": base64.urlsafe_b64encode(payload).decode()}],
    }
    assert dsse.parse(given) == dsse.Envelope(payload, TYPE, (dsse.Signature("", payload),))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"payload": 1}, "is no DSSE envelope"),
        ({"payloadType": None}, "is no DSSE envelope"),
        ({"signatures": {}}, "is no DSSE envelope"),
        ({"signatures": ["x"]}, "has a signature without `sig`"),
        ({"signatures": [{"keyid": "a"}]}, "has a signature without `sig`"),
        ({"signatures": [{"sig": "*"}]}, "has a `sig` that is no base64"),
        ({"payload": "a"}, "has a `payload` that is no base64"),
        ({"signatures": [{"sig": "YQ=="}] * 65}, "has more than 64 signatures"),
    ],
)
def test_what_is_no_envelope_is_refused(change: dict[str, Any], message: str) -> None:
    own, _ = pair(made("ed25519"))
    with pytest.raises(SignatureError) as raised:
        dsse.parse(encoded(dsse.sign(PAYLOAD, TYPE, [own]), **change))
    assert raised.value.message == message


def test_what_is_no_json_is_refused_with_its_line() -> None:
    with pytest.raises(SignatureError, match="is no DSSE envelope: ") as raised:
        dsse.parse(b'{\n"payload": }')
    assert raised.value.line == 2

"""What is verified of signatures and attestations, and what an attacker tries with them."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from gatelib import dsse, keys
from gatelib.evidence import signatures
from gatelib.evidence.formats import content
from gatelib.trust import Party, Trust
from tests import signing
from tests.unit.evidence.stored import API, WEB, changed, reduced, stored

NAME_API, NAME_WEB = "127.0.0.1:34349/intelgraph/api", "127.0.0.1:34349/intelgraph/web"
SLSA = "https://slsa.dev/provenance/v1"
SIGN = "https://sigstore.dev/cosign/sign/v1"
ALGORITHMS: Final = ("ES256", "ES384", "ES512", "RS256", "EdDSA")


def party(pem: bytes, name: str = "release-builder") -> Party:
    return Party(name=name, keys=(keys.verification_key(pem, keyid=name),))


def own(name: str, algorithm: str = "ES256") -> Party:
    return party(signing.pair(name, algorithm).public.encode(), name)


COSIGN = party(stored("cosign/cosign.pub"))
TRUST = Trust(images=(COSIGN,))


def verified(data: bytes | Any, trust: Trust = TRUST) -> list[dict[str, Any]]:
    text = data if isinstance(data, bytes) else json.dumps(data).encode()
    return signatures.verify("provenance/file", text, content.json(text)[0], trust)


def attestation(
    fact: int, kind: str, subject: str, name: str, signer: str = "release-builder"
) -> dict[str, Any]:
    return {
        "type": "attestation",
        "file": "provenance/file",
        "fact": fact,
        "subject": subject,
        "name": name,
        "predicate_type": kind,
        "signer": signer,
    }


def signature(
    fact: int, subject: str, reference: str = "", signer: str = "release-builder"
) -> dict[str, Any]:
    return {
        "type": "signature",
        "file": "provenance/file",
        "fact": fact,
        "subject": subject,
        "reference": reference,
        "signer": signer,
    }


def statement(*digests: str, kind: str = "https://example.com/mine") -> dict[str, Any]:
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "predicateType": kind,
        "subject": [
            {"name": "api", "digest": {"sha256": digest.removeprefix("sha256:")}} for digest in digests
        ],
        "predicate": {},
    }


def enveloped(value: Any, *signers: str, payload_type: str = dsse.IN_TOTO, algorithm: str = "ES256") -> Any:
    """Return a DSSE envelope that names have signed."""
    pairs = [signing.pair(name, algorithm).private.encode() for name in signers]
    found = [keys.signing_key(pem, algorithm=algorithm) for pem in pairs]
    return json.loads(dsse.sign(json.dumps(value).encode(), payload_type, found).to_json())


def downloaded() -> Any:
    return json.loads(stored("cosign/cosign-2-signature.jsonl"))


def blob() -> Any:
    return json.loads(stored("cosign/cosign-2-blob-bundle.json"))


def attested() -> Any:
    return json.loads(stored("cosign/cosign-2-attest-bundle.json"))


def test_attestations_that_cosign_2_downloads() -> None:
    assert verified(stored("in-toto/cosign-2.jsonl")) == [
        attestation(0, SLSA, API, NAME_API),
        attestation(2, "https://cyclonedx.org/bom", API, NAME_API),
        attestation(3, "https://spdx.dev/Document", API, NAME_API),
        attestation(4, "https://slsa.dev/provenance/v0.2", API, NAME_API),
    ]


def test_a_signature_that_cosign_2_downloads() -> None:
    assert verified(stored("cosign/cosign-2-signature.jsonl")) == [signature(0, API, NAME_API)]


def test_what_cosign_3_downloads() -> None:
    assert verified(stored("cosign/cosign-3.jsonl")) == [
        attestation(0, SLSA, WEB, NAME_WEB),
        attestation(2, "https://spdx.dev/Document", WEB, NAME_WEB),
        attestation(3, SIGN, WEB, ""),
        signature(4, WEB),
    ]


def test_bundles_of_cosign_with_a_key() -> None:
    assert verified(blob()) == [signature(0, API)]
    assert verified(attested()) == [attestation(0, SLSA, API, "manifest.json")]


def test_facts_are_counted_as_the_format_counts_them() -> None:
    for name in ("in-toto/cosign-2.jsonl", "cosign/cosign-3.jsonl"):
        facts = list(reduced(stored(name)).facts)
        for found in verified(stored(name)):
            fact = facts[found["fact"]]
            assert fact["type"] == {"attestation": "statement", "signature": "signature"}[found["type"]]


@pytest.mark.parametrize("name", ["cosign-2-verify.json", "cosign-3-verify.json"])
def test_what_cosign_says_that_it_verified_is_not_verified(name: str) -> None:
    assert verified(stored(f"cosign/{name}")) == []


def test_nobody_signs_where_nobody_is_trusted() -> None:
    for trust in (Trust(), Trust(images=(own("stranger"),))):
        assert verified(stored("in-toto/cosign-2.jsonl"), trust) == []
        assert verified(stored("cosign/cosign-2-signature.jsonl"), trust) == []
        assert verified(stored("cosign/cosign-3.jsonl"), trust) == []
        assert verified(blob(), trust) == []


@pytest.mark.parametrize("role", ["evidence", "approvers", "requesters", "verdicts"])
def test_a_key_of_another_role_proves_nothing(role: str) -> None:
    others: dict[str, Any] = {role: (COSIGN,)}
    trust = Trust(**others)
    assert verified(stored("in-toto/cosign-2.jsonl"), trust) == []
    assert verified(stored("cosign/cosign-2-signature.jsonl"), trust) == []
    assert verified(blob(), trust) == []


def flipped(encoded: str) -> list[str]:
    """Return base64 with each byte of what it stands for changed in turn."""
    data = base64.b64decode(encoded)
    return [
        base64.b64encode(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]).decode()
        for place in range(len(data))
    ]


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (downloaded, ["Payload"]),
        (downloaded, ["Base64Signature"]),
        (blob, ["messageSignature", "signature"]),
        (blob, ["messageSignature", "messageDigest", "digest"]),
        (lambda: enveloped(statement(API), "a"), ["payload"]),
        (lambda: enveloped(statement(API), "a"), ["signatures", 0, "sig"]),
    ],
    ids=[
        "payload",
        "signature",
        "bundle's signature",
        "bundle's digest",
        "statement",
        "statement's signature",
    ],
)
def test_one_byte_changed_breaks_a_signature(value: Any, path: list[str | int]) -> None:
    trust = Trust(images=(COSIGN, own("a")))
    whole = value()
    assert len(verified(whole, trust)) == 1
    place = whole
    for step in path:
        place = place[step]
    assert [text for text in flipped(str(place)) if verified(changed(whole, path, text), trust)] == []


def test_a_payload_of_another_type_proves_nothing() -> None:
    envelope = enveloped(statement(API), "a", payload_type="application/vnd.example+json")
    trust = Trust(images=(own("a"),))
    assert verified(envelope, trust) == []
    assert verified({**envelope, "payloadType": dsse.IN_TOTO}, trust) == []


def test_a_signature_over_a_statement_without_its_type_proves_nothing() -> None:
    payload = json.dumps(statement(API)).encode()
    pair = keys.signing_key(signing.pair("a", "ES256").private.encode())
    assert isinstance(pair.key, ec.EllipticCurvePrivateKey)
    bare = base64.b64encode(pair.key.sign(payload, ec.ECDSA(hashes.SHA256()))).decode()
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": dsse.IN_TOTO,
        "signatures": [{"sig": bare}],
    }
    assert verified(envelope, Trust(images=(own("a"),))) == []


def test_a_signature_is_worth_nothing_over_another_statement() -> None:
    first, second = enveloped(statement(API), "a"), enveloped(statement(WEB), "a")
    trust = Trust(images=(own("a"),))
    assert [found["subject"] for found in verified(second, trust)] == [WEB]
    assert verified({**second, "signatures": first["signatures"]}, trust) == []


def test_a_signature_is_worth_nothing_for_another_image() -> None:
    payload = json.loads(base64.b64decode(downloaded()["Payload"]))
    other = changed(payload, ["critical", "image", "docker-manifest-digest"], WEB)
    encoded = base64.b64encode(json.dumps(other, separators=(",", ":")).encode()).decode()
    assert verified({**downloaded(), "Payload": encoded}) == []
    digest = base64.b64encode(bytes.fromhex(WEB.removeprefix("sha256:"))).decode()
    assert verified(changed(blob(), ["messageSignature", "messageDigest", "digest"], digest)) == []


def test_what_a_signature_says_of_its_key_is_not_believed() -> None:
    envelope = enveloped(statement(API), "stranger")
    for keyid in ("release-builder", dsse.fingerprint(COSIGN.keys[0])):
        assert verified(changed(envelope, ["signatures", 0, "keyid"], keyid)) == []
    assert verified(changed(blob(), ["verificationMaterial", "publicKey", "hint"], "x")) == [
        signature(0, API)
    ]


def test_each_signer_counts_once() -> None:
    trust = Trust(images=(own("a"), own("b"), own("c")))
    envelope = enveloped(statement(API), "b", "a", "stranger", "a")
    kind = "https://example.com/mine"
    assert verified(envelope, trust) == [
        attestation(0, kind, API, "api", "a"),
        attestation(0, kind, API, "api", "b"),
    ]


def test_a_signer_with_two_keys_counts_once() -> None:
    both = replace(own("a"), keys=own("a").keys + own("b").keys)
    assert len(verified(enveloped(statement(API), "a", "b"), Trust(images=(both,)))) == 1


def test_each_whole_digest_of_each_subject_is_verified_and_nothing_else() -> None:
    value = statement(API, WEB)
    value["subject"] += [
        {"name": "git", "digest": {"gitCommit": "5d41402abc4b2a76b9719d911017c592ae2f1b3c"}},
        {"name": "short", "digest": {"sha256": "ab"}},
        {"name": "upper", "digest": {"sha256": "AB" * 32}},
        {"name": "more", "digest": {"sha256": f"{'ab' * 32}\n"}},
        {"name": "long", "digest": {"sha512": "ab" * 64, "md5": "ab" * 16}},
    ]
    found = verified(enveloped(value, "a"), Trust(images=(own("a"),)))
    assert [(entry["name"], entry["subject"]) for entry in found] == [
        ("api", API),
        ("api", WEB),
        ("long", f"sha512:{'ab' * 64}"),
    ]


@pytest.mark.parametrize(
    "value",
    [
        statement(API, kind="https://slsa.dev/provenance/v9"),
        {**statement(API), "_type": "https://in-toto.io/Statement/v9"},
    ],
    ids=["predicate", "statement"],
)
def test_an_attestation_of_an_unknown_version_is_one_of_its_type_and_no_provenance(value: Any) -> None:
    envelope = enveloped(value, "a")
    found = verified(envelope, Trust(images=(own("a"),)))
    assert found == [attestation(0, value["predicateType"], API, "api", "a")]
    assert [fact["type"] for fact in reduced(envelope).facts] == ["statement"]


def test_nothing_counts_in_a_file_of_which_a_line_cannot_be_read() -> None:
    for line in (
        b"{",
        b"x",
        b'{"hello": "world"}',
        b'{"a": 1, "a": 2}',
        json.dumps(enveloped({}, "a")).encode(),
    ):
        assert verified(stored("in-toto/cosign-2.jsonl") + line + b"\n") == []
        assert verified(line + b"\n" + stored("in-toto/cosign-2.jsonl")) == []


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"{}", b"[]", b"[1]", b'{"$schema": "sarif"}', b"null", b"7"]
)
def test_a_file_of_another_format_has_nothing_verified(data: bytes) -> None:
    assert verified(data) == []


def test_a_bare_statement_proves_nothing() -> None:
    assert verified(statement(API), Trust(images=(own("a"),))) == []


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_envelopes_signed_by_keys_of_each_kind(algorithm: str) -> None:
    envelope = enveloped(statement(API), "k", algorithm=algorithm)
    assert len(verified(envelope, Trust(images=(own("k", algorithm),)))) == 1
    assert verified(envelope, Trust(images=(own("other", algorithm),))) == []


@pytest.mark.parametrize(
    ("algorithm", "kind", "hashed"),
    [
        ("ES256", "SHA2_256", hashes.SHA256()),
        ("ES384", "SHA2_384", hashes.SHA384()),
        ("ES512", "SHA2_512", hashes.SHA512()),
        ("RS256", "SHA2_256", hashes.SHA256()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bundles_over_digests_signed_by_keys_of_each_kind(
    algorithm: str, kind: str, hashed: hashes.HashAlgorithm
) -> None:
    digest = bytes(range(hashed.digest_size))
    made = changed(blob(), ["messageSignature", "messageDigest"], {"algorithm": kind, "digest": _b64(digest)})
    key = keys.signing_key(signing.pair("k", algorithm).private.encode()).key
    if isinstance(key, rsa.RSAPrivateKey):
        raw = key.sign(digest, padding.PKCS1v15(), utils.Prehashed(hashed))
    else:
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        raw = key.sign(digest, ec.ECDSA(utils.Prehashed(hashed)))
    made = changed(made, ["messageSignature", "signature"], _b64(raw))
    found = verified(made, Trust(images=(own("k", algorithm),)))
    name = kind.replace("SHA2_", "sha")
    assert found == ([] if name == "sha384" else [signature(0, f"{name}:{digest.hex()}", signer="k")])
    assert verified(made, Trust(images=(own("other", algorithm),))) == []


def test_a_bundle_over_a_digest_of_another_length_proves_nothing() -> None:
    for digest in (b"", b"x", bytes(64)):
        assert verified(changed(blob(), ["messageSignature", "messageDigest", "digest"], _b64(digest))) == []
    assert verified(changed(blob(), ["messageSignature", "messageDigest", "algorithm"], "SHA2_512")) == []


def test_an_ed25519_key_signs_no_digest() -> None:
    pair = keys.signing_key(signing.pair("k", "EdDSA").private.encode())
    digest = base64.b64decode(blob()["messageSignature"]["messageDigest"]["digest"])
    assert isinstance(pair.key, ed25519.Ed25519PrivateKey)
    made = changed(blob(), ["messageSignature", "signature"], _b64(pair.key.sign(digest)))
    assert verified(made, Trust(images=(own("k", "EdDSA"),))) == []


def test_a_certificate_in_a_bundle_takes_the_place_of_every_key() -> None:
    materials: list[dict[str, Any]] = [
        {"certificate": {"rawBytes": ""}},
        {"publicKey": {"hint": ""}, "certificate": {}},
        {"x509CertificateChain": {"certificates": []}},
    ]
    for material in materials:
        assert verified({**blob(), "verificationMaterial": material}) == []
        assert verified({**attested(), "verificationMaterial": material}) == []


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()

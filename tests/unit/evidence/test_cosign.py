from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from gatelib.errors import EvidenceError
from tests.unit.evidence.stored import API, WEB, changed, facts, reduced, stored
from tests.unit.evidence.test_intoto import BUILT, V1

SIGN = "https://sigstore.dev/cosign/sign/v1"


def signature(subject: str, reference: str = "", *, signed: bool = True) -> dict[str, Any]:
    return {"type": "signature", "subject": subject, "reference": reference, "signed": signed}


def stated(kind: str, name: str, digest: str = WEB, *, signed: bool = True) -> dict[str, Any]:
    subjects = [{"name": name, "digest": digest}]
    return {"type": "statement", "predicate_type": kind, "subjects": subjects, "signed": signed}


def downloaded() -> Any:
    return json.loads(stored("cosign/cosign-2-signature.jsonl"))


def bundle() -> Any:
    return json.loads(stored("cosign/cosign-2-blob-bundle.json"))


def test_what_cosign_2_downloads() -> None:
    assert facts(stored("cosign/cosign-2-signature.jsonl"), "cosign") == [
        signature(API, "127.0.0.1:34349/intelgraph/api")
    ]


def test_what_cosign_3_downloads_with_attestations_among_the_signatures() -> None:
    name = "127.0.0.1:34349/intelgraph/web"
    assert facts(stored("cosign/cosign-3.jsonl"), "cosign") == [
        stated(V1, name),
        {**BUILT, "subjects": [{"name": name, "digest": WEB}]},
        stated("https://spdx.dev/Document", name),
        stated(SIGN, ""),
        signature(WEB),
    ]


def test_what_cosign_says_that_it_verified_is_not_signed() -> None:
    name = f"127.0.0.1:34349/intelgraph/web@{WEB}"
    assert facts(stored("cosign/cosign-2-verify.json"), "cosign") == [
        signature(API, "127.0.0.1:34349/intelgraph/api", signed=False)
    ]
    assert facts(stored("cosign/cosign-3-verify.json"), "cosign") == [
        stated(V1, name, signed=False),
        stated("https://spdx.dev/Document", name, signed=False),
        signature(WEB, name, signed=False),
    ]


def test_a_bundle_over_a_blob_signs_what_has_its_digest() -> None:
    assert facts(stored("cosign/cosign-2-blob-bundle.json"), "cosign") == [signature(API)]


def test_a_bundle_with_a_statement() -> None:
    assert facts(stored("cosign/cosign-2-attest-bundle.json"), "cosign") == [
        stated(V1, "manifest.json", API),
        {**BUILT, "subjects": [{"name": "manifest.json", "digest": API}]},
    ]


@pytest.mark.parametrize(
    "media_type",
    [
        "application/vnd.dev.sigstore.bundle+json;version=0.1",
        "application/vnd.dev.sigstore.bundle+json;version=0.2",
        "application/vnd.dev.sigstore.bundle+json;version=0.3",
    ],
)
def test_older_bundles_are_read(media_type: str) -> None:
    assert facts({**bundle(), "mediaType": media_type}, "cosign") == [signature(API)]


def test_a_signature_without_what_it_signs_is_refused() -> None:
    with pytest.raises(EvidenceError, match="is a signature without what it signs") as caught:
        reduced(stored("cosign/cosign-2-blob.json"), "cosign")
    assert "--new-bundle-format" in str(caught.value.hint)


@pytest.mark.parametrize(
    "name",
    [
        "cosign-2-signature.jsonl",
        "cosign-2-verify.json",
        "cosign-2-blob-bundle.json",
        "cosign-2-attest-bundle.json",
        "cosign-3.jsonl",
        "cosign-3-verify.json",
    ],
)
def test_signatures_are_known_without_a_role(name: str) -> None:
    assert reduced(stored(f"cosign/{name}")).format == "cosign"


@pytest.mark.parametrize(
    ("path", "new", "message"),
    [
        (["mediaType"], "application/vnd.dev.sigstore.bundle+json;version=0.4", "is no Sigstore bundle"),
        (["mediaType"], "application/vnd.dev.sigstore.bundle", "is no Sigstore bundle"),
        (["messageSignature"], ..., "it has either"),
        (["dsseEnvelope"], {}, "it has either"),
        (["verificationMaterial"], ..., "is no Sigstore bundle"),
        (["messageSignature", "messageDigest", "algorithm"], "MD5", "is no Sigstore bundle"),
        (["messageSignature", "messageDigest"], ..., "is no Sigstore bundle"),
        (["messageSignature", "signature"], "???", "has a `signature` that is no base64"),
        (["messageSignature", "messageDigest", "digest"], "???", "has a `digest` that is no base64"),
    ],
    ids=str,
)
def test_what_breaks_the_form_of_a_bundle(path: list[str], new: Any, message: str) -> None:
    with pytest.raises(EvidenceError, match=message):
        reduced(changed(bundle(), path, new), "cosign")


def test_a_bundle_with_an_envelope_of_something_else_is_refused() -> None:
    attested = json.loads(stored("cosign/cosign-2-attest-bundle.json"))
    with pytest.raises(EvidenceError, match="is a DSSE envelope with something else than a Statement"):
        reduced(changed(attested, ["dsseEnvelope", "payloadType"], "application/json"), "cosign")


@pytest.mark.parametrize(
    ("path", "new", "message"),
    [
        (["critical", "type"], "atomic container signature", "something else than an image"),
        (["critical", "type"], SIGN, "something else than an image"),
        (["critical", "image"], {}, "is no signature of an image"),
        (["critical", "identity"], ..., "is no signature of an image"),
        (["critical"], [], "is no signature of an image"),
    ],
    ids=str,
)
def test_what_is_no_simple_signing(path: list[str], new: Any, message: str) -> None:
    payload = changed(json.loads(base64.b64decode(downloaded()["Payload"])), path, new)
    encoded = base64.b64encode(json.dumps(payload).encode()).decode()
    with pytest.raises(EvidenceError, match=message):
        reduced({**downloaded(), "Payload": encoded}, "cosign")


@pytest.mark.parametrize(
    ("key", "new"), [("Payload", ...), ("Payload", None), ("Base64Signature", 7), ("Payload", "???")], ids=str
)
def test_what_breaks_the_form_of_a_downloaded_signature(key: str, new: Any) -> None:
    with pytest.raises(EvidenceError):
        reduced(changed(downloaded(), [key], new), "cosign")


def test_a_list_with_something_else_in_it_is_of_no_format() -> None:
    listed = json.loads(stored("cosign/cosign-2-verify.json"))
    assert reduced([*listed, {"hello": "world"}], "cosign").format == "unknown"

"""Bundles signed with a certificate of a Sigstore deployment, and what an attacker tries with them."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gatelib.errors import UsageError
from gatelib.evidence import signatures
from gatelib.trust import Sigstore, Trust
from tests.sigstore_deployment import IDENTITY, ISSUER, SIGNED, Deployment
from tests.unit.evidence.stored import API, WEB, changed, reduced, stored

KIND = "https://example.com/mine"
STATEMENT = {
    "_type": "https://in-toto.io/Statement/v1",
    "predicateType": KIND,
    "subject": [{"name": "api", "digest": {"sha256": API.removeprefix("sha256:")}}],
}
DIGEST = bytes.fromhex(API.removeprefix("sha256:"))
ATTESTED = [
    {
        "type": "attestation",
        "file": "p",
        "fact": 0,
        "subject": API,
        "name": "api",
        "predicate_type": KIND,
        "signer": IDENTITY,
    }
]
SIGNATURE = [
    {"type": "signature", "file": "p", "fact": 0, "subject": API, "reference": "", "signer": IDENTITY}
]


@pytest.fixture(scope="module")
def deployment() -> Deployment:
    return Deployment()


@pytest.fixture
def trust(deployment: Deployment, tmp_path: Path) -> Trust:
    root = deployment.trusted_root(tmp_path / "trusted_root.json")
    return Trust(sigstore=Sigstore(trusted_root=root, identities=((ISSUER, IDENTITY),)))


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be asked of anybody."""

    def refuse(*_: object) -> None:
        raise AssertionError("a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def verified(value: Any, trust: Trust) -> list[dict[str, Any]]:
    return signatures.verify("p", json.dumps(value).encode(), value, trust)


def test_an_attestation(deployment: Deployment, trust: Trust) -> None:
    assert verified(deployment.attest(STATEMENT), trust) == ATTESTED


def test_a_signature_over_a_digest(deployment: Deployment, trust: Trust) -> None:
    assert verified(deployment.sign(DIGEST), trust) == SIGNATURE


def test_bundles_one_a_line(deployment: Deployment, trust: Trust) -> None:
    lines = [deployment.attest(STATEMENT), deployment.sign(DIGEST)]
    data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    assert signatures.verify("p", data, None, trust) == [*ATTESTED, {**SIGNATURE[0], "fact": 1}]


def test_no_certificate_counts_where_no_deployment_is_trusted(deployment: Deployment) -> None:
    assert verified(deployment.attest(STATEMENT), Trust()) == []


def test_no_certificate_of_another_deployment_counts(trust: Trust) -> None:
    other = Deployment()
    assert verified(other.attest(STATEMENT), trust) == []
    assert verified(other.sign(DIGEST), trust) == []


@pytest.mark.parametrize(
    "of",
    [
        {"identity": f"{IDENTITY}x"},
        {"identity": IDENTITY.replace("release", "pull-request")},
        {"issuer": "https://accounts.example.com"},
        {"issuer": f"{ISSUER}/"},
        {"ends": SIGNED - timedelta(seconds=1)},
        {"ends": SIGNED + timedelta(minutes=11)},
    ],
    ids=["longer identity", "other workflow", "other issuer", "longer issuer", "expired", "not yet valid"],
)
def test_a_certificate_of_somebody_else_or_of_another_time_counts_for_nothing(
    deployment: Deployment, trust: Trust, of: dict[str, Any]
) -> None:
    assert verified(deployment.attest(STATEMENT, **of), trust) == []
    assert verified(deployment.sign(DIGEST, **of), trust) == []


def test_each_identity_is_taken_with_its_own_issuer(deployment: Deployment, trust: Trust) -> None:
    assert trust.sigstore is not None
    crossed = ((ISSUER, "somebody@example.com"), ("https://accounts.example.com", IDENTITY))
    swapped = Trust(sigstore=Sigstore(trusted_root=trust.sigstore.trusted_root, identities=crossed))
    assert verified(deployment.attest(STATEMENT), swapped) == []


def test_a_payload_of_another_type_counts_for_nothing(deployment: Deployment, trust: Trust) -> None:
    bundle = deployment.attest(STATEMENT, "application/vnd.example+json")
    assert verified(bundle, trust) == []
    bundle["dsseEnvelope"]["payloadType"] = "application/vnd.in-toto+json"
    assert verified(bundle, trust) == []


def swapped_statement(bundle: Any) -> Any:
    other = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
    other["subject"][0]["digest"]["sha256"] = WEB.removeprefix("sha256:")
    payload = base64.b64encode(json.dumps(other).encode()).decode()
    return changed(bundle, ["dsseEnvelope", "payload"], payload)


ENTRY: list[str | int] = ["verificationMaterial", "tlogEntries", 0]


@pytest.mark.parametrize(
    "change",
    [
        swapped_statement,
        lambda bundle: changed(bundle, [*ENTRY, "inclusionProof", "rootHash"], _b64(bytes(32))),
        lambda bundle: changed(bundle, [*ENTRY, "inclusionProof", "checkpoint", "envelope"], "x\n1\nx\n\n"),
        lambda bundle: changed(bundle, [*ENTRY, "inclusionProof"], ...),
        lambda bundle: changed(bundle, [*ENTRY, "inclusionPromise"], ...),
        lambda bundle: changed(bundle, [*ENTRY, "integratedTime"], str(int(SIGNED.timestamp()) + 1)),
        lambda bundle: changed(bundle, [*ENTRY, "canonicalizedBody"], _b64(b"{}")),
        lambda bundle: changed(bundle, ["verificationMaterial", "tlogEntries"], []),
        lambda bundle: changed(bundle, ["verificationMaterial", "certificate", "rawBytes"], _b64(b"x")),
        lambda bundle: changed(bundle, ["verificationMaterial", "certificate"], {}),
        lambda bundle: changed(bundle, ["dsseEnvelope", "signatures"], []),
        lambda bundle: changed(
            bundle, ["dsseEnvelope", "signatures"], bundle["dsseEnvelope"]["signatures"] * 2
        ),
    ],
    ids=range(12),
)
def test_nothing_in_a_bundle_can_be_changed(
    deployment: Deployment, trust: Trust, change: Callable[[Any], Any]
) -> None:
    assert verified(change(deployment.attest(STATEMENT)), trust) == []


def test_parts_of_two_bundles_make_none(deployment: Deployment, trust: Trust) -> None:
    one, two = deployment.sign(DIGEST), deployment.sign(hashlib.sha256(b"x").digest())
    for part in ("verificationMaterial", "messageSignature"):
        assert verified({**one, part: two[part]}, trust) == []


def test_what_cannot_be_verified_is_still_a_fact(deployment: Deployment) -> None:
    (fact,) = reduced(deployment.attest(STATEMENT)).facts
    assert (fact["type"], fact["signed"]) == ("statement", True)


@pytest.mark.parametrize("content", [None, "", "{}", '{"mediaType": "x"}', "[]"])
def test_a_trusted_root_that_is_none_is_an_error(
    deployment: Deployment, tmp_path: Path, content: str | None
) -> None:
    root = tmp_path / "trusted_root.json"
    if content is not None:
        root.write_text(content)
    trust = Trust(sigstore=Sigstore(trusted_root=root, identities=((ISSUER, IDENTITY),)))
    with pytest.raises(UsageError, match="the trusted root") as caught:
        verified(deployment.sign(DIGEST), trust)
    assert caught.value.file == str(root)


def test_keys_need_neither_the_root_nor_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sigstore.models", None)
    trust = Trust(sigstore=Sigstore(trusted_root=tmp_path / "none.json", identities=((ISSUER, IDENTITY),)))
    assert verified(json.loads(stored("cosign/cosign-2-blob-bundle.json")), trust) == []


def test_without_the_library_it_says_what_to_install(
    deployment: Deployment, trust: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sigstore.models", None)
    with pytest.raises(UsageError) as caught:
        verified(deployment.sign(DIGEST), trust)
    assert caught.value.hint == "pip install 'gatelib[sigstore]'"


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()

"""Attestations as cosign sees them: what both of its versions accept, and why they refuse the rest.

The commands are those of docs/guides/cosign-attestations.md. No transparency log and no network takes part.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from gatelib import dsse
from gatelib.attestation.sigstore_bundle import bundle
from gatelib.keys import SigningKey, signing_key
from tests.attestations import ATTESTER, Attested
from tests.engines import need

TYPE: Final = "https://gatelib.dev/attestation/v1"
SUMMARY: Final = "https://slsa.dev/verification_summary/v1"
MANIFEST: Final = b"a" * 64 + b"  sbom/payments.cdx.json\n"
IMAGE: Final = "b" * 64

KINDS: Final[Mapping[str, Callable[[], Any]]] = {
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "rsa": lambda: rsa.generate_private_key(65537, 3072),
}
DIGEST: Final = {"p384": "sha384", "p521": "sha512"}
"""Kinds of keys whose digest cosign has to be told."""
WAYS: Final = ("2", "3", "3 by bundle")


def pem(kind: str, name: str = "attester") -> tuple[bytes, bytes]:
    """Return the private and the public half of a key, the same ones for as long as the tests run."""
    return _pem(kind, name)


@cache
def _pem(kind: str, name: str) -> tuple[bytes, bytes]:
    private = KINDS[kind]()
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ), private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def key(kind: str, name: str = "attester") -> SigningKey:
    return signing_key(pem(kind, name)[0])


def statement(**changes: Any) -> bytes:
    subjects = [
        {"name": "registry.example.com/payments", "digest": {"sha256": IMAGE}},
        {"name": "MANIFEST.sha256", "digest": {"sha256": hashlib.sha256(MANIFEST).hexdigest()}},
    ]
    said = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects,
        "predicateType": TYPE,
        "predicate": {"schema": "gatelib.dev/attestation/v1", "overall": True},
        **changes,
    }
    return json.dumps(said).encode()


@dataclass(frozen=True)
class Given:
    """What a verifier has, and what it asks for; by default all of it fits."""

    kind: str = "ed25519"
    envelope: dsse.Envelope | None = None
    public: bytes = b""
    manifest: bytes = MANIFEST
    type: str = TYPE
    digest: str = ""
    subject: tuple[str, ...] = ("MANIFEST.sha256",)

    def asked(self, way: str, folder: Path) -> list[str]:
        """Write the files, and return the command."""
        own = key(self.kind)
        envelope = self.envelope or dsse.sign(statement(), dsse.IN_TOTO, [own])
        (folder / "MANIFEST.sha256").write_bytes(self.manifest)
        (folder / "attester.pub").write_bytes(self.public or pem(self.kind)[1])
        (folder / "attestation.dsse.json").write_bytes(envelope.to_json())
        command = [need("cosign" if way == "2" else "cosign3"), "verify-blob-attestation"]
        command += ["--key", "attester.pub", "--type", self.type, "--insecure-ignore-tlog"]
        if way == "3 by bundle":
            (folder / "attestation.sigstore.json").write_bytes(bundle(envelope, own))
            command += ["--bundle", "attestation.sigstore.json"]
        else:
            command += ["--signature", "attestation.dsse.json"]
        digest = self.digest or DIGEST.get(self.kind, "")
        command += ["--signature-digest-algorithm", digest] if digest else []
        return [*command, *self.subject]


def answered(given: Given, way: str, folder: Path) -> tuple[int, str]:
    return run(given.asked(way, folder), folder)


def run(command: list[str], folder: Path) -> tuple[int, str]:
    """Return a command's exit code and the last line that it printed; there is no network to it."""
    alone = {"PATH": os.environ["PATH"], "HOME": str(folder), "HTTPS_PROXY": "http://127.0.0.1:9"}
    done = subprocess.run(
        command, cwd=folder, env=alone, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, (done.stdout + done.stderr).strip().splitlines()[-1]


def refused(reason: str) -> tuple[int, str]:
    return 1, f"error during command execution: {reason}"


ACCEPTED: Final = (0, "Verified OK")
NO_SIGNATURE: Final = "accepted signatures do not match threshold, Found: 0, Expected 1"
NO_SIGNATURE_IN_BUNDLE: Final = f"failed to verify signature: could not verify envelope: {NO_SIGNATURE}"


def no_signature(way: str) -> tuple[int, str]:
    return refused(NO_SIGNATURE_IN_BUNDLE if way == "3 by bundle" else NO_SIGNATURE)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_cosign_accepts_an_attestation_by_a_key_of_each_kind(kind: str, way: str, tmp_path: Path) -> None:
    assert answered(Given(kind), way, tmp_path) == ACCEPTED


@pytest.fixture(scope="module")
def attested(tmp_path_factory: pytest.TempPathFactory) -> Attested:
    release = Attested(tmp_path_factory.mktemp("attested")).seal()
    release.attest()
    return release


@pytest.mark.parametrize(
    ("binary", "given"),
    [
        ("cosign", ["--signature", "controls/attestation.dsse.json"]),
        ("cosign3", ["--signature", "controls/attestation.dsse.json"]),
        ("cosign3", ["--bundle", "controls/attestation.sigstore.json"]),
    ],
)
def test_cosign_accepts_the_attestation_of_the_example_release(
    binary: str, given: list[str], attested: Attested
) -> None:
    public = attested.folder / "keys" / f"{ATTESTER}.pub"
    command = [need(binary), "verify-blob-attestation", "--key", str(public), "--type", TYPE, *given]
    assert run([*command, "--insecure-ignore-tlog", "MANIFEST.sha256"], attested.pack) == ACCEPTED


@pytest.mark.parametrize("binary", ["cosign", "cosign3"])
def test_cosign_accepts_the_verification_summary_of_the_example_release(
    binary: str, attested: Attested
) -> None:
    public = attested.folder / "keys" / f"{ATTESTER}.pub"
    command = [need(binary), "verify-blob-attestation", "--key", str(public), "--insecure-ignore-tlog"]
    given = ["--type", SUMMARY, "--signature", "controls/vsa.dsse.json", "MANIFEST.sha256"]
    assert run([*command, *given], attested.pack) == ACCEPTED


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", sorted(DIGEST))
def test_cosign_takes_a_larger_curve_only_with_its_digest(kind: str, way: str, tmp_path: Path) -> None:
    assert answered(Given(kind, digest="sha256"), way, tmp_path) == no_signature(way)


@pytest.mark.parametrize("way", WAYS)
def test_cosign_refuses_an_attestation_by_another_key(way: str, tmp_path: Path) -> None:
    other = pem("ed25519", "another")[1]
    assert answered(Given(public=other), way, tmp_path) == no_signature(way)


@pytest.mark.parametrize("way", WAYS)
def test_cosign_refuses_an_attestation_of_another_type(way: str, tmp_path: Path) -> None:
    expected = refused(f"invalid predicate type, expected {SUMMARY} got {TYPE}")
    assert answered(Given(type=SUMMARY), way, tmp_path) == expected


@pytest.mark.parametrize("way", WAYS)
def test_cosign_refuses_a_changed_manifest(way: str, tmp_path: Path) -> None:
    reasons = {
        "3 by bundle": "failed to verify signature: provided artifact digests do not match digests in"
        " statement",
    }
    expected = refused(reasons.get(way, "no matching subject digest found"))
    assert answered(Given(manifest=MANIFEST.replace(b"a", b"c", 1)), way, tmp_path) == expected


@pytest.mark.parametrize("way", WAYS)
def test_cosign_refuses_a_changed_statement(way: str, tmp_path: Path) -> None:
    command = Given().asked(way, tmp_path)
    for path in tmp_path.glob("attestation.*.json"):
        value = json.loads(path.read_bytes())
        envelope = value.get("dsseEnvelope", value)
        envelope["payload"] = base64.b64encode(statement(predicate={"overall": False})).decode()
        path.write_text(json.dumps(value))
    assert run(command, tmp_path) == no_signature(way)


@pytest.mark.parametrize("way", WAYS)
def test_cosign_refuses_an_attestation_of_another_payload_type(way: str, tmp_path: Path) -> None:
    envelope = dsse.sign(statement(), "application/json", [key("ed25519")])
    reasons = {
        "3 by bundle": "failed to verify signature: could not verify artifact: unable to extract statement"
        " from envelope: validation error: unsupported media type",
    }
    usual = f"invalid payloadType application/json on envelope. Expected {dsse.IN_TOTO}"
    assert answered(Given(envelope=envelope), way, tmp_path) == refused(reasons.get(way, usual))


@pytest.mark.parametrize("way", WAYS)
def test_cosign_accepts_an_attestation_for_the_digest_of_its_image(way: str, tmp_path: Path) -> None:
    given = Given(subject=("--digest", IMAGE, "--digestAlg", "sha256"))
    assert answered(given, way, tmp_path) == ACCEPTED


@pytest.mark.parametrize("way", WAYS)
def test_cosign_accepts_one_of_two_signatures_under_any_keyid(way: str, tmp_path: Path) -> None:
    named = replace(key("ed25519"), keyid="attester-2026")
    envelope = dsse.sign(statement(), dsse.IN_TOTO, [key("rsa"), named])
    assert answered(Given(envelope=envelope), way, tmp_path) == ACCEPTED

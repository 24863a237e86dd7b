"""A Sigstore deployment of a test's own: an authority, a certificate log and a transparency log, in memory.

See https://github.com/sigstore/architecture-docs/blob/main/client-spec.md for what each part signs.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gatelib import dsse

ISSUER: Final = "https://token.actions.example.com"
IDENTITY: Final = "https://git.example.com/intelgraph/api/.ci/release.yml@refs/tags/v1.4.0"
SIGNED: Final = datetime(2026, 11, 21, 10, tzinfo=timezone.utc)
"""When the transparency log takes what is signed."""

_ISSUER_OID: Final = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
_SCT_OID: Final = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
_ORIGIN: Final = "rekor.example.com - 1"
_P256: Final = "PKIX_ECDSA_P256_SHA_256"


class Deployment:
    """Signs with certificates of its own, and tells what to trust."""

    def __init__(self) -> None:
        self._ca, self._ct, self._rekor = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fulcio.example.com")])
        usage = x509.KeyUsage(
            *(False,) * 5, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False
        )
        self._root = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._ca.public_key())
            .serial_number(1)
            .not_valid_before(SIGNED - timedelta(days=365))
            .not_valid_after(SIGNED + timedelta(days=365))
            .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._ca.public_key()), critical=False)
            .sign(self._ca, hashes.SHA256())
        )

    def trusted_root(self, file: Path) -> Path:
        """Write the ``trusted_root.json`` of this deployment."""
        since = {"start": "2020-01-01T00:00:00Z"}
        authority = {
            "subject": {"organization": "example", "commonName": "fulcio.example.com"},
            "uri": "https://fulcio.example.com",
            "certChain": {"certificates": [{"rawBytes": _b64(_der(self._root))}]},
            "validFor": since,
        }
        root = {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [_log(self._rekor, "https://rekor.example.com")],
            "certificateAuthorities": [authority],
            "ctlogs": [_log(self._ct, "https://ct.example.com")],
            "timestampAuthorities": [],
        }
        file.write_text(json.dumps(root))
        return file

    def attest(self, statement: Mapping[str, Any], payload_type: str = dsse.IN_TOTO, **of: Any) -> Any:
        """Return a bundle with a Statement; ``of`` is what :meth:`certificate` takes."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self.certificate(key.public_key(), **of)
        payload = json.dumps(statement).encode()
        signature = key.sign(dsse.pae(payload_type, payload), ec.ECDSA(hashes.SHA256()))
        spec = {
            "envelopeHash": {"algorithm": "sha256", "value": "0" * 64},
            "payloadHash": {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()},
            "signatures": [{"signature": _b64(signature), "verifier": _b64(_pem(certificate))}],
        }
        envelope = {
            "payload": _b64(payload),
            "payloadType": payload_type,
            "signatures": [{"sig": _b64(signature)}],
        }
        return {**self._bundle(certificate, "dsse", spec), "dsseEnvelope": envelope}

    def sign(self, digest: bytes, **of: Any) -> Any:
        """Return a bundle with a signature over what has a SHA-256 digest."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self.certificate(key.public_key(), **of)
        signature = key.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
        spec = {
            "data": {"hash": {"algorithm": "sha256", "value": digest.hex()}},
            "signature": {
                "content": _b64(signature),
                "publicKey": {"content": _b64(_pem(certificate))},
            },
        }
        message = {
            "messageDigest": {"algorithm": "SHA2_256", "digest": _b64(digest)},
            "signature": _b64(signature),
        }
        return {**self._bundle(certificate, "hashedrekord", spec), "messageSignature": message}

    def certificate(
        self,
        key: ec.EllipticCurvePublicKey,
        *,
        identity: str = IDENTITY,
        issuer: str = ISSUER,
        ends: datetime = SIGNED + timedelta(minutes=5),
    ) -> x509.Certificate:
        """Return a certificate of ten minutes for an identity."""
        usage = x509.KeyUsage(True, *(False,) * 8)
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
        names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(identity)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(self._root.subject)
            .public_key(key)
            .serial_number(2)
            .not_valid_before(ends - timedelta(minutes=10))
            .not_valid_after(ends)
            .add_extension(usage, critical=True)
            .add_extension(purpose, critical=False)
            .add_extension(names, critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._ca.public_key()), critical=False
            )
            .add_extension(x509.UnrecognizedExtension(_ISSUER_OID, issuer.encode()), critical=False)
        )
        unlogged = builder.sign(self._ca, hashes.SHA256()).tbs_certificate_bytes
        logged = x509.UnrecognizedExtension(_SCT_OID, self._timestamp(unlogged, ends))
        return builder.add_extension(logged, critical=False).sign(self._ca, hashes.SHA256())

    def _timestamp(self, unlogged: bytes, moment: datetime) -> bytes:
        """Return the list of one signed certificate timestamp, as RFC 6962 writes it."""
        at = struct.pack("!Q", int(moment.timestamp() * 1000))
        entry = hashlib.sha256(_spki(self._ca)).digest() + struct.pack("!I", len(unlogged))[1:] + unlogged
        signed = b"\0\0" + at + struct.pack("!H", 1) + entry + struct.pack("!H", 0)
        signature = self._ct.sign(signed, ec.ECDSA(hashes.SHA256()))
        timestamp = b"\0" + hashlib.sha256(_spki(self._ct)).digest() + at + struct.pack("!H", 0)
        timestamp += b"\x04\x03" + struct.pack("!H", len(signature)) + signature
        listed = struct.pack("!H", len(timestamp)) + timestamp
        content = struct.pack("!H", len(listed)) + listed
        return b"\x04" + bytes([len(content)]) + content

    def _bundle(self, certificate: x509.Certificate, kind: str, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Return a bundle with its proof that the log, a tree of one leaf, took the entry."""
        body = _canonical({"apiVersion": "0.0.1", "kind": kind, "spec": spec})
        log, at = hashlib.sha256(_spki(self._rekor)).digest(), int(SIGNED.timestamp())
        root = hashlib.sha256(b"\0" + body).digest()
        note = f"{_ORIGIN}\n1\n{_b64(root)}\n"
        proved = _b64(log[:4] + self._logged(note.encode()))
        promise = {"body": _b64(body), "integratedTime": at, "logID": log.hex(), "logIndex": 0}
        entry = {
            "logIndex": "0",
            "logId": {"keyId": _b64(log)},
            "kindVersion": {"kind": kind, "version": "0.0.1"},
            "integratedTime": str(at),
            "inclusionPromise": {"signedEntryTimestamp": _b64(self._logged(_canonical(promise)))},
            "inclusionProof": {
                "logIndex": "0",
                "rootHash": _b64(root),
                "treeSize": "1",
                "hashes": [],
                "checkpoint": {"envelope": f"{note}\n\u2014 rekor.example.com {proved}\n"},
            },
            "canonicalizedBody": _b64(body),
        }
        return {
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {
                "certificate": {"rawBytes": _b64(_der(certificate))},
                "tlogEntries": [entry],
            },
        }

    def _logged(self, message: bytes) -> bytes:
        return self._rekor.sign(message, ec.ECDSA(hashes.SHA256()))


def _log(key: ec.EllipticCurvePrivateKey, url: str) -> dict[str, Any]:
    spki = _spki(key)
    return {
        "baseUrl": url,
        "hashAlgorithm": "SHA2_256",
        "publicKey": {
            "rawBytes": _b64(spki),
            "keyDetails": _P256,
            "validFor": {"start": "2020-01-01T00:00:00Z"},
        },
        "logId": {"keyId": _b64(hashlib.sha256(spki).digest())},
    }


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _spki(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()

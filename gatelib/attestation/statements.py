"""What is signed: an in-toto Statement over the release's images and its pack, in DSSE.

See https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md, and for the Verification Summary
https://slsa.dev/spec/v1.1/verification_summary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote

import orjson

from gatelib import dsse
from gatelib.errors import EvidenceError, SignatureError
from gatelib.evidence.manifest import NAME as MANIFEST
from gatelib.evidence.manifest import RELEASE
from gatelib.keys import SigningKey, VerificationKey

STATEMENT: Final = "https://in-toto.io/Statement/v1"
CONTROLS: Final = "https://gatelib.dev/attestation/v1"
REPORT: Final = "https://gatelib.dev/report/v1"
SUMMARY: Final = "https://slsa.dev/verification_summary/v1"

_SLSA: Final = "1.1"
_VERIFIER: Final = "https://gatelib.dev/attest"


def subjects(images: Sequence[str], pack: str, record: str | None = None) -> list[dict[str, Any]]:
    """Return what a statement is about: images, the pack by its manifest, and maybe the Release record."""
    found = []
    for image in images:
        name, _, digest = image.rpartition("@")
        found.append({"name": name, "digest": {"sha256": digest.removeprefix("sha256:")}})
    found.append({"name": MANIFEST, "digest": {"sha256": pack}})
    if record is not None:
        found.append({"name": RELEASE, "digest": {"sha256": record}})
    return found


def signed(
    predicate: Mapping[str, Any], kind: str, about: Sequence[Mapping[str, Any]], key: SigningKey
) -> dsse.Envelope:
    """Return a statement that a key has signed.

    Raises:
        EvidenceError: the predicate is nested too deeply.

    """
    statement = {"_type": STATEMENT, "subject": list(about), "predicateType": kind, "predicate": predicate}
    try:
        payload = orjson.dumps(statement, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise EvidenceError(f"cannot be stated: {error}") from None
    return dsse.sign(payload, dsse.IN_TOTO, [key])


def summary(
    attestation: Mapping[str, Any], envelope: bytes, *, verifier: str | None = None
) -> dict[str, Any]:
    """Return the SLSA Verification Summary that goes with a signed attestation."""
    release = attestation["release"]
    passed = attestation["overall"]
    return {
        "verifier": {"id": verifier or _VERIFIER, "version": {"gatelib": attestation["tool"]["version"]}},
        "timeVerified": attestation["created_utc"],
        "resourceUri": f"pkg:generic/{_quoted(release['service'])}@{_quoted(release['version'])}",
        "policy": {
            "uri": f"urn:gatelib:bundle:{_quoted(attestation['bundle']['revision'])}",
            "digest": {"sha256": attestation["bundle"]["sha256"]},
        },
        "inputAttestations": [
            {"uri": "attestation.dsse.json", "digest": {"sha256": sha256(envelope).hexdigest()}}
        ],
        "verificationResult": "PASSED" if passed else "FAILED",
        "verifiedLevels": [
            f"GATELIB_{control['id']}" for control in attestation["controls"] if control["status"] == "pass"
        ]
        if passed
        else [],
        "slsaVersion": _SLSA,
    }


def opened(content: bytes, kind: str, keys: Sequence[VerificationKey]) -> tuple[dict[str, Any], str]:
    """Return a signed statement of one kind, and the name of whose signature over it holds.

    Raises:
        SignatureError: it is no such statement, or none of the keys has signed it.

    """
    envelope = dsse.parse(content)
    if envelope.payload_type != dsse.IN_TOTO:
        raise SignatureError(f"is of the payload type `{envelope.payload_type}`, not `{dsse.IN_TOTO}`")
    signers = dsse.signers(envelope, keys)
    if not signers:
        raise SignatureError("is signed by nobody who is trusted with it")
    return unverified(content, kind), signers[0].keyid or ""


def unverified(content: bytes, kind: str) -> dict[str, Any]:
    """Return what an envelope states, whoever signed it.

    Raises:
        SignatureError: it is no statement of that kind.

    """
    try:
        statement = orjson.loads(dsse.parse(content).payload)
    except orjson.JSONDecodeError:
        raise SignatureError("holds no JSON") from None
    if not isinstance(statement, dict) or statement.get("_type") != STATEMENT:
        raise SignatureError("is no in-toto Statement of version 1")
    if statement.get("predicateType") != kind:
        raise SignatureError(f"states `{statement.get('predicateType')}`, not `{kind}`")
    if not isinstance(statement.get("predicate"), dict) or not isinstance(statement.get("subject"), list):
        raise SignatureError("states nothing")
    return statement


def _quoted(text: str) -> str:
    return quote(text, safe="")

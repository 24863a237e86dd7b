"""What stands in a file of Statements, signatures and bundles: each claim, and what is signed of it.

A file is one JSON value, or one a line, as ``cosign download`` prints them. What is claimed becomes facts;
:mod:`gatelib.evidence.signatures` verifies what is signed, and counts the facts in the same order.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from gatelib.errors import EvidenceError, SignatureError
from gatelib.evidence.formats import content, lines, shape, statements
from gatelib.evidence.formats.interface import Fact, Given
from gatelib.evidence.formats.shape import TEXT, record

if TYPE_CHECKING:
    from gatelib import dsse

BUNDLE: Final = "application/vnd.dev.sigstore.bundle"
"""What the media type of every version of a Sigstore bundle begins with."""
SIGNED_DIGEST: Final = {"SHA2_256": "sha256", "SHA2_384": "sha384", "SHA2_512": "sha512"}
"""The names that Sigstore has for digest algorithms, and those of the rest of the world."""

_SIMPLE: Final = "cosign container image signature"
_REFERENCE, _DIGEST = "docker-reference", "docker-manifest-digest"
_DOWNLOADED: Final = record("Base64Signature", "Payload", Base64Signature=TEXT, Payload=TEXT)
_PAYLOAD: Final = record(
    "critical",
    critical=record(
        "type",
        "identity",
        "image",
        type=TEXT,
        identity=record(_REFERENCE, **{_REFERENCE: TEXT}),
        image=record(_DIGEST, **{_DIGEST: TEXT}),
    ),
)
_MATERIAL: Final = record(publicKey=record(), certificate=record(), x509CertificateChain=record())
_MESSAGE: Final = record(
    "messageDigest",
    "signature",
    messageDigest=record(
        "algorithm", "digest", algorithm={"type": "string", "enum": list(SIGNED_DIGEST)}, digest=TEXT
    ),
    signature=TEXT,
)
_BUNDLE: Final = record(
    "mediaType",
    "verificationMaterial",
    mediaType={"type": "string", "pattern": r"^[^+]+(\.v0\.3\+json|\+json;version=0\.[123])$"},
    verificationMaterial=_MATERIAL,
    messageSignature=_MESSAGE,
    dsseEnvelope=record(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One Statement or signature."""

    facts: Sequence[Fact]
    envelope: dsse.Envelope | None = None
    """What carries a Statement, where one does."""
    payload: bytes | None = None
    """What ``signature`` is over; ``None`` where only its digest is known."""
    digest: tuple[str, bytes] | None = None
    """That digest, with its algorithm."""
    signature: bytes | None = None
    bundle: Mapping[str, Any] | None = None
    """The Sigstore bundle that this stands in; its certificate says who signed, where it has one."""


def read(given: Given) -> Iterator[Claim]:
    """Yield what a file claims.

    Raises:
        EvidenceError: something in it is none of the forms.

    """
    for line, value in lines.values(given):
        listed = value if isinstance(value, list) else [value]
        for entry in listed:
            yield _claim(entry, line)


def is_envelope(value: object) -> bool:
    """Tell whether a JSON value is a DSSE envelope that says that it carries a Statement."""
    if not isinstance(value, Mapping) or "payloadType" not in value:
        return False
    from gatelib import dsse

    return value["payloadType"] == dsse.IN_TOTO and dsse.is_envelope(value)


def is_signature(value: object) -> bool:
    """Tell whether a JSON value is one that cosign prints for signatures, or a Sigstore bundle."""
    return isinstance(value, Mapping) and (
        "Base64Signature" in value
        or "base64Signature" in value
        or str(value.get("mediaType", "")).startswith(BUNDLE)
        or _is_verified(value)
    )


def _is_verified(value: Mapping[str, Any]) -> bool:
    critical = value.get("critical")
    return isinstance(critical, Mapping) and {"identity", "image", "type"} <= critical.keys()


def _claim(value: Any, line: int | None) -> Claim:
    if statements.is_statement(value):
        return Claim(facts=statements.facts(value, signed=False, line=line))
    if is_envelope(value):
        return _attestation(value, line)
    if isinstance(value, Mapping) and "Base64Signature" in value:
        return _downloaded(value, line)
    if isinstance(value, Mapping) and str(value.get("mediaType", "")).startswith(BUNDLE):
        return _bundle(value, line)
    if isinstance(value, Mapping) and _is_verified(value):
        return Claim(facts=[_verified(value, line)])
    if isinstance(value, Mapping) and "base64Signature" in value:
        raise EvidenceError(
            "is a signature without what it signs",
            line=line,
            hint="use `cosign sign-blob --new-bundle-format --bundle`, or `cosign download signature`",
        )
    raise EvidenceError(
        "is no in-toto Statement, and none of what cosign writes",
        line=line,
        hint="use what `cosign download attestation` or `cosign download signature` prints, or a bundle",
    )


def _attestation(value: Mapping[str, Any], line: int | None, **of: Any) -> Claim:
    from gatelib import dsse

    try:
        envelope = dsse.parse(value)
    except SignatureError as error:
        raise EvidenceError(error.message, line=line) from None
    if envelope.payload_type != dsse.IN_TOTO:
        raise EvidenceError("is a DSSE envelope with something else than a Statement", line=line)
    statement = _inner(envelope.payload, "Statement", line)
    return Claim(facts=statements.facts(statement, signed=True, line=line), envelope=envelope, **of)


def _downloaded(value: Mapping[str, Any], line: int | None) -> Claim:
    shape.check(value, _DOWNLOADED, what="signature as cosign prints it", line=line)
    payload = _decoded(value["Payload"], "Payload", line)
    signature = _decoded(value["Base64Signature"], "Base64Signature", line)
    simple = _inner(payload, "payload", line)
    shape.check(simple, _PAYLOAD, what="signature of an image", line=line)
    if simple["critical"]["type"] != _SIMPLE:
        raise EvidenceError("is a signature of something else than an image", line=line)
    return Claim(facts=[_signature(simple, signed=True)], payload=payload, signature=signature)


def _verified(value: Mapping[str, Any], line: int | None) -> Fact:
    """Return what `cosign verify` says that it verified; cosign 3 lists attestations among the signatures."""
    shape.check(value, _PAYLOAD, what="output of `cosign verify`", line=line)
    if value["critical"]["type"] in (_SIMPLE, statements.COSIGN_SIGNATURE):
        return _signature(value, signed=False)
    said = _signature(value, signed=False)
    return {
        "type": "statement",
        "predicate_type": value["critical"]["type"],
        "subjects": [{"name": said["reference"], "digest": said["subject"]}],
        "signed": False,
    }


def _signature(value: Mapping[str, Any], *, signed: bool) -> Fact:
    """See https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md#simple-signing."""
    critical = value["critical"]
    return {
        "type": "signature",
        "subject": critical["image"][_DIGEST],
        "reference": critical["identity"][_REFERENCE],
        "signed": signed,
    }


def _bundle(value: Mapping[str, Any], line: int | None) -> Claim:
    """See https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto."""
    shape.check(value, _BUNDLE, what="Sigstore bundle", line=line)
    if ("dsseEnvelope" in value) == ("messageSignature" in value):
        raise EvidenceError(
            "is no Sigstore bundle: it has either `dsseEnvelope` or `messageSignature`", line=line
        )
    if "dsseEnvelope" in value:
        return _attestation(value["dsseEnvelope"], line, bundle=value)
    message = value["messageSignature"]
    algorithm = SIGNED_DIGEST[message["messageDigest"]["algorithm"]]
    digest = _decoded(message["messageDigest"]["digest"], "digest", line)
    fact = {
        "type": "signature",
        "subject": f"{algorithm}:{digest.hex()}",
        "reference": "",
        "signed": True,
    }
    signature = _decoded(message["signature"], "signature", line)
    return Claim(facts=[fact], digest=(algorithm, digest), signature=signature, bundle=value)


def _inner(payload: bytes, what: str, line: int | None) -> Any:
    """Return the JSON in a payload, which readers must not be able to read differently."""
    try:
        value, fault = content.json(payload)
    except EvidenceError as error:
        fault = error
    if fault is not None or value is None:
        message = fault.message if fault else "this is no JSON object"
        raise EvidenceError(f"its {what} cannot be read: {message}", line=line)
    return value


def _decoded(text: str, what: str, line: int | None) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise EvidenceError(f"has a `{what}` that is no base64", line=line) from None

"""Who signed the images of a release, and who attests to them: what a file claims, verified offline.

A key counts where the configuration gives it the role ``images``; a certificate where it is of the Sigstore
deployment and the identity that the configuration names. Nothing that stands in a file is trusted for saying
who signed it: a ``keyid`` and a bundle's hint are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from gatelib import dsse
from gatelib.errors import EvidenceError
from gatelib.evidence import certificates
from gatelib.evidence.formats import claims, cosign, intoto
from gatelib.evidence.formats.claims import Claim
from gatelib.evidence.formats.interface import Fact, Given
from gatelib.keys import PublicKey, VerificationKey
from gatelib.trust import Trust

_DIGEST: Final = re.compile("sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")


def verify(path: str, data: bytes, json_value: Any, trust: Trust) -> list[dict[str, Any]]:
    """Return the ``signature`` and ``attestation`` verifications of a file, in the order of its facts.

    ``data`` and ``json_value`` are what the file's format was given. There is one verification for each
    signer and each digest of a subject; ``fact`` is the position of the ``signature`` or ``statement`` fact.
    A ``provenance`` fact is verified by its statement, which stands right before it. A file of another
    format, or one that cannot be read, has none.

    Raises:
        UsageError: a file has a certificate, and the trusted root cannot be read, or gatelib was installed
            without its extra ``sigstore``.

    """
    given = Given(path, data, json_value)
    if not (intoto.FORMAT.recognises(given) or cosign.FORMAT.recognises(given)):
        return []
    try:
        found = list(claims.read(given))
    except EvidenceError:
        return []
    verifications: list[dict[str, Any]] = []
    position = 0
    for claim in found:
        for signer in _signers(claim, trust):
            for offset, fact in enumerate(claim.facts):
                for verified in _verified(fact):
                    verifications.append(
                        {**verified, "file": path, "fact": position + offset, "signer": signer}
                    )
        position += len(claim.facts)
    return verifications


def _verified(fact: Fact) -> Iterator[dict[str, Any]]:
    """Yield what is verified of a fact whose signature holds; only whole digests can be an image's."""
    if fact["type"] == "signature" and _DIGEST.fullmatch(fact["subject"]):
        yield {"type": "signature", "subject": fact["subject"], "reference": fact["reference"]}
    if fact["type"] == "statement":
        for subject in fact["subjects"]:
            if _DIGEST.fullmatch(subject["digest"]):
                yield {
                    "type": "attestation",
                    "subject": subject["digest"],
                    "name": subject["name"],
                    "predicate_type": fact["predicate_type"],
                }


def _signers(claim: Claim, trust: Trust) -> list[str]:
    """Return who of those who are trusted with images has signed a claim, each once."""
    if claim.bundle is not None and certificates.stand_in(claim.bundle):
        return certificates.signers(claim, trust.sigstore) if trust.sigstore else []
    holds = _holding(claim)
    return [party.name for party in trust.images if any(holds(key) for key in party.keys)]


def _holding(claim: Claim) -> Callable[[VerificationKey], bool]:
    """Return what tells of a key whether a claim's signature is its own."""
    signature = claim.signature or b""
    if (envelope := claim.envelope) is not None:
        return lambda key: bool(dsse.signers(envelope, [key]))
    if (payload := claim.payload) is not None:
        return lambda key: dsse.verifies(key.key, signature, payload)
    if claim.digest is not None:
        algorithm, digest = claim.digest
        return lambda key: _verifies_digest(key.key, signature, algorithm, digest)
    return lambda _: False


def _verifies_digest(key: PublicKey, signature: bytes, algorithm: str, digest: bytes) -> bool:
    """Tell whether a signature over what has a digest holds.

    Ed25519 signs the message itself, of which a bundle tells only the digest: such a bundle proves nothing.
    """
    kinds = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
    hashed = utils.Prehashed(kinds[algorithm])
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, digest, ec.ECDSA(hashed))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, digest, padding.PKCS1v15(), hashed)
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True

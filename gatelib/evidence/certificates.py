"""Sigstore bundles with a certificate, verified offline against a trusted root, by Sigstore's own library.

See https://docs.sigstore.dev/about/bundle/. Nothing is fetched: the root is a file that the configuration
names, and times come from the bundle's own proofs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from gatelib import dsse
from gatelib.errors import UsageError
from gatelib.evidence.formats.claims import Claim
from gatelib.trust import Sigstore

if TYPE_CHECKING:
    from sigstore.models import Bundle
    from sigstore.verify import Verifier
    from sigstore.verify.policy import VerificationPolicy


def stand_in(bundle: Mapping[str, Any]) -> bool:
    """Tell whether a bundle names its signer by a certificate, and not by a key."""
    return not bundle["verificationMaterial"].keys().isdisjoint({"certificate", "x509CertificateChain"})


def signers(claim: Claim, trusted: Sigstore) -> list[str]:
    """Return the identity that signed a bundle, where it is one that counts; otherwise nothing.

    Raises:
        UsageError: the trusted root cannot be read, or the library is not installed.

    """
    try:
        from sigstore.models import Bundle
        from sigstore.verify.policy import Identity
    except ImportError:
        raise UsageError(
            "verifying certificates needs the library `sigstore`", hint="pip install 'gatelib[sigstore]'"
        ) from None
    verifier = _verifier(trusted)
    try:
        bundle = Bundle.from_json(orjson.dumps(claim.bundle))
    except Exception:  # what a hostile bundle makes the library raise is of no fixed kind
        return []
    return [
        identity
        for issuer, identity in trusted.identities
        if _holds(verifier, bundle, claim, Identity(identity=identity, issuer=issuer))
    ]


def _holds(verifier: Verifier, bundle: Bundle, claim: Claim, policy: VerificationPolicy) -> bool:
    from sigstore.hashes import Hashed

    try:
        if claim.envelope is not None:
            found = verifier.verify_dsse(bundle, policy)
            return found == (dsse.IN_TOTO, claim.envelope.payload)
        if claim.digest is None or claim.digest[0] != "sha256":
            return False
        hashed = Hashed.model_validate({"algorithm": "SHA2_256", "digest": claim.digest[1]})
        verifier.verify_artifact(hashed, bundle, policy)
    except Exception:  # as above
        return False
    return True


def _verifier(trusted: Sigstore) -> Verifier:
    from sigstore.models import TrustedRoot
    from sigstore.verify import Verifier

    try:
        return Verifier(trusted_root=TrustedRoot.from_file(str(trusted.trusted_root)))
    except OSError as error:
        message = f"the trusted root cannot be read: {error.strerror}"
    except Exception:  # as above
        message = "the trusted root of Sigstore is none"
    raise UsageError(
        message,
        file=str(trusted.trusted_root),
        hint="use the `trusted_root.json` of your Sigstore deployment",
    )

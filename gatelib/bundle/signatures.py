"""A bundle's signature: ``.signatures.json``, one JWT over the digests of all files.

See https://www.openpolicyagent.org/docs/management-bundles#signing, RFC 7515 and RFC 7519.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from jwt.utils import der_to_raw_signature

from gatelib.bundle import digests
from gatelib.errors import BundleError, SignatureError
from gatelib.keys import ALGORITHMS, SigningKey, VerificationKey

NAME: Final = ".signatures.json"

_PLUGINS: Final = ("", "_default")
"""What `opa build` calls the way of signing that every OPA has."""

_PATCH: Final = "patch.json"
"""Makes OPA take the archive for a delta bundle, which no signature covers."""

_CLAIMS: Final = {"files": list, "iat": int, "iss": str, "keyid": str, "scope": str}
"""What OPA reads of a token, and as what."""
_LISTING: Final = ("algorithm", "hash", "name")


class Signer(NamedTuple):
    """Who signed a bundle, as the signature proves it."""

    keyid: str | None
    algorithm: str
    scope: str


class _DeterministicEC(ECAlgorithm):
    """ECDSA with the nonce of RFC 6979, so that the same bundle has the same signature."""

    def sign(self, msg: bytes, key: Any) -> bytes:
        try:
            algorithm = ec.ECDSA(self.hash_alg(), deterministic_signing=True)
            return der_to_raw_signature(key.sign(msg, algorithm), key.curve)
        except UnsupportedAlgorithm:  # an OpenSSL before 3.2; as good, only not reproducible
            return super().sign(msg, key)


_EC: Final = {"ES256": ECAlgorithm.SHA256, "ES384": ECAlgorithm.SHA384, "ES512": ECAlgorithm.SHA512}


def sign(files: Mapping[str, bytes], key: SigningKey, *, scope: str = "") -> bytes:
    """Return the ``.signatures.json`` of some files; a signature among them is left out.

    Raises:
        BundleError: a data file cannot be read.

    """
    listed = [
        {"algorithm": digests.DEFAULT, "hash": digests.digest(name, content), "name": name}
        for name, content in sorted(files.items())
        if name != NAME
    ]
    payload: dict[str, Any] = {"files": listed}
    if scope:
        payload["scope"] = scope
    token = _jws().encode(
        _compact(payload),
        key.key,
        algorithm=key.algorithm,
        headers={"kid": key.keyid} if key.keyid is not None else None,
        sort_headers=True,
    )
    return _compact({"signatures": [token]})


def verify(
    files: Mapping[str, bytes], keys: Sequence[VerificationKey], *, scope: str, now: datetime
) -> Signer:
    """Return who signed the files.

    ``scope`` is what the signature must be for; empty, it must be for none. ``now`` is held against ``exp``
    and ``nbf``, which OPA does not look at.

    Raises:
        SignatureError: there is not exactly one signature, none of the keys made it, it is for another scope
            or time, or the files are not exactly those that were signed.

    """
    if any(name.rpartition("/")[2] == _PATCH for name in files):
        raise SignatureError(f"the bundle holds a `{_PATCH}`, which no signature covers")
    if any(name.endswith(NAME) and name != NAME for name in files):
        raise SignatureError(f"the bundle holds a second `{NAME}`")
    payload, signer = _verified_token(_token(files), keys)
    if signer.scope != scope:
        raise SignatureError(
            f"the signature is for the scope `{signer.scope}`, not `{scope}`",
            hint=None if scope else "say with --scope what the bundle must be signed for",
        )
    _check_times(payload, now)
    _check_files(files, payload)
    return signer


def _jws() -> jwt.PyJWS:
    jws = jwt.PyJWS(algorithms=list(ALGORITHMS))
    for name, hashed in _EC.items():
        jws.unregister_algorithm(name)
        jws.register_algorithm(name, _DeterministicEC(hashed))
    return jws


def _token(files: Mapping[str, bytes]) -> str:
    if NAME not in files:
        raise SignatureError("the bundle is not signed", hint=f"it holds no `{NAME}`")
    found = digests.read_json(NAME, files[NAME])
    tokens = found.get("signatures") if isinstance(found, dict) else None
    if not isinstance(tokens, list) or len(tokens) != 1 or not isinstance(tokens[0], str):
        raise SignatureError("the bundle must have exactly one signature")
    if found.get("plugin", "") not in _PLUGINS:
        raise SignatureError(f"the signature asks for the plug-in `{found['plugin']}`")
    if strange := sorted(found.keys() - {"signatures", "plugin"}):
        raise SignatureError(f"`{NAME}` in the bundle says `{strange[0]}` beside its signature")
    return tokens[0]


def _verified_token(token: str, keys: Sequence[VerificationKey]) -> tuple[dict[str, Any], Signer]:
    header, payload = _decoded(token)
    # OPA looks at the header first, then at the claim that its own `opa sign` still writes.
    keyid = header.get("kid") or payload.get("keyid") or None
    algorithm = str(header.get("alg"))
    if "crit" in header or "b64" in header:
        raise SignatureError("the signature's header asks for extensions")
    named = [key for key in keys if key.keyid is None or key.keyid == keyid]
    if not named:
        said = f"the key `{keyid}`" if keyid else "no key"
        known = ", ".join(f"`{key.keyid}`" for key in keys) or "none"
        raise SignatureError(f"the signature names {said}", hint=f"keys that may sign: {known}")
    fitting = [key for key in named if algorithm in key.algorithms]
    if not fitting:
        raise SignatureError(f"the signature's algorithm `{algorithm}` is not its key's")
    for key in fitting:
        try:
            _jws().decode(token, key.key, algorithms=[algorithm])
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        return payload, Signer(keyid, algorithm, payload.get("scope", ""))
    raise SignatureError("the signature was not made by a key that may sign")


def _decoded(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a token's header and payload say, before anybody vouches for them.

    Decoders of Base64 pass over what they do not know; here a token has one spelling.
    """
    if re.fullmatch(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", token) is None:
        raise SignatureError("the signature is no JWT")
    parts = []
    for part in token.split("."):
        try:
            content = urlsafe_b64decode(part + "=" * (-len(part) % 4))
        except ValueError:
            raise SignatureError("the signature is no JWT") from None
        if urlsafe_b64encode(content).rstrip(b"=") != part.encode():
            raise SignatureError("the signature is no JWT")
        parts.append(content)
    try:
        header, payload = (digests.read_json(NAME, part) for part in parts[:2])
    except BundleError:
        raise SignatureError("the signature is no JWT") from None
    if not isinstance(header, dict) or not isinstance(header.get("kid", ""), str):
        raise SignatureError("the signature is no JWT")
    if not isinstance(payload, dict) or "files" not in payload:
        raise SignatureError("the signature covers no list of files")
    digests.refuse_look_alikes(NAME, payload, _CLAIMS)
    for claim, kind in _CLAIMS.items():
        if claim in payload and (not isinstance(payload[claim], kind) or isinstance(payload[claim], bool)):
            raise SignatureError(f"the signature's `{claim}` is not of its type")
    return header, payload


def _check_times(payload: Mapping[str, Any], now: datetime) -> None:
    for claim in payload.keys() & {"exp", "nbf"}:
        if isinstance(payload[claim], bool) or not isinstance(payload[claim], (int, float)):
            raise SignatureError(f"the signature's `{claim}` is no time")
    if "exp" in payload and payload["exp"] <= now.timestamp():
        raise SignatureError("the signature has expired")
    if "nbf" in payload and payload["nbf"] > now.timestamp():
        raise SignatureError("the signature is not valid yet")


def _check_files(files: Mapping[str, bytes], payload: Mapping[str, Any]) -> None:
    listed = payload["files"]
    if not all(map(_is_listing, listed)):
        raise SignatureError("the signature covers no list of files")
    signed = {entry["name"]: entry for entry in listed}
    if len(signed) != len(listed):
        raise SignatureError("the signature lists a file twice")
    there = files.keys() - {NAME}
    for name in sorted(there ^ signed.keys()):
        what = "is not among the signed files" if name in there else "was signed and is not there"
        raise SignatureError(f"`{name}` {what}")
    for name, entry in sorted(signed.items()):
        try:
            found = digests.digest(name, files[name], entry["algorithm"])
        except SignatureError:
            raise
        except BundleError as error:
            raise SignatureError(error.message, hint=error.hint) from None
        if found != entry["hash"].lower():
            raise SignatureError(f"`{name}` is not what was signed")


def _is_listing(entry: object) -> bool:
    if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in _LISTING):
        return False
    digests.refuse_look_alikes(NAME, entry, _LISTING)
    return True


def _compact(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()

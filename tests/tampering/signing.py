"""Signatures that are none, are somebody else's, or say what OPA does not look at."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping

from tests.forging import bundle, digest, encoded, payload, signatures, token
from tests.signing import pair
from tests.tampering.base import SIGNATURES, Attack, claiming, files, with_head, with_token

LATE = "an `exp` that has passed, an `nbf` that has not come"
WEAK = "digests by MD5 or SHA-1"
HEAD = "a header that names another algorithm than the key's, or extensions (`crit`, `b64`)"
SPARE = "Base64 with spare bits that are set"
SPELT = "more in `.signatures.json` than a signature"
LIKE = "the names of its fields in other capitals"


def with_digests(name: str, algorithm: str) -> bytes:
    listed = [
        {"name": file, "hash": digest(file, content, algorithm), "algorithm": name}
        for file, content in files().items()
    ]
    return claiming(files=listed)


def shared_secret(secret: bytes) -> bytes:
    """A token that is no signature but an HMAC with a text that everybody knows."""
    text = json.dumps({"alg": "HS256", "kid": "release"}).encode()
    said = f"{encoded(text)}.{encoded(json.dumps(payload(files())).encode())}"
    return with_token(f"{said}.{encoded(hmac.digest(secret, said.encode(), 'sha256'))}")


def with_spare_bits() -> bytes:
    """The same signature, spelt otherwise: of the last letter's six bits only two count."""
    jwt = token(payload(files()))
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return with_token(jwt[:-1] + alphabet[alphabet.index(jwt[-1]) ^ 1])


def cut_in_signature(text: str) -> bytes:
    head, said, made = token(payload(files())).split(".")
    return with_token(f"{head}.{said}.{made[:40]}{text}{made[40:]}")


REFUSED: Mapping[str, Attack] = {
    "a wrong key": Attack(
        lambda: with_token(token(payload(files()), by="thief")),
        "was not made by a key that may sign",
        "failed to verify JWT signature",
    ),
    "a wrong key ID": Attack(
        lambda: with_head(kid="other"), "names the key `other`", "corresponding to ID other not found"
    ),
    "no key ID": Attack(lambda: with_head(kid=None), "names no key", "key ID is empty"),
    "an empty key ID": Attack(lambda: with_head(kid=""), "names no key", "key ID is empty"),
    "a key ID that is a number": Attack(lambda: with_head(kid=7), "is no JWT", "failed to extract key ID"),
    "another key ID in the header than in the claims": Attack(
        lambda: with_token(token(payload(files(), keyid="release"), kid="other")),
        "names the key `other`",
        "corresponding to ID other not found",
    ),
    "a wrong scope": Attack(
        lambda: claiming(scope="test"), "for the scope `test`, not `prod`", "scope mismatch"
    ),
    "a scope with another capital": Attack(
        lambda: claiming(scope="Prod"), "for the scope `Prod`", "scope mismatch"
    ),
    "no scope": Attack(lambda: claiming(scope=""), "for the scope ``, not `prod`", "scope mismatch"),
    "two scopes": Attack(
        lambda: claiming(Scope="test"), "says `Scope`, which OPA reads as `scope`", "scope mismatch"
    ),
    "no signature": Attack(lambda: bundle(files()), "is not signed", "missing .signatures.json"),
    "no token": Attack(
        lambda: bundle({**files(), SIGNATURES: signatures()}), "exactly one signature", "missing JWT"
    ),
    "two tokens": Attack(
        lambda: bundle({**files(), SIGNATURES: signatures(*[token(payload(files()))] * 2)}),
        "exactly one signature",
        "multiple JWTs not supported",
    ),
    "alg none": Attack(
        lambda: with_token(".".join([*token(payload(files()), alg="none").split(".")[:2], ""])),
        "algorithm `none` is not its key's",
        "failed to verify JWT signature",
    ),
    "an HMAC with the public key's text": Attack(
        lambda: shared_secret(pair("release").public.encode()),
        "algorithm `HS256` is not its key's",
        "failed to verify JWT signature",
    ),
    "an HMAC with the public key's text without its last line end": Attack(
        lambda: shared_secret(pair("release").public.strip().encode()),
        "algorithm `HS256` is not its key's",
        "failed to verify JWT signature",
    ),
    "a plug-in": Attack(
        lambda: with_token(token(payload(files())), plugin="mine"),
        "asks for the plug-in",
        "no verifier exists",
    ),
    "a plug-in that is a list": Attack(
        lambda: with_token(token(payload(files())), plugin=[]), "asks for the plug-in", "decode"
    ),
    "a second list of signatures by another capital": Attack(
        lambda: with_token(token(payload(files())), Signatures=["a.b.c"]),
        "says `Signatures` beside its signature",
        "JWT|decode",
    ),
    "a time of issue that is a text": Attack(
        lambda: claiming(iat="today"), "`iat` is not of its type", "json"
    ),
    "an issuer that is a number": Attack(lambda: claiming(iss=7), "`iss` is not of its type", "json"),
    "a list of files that is a text": Attack(
        lambda: claiming(files="all"), "`files` is not of its type", "json"
    ),
    "a file by two names": Attack(
        lambda: claiming(files=[{**entry, "Name": "x"} for entry in payload(files())["files"]]),
        "says `Name`, which OPA reads as `name`",
        "not included in bundle signature",
    ),
    "a digest that OPA does not know": Attack(
        lambda: with_digests("SHA-3", "sha3_256"), "which proves nothing", "unsupported hashing"
    ),
    "Base64 with foreign letters": Attack(lambda: cut_in_signature("!!"), "is no JWT", "illegal base64"),
    "Base64 with a line end": Attack(
        lambda: cut_in_signature("\n"), "is no JWT", "failed to verify JWT signature"
    ),
    "Base64 with padding": Attack(
        lambda: with_token(token(payload(files())) + "="), "is no JWT", "illegal base64"
    ),
    "four parts": Attack(
        lambda: with_token(token(payload(files())) + ".AA"), "is no JWT", "split compact JWT"
    ),
}

TAKEN_BY_OPA: Mapping[str, Attack] = {
    "an expired signature": Attack(lambda: claiming(exp=1), "has expired", LATE),
    "a signature that expires when it is verified": Attack(
        lambda: claiming(exp=1795305600), "has expired", LATE
    ),
    "a signature of the future": Attack(lambda: claiming(nbf=4102444800), "is not valid yet", LATE),
    "an end that is a text": Attack(lambda: claiming(exp="2030-01-01"), "`exp` is no time", LATE),
    "an end that is true": Attack(lambda: claiming(exp=True), "`exp` is no time", LATE),
    "MD5": Attack(lambda: with_digests("MD5", "md5"), "which proves nothing", WEAK),
    "SHA-1": Attack(lambda: with_digests("SHA-1", "sha1"), "which proves nothing", WEAK),
    "the header's alg none over a signature": Attack(lambda: with_head(alg="none"), "algorithm `none`", HEAD),
    "the header's alg HS256 over a signature": Attack(
        lambda: with_head(alg="HS256"), "algorithm `HS256`", HEAD
    ),
    "another padding in the header": Attack(lambda: with_head(alg="PS256"), "not made by a key", HEAD),
    "no alg": Attack(lambda: with_head(alg=None), "algorithm", HEAD),
    "crit": Attack(lambda: with_head(crit=["x"], x=1), "asks for extensions", HEAD),
    "b64": Attack(lambda: with_head(b64=False, crit=["b64"]), "asks for extensions", HEAD),
    "other spare bits in Base64": Attack(with_spare_bits, "is no JWT", SPARE),
    "a plug-in that is null": Attack(
        lambda: with_token(token(payload(files())), plugin=None), "asks for the plug-in", SPELT
    ),
    "more beside the signature": Attack(
        lambda: with_token(token(payload(files())), more=1), "says `more`", SPELT
    ),
    "signatures by another capital": Attack(
        lambda: bundle(
            {**files(), SIGNATURES: json.dumps({"Signatures": [token(payload(files()))]}).encode()}
        ),
        "exactly one signature",
        LIKE,
    ),
    "a scope by another capital": Attack(
        lambda: with_token(token({"files": payload(files())["files"], "Scope": "prod"})),
        "which OPA reads as `scope`",
        LIKE,
    ),
}

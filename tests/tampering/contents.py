"""Files that are not those that were signed, or that no bundle may hold."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.forging import bundle, encoded, payload, signatures, signed, token
from tests.tampering.base import (
    CATALOG,
    EXTRA,
    FIXED,
    GATES,
    MAIN,
    MANIFEST,
    RULE,
    SIGNATURES,
    Attack,
    claiming,
    files,
    good,
    manifest,
    replaced,
    resigned,
    with_token,
    without,
)

TWICE = "keys twice in data, manifest or signature"
COMMENT = "data in YAML, comments, or more behind the JSON of data, manifest or signature"
UTF8 = "invalid UTF-8 in data"
DEEP = "data of more than 100 levels"
SECOND = "the signature in a folder"
PATCH = "an empty `patch.json`"


def in_yaml() -> bytes:
    """Data in YAML, signed as OPA signs it: by what it says."""
    roots = manifest(roots=["gatelib"])
    said = payload({**files(), MANIFEST: roots, "gatelib/x/data.json": b'{"x": true}'})
    jwt = token(json.dumps(said).replace("x/data.json", "x/data.yaml").encode())
    content = {**files(), MANIFEST: roots, "gatelib/x/data.yaml": b"x: true\n"}
    return bundle({**content, SIGNATURES: signatures(jwt)})


REFUSED: Mapping[str, Attack] = {
    "a rule": Attack(
        lambda: replaced(RULE, files()[RULE] + b"\n"), "is not what was signed", "digest mismatch"
    ),
    "data": Attack(
        lambda: replaced(CATALOG, files()[CATALOG].replace(b'"critical"', b'"low"')),
        "is not what was signed",
        "digest mismatch",
    ),
    "a number spelt otherwise": Attack(
        lambda: replaced(GATES, files()[GATES].replace(b'"exactly":1', b'"exactly":1.0')),
        "is not what was signed",
        "digest mismatch",
    ),
    "the manifest": Attack(
        lambda: replaced(MANIFEST, manifest(revision="x")), "is not what was signed", "digest mismatch"
    ),
    "the manifest's roots": Attack(
        lambda: replaced(MANIFEST, manifest(roots=[""])), "is not what was signed", "digest mismatch"
    ),
    "the Rego version": Attack(
        lambda: replaced(MANIFEST, manifest(rego_version=0)), "is not what was signed", "digest mismatch"
    ),
    "the signature": Attack(
        lambda: replaced(SIGNATURES, good()[SIGNATURES].replace(b'["', b'["A', 1)),
        "is no JWT|not made by a key",
        "JWT|key ID",
    ),
    "the signature's last part": Attack(
        lambda: with_token(token(payload(files()))[:-4] + "AAAA"),
        "was not made by a key that may sign",
        "failed to verify JWT signature",
    ),
    "the signature's list": Attack(
        lambda: with_token(
            ".".join(
                [
                    token(payload(files())).split(".")[0],
                    encoded(json.dumps(payload({**files(), RULE: b"package x\n"})).encode()),
                    token(payload(files())).split(".")[2],
                ]
            )
        ),
        "was not made by a key that may sign",
        "failed to verify JWT signature",
    ),
    "an added rule": Attack(
        lambda: bundle({**good(), "gatelib/rules/acme/extra/extra.rego": EXTRA}),
        "is not among the signed files",
        "not included in bundle signature",
    ),
    "added data": Attack(
        lambda: bundle({**good(), "gatelib/params/data.json": b"{}"}),
        "is not among the signed files",
        "not included in bundle signature",
    ),
    "added WebAssembly": Attack(
        lambda: bundle({**good(), "policy.wasm": b"\0asm"}),
        "is not among the signed files",
        "not included in bundle signature",
    ),
    "a removed rule": Attack(
        lambda: without(RULE), "was signed and is not there", "not found in the target bundle"
    ),
    "removed data": Attack(
        lambda: without(GATES), "was signed and is not there", "not found in the target bundle"
    ),
    "a removed manifest": Attack(
        lambda: without(MANIFEST), "was signed and is not there", "not found in the target bundle"
    ),
    "a file of another bundle": Attack(
        lambda: replaced(FIXED, files("2027-01-01T00:00:00Z")[FIXED]),
        "is not what was signed",
        "digest mismatch",
    ),
    "the signature of another bundle": Attack(
        lambda: replaced(SIGNATURES, signed(files("2027-01-01T00:00:00Z"))[SIGNATURES]),
        "is not what was signed",
        "digest mismatch",
    ),
    "two files exchanged": Attack(
        lambda: bundle({**good(), RULE: good()[MAIN], MAIN: good()[RULE]}),
        "is not what was signed",
        "digest mismatch",
    ),
    "a delta bundle": Attack(
        lambda: bundle(
            {**good(), "patch.json": b'{"data": [{"op": "upsert", "path": "/gatelib/gates", "value": 1}]}'}
        ),
        "no signature covers",
        "delta bundles do not support",
    ),
    "a signed delta bundle": Attack(
        lambda: resigned(
            {"patch.json": b'{"data": [{"op": "upsert", "path": "/gatelib/gates", "value": 1}]}'}
        ),
        "no signature covers",
        "delta bundles do not support",
    ),
    "a second signature deeper down": Attack(
        lambda: bundle({**good(), "gatelib/.signatures.json": good()[SIGNATURES]}),
        "a second",
        "multiple signatures files",
    ),
    "a second manifest deeper down": Attack(
        lambda: resigned({"gatelib/.manifest": b"{}"}), "reads it as a manifest", "multiple manifest files"
    ),
    "a second manifest of another name": Attack(
        lambda: resigned({"gatelib/x.manifest": b"{}"}), "reads it as a manifest", "multiple manifest files"
    ),
    "a second manifest in binary form": Attack(
        lambda: resigned({".manifest.pb": b""}), "reads it as a manifest", "multiple manifest files"
    ),
    "a field of the manifest by another capital": Attack(
        lambda: resigned({MANIFEST: manifest(Roots=["elsewhere"])}),
        "which OPA reads as `roots`",
        "do not permit",
    ),
    "data with NaN": Attack(
        lambda: replaced(GATES, b'{"pr": NaN}'), "no number of JSON", "mismatch|invalid character"
    ),
}

TAKEN_BY_OPA: Mapping[str, Attack] = {
    "keys twice in the manifest": Attack(
        lambda: replaced(MANIFEST, files()[MANIFEST].replace(b"{", b'{"revision":"x",', 1)),
        "has a key twice",
        TWICE,
    ),
    "keys twice in data": Attack(
        lambda: replaced(GATES, files()[GATES].replace(b"{", b'{"pr":[],', 1)), "has a key twice", TWICE
    ),
    "keys twice in the payload": Attack(
        lambda: with_token(token(json.dumps(payload(files())).encode()[:-1] + b',"scope":"prod"}')),
        "is no JWT",
        TWICE,
    ),
    "keys twice in the signature": Attack(
        lambda: bundle(
            {**good(), SIGNATURES: good()[SIGNATURES].replace(b"{", b'{"signatures":["a.b.c"],', 1)}
        ),
        "has a key twice",
        TWICE,
    ),
    "a file listed twice": Attack(
        lambda: claiming(files=payload(files())["files"] * 2), "lists a file twice", TWICE
    ),
    "a comment in the manifest": Attack(
        lambda: replaced(MANIFEST, files()[MANIFEST] + b" # x"), "is no JSON", COMMENT
    ),
    "a comment in data": Attack(lambda: replaced(GATES, files()[GATES] + b" # x"), "is no JSON", COMMENT),
    "a file of YAML": Attack(in_yaml, "readers make different data of YAML", COMMENT),
    "data in YAML": Attack(lambda: replaced(GATES, b"---\n" + files()[GATES]), "is no JSON", COMMENT),
    "something behind the signature": Attack(
        lambda: replaced(SIGNATURES, good()[SIGNATURES] + b" x"), "is no JSON", COMMENT
    ),
    "a broken letter": Attack(
        lambda: bundle(
            {
                **signed(
                    {
                        **files(),
                        "gatelib/x/data.json": '"\ufffd"'.encode(),
                        MANIFEST: manifest(roots=["gatelib"]),
                    }
                ),
                "gatelib/x/data.json": b'"\xff"',
            }
        ),
        "is no JSON",
        UTF8,
    ),
    "half a surrogate pair": Attack(
        lambda: bundle(
            {
                **signed(
                    {
                        **files(),
                        "gatelib/x/data.json": '"\ufffd"'.encode(),
                        MANIFEST: manifest(roots=["gatelib"]),
                    }
                ),
                "gatelib/x/data.json": b'"\\ud800"',
            }
        ),
        "is no JSON",
        UTF8,
    ),
    "deep data": Attack(
        lambda: resigned(
            {"gatelib/x/data.json": b"[" * 500 + b"]" * 500, MANIFEST: manifest(roots=["gatelib"])}
        ),
        "more than 100 levels",
        DEEP,
    ),
    "the signature deeper down": Attack(
        lambda: bundle({**files(), "gatelib/.signatures.json": good()[SIGNATURES]}), "a second", SECOND
    ),
    "an empty delta": Attack(lambda: resigned({"patch.json": b"{}"}), "no signature covers", PATCH),
}

"""Bundles as somebody makes them who wants more than their signer gave: byte by byte."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.signing import pair

USTAR: Final = b"ustar\x0000"
GNU: Final = b"ustar  \x00"
END: Final = bytes(1024)

Files = Mapping[str, bytes]


def header(
    name: bytes,
    size: int = 0,
    kind: bytes = b"0",
    *,
    link: bytes = b"",
    magic: bytes = USTAR,
    prefix: bytes = b"",
    trailer: bytes = b"",
    damaged: bool = False,
) -> bytes:
    """Return a tar header with whatever is asked for."""
    block = bytearray(512)
    fields = {
        0: name,
        100: b"0000644\0",
        108: b"0000000\0",
        116: b"0000000\0",
        124: b"%011o\0" % size,
        136: b"00000000000\0",
        148: b" " * 8,
        156: kind,
        157: link,
        257: magic,
        345: prefix,
        508: trailer,
    }
    for place, value in fields.items():
        block[place : place + len(value)] = value
    block[148:156] = b"%06o\0 " % (sum(block) + damaged)
    return bytes(block)


def member(name: bytes, content: bytes = b"", kind: bytes = b"0", **more: Any) -> bytes:
    """Return a header and what follows it."""
    return header(name, len(content), kind, **more) + content + bytes(-len(content) % 512)


def extended(records: Mapping[bytes, bytes], kind: bytes = b"x") -> bytes:
    """Return an extended header of pax."""
    content = b""
    for key, value in records.items():
        rest = b" " + key + b"=" + value + b"\n"
        length = len(rest) + len(str(len(rest) + 2))
        content += str(length).encode() + rest
    return member(b"PaxHeader", content, kind)


def tar(files: Files) -> bytes:
    """Return the members of an archive without its end."""
    return b"".join(member(name.encode(), content) for name, content in files.items())


def zipped(archive: bytes) -> bytes:
    """Return it as gzip does, compressed."""
    return gzip.compress(archive, 1, mtime=0)


def bundle(files: Files) -> bytes:
    """Return an archive of the files, as plain as OPA's own."""
    return zipped(tar(files) + END)


def digest(name: str, content: bytes, algorithm: str = "sha256") -> str:
    """Return a digest as OPA's documentation describes it, for data without numbers or odd characters."""
    if name.rpartition("/")[2] in ("data.json", ".manifest"):
        value = json.loads(content)
        content = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return hashlib.new(algorithm, content).hexdigest()


def payload(files: Files, /, *, scope: str = "prod", **claims: Any) -> dict[str, Any]:
    """Return what a signature says of the files."""
    listed = [
        {"name": name, "hash": digest(name, content), "algorithm": "SHA-256"}
        for name, content in files.items()
        if name != ".signatures.json"
    ]
    return {"files": listed, "scope": scope, **claims}


def token(said: Mapping[str, Any] | bytes, *, by: str = "release", **more: Any) -> str:
    """Return a JWT that the key ``by`` made with RS256.

    ``more`` is set in its header; what is ``None`` is left out of it.
    """
    head = {"alg": "RS256", "kid": "release", **more}
    text = {key: value for key, value in head.items() if value is not None}
    content = said if isinstance(said, bytes) else json.dumps(said).encode()
    signed = f"{encoded(json.dumps(text).encode())}.{encoded(content)}"
    return f"{signed}.{encoded(_key(by).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def signatures(*tokens: str, **more: Any) -> bytes:
    """Return a `.signatures.json`."""
    return json.dumps({"signatures": tokens, **more}).encode()


def signed(files: Files, /, **claims: Any) -> dict[str, bytes]:
    """Return the files with a signature over them that the release key made."""
    return {**files, ".signatures.json": signatures(token(payload(files, **claims)))}


def encoded(content: bytes) -> str:
    """Return it in the Base64 of JWTs."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@cache
def _key(name: str) -> rsa.RSAPrivateKey:
    found = load_pem_private_key(pair(name).private.encode(), None)
    assert isinstance(found, rsa.RSAPrivateKey)
    return found

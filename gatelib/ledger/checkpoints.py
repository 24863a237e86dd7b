"""Checkpoints: how many entries there were at a time, and the last one's hash, signed.

One proves each entry before it, since the hashes lead there. One that lies beside the entries can be taken
away with them; one that was published elsewhere cannot.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from gatelib import dsse
from gatelib.errors import SignatureError
from gatelib.keys import SigningKey, VerificationKey, verification_key
from gatelib.ledger.faults import Problem
from gatelib.ledger.layout import open_regular

if TYPE_CHECKING:
    from gatelib.keys import PrivateKey

PAYLOAD_TYPE: Final = "application/vnd.gatelib.ledger-checkpoint.v1+json"
EVERY: Final = 1000
"""Entries from one checkpoint to the next."""

_KEYS: Final = ("count", "head", "ledger", "size", "time")
_MOST_BYTES: Final = 64 * 1024
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a checkpoint says."""

    count: int
    """Of the entries."""
    head: str
    """The hash of the last of them."""
    ledger: str
    """The ledger's name."""
    size: int
    """Bytes of the day's file up to the end of the last of them."""
    time: str
    """RFC 3339, in UTC, to the second."""


class Signed(NamedTuple):
    """A checkpoint that somebody who is trusted has signed."""

    checkpoint: Checkpoint
    by: str
    """Whose key it was: its name, or its fingerprint."""


class CheckpointError(Exception):
    """A file that is no checkpoint, or none that counts."""

    def __init__(self, problem: Problem, message: str) -> None:
        super().__init__(message)
        self.problem = problem
        self.message = message


def sign(checkpoint: Checkpoint, key: SigningKey) -> bytes:
    """Return the content of a checkpoint's file."""
    return dsse.sign(_payload(checkpoint), PAYLOAD_TYPE, [key]).to_json() + b"\n"


def read(path: str, keys: Sequence[VerificationKey], ledger: str) -> Signed:
    """Return the checkpoint in a file.

    Raises:
        CheckpointError: it cannot be read, is none, is another ledger's, or is signed by none of the keys.

    """
    found, envelope = _read(path)
    signers = dsse.signers(envelope, keys)
    if not signers:
        raise CheckpointError("untrusted", "is signed by no key that is trusted with the ledger")
    if {signature.keyid for signature in envelope.signatures} != {dsse.fingerprint(key) for key in signers}:
        raise CheckpointError("untrusted", "has a signature that no trusted key has made")
    if found.ledger != ledger:
        raise CheckpointError("foreign", f"is of the ledger `{found.ledger}`, and this is `{ledger}`")
    return Signed(found, signers[0].keyid or dsse.fingerprint(signers[0]))


def said(path: str) -> Checkpoint:
    """Return what a file says, of which nothing is verified.

    Raises:
        CheckpointError: it cannot be read, or is none.

    """
    return _read(path)[0]


def named(key: SigningKey) -> SigningKey:
    """Return a key that signs under its own fingerprint.

    Raises:
        UsageError: it is a shared secret, which proves nothing.

    """
    return SigningKey(key=key.key, algorithm=key.algorithm, keyid=dsse.fingerprint(key))


def public(key: SigningKey) -> VerificationKey:
    """Return what verifies a key's signatures."""
    from cryptography.hazmat.primitives import serialization

    private: PrivateKey = key.key
    if isinstance(private, bytes):
        raise TypeError("a shared secret has no public half")
    pem = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return verification_key(pem)


def _read(path: str) -> tuple[Checkpoint, dsse.Envelope]:
    try:
        descriptor = open_regular(path)
        try:
            content = os.read(descriptor, _MOST_BYTES)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise CheckpointError("unreadable", f"cannot be read: {error.strerror or error}") from None
    try:
        envelope = dsse.parse(content)
    except SignatureError as error:
        raise CheckpointError("malformed", error.message) from None
    if envelope.payload_type != PAYLOAD_TYPE:
        raise CheckpointError("malformed", "has the payload of something else than a checkpoint")
    found = _parse(envelope.payload)
    if found is None or envelope.to_json() + b"\n" != content:
        raise CheckpointError("malformed", "is no checkpoint as gatelib writes them")
    return found, envelope


def _payload(checkpoint: Checkpoint) -> bytes:
    return orjson.dumps(asdict(checkpoint), option=orjson.OPT_SORT_KEYS)


def _parse(payload: bytes) -> Checkpoint | None:
    try:
        value: Any = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return None
    if type(value) is not dict or tuple(sorted(value)) != _KEYS:
        return None
    found = Checkpoint(**value)
    numbers = all(type(number) is int and number > 0 for number in (found.count, found.size))
    texts = all(type(text) is str for text in (found.head, found.ledger, found.time))
    if not numbers or not texts or not _TIME.fullmatch(found.time) or _payload(found) != payload:
        return None
    return found

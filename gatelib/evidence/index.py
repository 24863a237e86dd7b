"""``index.jsonl``: who produced which files of a pack for which release, signed; one DSSE envelope a line.

Each is an in-toto Statement v1 (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md) whose
subjects are the files, with a predicate of gatelib's own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import orjson

from gatelib.errors import EvidenceError, SignatureError
from gatelib.evidence.pack import INDEX

if TYPE_CHECKING:
    from gatelib.keys import PublicKey, SigningKey
    from gatelib.trust import Party

STATEMENT: Final = "https://in-toto.io/Statement/v1"
PREDICATE: Final = "https://gatelib.dev/evidence/v1"
KEYS: Final = ("producer", "service", "version", "commit", "images", "created")
"""Of a predicate, all of them text but ``images``, which is a list of digests."""

_Signed: TypeAlias = "tuple[list[tuple[str, str]], dict[str, Any]]"
_Keys: TypeAlias = "tuple[tuple[PublicKey, str], ...]"
"""The keys of a producer, each with its fingerprint."""
_BATCH: Final = 512
"""Lines that one process verifies at a time; fewer are not worth one."""
_PATIENCE: Final = 600.0
"""Seconds for a batch, which takes a fraction of one."""
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Who produced some files, for which release, and when."""

    producer: str
    service: str
    version: str
    commit: str
    images: tuple[str, ...]
    """Digests, ``sha256:…``."""
    created: str
    """RFC 3339, UTC."""


def signed(digests: Mapping[str, str], binding: Binding, key: SigningKey) -> bytes:
    """Return the line of an index that binds some files, given by path and SHA-256.

    Raises:
        UsageError: the key cannot sign it.

    """
    from gatelib import dsse

    statement = {
        "_type": STATEMENT,
        "subject": [{"name": path, "digest": {"sha256": digests[path]}} for path in sorted(digests)],
        "predicateType": PREDICATE,
        "predicate": {key: getattr(binding, key) for key in KEYS},
    }
    return dsse.sign(orjson.dumps(statement), dsse.IN_TOTO, [key]).to_json() + b"\n"


def verified(
    index: bytes, digests: Mapping[str, str], producers: Sequence[Party]
) -> Iterator[dict[str, Any]]:
    """Yield what each entry of an index is worth, as an envelope's ``verifications`` has it.

    An ``entry`` counts: a producer who is trusted with the file has signed it, and the file is the one that
    was signed; ``key`` is the SHA-256 of the key that it holds with. Of one that does not, ``rejected`` says
    why. The same line twice is one.

    ``digests`` are those of the pack's files.
    """
    from gatelib import dsse

    parties = {party.name: party for party in producers}
    keys = {
        party.name: tuple((key.key, f"sha256:{dsse.fingerprint(key)}") for key in party.keys)
        for party in producers
    }
    for number, found in _each(list(_lines(index)), keys):
        if isinstance(found, str):
            yield {"type": "rejected", "file": INDEX, "reason": f"line {number} {found}"}
            continue
        subjects, predicate = found
        producer = predicate["producer"]
        fits = _fits(parties[producer].files)
        for path, digest in subjects:
            reason = None
            if not fits(path):
                reason = f"`{producer}` is not trusted with it"
            elif path not in digests:
                reason = "it is not in the pack"
            elif digest != digests[path]:
                reason = f"`{producer}` has signed another content"
            if reason:
                yield {"type": "rejected", "file": path, "reason": reason}
            else:
                yield {"type": "entry", "file": path, **predicate}


def claimed(index: bytes) -> Iterator[tuple[str, str, str]]:
    """Yield the path, the digest and the producer of each entry of an index, whoever has signed it.

    Raises:
        SignatureError: a line is none of an index.

    """
    from gatelib import dsse

    for number, line in _lines(index):
        try:
            subjects, predicate = _statement(dsse.parse(line))
        except SignatureError as error:
            raise SignatureError(error.message, file=INDEX, line=number) from None
        for path, digest in subjects:
            yield path, digest, predicate["producer"]


def _lines(index: bytes) -> Iterator[tuple[int, bytes]]:
    seen: set[bytes] = set()
    for number, line in enumerate(index.split(b"\n"), 1):
        if line and line not in seen:
            seen.add(line)
            yield number, line


def _each(
    lines: Sequence[tuple[int, bytes]], parties: Mapping[str, _Keys]
) -> Iterator[tuple[int, _Signed | str]]:
    """Yield for each line what its producer has signed, or why it proves nothing; many on all cores."""

    def work(start: int) -> list[tuple[int, _Signed | str]]:
        return [(number, _trusted(line, parties)) for number, line in lines[start : start + _BATCH]]

    if len(lines) <= _BATCH:
        yield from work(0)
        return
    from gatelib import executors

    pool = executors.executor(lambda: work, jobs=os.cpu_count() or 1, timeout=_PATIENCE, isolated=True)
    try:
        done = dict(pool.run(range(0, len(lines), _BATCH)))
    finally:
        pool.close()
    for start in range(0, len(lines), _BATCH):
        batch = done[start]
        if isinstance(batch, executors.Failure):
            raise EvidenceError(f"cannot be verified: {batch.reason}", file=INDEX)
        yield from cast("list[tuple[int, _Signed | str]]", batch)


def _trusted(line: bytes, parties: Mapping[str, _Keys]) -> _Signed | str:
    """Return the subjects and the predicate, with its key, of a line that counts; or why it does not."""
    from gatelib import dsse

    try:
        envelope = dsse.parse(line)
        subjects, predicate = _statement(envelope)
    except SignatureError as error:
        return error.message
    producer = predicate["producer"]
    if producer not in parties:
        return f"is of the producer `{producer}`, who is not trusted"
    message = dsse.pae(envelope.payload_type, envelope.payload)
    for key, name in parties[producer]:
        if any(dsse.verifies(key, signature.sig, message) for signature in envelope.signatures):
            return subjects, {**predicate, "key": name}
    return f"has no signature of `{producer}` that holds"


def _statement(envelope: Any) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    from gatelib import dsse

    if envelope.payload_type != dsse.IN_TOTO:
        raise SignatureError("is no in-toto Statement")
    try:
        value = orjson.loads(envelope.payload)
    except orjson.JSONDecodeError:
        raise SignatureError("has a payload that is no JSON") from None
    match value:
        case {
            "_type": "https://in-toto.io/Statement/v1",
            "predicateType": "https://gatelib.dev/evidence/v1",
            "subject": [_, *_] as listed,
            "predicate": dict(predicate),
            **more,
        } if not more and _is_predicate(predicate):
            return [_subject(entry) for entry in listed], predicate
    raise SignatureError("is no statement about evidence")


def _is_predicate(value: Mapping[str, Any]) -> bool:
    images = value.get("images")
    return (
        value.keys() == set(KEYS)
        and isinstance(images, list)
        and all(isinstance(entry, str) for entry in images)
        and all(isinstance(value[key], str) for key in KEYS if key != "images")
    )


def _subject(value: object) -> tuple[str, str]:
    if isinstance(value, dict) and len(value) == 2:
        name, digest = value.get("name"), value.get("digest")
        if isinstance(name, str) and isinstance(digest, dict) and len(digest) == 1:
            sha256 = digest.get("sha256")
            if isinstance(sha256, str) and _SHA256.fullmatch(sha256):
                return name, sha256
    raise SignatureError("has a subject that is no file with its SHA-256")


@cache
def _fits(patterns: tuple[str, ...]) -> Callable[[str], object]:
    """Return what tells whether a path fits one of some patterns, in which ``*`` spans slashes."""
    each = (".*".join(re.escape(part) for part in pattern.split("*")) for pattern in patterns)
    return re.compile("|".join(f"(?:{pattern})" for pattern in each), re.DOTALL).fullmatch

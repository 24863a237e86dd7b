"""An entry of the ledger: its form, its bytes and its hash.

The bytes are JSON (RFC 8259) in UTF-8 with sorted keys and no whitespace, which is also the form of RFC 8785
for all that an entry may hold. An entry's hash is the SHA-256 of these bytes, without the line's end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Final, NamedTuple

import orjson

from gatelib.errors import UsageError

MOST_BYTES: Final = 64 * 1024
"""Of one entry: a larger one copies what it should refer to."""

NAME: Final = "audit"
"""What a ledger is called where nobody says otherwise."""

_GENESIS: Final = "gatelib.dev/ledger/v1\n"
_KEYS: Final = ("evidence", "previous_hash", "timestamp", "type")
_TYPE: Final = re.compile(r"(?=.{1,64}\Z)[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_LEDGER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_TIMESTAMP: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")
_LABEL: Final = re.compile("[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\U00010000-\U0010ffff]{1,512}")
"""Of the characters that RFC 8785 and orjson sort alike."""


class Entry(NamedTuple):
    """One entry, read."""

    timestamp: str
    """RFC 3339, in UTC, to the second."""
    type: str
    previous_hash: str
    evidence: dict[str, str]
    """``sha256:`` and the digest, by name."""


@dataclass(frozen=True, slots=True)
class New:
    """What somebody wants to have in the ledger."""

    type: str
    """Such as ``release``: lower-case words joined by hyphens."""
    evidence: Mapping[str, str]
    """``sha256:`` and the digest, by name; at least one."""

    def __post_init__(self) -> None:
        """Refuse what no ledger takes.

        Raises:
            UsageError: the type or a name has the wrong form, or a digest is none.

        """
        problem = _problem(self.type, dict(self.evidence))
        if problem is not None:
            raise UsageError(f"the entry's {problem}", hint="see docs/guides/ledger.md")


def genesis(ledger: str) -> str:
    """Return what the first entry of a ledger has for the hash of the one before.

    Raises:
        UsageError: a ledger cannot be called so.

    """
    if not _LEDGER.fullmatch(ledger):
        raise UsageError(
            f"`{ledger}` is no name of a ledger", hint="letters, digits, `.`, `_` and `-`, at most 64 of them"
        )
    return sha256((_GENESIS + ledger).encode()).hexdigest()


def line(new: New, timestamp: str, previous_hash: str) -> bytes:
    """Return the bytes of an entry, without the line's end.

    Raises:
        UsageError: they are too many.

    """
    data = canonical(Entry(timestamp, new.type, previous_hash, dict(new.evidence)))
    if len(data) > MOST_BYTES:
        raise UsageError(
            f"the entry has {len(data):,} bytes, and {MOST_BYTES:,} are the most",
            hint="name a manifest that lists the files, such as an Evidence Pack's",
        )
    return data


def canonical(entry: Entry) -> bytes:
    """Return the bytes that are hashed."""
    return orjson.dumps(entry._asdict(), option=orjson.OPT_SORT_KEYS)


def digest(data: bytes) -> str:
    """Return the hash of an entry's bytes."""
    return sha256(data).hexdigest()


def parse(data: bytes) -> Entry:
    """Return the entry that a line has, given without its end.

    Raises:
        ValueError: it has none; the message says why.

    """
    if len(data) > MOST_BYTES:
        raise ValueError("is longer than any entry")
    try:
        value: Any = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise ValueError("is no JSON") from None
    if type(value) is not dict or tuple(sorted(value)) != _KEYS:
        raise ValueError(f"has not exactly the keys {', '.join(_KEYS)}")
    entry = Entry(value["timestamp"], value["type"], value["previous_hash"], value["evidence"])
    for text, form, what in (
        (entry.timestamp, _TIMESTAMP, "timestamp"),
        (entry.previous_hash, _HASH, "previous_hash"),
    ):
        if type(text) is not str or not form.fullmatch(text):
            raise ValueError(f"has a `{what}` of the wrong form")
    try:
        date.fromisoformat(entry.timestamp[:10])
    except ValueError:
        raise ValueError("has a `timestamp` of no day") from None
    problem = _problem(entry.type, entry.evidence)
    if problem is not None:
        raise ValueError(f"its {problem}")
    if orjson.dumps(value, option=orjson.OPT_SORT_KEYS) != data:
        raise ValueError("is spelled in another way than gatelib writes")
    return entry


def _problem(type_: object, evidence: object) -> str | None:
    if type(type_) is not str or not _TYPE.fullmatch(type_):
        return "type is no word in lower case, or several joined by hyphens"
    if type(evidence) is not dict or not evidence:
        return "evidence names nothing"
    for name, value in evidence.items():
        if type(name) is not str or not _LABEL.fullmatch(name):
            return "evidence has a name that is empty, longer than 512 characters, or not plain text"
        if type(value) is not str or not _DIGEST.fullmatch(value):
            return "evidence has a value that is not `sha256:` and 64 digits in lower case"
    return None

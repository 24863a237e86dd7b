"""Records and the envelopes with their signatures, brought together.

An envelope counts for the record whose canonical form it carries, byte for byte, wherever both lie. One that
carries another text than the record beside it was signed for something else, and spoils that record. One
without a record beside it brings its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from gatelib.errors import SignatureError
from gatelib.exceptions.record import PAYLOAD_TYPE, SUFFIX, VERIFIED, as_given, canonical
from gatelib.exceptions.revoked import Revocations
from gatelib.exceptions.verifying import verify
from gatelib.loader import Path as DocumentPath
from gatelib.plan import GivenException
from gatelib.reading import form_problems
from gatelib.records import VERSION
from gatelib.report import Problem
from gatelib.sources import SUFFIXES, Source

if TYPE_CHECKING:
    from gatelib.dsse import Envelope
    from gatelib.trust import Trust

UNUSABLE: Final = "GL-ERR-008"


class Record(NamedTuple):
    """A record and where it was read."""

    source: Source
    ordinal: int
    prefix: DocumentPath
    content: Mapping[str, Any]


@dataclass(slots=True)
class Verified:
    """The records of a run, each with what its signatures prove."""

    exceptions: list[dict[str, Any]] = field(default_factory=list)
    """As an engine gets them."""
    given: list[GivenException] = field(default_factory=list)
    """The same, as reports show them."""
    problems: list[Problem] = field(default_factory=list)


def verified(
    records: Sequence[Record],
    envelopes: Sequence[tuple[Source, bytes]],
    trust: Trust,
    revocations: Revocations,
) -> Verified:
    """Return all records, those that only an envelope brings among them, by file."""
    found = Verified()
    all_records = [record._replace(content=_without_verified(record.content)) for record in records]
    by_payload: dict[bytes, list[int]] = {}
    for index, record in enumerate(all_records):
        by_payload.setdefault(canonical(record.content), []).append(index)
    signed: dict[int, list[Envelope]] = {}
    strays: list[tuple[Source, Envelope]] = []
    for source, content in envelopes:
        envelope = _parsed(source, content, found)
        if envelope is None:
            continue
        for index in by_payload.get(envelope.payload, ()):
            signed.setdefault(index, []).append(envelope)
        if envelope.payload not in by_payload:
            strays.append((source, envelope))
    for source, envelope in strays:
        beside = [index for index, record in enumerate(all_records) if _is_beside(record.source, source)]
        unsigned = [index for index in beside if index not in signed]
        if not beside:
            _bring(source, envelope, all_records, signed, found)
        for index in unsigned or beside:
            signed.setdefault(index, []).append(envelope)
    order = sorted(range(len(all_records)), key=lambda index: _place(all_records[index]))
    for index in order:
        record = all_records[index]
        proved = verify(record.content, signed.get(index, ()), trust, revocations)
        entry = {**record.content, VERIFIED: proved}
        found.exceptions.append(entry)
        found.given.append(as_given(record.source, record.ordinal, record.prefix, entry))
    return found


def _parsed(source: Source, content: bytes, found: Verified) -> Envelope | None:
    from gatelib import dsse

    try:
        return dsse.parse(content)
    except SignatureError as error:
        found.problems.append(
            Problem(code=UNUSABLE, message=error.message, file=source.name, line=error.line)
        )
        return None


def _bring(
    source: Source,
    envelope: Envelope,
    records: list[Record],
    signed: dict[int, list[Envelope]],
    found: Verified,
) -> None:
    """Take the record that an envelope carries."""
    content = _record_in(envelope)
    if content is None:
        message = "carries no PolicyException in its canonical form, and there is no record beside it"
        found.problems.append(Problem(code=UNUSABLE, message=message, file=source.name))
        return
    found.problems += [
        Problem(code=code, message=message, file=source.name)
        for _, code, message in form_problems("gatelib.dev/PolicyException", content)
    ]
    for index, record in enumerate(records):  # another envelope may have brought it already
        if canonical(record.content) == envelope.payload:
            signed.setdefault(index, []).append(envelope)
            return
    signed.setdefault(len(records), []).append(envelope)
    records.append(Record(source._replace(content=envelope.payload), 0, (), _without_verified(content)))


def _record_in(envelope: Envelope) -> dict[str, Any] | None:
    if envelope.payload_type != PAYLOAD_TYPE:
        return None
    try:
        content = orjson.loads(envelope.payload)
    except orjson.JSONDecodeError:
        return None
    is_record = (
        isinstance(content, dict)
        and content.get("apiVersion") == VERSION
        and content.get("kind") == "PolicyException"
        and canonical(content) == envelope.payload
    )
    return content if is_record else None


def _is_beside(record: Source, envelope: Source) -> bool:
    path = Path(record.path)
    return str(path.with_suffix("")) == envelope.path[: -len(SUFFIX)] and path.suffix.lower() in SUFFIXES


def _without_verified(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in content.items() if key != VERIFIED}


def _place(record: Record) -> tuple[str, int, list[str]]:
    return record.source.name, record.ordinal, [str(step) for step in record.prefix]

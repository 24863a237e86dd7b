"""JSON files, recognised by what they say they are, and held against their form."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, Literal, NamedTuple

import orjson

from gatelib import resources
from gatelib.errors import EvidenceError
from gatelib.evidence.formats.shape import TEXT, Shape, check, items, optional, record

Kind = Literal["report", "attestation", "exceptions"]

_REPORT: Final = "gatelib.dev/report/v1"
_ATTESTATION: Final = "gatelib.dev/attestation/v1"
_HINT: Final = (
    "give reports of `gatelib check --format json`, attestations of `gatelib attest render`, and what"
    " `gatelib exception list --format json` prints"
)

_EXCEPTIONS_SHAPE: Final[Shape] = items(
    record("sha256", "state", sha256=TEXT, state=TEXT, expires=optional(TEXT), created=optional(TEXT))
)


class Document(NamedTuple):
    """What a file holds."""

    kind: Kind
    content: Any


def parse(data: bytes) -> Document:
    """Return what a file holds.

    Raises:
        EvidenceError: it is no JSON, none of the kinds, or not of its form.

    """
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise EvidenceError("is no JSON", line=error.lineno, column=error.colno, hint=_HINT) from None
    schema = value.get("schema") if isinstance(value, Mapping) else None
    if schema == _REPORT:
        check(value, _shape("report-v1.json"), what="gatelib report")
        return Document("report", value)
    if schema == _ATTESTATION:
        check(value, _shape("attestation-v1.json"), what="control attestation")
        return Document("attestation", value)
    if isinstance(value, list):
        check(value, _EXCEPTIONS_SHAPE, what="list of exceptions")
        return Document("exceptions", value)
    raise EvidenceError("is no report, attestation or list of exceptions", hint=_HINT)


@cache
def _shape(schema: str) -> Shape:
    found: Shape = orjson.loads(resources.schema(schema).read_bytes())
    return found

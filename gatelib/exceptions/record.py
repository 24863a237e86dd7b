"""A PolicyException record: the bytes that are signed, and what reports show of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import orjson

from gatelib.loader import Path
from gatelib.plan import GivenException
from gatelib.sources import Source

TYPE: Final = "gatelib.dev/PolicyException"
PAYLOAD_TYPE: Final = "application/vnd.gatelib.policy-exception.v1+json"
"""Of a DSSE envelope that carries a record."""
SUFFIX: Final = ".dsse.json"
"""How the name of an envelope's file ends; the record's own file has the same name before it."""
VERIFIED: Final = "verified"
"""The key under which an engine gets what was found of the signatures; no file may say it."""


def canonical(record: Mapping[str, Any]) -> bytes:
    """Return the bytes that are signed: JSON with sorted keys and no whitespace, without ``verified``."""
    said = {key: value for key, value in record.items() if key != VERIFIED}
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def digest(record: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(record)).hexdigest()


def folded(name: object) -> str:
    """Return a person's name as it is compared; empty for what is none."""
    return name.strip().casefold() if isinstance(name, str) else ""


def spec_of(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a record's ``spec``, empty where it has none."""
    spec = record.get("spec")
    return spec if isinstance(spec, dict) else {}


def name_of(record: Mapping[str, Any]) -> str:
    """Return a record's name, empty where it has none."""
    metadata = record.get("metadata")
    return str(metadata.get("name", "")) if isinstance(metadata, dict) else ""


def approvers(record: Mapping[str, Any]) -> list[Any]:
    """Return the approvers that a record names, one or a list of them."""
    found = spec_of(record).get("approver", "")
    return found if isinstance(found, list) else [found]


def as_given(source: Source, ordinal: int, prefix: Path, record: Mapping[str, Any]) -> GivenException:
    """Return a record as reports show it, whatever it lacks."""
    spec, found = spec_of(record), record.get(VERIFIED)
    verified: Mapping[str, Any] = found if isinstance(found, dict) else {}
    signers = [verified.get("requester"), *(entry["identity"] for entry in verified.get("approvers", ()))]
    return GivenException(
        source=source,
        ordinal=ordinal,
        prefix=prefix,
        name=name_of(record),
        sha256=digest(record),
        approver=", ".join(str(name) for name in approvers(record)),
        expires=str(spec.get("expires", "")),
        reason=str(spec.get("reason", "")),
        requester=str(spec.get("requester", "")),
        ticket=str(spec.get("ticket", "")),
        signed_by=tuple(signer for signer in signers if signer),
    )

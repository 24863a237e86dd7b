"""Governance verdicts on record: which were signed for the action that they stand in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import orjson

from gatelib.errors import SignatureError
from gatelib.evidence.formats.interface import Fact
from gatelib.trust import Trust

if TYPE_CHECKING:
    from gatelib.keys import VerificationKey

_KIND: Final = "Action"


def verify(path: str, facts: Sequence[Fact], trust: Trust) -> list[dict[str, Any]]:
    """Return a ``verdict`` verification for each Action whose verdict its decider has signed for it.

    ``spec.verdict.signature`` is a DSSE envelope over ``{"verdict", "request"}``, as
    :func:`gatelib.verdicts.signing.signed` makes it. It counts where a key of that decider in
    ``trust.verdicts`` has signed exactly this verdict on a request with the record's ``action``, ``subject``
    and ``artefact.sha256``; a verdict on anything else says nothing about the record.
    """
    return [
        {"type": "verdict", "file": path, "fact": position, "decider": decider}
        for position, fact in enumerate(facts)
        if fact.get("kind") == _KIND
        for decider in _deciders(_mapping(fact.get("spec")), trust)
    ]


def _deciders(spec: Mapping[str, Any], trust: Trust) -> Iterator[str]:
    """Yield the one who gave the verdict of an action, if the signature holds."""
    verdict = _mapping(spec.get("verdict"))
    shown = {key: value for key, value in verdict.items() if key != "signature"}
    for party in trust.verdicts:
        if party.name == shown.get("decider"):
            payload = _signed_by(party.keys, verdict.get("signature"))
            if payload.get("verdict") == shown and _is_bound(_mapping(payload.get("request")), spec):
                yield party.name


def _signed_by(keys: Sequence[VerificationKey], signature: object) -> Mapping[str, Any]:
    """Return what one of the keys has signed as a verdict; empty where none has."""
    if not isinstance(signature, Mapping):
        return {}
    from gatelib import dsse
    from gatelib.verdicts import PAYLOAD_TYPE

    try:
        envelope = dsse.parse(signature)
        if envelope.payload_type == PAYLOAD_TYPE and dsse.signers(envelope, keys):
            return _mapping(orjson.loads(envelope.payload))
    except (SignatureError, orjson.JSONDecodeError):
        pass
    return {}


def _is_bound(request: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    digest = _mapping(spec.get("artefact")).get("sha256")
    return (
        isinstance(digest, str)
        and _mapping(request.get("artefact")).get("sha256") == digest
        and all(spec.get(key) and request.get(key) == spec[key] for key in ("action", "subject"))
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}

"""Signed verdicts: whose they are, and for which request.

A signature is a DSSE envelope over the verdict and over what binds it to its request, so that a verdict that
allowed one thing cannot be shown for another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import orjson

from gatelib.errors import LoadError, SignatureError
from gatelib.verdicts.request import Request

if TYPE_CHECKING:
    from gatelib.keys import SigningKey, VerificationKey
    from gatelib.trust import Trust

PAYLOAD_TYPE: Final = "application/vnd.gatelib.verdict.v1+json"


def signed(verdict: Mapping[str, Any], request: Request, key: SigningKey) -> dict[str, Any]:
    """Return the envelope, as a JSON object, that signs a verdict on a request.

    Raises:
        UsageError: the key is a shared secret.

    """
    from gatelib import dsse

    payload = {"verdict": verdict, "request": request.binding()}
    envelope = dsse.sign(orjson.dumps(payload, option=orjson.OPT_SORT_KEYS), PAYLOAD_TYPE, [key])
    value: dict[str, Any] = orjson.loads(envelope.to_json())
    return value


def verify_verdict(
    envelope: Mapping[str, Any] | bytes,
    keys: Iterable[VerificationKey],
    *,
    action: Any,
    subject: Any,
    context: Any,
    artefact: Any,
) -> dict[str, Any]:
    """Return the verdict in an envelope that one of the keys has signed for this very request.

    ``envelope`` is a verdict's ``signature``. The verdict may deny, and it may be old: see its ``allow`` and
    ``now``.

    Raises:
        SignatureError: it is no such envelope, nobody's, or for another request.

    """
    payload = _payload(envelope, keys)
    try:
        wanted = Request(action, subject, context, artefact).binding()
    except LoadError as error:
        raise SignatureError(error.message) from None
    if payload["request"] != wanted:
        raise SignatureError(
            "the verdict was given on another request",
            hint="give the action, subject, context and artefact as they were asked about",
        )
    verdict: dict[str, Any] = payload["verdict"]
    return verdict


def upstream(request: Request, trust: Trust) -> list[dict[str, Any]]:
    """Return what the verifier says of the verdict that a request's context carries.

    It is ``{"type": "verdict", "decider", "verdict"}`` where the key of a decider in ``trust.verdicts`` has
    signed it for the same action, subject and artefact, and nothing otherwise. The context is another one: it
    has gained the verdict.
    """
    found = request.upstream
    if found is None or not trust.verdicts or not isinstance(found.get("signature"), dict):
        return []
    shown = {key: value for key, value in found.items() if key != "signature"}
    keys = [key for party in trust.verdicts if party.name == shown.get("decider") for key in party.keys]
    try:
        payload = _payload(found["signature"], keys)
        binding = request.binding()
    except (SignatureError, LoadError):
        return []
    bound = all(payload["request"].get(key) == binding[key] for key in ("action", "subject", "artefact"))
    if not bound or payload["verdict"] != shown:
        return []
    return [{"type": "verdict", "decider": shown["decider"], "verdict": shown}]


def _payload(envelope: Mapping[str, Any] | bytes, keys: Iterable[VerificationKey]) -> dict[str, Any]:
    from gatelib import dsse

    parsed = dsse.parse(envelope)
    if parsed.payload_type != PAYLOAD_TYPE:
        raise SignatureError("is no signed verdict", hint=f"its payload type is not `{PAYLOAD_TYPE}`")
    if not dsse.signers(parsed, keys):
        raise SignatureError("no key that is trusted has signed the verdict")
    try:
        value = orjson.loads(parsed.payload)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict) or not all(isinstance(value.get(key), dict) for key in _PARTS):
        raise SignatureError("is no signed verdict")
    return value


_PARTS: Final = ("verdict", "request")

"""Whose verdicts on record are signed, and for which action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from gatelib import dsse
from gatelib.evidence import verdicts
from gatelib.keys import SigningKey, VerificationKey, signing_key, verification_key
from gatelib.trust import Party, Trust
from gatelib.verdicts.request import Request
from gatelib.verdicts.signing import PAYLOAD_TYPE, signed
from tests.signing import pair

FILE = "governance/actions.json"
ARTEFACT = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api"}}
REQUEST = Request("promote", "release-bot", {"ticket": "CHG-4471"}, ARTEFACT)
VERDICT: dict[str, Any] = {
    "allow": True,
    "decider": "gatelib",
    "rule_id": None,
    "reason": "no finding denies",
    "findings": [],
    "bundle": "2026-11-20T00:00:00Z-0123456789ab",
    "now": "2026-11-21T20:00:00Z",
}


def private(name: str) -> SigningKey:
    return signing_key(pair(name, "ES256").private.encode())


def public(name: str) -> VerificationKey:
    return verification_key(pair(name, "ES256").public.encode())


def trusting(name: str, decider: str = "gatelib") -> Trust:
    return Trust(verdicts=(Party(name=decider, keys=(public(name),)),))


TRUST = trusting("decider")


def action(verdict: object, **spec: object) -> dict[str, Any]:
    about = {
        "action": "promote",
        "subject": "release-bot",
        "artefact": {"name": "payments 2.14.0", "sha256": REQUEST.binding()["artefact"]["sha256"]},
    }
    return {"apiVersion": "gatelib.dev/v1", "kind": "Action", "spec": {**about, "verdict": verdict, **spec}}


def with_signature(
    verdict: Mapping[str, Any] = VERDICT, name: str = "decider", request: Request = REQUEST
) -> dict[str, Any]:
    return {**verdict, "signature": signed(verdict, request, private(name))}


def enveloped(payload: object, payload_type: str = PAYLOAD_TYPE) -> dict[str, Any]:
    envelope = dsse.sign(orjson.dumps(payload), payload_type, [private("decider")])
    value: dict[str, Any] = orjson.loads(envelope.to_json())
    return value


def test_each_action_whose_decider_has_signed_is_verified_at_its_place() -> None:
    other = {**VERDICT, "decider": "mesh"}
    trust = Trust(
        verdicts=(*TRUST.verdicts, Party(name="mesh", keys=(public("first"), public("second")))),
    )
    facts = [
        action(VERDICT),
        action(with_signature()),
        {"apiVersion": "gatelib.dev/v1", "kind": "Dataset", "spec": {"verdict": with_signature()}},
        action(with_signature(other, "second")),
    ]
    assert verdicts.verify(FILE, facts, trust) == [
        {"type": "verdict", "file": FILE, "fact": 1, "decider": "gatelib"},
        {"type": "verdict", "file": FILE, "fact": 3, "decider": "mesh"},
    ]


def test_a_verdict_that_denies_is_verified_too_since_a_rule_reads_what_it_says() -> None:
    denying = {**VERDICT, "allow": False}
    assert [found["fact"] for found in verdicts.verify(FILE, [action(with_signature(denying))], TRUST)] == [0]


def test_a_subject_may_be_an_object() -> None:
    request = Request("promote", {"user": "nina"}, {}, ARTEFACT)
    fact = action(with_signature(request=request), subject={"user": "nina"})
    assert [found["fact"] for found in verdicts.verify(FILE, [fact], TRUST)] == [0]


FOREIGN: dict[str, dict[str, Any]] = {
    "another action": action(with_signature(), action="export"),
    "another subject": action(with_signature(), subject="nina"),
    "another artefact": action(with_signature(), artefact={"sha256": "0" * 64}),
    "no artefact": action(with_signature(), artefact={"name": "payments 2.14.0"}),
    "an artefact that is no object": action(with_signature(), artefact="payments 2.14.0"),
    "a verdict that was changed": action({**with_signature(), "reason": "it was fine"}),
    "a verdict with more in it": action({**with_signature(), "note": "fine"}),
    "a denial made into a permission": action({**with_signature({**VERDICT, "allow": False}), "allow": True}),
    "somebody else's key": action(with_signature(name="stranger")),
    "another decider's name": action({**with_signature(), "decider": "mesh"}),
    "no signature": action(VERDICT),
    "a signature that is no envelope": action({**VERDICT, "signature": {"payload": "e30="}}),
    "a signature that is text": action({**VERDICT, "signature": "yes"}),
    "a payload of another type": action(
        {
            **VERDICT,
            "signature": enveloped({"verdict": VERDICT, "request": REQUEST.binding()}, dsse.IN_TOTO),
        }
    ),
    "a payload that is no object": action({**VERDICT, "signature": enveloped([VERDICT])}),
    "a payload without a request": action({**VERDICT, "signature": enveloped({"verdict": VERDICT})}),
    "no verdict": action(None),
    "no specification": {"apiVersion": "gatelib.dev/v1", "kind": "Action"},
}


@pytest.mark.parametrize("what", FOREIGN)
def test_nothing_is_verified_of(what: str) -> None:
    assert verdicts.verify(FILE, [FOREIGN[what]], TRUST) == []


@pytest.mark.parametrize("nothing", [None, "", {}])
def test_an_action_that_names_nobody_and_nothing_is_bound_to_no_request(nothing: object) -> None:
    fact = action(with_signature(request=Request("promote", nothing, {}, ARTEFACT)), subject=nothing)
    assert verdicts.verify(FILE, [fact], TRUST) == []
    del fact["spec"]["subject"]
    assert verdicts.verify(FILE, [fact], TRUST) == []


def test_a_key_of_another_role_is_worth_nothing() -> None:
    evidence = Trust(evidence=trusting("decider").verdicts)
    assert verdicts.verify(FILE, [action(with_signature())], evidence) == []
    assert verdicts.verify(FILE, [action(with_signature())], trusting("decider", "somebody")) == []

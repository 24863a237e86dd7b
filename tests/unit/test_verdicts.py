"""Verdicts in Python: what denies a request, what a signature proves, and what traces show."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from gatelib import (
    Decider,
    EngineTimeoutError,
    EvidenceError,
    SignatureError,
    UsageError,
    attributes,
    dsse,
    evaluate,
    signing_key,
    verification_key,
    verify_verdict,
)
from gatelib.verdicts import PAYLOAD_TYPE
from tests.requests_for_verdicts import FAR_AHEAD, LONG_AGO, config_map, pod, provenance, request
from tests.signing import pair

NOW = "2026-11-22T00:00:00Z"
ALLOWED = {"allow": True, "decider": "gatelib", "rule_id": None, "reason": "no finding denies"}
KEY = signing_key(pair("mesh", "ES256").private.encode())
PUBLIC = verification_key(pair("mesh", "ES256").public.encode())
STRANGER = signing_key(pair("stranger", "ES256").private.encode())


@pytest.fixture(scope="module")
def decider() -> Iterator[Decider]:
    with Decider.load(now=NOW) as found:
        yield found


def short(verdict: Mapping[str, Any]) -> tuple[bool, str | None, str]:
    return verdict["allow"], verdict["rule_id"], verdict["reason"]


def trusting(folder: Path, **governance: Any) -> Path:
    """Return a configuration that trusts the key of ``mesh``, and sets parameters."""
    (folder / "mesh.pem").write_text(pair("mesh", "ES256").public)
    trust = {"verdicts": [{"decider": "gatelib", "keys": ["mesh.pem"]}]}
    path = folder / "gatelib.yaml"
    path.write_text(json.dumps({"trust": trust, "parameters": {"governance": governance}}))
    return path


# What allows and what denies


def test_a_whole_request_that_no_rule_denies_is_allowed() -> None:
    verdict = evaluate(**request(), now=NOW)
    assert verdict == {**ALLOWED, "findings": [], "bundle": verdict["bundle"], "now": NOW}
    assert verdict["bundle"].startswith("gatelib-")


def test_an_artefact_is_judged_by_the_rules_of_the_gate(decider: Decider) -> None:
    verdict = decider.evaluate(**request([config_map(), pod(privileged=True)]))
    denied = {finding["rule"] for finding in verdict["findings"] if finding["action"] == "deny"}
    assert not verdict["allow"]
    assert {"GL-IMG-001", "GL-K8S-001", "GL-K8S-006"} <= denied
    with Decider.load(now=NOW, rules=["GL-K8S-001"]) as one:
        verdict = one.evaluate(**request(pod(privileged=True)))
    assert short(verdict) == (False, "GL-K8S-001", "container `api` is privileged")
    assert [finding["rule"] for finding in verdict["findings"]] == ["GL-K8S-001"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (None, "is missing"),
        ("ci", "is no object"),
        ({}, "has no `actor`"),
        (provenance(confidence=1.01), "has a `confidence` that is no number from 0 to 1"),
        (provenance(simulated="false"), "has a `simulated` that is no boolean"),
        (provenance(timestamp="2020-02-30T00:00:00Z"), "has a `timestamp` that is no RFC 3339 date-time"),
        (provenance(timestamp=FAR_AHEAD), "has a `timestamp` in the future"),
        (provenance(origin=" "), "has a `origin` that is no text"),
    ],
)
def test_a_request_must_tell_where_it_comes_from(decider: Decider, given: Any, reason: str) -> None:
    verdict = decider.evaluate(**request(provenance=given))
    assert short(verdict) == (False, "GL-GOV-004", f"the context's provenance envelope {reason}")


def test_no_choice_of_rules_or_gate_leaves_that_out() -> None:
    asked = request(provenance=None)
    with Decider.load(now=NOW, rules=["GL-K8S-001"]) as one:
        assert one.evaluate(**asked)["rule_id"] == "GL-GOV-004"
    with Decider.load(now=NOW, gate="admission") as admission:
        assert admission.evaluate(**asked)["rule_id"] == "GL-GOV-004"
    with pytest.raises(UsageError, match="rule `GL-GOV-005` judges every request for a verdict"):
        Decider.load(skip=["GL-GOV-005"])


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({**ALLOWED, "allow": False, "rule_id": "GL-K8S-001"}, "denies"),
        ({**ALLOWED, "allow": 1}, "has a `allow` that is no boolean"),
        ({"allow": True}, "has no `decider`"),
        (None, "is missing"),
        ([], "is no object"),
    ],
)
def test_an_earlier_verdict_must_allow(decider: Decider, given: Any, reason: str) -> None:
    verdict = decider.evaluate(**request(verdict=given))
    assert short(verdict) == (False, "GL-GOV-005", f"the context's verdict {reason}")
    assert short(decider.evaluate(**request(verdict=ALLOWED)))[0]


def test_a_mesh_may_require_an_earlier_verdict(tmp_path: Path) -> None:
    with Decider.load(config=trusting(tmp_path, require_verdict=True), now=NOW) as strict:
        assert short(strict.evaluate(**request())) == (
            False,
            "GL-GOV-005",
            "the context's verdict is missing",
        )
        assert strict.evaluate(**request(verdict=ALLOWED))["allow"]


# Malformed requests


@pytest.mark.parametrize("key", ["action", "subject", "context", "artefact"])
@pytest.mark.parametrize("value", [None, 7, "", " ", [], {}, True, [[]], ["x"]])
def test_a_part_of_the_wrong_type_is_denied_with_an_error(decider: Decider, key: str, value: Any) -> None:
    verdict = decider.evaluate(**{**request(), key: value})
    if (key, value) == ("context", {}):
        assert short(verdict)[:2] == (False, "GL-GOV-004")
    else:
        assert verdict["allow"] is False
        assert str(verdict["rule_id"]).startswith("GL-ERR-00")
    assert verdict["decider"] == "gatelib"
    assert verdict["now"] == NOW


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(float("nan"), id="nan"),
        pytest.param(float("inf"), id="infinity"),
        pytest.param((1, 2), id="tuple"),
        pytest.param({1: 2}, id="a number as key"),
        pytest.param({1, 2}, id="set"),
        pytest.param(b"x", id="bytes"),
        pytest.param(1 << 70, id="large number"),
        pytest.param("\ud800", id="half a surrogate pair"),
        pytest.param(UUID(int=0), id="uuid"),
        pytest.param(datetime.now, id="function"),
    ],
)
@pytest.mark.parametrize("key", ["subject", "context", "artefact"])
def test_what_json_has_not_is_denied_before_an_engine_sees_it(decider: Decider, key: str, value: Any) -> None:
    given = deepcopy(request())
    given[key] = {"kind": "ConfigMap", "data": value}
    verdict = decider.evaluate(**given, signing_key=KEY)
    assert verdict["allow"] is False
    assert verdict["rule_id"] == "GL-ERR-108"
    assert "signature" not in verdict


def test_a_request_as_deep_as_a_file_may_be_is_judged_and_a_deeper_one_is_denied(decider: Decider) -> None:
    def nested(levels: int) -> dict[str, Any]:
        value: Any = {}
        for _ in range(levels - 1):
            value = {"a": value}
        return {**config_map(), "data": value}

    assert decider.evaluate(**request(nested(98)))["allow"]
    for levels in (99, 200, 5000):
        verdict = decider.evaluate(**request(nested(levels)))
        assert short(verdict) == (False, "GL-ERR-106", "the request is more than 100 deep")


# Signatures


def test_a_verdict_signed_for_a_request_verifies_with_its_key_and_its_request_only(decider: Decider) -> None:
    asked = request()
    verdict = decider.evaluate(**asked, signing_key=KEY)
    envelope = verdict.pop("signature")
    assert envelope["payloadType"] == PAYLOAD_TYPE
    assert verify_verdict(envelope, [PUBLIC], **asked) == verdict
    assert verify_verdict(json.dumps(envelope).encode(), [PUBLIC], **asked) == verdict
    with pytest.raises(SignatureError, match="no key that is trusted has signed the verdict"):
        verify_verdict(envelope, [], **asked)
    for key, value in {
        "action": "delete",
        "subject": "somebody",
        "context": {"provenance": provenance(actor="somebody")},
        "artefact": config_map("other"),
    }.items():
        with pytest.raises(SignatureError, match="the verdict was given on another request"):
            verify_verdict(envelope, [PUBLIC], **{**asked, key: value})


def test_no_byte_of_a_signed_verdict_can_be_changed(decider: Decider) -> None:
    asked = request(pod(privileged=True))
    envelope = dsse.parse(decider.evaluate(**asked, signing_key=KEY)["signature"])
    for position in range(0, len(envelope.payload), 7):
        payload = bytearray(envelope.payload)
        payload[position] ^= 1
        forged = dsse.Envelope(bytes(payload), envelope.payload_type, envelope.signatures)
        with pytest.raises(SignatureError):
            verify_verdict(forged.to_json(), [PUBLIC], **asked)


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"null", b"{}", b'{"verdict": {}}', b'{"verdict": [], "request": {}}', b"\xff"]
)
def test_what_a_trusted_key_signed_and_is_no_verdict_is_none(payload: bytes) -> None:
    with pytest.raises(SignatureError, match="is no signed verdict"):
        verify_verdict(dsse.sign(payload, PAYLOAD_TYPE, [KEY]).to_json(), [PUBLIC], **request())
    with pytest.raises(SignatureError, match="is no signed verdict"):
        verify_verdict(dsse.sign(payload, dsse.IN_TOTO, [KEY]).to_json(), [PUBLIC], **request())


def test_a_shared_secret_signs_no_verdict(decider: Decider) -> None:
    with pytest.raises(UsageError, match="a shared secret has no public half"):
        decider.evaluate(**request(), signing_key=signing_key(b"x" * 32, algorithm="HS256"))


def test_where_signatures_are_required_an_earlier_verdict_counts_for_its_request_alone(
    tmp_path: Path, decider: Decider
) -> None:
    asked = request()
    signed = decider.evaluate(**asked, signing_key=KEY)
    shown = {"provenance": provenance(), "verdict": signed}
    unsigned = (False, "GL-GOV-005", "the context's verdict is not signed by a key of `trust.verdicts`")
    with Decider.load(config=trusting(tmp_path, require_signed_verdict=True), now=NOW) as strict:

        def said(verdict: Mapping[str, Any], **changed: Any) -> tuple[bool, str | None, str]:
            return short(strict.evaluate(**{**asked, "context": {**shown, "verdict": verdict}, **changed}))

        assert said(signed) == (True, None, "no finding denies")
        bare = {key: value for key, value in signed.items() if key != "signature"}
        assert said(bare) == unsigned
        assert said({**signed, "reason": "trust me"}) == unsigned
        assert said({**signed, "decider": "somebody"}) == unsigned
        assert said(signed, action="delete") == unsigned
        assert said(signed, subject="somebody") == unsigned
        assert said(signed, artefact=config_map("other")) == unsigned
        assert said(decider.evaluate(**asked, signing_key=STRANGER)) == unsigned
        junks: list[Any] = [None, 7, "x", {}, [], {"payload": "", "payloadType": "", "signatures": []}]
        for junk in junks:
            assert said({**bare, "signature": junk}) == unsigned

        denied = decider.evaluate(**request(pod()), signing_key=KEY)
        again = strict.evaluate(**request(pod(), verdict=denied))
        messages = {finding["msg"] for finding in again["findings"] if finding["rule"] == "GL-GOV-005"}
        assert messages == {"the context's verdict denies"}

        old = decider.evaluate(**asked, now="2026-11-20T23:59:59Z", signing_key=KEY)
        assert said(old) == (False, "GL-GOV-005", "the context's verdict is more than 24 hours old")


# The trusted side, and the engine


def test_what_the_trusted_side_gives_must_be_usable(tmp_path: Path) -> None:
    (tmp_path / "exceptions.yaml").write_text("{")
    with pytest.raises(EvidenceError, match=r"exceptions\.yaml"):
        Decider.load(exceptions=[str(tmp_path / "exceptions.yaml")])


def test_a_moment_must_be_one(decider: Decider) -> None:
    with pytest.raises(UsageError, match="`soon` is no RFC 3339 date-time"):
        decider.evaluate(**request(), now="soon")
    assert (
        decider.evaluate(**request(), now="2030-01-01T00:00:00+01:00")["now"] == "2030-01-01T00:00:00+01:00"
    )


def test_a_bundle_that_takes_no_requests_gives_no_verdicts(tmp_path: Path) -> None:
    from gatelib.bundle import definition
    from gatelib.policy import shipped
    from tests.opa_server import bundle_of, write_bundle

    path = tmp_path / "definition.yaml"
    path.write_text("name: own\ninputs: [envelope]\nrules: [GL-K8S-001]\n")
    bundle = write_bundle(tmp_path / "bundle.tar.gz", bundle_of(definition.read(path, shipped())))
    with pytest.raises(UsageError, match="the bundle takes envelope, and no requests"):
        Decider.load(bundle=bundle)


def test_an_engine_that_does_not_answer_in_time_gives_no_verdict() -> None:
    with (
        Decider.load(now=NOW, timeout=0.001, engine="opa") as hasty,
        pytest.raises(EngineTimeoutError, match=r"opa did not answer in 0\.001 s"),
    ):
        hasty.evaluate(**request())


# Traces and logs


def test_a_verdict_has_attributes_for_traces_and_logs(caplog: pytest.LogCaptureFixture) -> None:
    denied = {"allow": False, "decider": "gatelib", "rule_id": "GL-K8S-001", "reason": "it is privileged"}
    wanted = {
        "governance.verdict": "deny",
        "verdict.decider": "gatelib",
        "verdict.rule_id": "GL-K8S-001",
        "verdict.reason": "it is privileged",
        "provenance.confidence": 0.9,
    }
    assert attributes(denied, {"provenance": provenance()}) == wanted
    with caplog.at_level(logging.INFO):
        logging.getLogger("mesh").info("decided", extra=attributes(denied, {"provenance": provenance()}))
    assert {key: caplog.records[0].__dict__[key] for key in wanted} == wanted


@pytest.mark.parametrize("context", [None, 7, {}, *({"provenance": value} for value in (
    7, {"confidence": "high"}, {"confidence": True}, {"confidence": 7}, {"confidence": None},
))])  # fmt: skip
def test_an_attribute_has_no_null_and_nothing_strange(context: Any) -> None:
    assert attributes(ALLOWED, context) == {
        "governance.verdict": "allow",
        "verdict.decider": "gatelib",
        "verdict.reason": "no finding denies",
    }
    assert attributes({"allow": "yes"}, context)["governance.verdict"] == "deny"


def test_the_current_span_shows_the_verdict(decider: Decider) -> None:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("mesh").start_as_current_span("deploy"):
        decider.evaluate(**request(provenance=provenance(confidence=2, timestamp=LONG_AGO)))
    with provider.get_tracer("mesh").start_as_current_span("deploy"):
        decider.evaluate(**request())
    denied, allowed = ({**(span.attributes or {})} for span in exporter.get_finished_spans())
    assert denied == {
        "governance.verdict": "deny",
        "verdict.decider": "gatelib",
        "verdict.rule_id": "GL-GOV-004",
        "verdict.reason": "the context's provenance envelope has a `confidence` "
        "that is no number from 0 to 1",
    }
    assert allowed == {
        "governance.verdict": "allow",
        "verdict.decider": "gatelib",
        "verdict.reason": "no finding denies",
        "provenance.confidence": 0.9,
    }

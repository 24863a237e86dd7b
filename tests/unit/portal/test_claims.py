"""What attestations and reports say, whatever their form is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelib.errors import EvidenceError
from gatelib.portal import claims
from gatelib.report import SCHEMA

_KEYS = st.sampled_from(
    ["id", "status", "pass", "rules", "evidence", "waivers", "clauses", "file", "images", "location", "rule"]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)
_TOP = [
    "release",
    "overall",
    "objections",
    "controls",
    "waivers",
    "reports",
    "bundle",
    "frameworks",
    "created_utc",
]


def _control(**said: Any) -> dict[str, Any]:
    return {"id": "SC-01", "status": "pass", "pass": True, **said}


def _status(**said: Any) -> tuple[str, bool]:
    value = {"schema": claims.ATTESTATION, "overall": True, "controls": [_control(**said)]}
    found = claims.attestation(value)
    return found.controls[0].status, found.overall


@given(st.dictionaries(st.sampled_from(_TOP), _JSON))
def test_any_attestation_can_be_read_and_only_whole_ones_hold(said: dict[str, Any]) -> None:
    found = claims.attestation({**said, "schema": claims.ATTESTATION})
    if found.overall:
        assert {control.status for control in found.controls} <= {"pass", "not applicable"}


@given(st.dictionaries(st.sampled_from(["gate", "findings", "rules", "errors", "evidence", "now"]), _JSON))
def test_any_report_can_be_read(said: dict[str, Any]) -> None:
    found = claims.gate({**said, "schema": SCHEMA}, file="report.json", is_attested=False)
    assert sum(found.counts.values()) >= len(found.findings)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, ("pass", True)),
        ({"pass": False}, ("not evaluated", False)),
        ({"pass": "yes"}, ("not evaluated", False)),
        ({"status": "fail"}, ("not evaluated", False)),
        ({"status": "fail", "pass": False}, ("fail", False)),
        ({"status": "PASS"}, ("not evaluated", False)),
        ({"status": "not applicable"}, ("not evaluated", False)),
        (
            {"status": "not applicable", "not_applicable": {"reason": "r", "signed_by": "lea"}},
            ("not applicable", True),
        ),
    ],
    ids=["pass", "both", "no boolean", "other way", "fail", "other word", "unsigned", "signed"],
)
def test_a_control_that_contradicts_itself_is_not_evaluated(
    said: dict[str, Any], expected: tuple[str, bool]
) -> None:
    assert _status(**said) == expected


def test_an_attestation_without_controls_is_no_pass() -> None:
    assert not claims.attestation({"schema": claims.ATTESTATION, "overall": True}).overall


def test_an_attestation_with_an_objection_is_no_pass() -> None:
    said = {"schema": claims.ATTESTATION, "overall": True, "controls": [_control()], "objections": ["no"]}
    assert not claims.attestation(said).overall


def test_what_is_no_attestation_is_refused() -> None:
    with pytest.raises(EvidenceError, match="is no attestation"):
        claims.attestation({"schema": "gatelib.dev/report/v1"})


def test_an_attestation_as_long_as_no_honest_one_is_refused() -> None:
    with pytest.raises(EvidenceError, match="names more than 500 controls"):
        claims.attestation({"schema": claims.ATTESTATION, "controls": [_control()] * 501})

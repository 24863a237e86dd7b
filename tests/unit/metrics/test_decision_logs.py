"""Metrics of OPA's decision logs: which events count, in which form they come, and what is damaged."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelib.metrics.streaming import Bad, values
from tests.openmetrics import only
from tests.unit.metrics.inputs import JUDGED_AT, event, logged, said

ALLOWED = {"allow": True, "decider": "gatelib", "rule_id": None, "findings": []}
DENIED = {
    "allow": False,
    "decider": "gatelib",
    "rule_id": "GL-GOV-004",
    "findings": [
        {"rule": "GL-GOV-004", "action": "deny", "severity": "high", "controls": ["PL-01"]},
        {"rule": "GL-K8S-008", "action": "warn", "severity": "low", "controls": ["RUN-01", "PL-01"]},
        {
            "rule": "GL-K8S-006",
            "action": "deny",
            "severity": "high",
            "controls": ["REL-01"],
            "waived_by": "for-now",
        },
    ],
}
TWO = [event(result=ALLOWED), event(result=DENIED)]
OF_TWO = {
    'gatelib_verdicts_total{entrypoint="verdict",outcome="allow",rule="none",severity="none"}': 1,
    'gatelib_verdicts_total{entrypoint="verdict",outcome="deny",rule="GL-GOV-004",severity="high"}': 1,
}


def verdicts(found: dict[str, float]) -> dict[str, float]:
    return only(found, "gatelib_verdicts_total")


def test_a_verdict_gives_its_outcome_who_decided_and_its_findings(tmp_path: Path) -> None:
    found, counts = logged(tmp_path, TWO)
    assert said(counts) == []
    kind = 'entrypoint="verdict"'
    of_control = "gatelib_verdict_control_findings_total"
    assert found == {
        **OF_TWO,
        f'gatelib_verdict_findings_total{{{kind},rule="GL-GOV-004",severity="high",state="deny"}}': 1,
        f'gatelib_verdict_findings_total{{{kind},rule="GL-K8S-008",severity="low",state="warn"}}': 1,
        f'gatelib_verdict_findings_total{{{kind},rule="GL-K8S-006",severity="high",state="waived"}}': 1,
        f'{of_control}{{control="PL-01",{kind},severity="high",state="deny"}}': 1,
        f'{of_control}{{control="PL-01",{kind},severity="low",state="warn"}}': 1,
        f'{of_control}{{control="RUN-01",{kind},severity="low",state="warn"}}': 1,
        f'{of_control}{{control="REL-01",{kind},severity="high",state="waived"}}': 1,
        f"gatelib_verdict_timestamp_seconds{{{kind}}}": JUDGED_AT,
        'gatelib_decision_log_events_total{kind="verdict"}': 2,
        'gatelib_inputs{kind="decision_log",state="read"}': 1,
    }


def test_a_whole_decision_counts_by_its_verdict_and_its_lists(tmp_path: Path) -> None:
    finding = {"rule": "GL-K8S-001", "severity": "critical", "controls": ["RUN-01"], "action": "deny"}
    result = {
        "deny": [finding],
        "warn": [],
        "canary": [{**finding, "rule": "GL-K8S-002"}],
        "waived": [{**finding, "rule": "GL-K8S-003"}],
        "verdict": {"allow": False, "rule_id": "GL-K8S-001"},
    }
    found, _ = logged(tmp_path, [event("gatelib/main", result=result)])
    assert only(found, "gatelib_verdicts_total", "gatelib_verdict_findings_total") == {
        'gatelib_verdicts_total{entrypoint="main",outcome="deny",rule="GL-K8S-001",severity="critical"}': 1,
        **{
            f'gatelib_verdict_findings_total{{entrypoint="main",rule="{rule}",severity="critical",'
            f'state="{state}"}}': 1
            for rule, state in (
                ("GL-K8S-001", "deny"),
                ("GL-K8S-002", "canary"),
                ("GL-K8S-003", "waived"),
            )
        },
    }


def test_a_refused_review_counts_by_the_rules_of_its_message(tmp_path: Path) -> None:
    message = (
        "GL-K8S-001: container `a` is privileged (Remove it.)\n"
        "GL-K8S-006: container `GL-K8S-002: b` has no limits (Set them.)"
    )
    refused = {"uid": "1", "allowed": False, "status": {"code": 403, "message": message}}
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}
    events = [
        event("/gatelib/admission/review", result={**review, "response": refused}),
        event("gatelib/admission/review", result={**review, "response": {"uid": "2", "allowed": True}}),
    ]
    found, _ = logged(tmp_path, events)
    assert only(found, "gatelib_verdicts_total", "gatelib_verdict_control_findings_total") == {
        'gatelib_verdicts_total{entrypoint="admission",outcome="deny",rule="GL-K8S-001",'
        'severity="critical"}': 1,
        'gatelib_verdicts_total{entrypoint="admission",outcome="allow",rule="none",severity="none"}': 1,
        'gatelib_verdict_control_findings_total{control="RUN-01",entrypoint="admission",'
        'severity="critical",state="deny"}': 1,
        'gatelib_verdict_control_findings_total{control="REL-01",entrypoint="admission",'
        'severity="high",state="deny"}': 1,
    }


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"result": True, "path": "gatelib/verdict/allow"}, "allow"),
        ({"result": False, "path": "gatelib/main/verdict/allow"}, "deny"),
        ({"result": True, "path": "gatelib/verdict/findings"}, "partial"),
        ({"result": {"allow": "yes"}}, "partial"),
        ({"result": {"verdict": "yes"}}, "partial"),
        ({"result": [1]}, "partial"),
        ({}, "undefined"),
        ({"erased": ["/result"]}, "masked"),
        ({"erased": ["/input/context"]}, "undefined"),
        ({"error": {"code": "internal_error"}}, "error"),
        ({"result": {"response": {"allowed": "yes"}}}, "partial"),
    ],
)
def test_what_is_no_whole_answer_is_no_permission(
    tmp_path: Path, fields: dict[str, Any], outcome: str
) -> None:
    found, counts = logged(tmp_path, [event(**fields)])
    entrypoint = fields.get("path", "gatelib/verdict").split("/")[1]
    key = (
        f'gatelib_verdicts_total{{entrypoint="{entrypoint}",outcome="{outcome}",rule="none",severity="none"}}'
    )
    assert (verdicts(found), said(counts)) == ({key: 1}, [])


def test_a_masked_input_changes_nothing(tmp_path: Path) -> None:
    masked = [{**entry, "input": {}, "erased": ["/input/artefact"], "masked": ["/input"]} for entry in TWO]
    assert verdicts(logged(tmp_path, masked)[0]) == OF_TWO


def test_what_was_asked_of_others_and_what_the_server_says_are_no_verdicts(tmp_path: Path) -> None:
    lines = [
        {"level": "info", "msg": "Received request.", "req_path": "/v1/data/gatelib/verdict"},
        event("gatelib/bundle", result={}),
        event("system/main", result=True),
        event("gatelibx/verdict", result=ALLOWED),
        {**event(result=ALLOWED), "path": None},
        {**event(result=ALLOWED), "decision_id": None},
        *TWO,
    ]
    found, counts = logged(tmp_path, lines)
    assert (verdicts(found), said(counts), counts.remarks) == (OF_TWO, [], [])
    assert only(found, "gatelib_decision_log_events_total") == {
        'gatelib_decision_log_events_total{kind="foreign"}': 4,
        'gatelib_decision_log_events_total{kind="verdict"}': 2,
    }


def test_a_file_that_is_no_decision_log_is_remarked(tmp_path: Path) -> None:
    _, counts = logged(tmp_path, b'{"schema": "gatelib.dev/report/v1"}')
    assert [remark.message for remark in counts.remarks] == ["has no decision in it"]


def forms(events: list[dict[str, Any]]) -> Iterator[bytes]:
    """Yield the forms in which OPA and its services write events."""
    lines = "".join(json.dumps(entry) + "\n" for entry in events).encode()
    yield lines
    yield json.dumps(events).encode()
    yield json.dumps(events, indent=2).encode()
    yield b"\n".join(json.dumps([entry]).encode() for entry in events)
    yield gzip.compress(json.dumps(events).encode())
    yield b"".join(gzip.compress(json.dumps([entry]).encode()) for entry in events)
    yield b"\xef\xbb\xbf" + lines.replace(b"\n", b"\r\n")
    yield b"[]" + json.dumps(events).encode()


def test_every_form_that_opa_writes_gives_the_same(tmp_path: Path) -> None:
    for number, form in enumerate(forms(TWO)):
        found, counts = logged(tmp_path / str(number), form)
        assert (verdicts(found), said(counts), counts.remarks) == (OF_TWO, [], []), form


def test_the_same_log_counts_once_and_a_rotated_one_adds_up(tmp_path: Path) -> None:
    found, counts = logged(tmp_path, TWO, TWO, TWO[:1])
    assert verdicts(found) == {key: value + ("allow" in key) for key, value in OF_TWO.items()}
    assert [Path(remark.file or "").name for remark in counts.remarks] == ["log-1"]
    assert only(found, "gatelib_inputs") == {
        'gatelib_inputs{kind="decision_log",state="read"}': 2,
        'gatelib_inputs{kind="decision_log",state="repeated"}': 1,
    }


LINES = [json.dumps(entry).encode() for entry in TWO]


@pytest.mark.parametrize(
    ("log", "problem"),
    [
        (b"\n".join([LINES[0], b"time=2026 level=info", LINES[1]]), "log-0:2 is no JSON"),
        (b"\n".join([*LINES, LINES[0][:-20]]), "log-0:3 ends in the middle of a value"),
        (b"[" + b",\n".join(LINES), "log-0:2 ends in the middle of an array"),
        (gzip.compress(b"\n".join(LINES))[:-9], "log-0:2 cannot be read to its end: the compressed data"),
        (b"\n".join([b'{"a": ' + b"[" * 100_000, *LINES]), "log-0:1 has a value that no JSON reader takes"),
        (b"\n".join([b'{"a": ' + b"9" * 5_000 + b"}", *LINES]), "log-0:1 has a value that no JSON reader"),
        (b"\n".join([b'{"a": nul}', b"nope", *LINES]), "log-0:1 is no JSON, and 1 more such places"),
        (b"\n".join([b'{"a": "', *LINES]), "log-0:1 is no JSON"),
        (b"\n".join([b'{"a": "\xff"}}', *LINES]), "log-0:1 is no JSON"),
    ],
    ids=["text", "cut line", "cut array", "cut gzip", "deep", "number", "several", "string", "brace"],
)
def test_what_is_damaged_is_said_once_and_the_rest_counts(tmp_path: Path, log: bytes, problem: str) -> None:
    found, counts = logged(tmp_path, log)
    (line,) = said(counts)
    assert line.startswith(problem)
    assert verdicts(found) == OF_TWO
    assert only(found, "gatelib_inputs") == {'gatelib_inputs{kind="decision_log",state="damaged"}': 1}


def test_a_moment_that_is_none_or_yet_to_come_is_not_the_newest(tmp_path: Path) -> None:
    moments = ["2199-01-01T00:00:00Z", "yesterday", 7, None]
    events = [event(result=ALLOWED, timestamp=moment) for moment in moments]
    found, counts = logged(tmp_path, [*events, TWO[0]])
    assert said(counts) == []
    assert only(found, "gatelib_verdict_timestamp_seconds") == {
        'gatelib_verdict_timestamp_seconds{entrypoint="verdict"}': JUDGED_AT
    }
    assert sum(verdicts(found).values()) == 5


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
OBJECTS = st.lists(st.dictionaries(st.text(), JSON), max_size=5)


class Dripping:
    """A file that gives as few bytes at once as it likes."""

    def __init__(self, data: bytes, step: int) -> None:
        self._file, self._step = io.BytesIO(data), step

    def read(self, size: int = -1, /) -> bytes:
        return self._file.read(min(size, self._step) if size >= 0 else self._step)


@given(OBJECTS, st.integers(1, 40), st.booleans(), st.booleans())
def test_values_are_read_whole_however_the_file_is_cut(
    written: list[Any], step: int, as_array: bool, ascii_only: bool
) -> None:
    if as_array:
        text = json.dumps(written, ensure_ascii=ascii_only)
    else:
        text = "\n".join(json.dumps(value, ensure_ascii=ascii_only) for value in written)
    assert list(values(Dripping(text.encode("utf-8", "surrogatepass"), step))) == list(
        json.loads(json.dumps(written))
    )


@given(st.binary(max_size=300), st.integers(1, 40))
def test_no_bytes_do_more_than_be_unreadable(data: bytes, step: int) -> None:
    for value in values(Dripping(data + b"\n" + LINES[0], step)):
        last = value
    assert isinstance(last, Bad) or last == TWO[0] or data.startswith(b"\x1f\x8b")

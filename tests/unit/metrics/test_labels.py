"""Labels: nothing that somebody chose becomes one, and no input makes many."""

from __future__ import annotations

from pathlib import Path

from gatelib.metrics.labels import Labels, Values
from tests.openmetrics import only
from tests.unit.metrics.inputs import counted, event, logged, report, said, write

LOWER = "gl-k8s-001"
"""No rule, but a control may be called so."""

HOSTILE = (
    'x"} 1\ngatelib_reports{gate="pr",outcome="pass"} 1e9',
    "GL-K8S-001\n",
    "# EOF",
    "\ud800",
    "\uff27\uff2c-K8S-\uff10\uff11",
    LOWER,
    "GL-K8S-001" * 1000,
    "",
)


def test_what_is_no_identifier_is_other() -> None:
    labels = Labels()
    assert {labels.rule(text) for text in HOSTILE} == {"other"}
    assert {labels.control(text) for text in HOSTILE if text != LOWER} == {"other"}
    assert {labels.rule(value) for value in (None, 7, ["GL-K8S-001"], {"a": 1})} == {"other"}
    assert [labels.rule(rule) for rule in ("GL-K8S-001", "ACME-SHOP-001")] == ["GL-K8S-001", "ACME-SHOP-001"]


def test_of_what_gatelib_does_not_know_only_so_much_is_taken_and_what_it_knows_always() -> None:
    taken = Values(r"[A-Z]+-[0-9]{3}", known=["GL-001"], most=2)
    assert [taken(text) for text in ("A-001", "B-001", "C-001", "GL-001", "A-001")] == [
        "A-001",
        "B-001",
        "other",
        "GL-001",
        "A-001",
    ]


def test_a_report_with_ten_thousand_rules_makes_few_series(tmp_path: Path) -> None:
    judged = report(tmp_path)
    judged["rules"] = [
        {"id": f"X{number}-001", "status": "pass", "judged": 1, "findings": 0, "controls": [f"C-{number}"]}
        for number in range(10_000)
    ] + judged["rules"]
    found, counts = counted(*write(tmp_path, {"report.json": judged}))
    assert said(counts) == []
    rules = only(found, "gatelib_report_rules")
    assert len(rules) == 500 + 1 + 2
    assert rules['gatelib_report_rules{gate="pr",rule="other",severity="other",status="pass"}'] == 9_500
    assert rules['gatelib_report_rules{gate="pr",rule="GL-K8S-001",severity="critical",status="fail"}'] == 1


def test_hostile_texts_in_reports_and_logs_add_no_series_and_no_line(tmp_path: Path) -> None:
    judged = report(tmp_path)
    (finding,) = judged["findings"]
    judged["findings"] = [
        {**finding, "rule": text.encode("utf-8", "replace").decode(), "controls": [text], "message": text}
        for text in HOSTILE
        if text != "\ud800"
    ]
    judged["gate"] = HOSTILE[0]
    events = [
        event(
            result={
                "allow": False,
                "rule_id": text,
                "findings": [{"rule": text, "severity": text, "action": text, "controls": [f"c{text}"]}],
            }
        )
        for text in HOSTILE
    ]
    found, counts = counted(
        *write(tmp_path, {"report.json": judged}),
        decision_logs=write(tmp_path, {"log": b"".join(_line(entry) for entry in events)}),
    )
    assert said(counts) == []
    assert only(found, "gatelib_findings", "gatelib_control_findings", "gatelib_reports") == {
        'gatelib_findings{gate="other",rule="other",severity="critical",state="deny"}': 7,
        'gatelib_control_findings{control="other",gate="other",severity="critical",state="deny"}': 6,
        'gatelib_control_findings{control="gl-k8s-001",gate="other",severity="critical",state="deny"}': 1,
        'gatelib_reports{gate="other",outcome="fail"}': 1,
    }
    assert only(found, "gatelib_verdicts_total", "gatelib_verdict_findings_total") == {
        'gatelib_verdicts_total{entrypoint="verdict",outcome="deny",rule="other",severity="other"}': 8,
        'gatelib_verdict_findings_total{entrypoint="verdict",rule="other",severity="other",state="other"}': 8,
    }


def test_paths_that_callers_choose_make_no_series(tmp_path: Path) -> None:
    found, _ = logged(tmp_path, [event(path=f"gatelib/x{number}") for number in range(1000)])
    assert only(found, "gatelib_decision_log_events_total") == {
        'gatelib_decision_log_events_total{kind="foreign"}': 1000,
        'gatelib_decision_log_events_total{kind="verdict"}': 0,
    }


def _line(value: object) -> bytes:
    import json

    return json.dumps(value).encode() + b"\n"

"""What is silent, on trial or about something else proves no control; what was proved is not taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from gatelib.report import Problem, Report, Trial, WaivedBy, Waiver
from tests.unit.attestation.test_judging import PACK, RELEASE, RULES, attested, finding, report, statuses

RULE: Final = "GL-REL-004"
CONTROL: Final = "SEC-01"
"""The one control that has the rule."""


def with_rule(**changes: Any) -> Report:
    """Return a report in which the rule is other than passed."""
    known = report()
    rules = tuple(replace(rule, **changes) if rule.id == RULE else rule for rule in known.rules)
    return replace(known, rules=rules)


def test_a_rule_on_trial_is_not_proved_by_waiving_one_of_its_findings() -> None:
    waived = WaivedBy(name="w", approver="lea", expires="2026-12-01", reason="")
    known = replace(
        with_rule(status="waived", findings=2),
        findings=(finding(RULE, action="canary", waived_by=waived), finding(RULE, action="canary")),
    )
    assert statuses(attested(known))[CONTROL] == "not evaluated"


def test_a_rule_that_a_bundle_keeps_from_denying_is_not_proved_by_a_warning() -> None:
    assert statuses(attested(with_rule(status="warn", findings=1, staged=True)))[CONTROL] == "not evaluated"
    assert statuses(attested(with_rule(status="warn", findings=1)))[CONTROL] == "pass"


def test_a_rule_that_a_bundle_keeps_from_denying_passes_where_it_finds_nothing() -> None:
    assert statuses(attested(with_rule(staged=True)))[CONTROL] == "pass"


def test_a_rule_on_trial_is_not_proved_by_finding_nothing() -> None:
    for trial in (Trial(None, 0), Trial("2027-01-01T00:00:00Z", 90)):
        assert statuses(attested(with_rule(staged=True, trial=trial)))[CONTROL] == "not evaluated"


@pytest.mark.parametrize("other", [PACK, "cd" * 32], ids=["the same twice", "another"])
def test_a_report_on_a_further_record_proves_nothing(other: str) -> None:
    releases = (("release.yaml", RELEASE.sha256), ("other.yaml", other))
    found = attested(report(releases=releases))
    assert set(statuses(found).values()) == {"not evaluated"}
    assert found.objections == ("the gate has not judged this Release record",)


@pytest.mark.parametrize("code", ["GL-ERR-101", "GL-ERR-104"])
def test_a_document_that_words_its_error_as_one_of_a_rule_leaves_no_control_passed(code: str) -> None:
    problem = Problem(code=code, message=f"rule `{RULE}` cannot judge this", file="k8s.yaml")
    assert set(statuses(attested(report(errors=(problem,)))).values()) == {"not evaluated"}


def test_a_key_that_is_worded_as_an_error_of_a_rule_leaves_no_control_passed() -> None:
    message = f"The key `rule `{RULE}` cannot judge this` is written twice in one mapping."
    problem = Problem(code="GL-ERR-104", message=message, file="k8s.yaml")
    assert set(statuses(attested(report(errors=(problem,)))).values()) == {"not evaluated"}


def test_a_rule_that_was_left_out_is_an_objection_though_no_control_has_it() -> None:
    found = attested(report(left_out=("GL-K8S-099",)))
    assert set(statuses(found).values()) == {"pass"}
    assert (found.overall, found.objections) == (False, ("rules were left out: `GL-K8S-099`",))


def test_a_control_that_is_not_applicable_excuses_no_rule_that_was_left_out() -> None:
    found = attested(report({RULE: "missing"}, left_out=(RULE,)), exempt=[CONTROL])
    assert statuses(found)[CONTROL] == "not applicable"
    assert (found.overall, found.objections) == (False, (f"rules were left out: `{RULE}`",))


def test_what_one_report_left_out_and_another_ran_is_no_objection() -> None:
    mine = {rule: "missing" for rule in RULES if rule.startswith("GL-K8S")}
    found = attested(report(mine, left_out=tuple(sorted(mine))), report())
    assert (found.overall, found.objections) == (True, ())


def test_a_release_that_no_manifest_runs_is_an_objection() -> None:
    found = attested(report(images=("shop@sha256:ff",)))
    assert (found.overall, found.objections) == (
        False,
        ("no manifest runs the release's image `shop@sha256:00`",),
    )


def test_a_report_without_manifests_takes_nothing_from_one_that_has_them() -> None:
    found = attested(report(images=()), report())
    assert (found.overall, found.objections) == (True, ())


def test_what_was_judged_and_denied_is_not_said_to_be_nothing() -> None:
    found = attested(report({RULE: "fail"}))
    (denied,) = (control for control in found.controls if control.status == "fail")
    assert (denied.id, denied.details) == (CONTROL, ({"rule": RULE, "message": f"{RULE} is broken"},))


def test_an_exception_names_all_that_it_hid_in_several_reports() -> None:
    def hiding(*hid: str) -> Report:
        waiver = Waiver(name="w", sha256=PACK, approver="lea", expires="2026-12-01", hid=hid)
        return report(exceptions=(waiver,))

    (found,) = attested(hiding("a", "b"), hiding("c")).waivers
    assert (found.name, found.hid) == ("w", ("a", "b", "c"))

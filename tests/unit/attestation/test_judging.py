"""A control passes by what was proved, never by what is absent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelib.attestation import assembling
from gatelib.attestation.declaring import Declared
from gatelib.attestation.model import Attestation, NotApplicable, Source, Subject
from gatelib.controls import frameworks, load
from gatelib.evidence.layout import shipped as shipped_layout
from gatelib.policy import shipped
from gatelib.report import (
    EvidenceFile,
    Finding,
    PackGiven,
    Problem,
    Report,
    RuleResult,
    Vulnerability,
    WaivedBy,
)
from tests.budget import budget

CATALOGUE: Final = load()
ENTRIES: Final = shipped().catalog
RULES: Final = sorted({rule for control in CATALOGUE.controls for rule in control.rules})
ROLES: Final = tuple(shipped_layout()["roles"])
PACK: Final = "ab" * 32
CREATED: Final = "2026-11-22T00:00:00Z"
RELEASE: Final = Subject(
    name="shop", service="shop", version="1", commit="c", images=("shop@sha256:00",), changes=(), sha256=PACK
)
OWN_RUN: Final = Source(
    file="report.json",
    sha256=PACK,
    gate="pre-promote",
    now=CREATED,
    outcome="pass",
    bundle={},
    config={},
    engine={},
    signed_by=None,
)


def result(rule: str, status: str = "pass", judged: int = 1) -> RuleResult:
    entry = ENTRIES[rule]
    return RuleResult(
        id=rule,
        title="",
        status=status,  # type: ignore[arg-type] # drawn from the statuses that there are
        judged=judged,
        findings=0,
        kinds=tuple(entry["kinds"]),
        controls=tuple(entry["controls"]),
    )


def file(role: str) -> EvidenceFile:
    path = shipped_layout()["roles"][role]["paths"][0].replace("*", "x")
    return EvidenceFile(
        file=f"pack/{path}", role=role, format="", sha256=PACK, size=1, producers=("ci",), facts=()
    )


def report(statuses: Mapping[str, str] | None = None, roles: Any = ROLES, **other: Any) -> Report:
    """Return a report in which each rule judged something and passed, with other statuses for some."""
    given = statuses or {}
    rules = tuple(result(rule, given.get(rule, "pass")) for rule in RULES if given.get(rule) != "missing")
    failed = any(status == "fail" for status in given.values())
    made = Report(
        tool_version="1",
        engine="regorus",
        engine_version="1",
        revision="1",
        bundle_sha256=PACK,
        signed_by="owners",
        gate="pre-promote",
        selected=tuple(rule for rule in RULES if given.get(rule, "pass") not in ("skipped", "missing")),
        skipped=tuple(sorted(rule for rule, status in given.items() if status == "skipped")),
        fail_on="low",
        now=CREATED,
        config_sha256=PACK,
        config_trusted=True,
        params={},
        findings=tuple(finding(rule) for rule in RULES if given.get(rule) == "fail"),
        rules=rules,
        exceptions=(),
        errors=(),
        files=1,
        judged=1,
        inventory=0,
        objects=1,
        not_judged=(),
        inputs=(),
        evidence=tuple(file(role) for role in roles),
        pack=PackGiven("pack", PACK),
        releases=(("release.yaml", PACK),),
        images=RELEASE.images,
    )
    assert made.outcome == ("fail" if failed else "pass")
    return replace(made, **other)


def finding(rule: str, **other: Any) -> Finding:
    values: dict[str, Any] = {
        "action": "deny",
        "severity": "high",
        "controls": (),
        "message": f"{rule} is broken",
        "remediation": "",
        "resource": None,
        "location": None,
        "path": (),
        "fingerprint": rule,
    }
    return Finding(rule=rule, **{**values, **other})


def attested(*reports: Report, exempt: Any = (), catalogue: Any = CATALOGUE, **other: Any) -> Attestation:
    values: dict[str, Any] = {
        "created": CREATED,
        "max_age_hours": 24,
        "tool": "1",
        "frameworks": frameworks(),
    }
    signed = {name: NotApplicable(reason="none", approver="lea", signed_by="lea") for name in exempt}
    return assembling.assemble(
        RELEASE,
        PACK,
        [(OWN_RUN, entry) for entry in reports],
        catalogue=catalogue,
        declared=Declared(signed, {}),
        **{**values, **other},
    )


def statuses(attestation: Attestation) -> dict[str, str]:
    return {control.id: control.status for control in attestation.controls}


def test_where_every_rule_judged_and_passed_every_control_passes() -> None:
    found = attested(report())
    assert statuses(found) == {control.id: "pass" for control in CATALOGUE.controls}
    assert (found.overall, found.objections) == (True, ())


@settings(max_examples=budget(150, 5000), deadline=None)
@given(
    st.dictionaries(st.sampled_from(RULES), st.sampled_from(["fail", "skipped", "missing"]), max_size=6),
    st.sets(st.sampled_from([control.id for control in CATALOGUE.controls]), max_size=3),
    st.sets(st.sampled_from(ROLES), max_size=2),
)
def test_overall_is_true_only_where_every_control_passes_or_is_signed_not_applicable(
    given_: dict[str, str], exempt: set[str], absent: set[str]
) -> None:
    roles = [role for role in ROLES if role not in absent]
    found = attested(report(given_, roles), exempt=exempt)
    wanted = {}
    for control in CATALOGUE.controls:
        has = [given_.get(rule, "pass") for rule in control.rules]
        lost = {
            rule
            for rule in control.rules
            if given_.get(rule) == "fail"
            and not {role for role in roles if shipped_layout()["roles"][role]["rule"] == rule}
            and {role for role in ROLES if shipped_layout()["roles"][role]["rule"] == rule}
        }
        missing = any(not set(path.roles) - absent for path in control.evidence)
        if any(given_.get(rule) == "fail" for rule in control.rules if rule not in lost):
            wanted[control.id] = "fail"
        elif control.id in exempt:
            wanted[control.id] = "not applicable"
        elif set(has) != {"pass"} or missing:
            wanted[control.id] = "not evaluated"
        else:
            wanted[control.id] = "pass"
    assert statuses(found) == wanted
    holds = set(wanted.values()) <= {"pass", "not applicable"}
    assert found.overall is (holds and not {"fail", "skipped"} & set(given_.values()))


@pytest.mark.parametrize(
    "control", [control for control in CATALOGUE.controls if control.evidence], ids=lambda control: control.id
)
def test_a_control_without_evidence_is_not_evaluated(control: Any) -> None:
    own = {role for path in control.evidence for role in path.roles}
    rules = {shipped_layout()["roles"][role]["rule"] for role in own}
    found = attested(
        report({rule: "fail" for rule in RULES if rule in rules}, [role for role in ROLES if role not in own])
    )
    (judged,) = (entry for entry in found.controls if entry.id == control.id)
    assert judged.status == "not evaluated"
    missing = [detail["missing"] for detail in judged.details if "missing" in detail]
    assert missing == [path.path for path in control.evidence]
    assert found.overall is False


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"config_trusted": False}, "no trusted configuration says who may produce evidence"),
        ({"config_trusted": None}, "no trusted configuration says who may produce evidence"),
        ({"signed_by": None}, "nobody vouches for the rules that ran"),
        ({"now": "2026-11-21T23:00:00Z"}, "the release was judged as of `2026-11-21T23:00:00Z`"),
        ({"now": "2026-11-22T00:30:00Z"}, "the release was judged as of `2026-11-22T00:30:00Z`"),
        ({"pack": PackGiven("pack", "cd" * 32)}, "the gate was not given the pack"),
        ({"pack": None}, "the gate was not given the pack"),
        ({"releases": (("release.yaml", "cd" * 32),)}, "the gate has not judged this Release record"),
        ({"releases": ()}, "the gate has not judged this Release record"),
        (
            {"errors": (Problem(code="GL-ERR-103", message="is no YAML", file="k8s.yaml"),)},
            "GL-ERR-103: k8s.yaml: is no YAML",
        ),
    ],
)
def test_what_puts_a_report_in_doubt_leaves_no_control_passed(other: dict[str, Any], why: str) -> None:
    found = attested(report(**other))
    assert set(statuses(found).values()) == {"not evaluated"}
    assert any(objection.startswith(why) for objection in found.objections), found.objections
    assert found.overall is False


def test_a_rule_that_could_not_judge_leaves_only_its_own_controls_open() -> None:
    problem = Problem(code="GL-ERR-005", message="rule `GL-REL-004` cannot judge this: it took too long")
    found = attested(report(errors=(problem,)))
    open_ = {control for control, status in statuses(found).items() if status != "pass"}
    assert (open_, found.overall) == ({"SEC-01"}, False)


def test_a_rule_that_judged_nothing_proves_nothing() -> None:
    known = report()
    rules = tuple(
        replace(entry, judged=0, status="not_applicable") if "TEN-01" in entry.controls else entry
        for entry in known.rules
    )
    found = attested(replace(known, rules=rules))
    assert statuses(found)["TEN-01"] == "not evaluated"


def test_what_one_report_denies_no_other_makes_good() -> None:
    assert statuses(attested(report({"GL-REL-004": "fail"}), report()))["SEC-01"] == "fail"
    assert statuses(attested(report(), report({"GL-REL-004": "fail"})))["SEC-01"] == "fail"


def test_what_one_report_did_not_run_another_may_prove() -> None:
    mine = {rule: "missing" for rule in RULES if rule.startswith("GL-K8S")}
    others = {rule: "missing" for rule in RULES if not rule.startswith("GL-K8S")}
    assert attested(report(mine), report(others)).overall is True
    assert attested(report(mine)).overall is False


def test_a_rule_of_a_teams_own_counts_for_the_control_that_it_names() -> None:
    own = replace(result("GL-REL-004", "fail"), id="SHOP-001", controls=("FIN-01",))
    known = report()
    found = attested(replace(known, rules=(*known.rules, own), findings=(finding("SHOP-001"),)))
    (judged,) = (control for control in found.controls if control.status != "pass")
    assert (judged.id, judged.status) == ("FIN-01", "fail")
    assert judged.details == ({"rule": "SHOP-001", "message": "SHOP-001 is broken"},)


def test_a_rule_that_denies_and_belongs_to_no_control_is_an_objection() -> None:
    own = replace(result("GL-REL-004", "fail"), id="SHOP-001", controls=())
    known = report()
    found = attested(replace(known, rules=(*known.rules, own), findings=(finding("SHOP-001"),)))
    assert set(statuses(found).values()) == {"pass"}
    assert (found.overall, found.objections) == (
        False,
        ("rule `SHOP-001` denies, and no control has it", "the gate's outcome is `fail`"),
    )


class TestTheSimpleForm:
    """What the catalogue that teams already have asks besides rules."""

    TEXT: Final = (
        "schema: 1\n"
        "controls:\n"
        "  - {id: SC-01, name: Scans, evidence: [{path: scans/trivy.sarif}], "
        "assert: [{type: sarif_no_levels, levels: [LEVELS]}]}\n"
    )

    def judged(
        self, tmp_path: Any, levels: str, facts: Any, *findings: Finding, path: str = "scans/trivy.sarif"
    ) -> Any:
        place = tmp_path / "controls.yaml"
        place.write_text(self.TEXT.replace("LEVELS", levels))
        scan = replace(file("scan"), file=f"pack/{path}", facts=tuple(facts))
        known = report(roles=[])
        found = attested(replace(known, evidence=(scan,), findings=findings), catalogue=load(place))
        return found.controls[0].to_dict()

    def test_a_level_that_is_forbidden_fails(self, tmp_path: Any) -> None:
        fact = {"type": "vulnerabilities", "severity": "medium", "count": 3}
        assert self.judged(tmp_path, "CRITICAL, HIGH", [fact])["pass"] is True
        found = self.judged(tmp_path, "CRITICAL, HIGH, MEDIUM", [fact])
        assert (found["pass"], found["details"]) == (
            False,
            [{"rule": "GL-REL-003", "message": "3 of level `MEDIUM`, which the catalogue forbids"}],
        )

    def test_what_an_exception_hides_is_no_failure(self, tmp_path: Any) -> None:
        named = {"id": "CVE-2026-0001", "package": "openssl", "image": "shop"}
        hidden = finding(
            "GL-REL-003",
            vulnerability=Vulnerability(**named),
            waived_by=WaivedBy(name="w", approver="lea", expires="2026-12-01", reason=""),
        )
        fact = {"type": "vulnerability", "severity": "high", **named}
        assert self.judged(tmp_path, "HIGH", [fact], hidden)["pass"] is True
        assert self.judged(tmp_path, "HIGH", [fact])["pass"] is False

    def test_a_path_that_matches_nothing_does_not_pass(self, tmp_path: Any) -> None:
        found = self.judged(tmp_path, "HIGH", [], path="scans/zap.sarif")
        assert (found["pass"], found["status"], found["details"]) == (
            False,
            "not evaluated",
            [{"missing": "scans/trivy.sarif"}],
        )

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from gatelib import controls, resources
from gatelib.evidence.layout import shipped as layout
from gatelib.policy import shipped
from tests.unit.controls.files import SIMPLE, altered, line_of, write

RULES = shipped().catalog
CATALOGUE = resources.controls() / "catalog.yaml"


def problems(path: Path, rules: Any = RULES, roles: Any = None) -> list[tuple[int | None, str, str | None]]:
    """Return what is wrong with a catalogue: the line, what, and what to do."""
    found = controls.check(controls.read(path), rules, roles or layout())
    assert {problem.file for problem in found} <= {str(path)}
    return [(problem.line, problem.message, problem.hint) for problem in found]


def with_controls(rule: str, *named: str) -> dict[str, Any]:
    """Return the catalogue of rules in which one names other controls."""
    return {**RULES, rule: {**RULES[rule], "controls": list(named)}}


def test_nothing_is_wrong_with_the_shipped_catalogue() -> None:
    assert problems(CATALOGUE) == []


def test_the_rules_and_the_catalogue_name_each_other() -> None:
    of_rules = {(control, rule) for rule, entry in RULES.items() for control in entry["controls"]}
    of_controls = {(control.id, rule) for control in controls.load().controls for rule in control.rules}
    assert of_rules == of_controls


def test_every_control_that_a_shipped_rule_names_is_in_the_catalogue() -> None:
    known = {control.id for control in controls.load().controls}
    unknown = {rule: {*entry["controls"]} - known for rule, entry in RULES.items()}
    assert {rule: names for rule, names in unknown.items() if names} == {}


def test_only_the_rule_on_attestations_names_no_control() -> None:
    assert {rule for rule, entry in RULES.items() if not entry["controls"]} <= {"GL-REL-027"}


def test_every_file_of_the_layout_is_evidence_of_a_control_whose_rule_judges_it() -> None:
    found = controls.load().controls
    named = {role for control in found for evidence in control.evidence for role in evidence.roles}
    assert named == set(layout()["roles"])


def test_every_control_names_an_owner_and_says_what_holds() -> None:
    assert [
        control.id for control in controls.load().controls if not (control.owner and control.statement)
    ] == []


# Seeded mistakes


def test_a_rule_that_there_is_not_is_found(tmp_path: Path) -> None:
    file = altered(tmp_path, "[GL-REL-016]", "[GL-REL-016, GL-REL-161]")
    assert problems(file) == [
        (line_of(file, "GL-REL-161"), "there is no rule `GL-REL-161`", "did you mean GL-REL-016?")
    ]


def test_a_rule_that_is_like_no_other_is_found_too(tmp_path: Path) -> None:
    file = altered(tmp_path, "[GL-REL-016]", "[GL-REL-016, ACME-NET-777]")
    message = "there is no rule `ACME-NET-777`"
    assert problems(file) == [(line_of(file, "ACME-NET-777"), message, "`gatelib rules list` names them all")]


def test_a_rule_without_control_is_found(tmp_path: Path) -> None:
    file = altered(tmp_path, "      - GL-REL-022\n", "")
    assert problems(file) == [
        (line_of(file, "controls:"), "rule `GL-REL-022` proves no control", "add it to the `rules` of one"),
        (
            line_of(file, "governance/scorecard.json"),
            "no rule of control `PL-01` judges `governance/scorecard.json`",
            "add GL-REL-022 to its `rules`, or leave the path out",
        ),
        (
            line_of(file, "GL-EXC-001") - 1,
            "the METADATA of rule `GL-REL-022` names control `PL-01`, which lacks the rule",
            "add GL-REL-022 to the control's `rules`",
        ),
    ]


def test_the_rule_on_attestations_needs_no_control() -> None:
    rules = {**RULES, "GL-REL-027": {**RULES["GL-REL-022"], "id": "GL-REL-027", "controls": []}}
    assert problems(CATALOGUE, rules) == []


def test_another_rule_without_controls_is_found() -> None:
    rules = {**RULES, "GL-REL-099": {**RULES["GL-REL-022"], "id": "GL-REL-099", "controls": []}}
    assert problems(CATALOGUE, rules) == [
        (
            line_of(CATALOGUE, "controls:"),
            "rule `GL-REL-099` proves no control",
            "add it to the `rules` of one",
        )
    ]


def test_a_rule_of_another_control_is_found() -> None:
    assert problems(CATALOGUE, with_controls("GL-REL-016", "REL-01")) == [
        (
            line_of(CATALOGUE, "GL-K8S-005") - 1,
            "the METADATA of rule `GL-REL-016` names control `REL-01`, which lacks the rule",
            "add GL-REL-016 to the control's `rules`",
        ),
    ]


def test_a_rule_whose_metadata_does_not_name_the_control_is_found() -> None:
    assert problems(CATALOGUE, with_controls("GL-REL-004", "SC-01")) == [
        (
            line_of(CATALOGUE, "rules: [GL-IMG-003"),
            "the METADATA of rule `GL-REL-004` names control `SC-01`, which lacks the rule",
            "add GL-REL-004 to the control's `rules`",
        ),
        (
            line_of(CATALOGUE, "GL-REL-004"),
            "control `SEC-01` has rule `GL-REL-004`, whose METADATA does not name the control",
            "leave the rule out, or add SEC-01 to its `custom.controls`",
        ),
    ]


def test_a_control_that_only_the_metadata_knows_is_found() -> None:
    assert problems(CATALOGUE, with_controls("GL-REL-004", "SEC-01", "SEC-02")) == [
        (
            line_of(CATALOGUE, "controls:"),
            "the METADATA of rule `GL-REL-004` names control `SEC-02`, which there is not",
            "add the control, or take it out of the rule's `custom.controls`",
        )
    ]


def test_a_control_without_evidence_is_found(tmp_path: Path) -> None:
    file = altered(tmp_path, "    subjects: [Namespace, gatelib.dev/TenantLimits]\n", "")
    found = problems(file)
    assert found[0] == (
        line_of(file, "id: TEN-01"),
        "control `TEN-01` has no evidence",
        "name the files of a pack under `evidence`, "
        "or the kinds of documents that its rules judge under `subjects`",
    )
    assert [message for _, message, _ in found[1:]] == [
        f"nothing that control `TEN-01` names is what rule `GL-TEN-00{number}` judges"
        for number in range(1, 6)
    ]


def test_evidence_that_the_layout_does_not_know_is_found(tmp_path: Path) -> None:
    file = altered(tmp_path, "      - perf/k6-baseline.json", "      - perf/k6-base.json")
    assert problems(file) == [
        (
            line_of(file, "perf/k6-summary.json") - 1,
            "control `PERF-01` has rule `GL-REL-016`, but not the `perf/k6-baseline.json` that it judges",
            "add perf/k6-baseline.json to its `evidence`",
        ),
        (
            line_of(file, "perf/k6-base.json"),
            "no file of a pack has the path `perf/k6-base.json`",
            "did you mean perf/k6-baseline.json?",
        ),
    ]


@pytest.mark.parametrize("path", [path for entry in layout()["roles"].values() for path in entry["paths"]])
def test_every_alias_of_the_layout_is_evidence_that_is_known(tmp_path: Path, path: str) -> None:
    text = f"schema: 1\ncontrols:\n  - id: A-1\n    name: A\n    evidence: ['{path}']\n"
    assert problems(write(tmp_path / "c.yaml", text)) == []


def test_evidence_that_no_rule_of_the_control_judges_is_found(tmp_path: Path) -> None:
    file = altered(
        tmp_path, "      - perf/k6-baseline.json\n", "      - perf/k6-baseline.json\n      - sbom/a.json\n"
    )
    assert problems(file) == [
        (
            line_of(file, "sbom/a.json"),
            "no rule of control `PERF-01` judges `sbom/a.json`",
            "add GL-REL-023 to its `rules`, or leave the path out",
        )
    ]


def test_a_log_counts_where_the_rule_of_the_record_beside_it_proves() -> None:
    database = next(control for control in controls.load().controls if control.id == "DB-01")
    assert "schema/migrate-lint.txt" in {evidence.path for evidence in database.evidence}
    assert "GL-REL-002" not in database.rules


def test_documents_that_no_rule_of_the_control_judges_are_found(tmp_path: Path) -> None:
    file = altered(
        tmp_path, "[Namespace, gatelib.dev/TenantLimits]", "[Namespace, gatelib.dev/TenantLimits, Pod]"
    )
    assert problems(file) == [
        (
            line_of(file, "Pod]"),
            "no rule of control `TEN-01` judges `Pod`",
            "`gatelib rules show` names what a rule judges",
        )
    ]


def test_a_rule_that_judges_nothing_that_the_control_names_is_found(tmp_path: Path) -> None:
    file = altered(
        tmp_path, "    subjects: [workloads, PersistentVolume]\n", "    subjects: [PersistentVolume]\n"
    )
    kinds = {
        rule: ", ".join(RULES[rule]["kinds"])
        for rule in ("GL-K8S-001", "GL-K8S-004", "GL-K8S-014", "GL-K8S-015")
    }
    assert problems(file) == [
        (
            line_of(file, "[GL-K8S-001"),
            f"nothing that control `RUN-01` names is what rule `{rule}` judges",
            f"add to `subjects` one of {listed}",
        )
        for rule, listed in kinds.items()
    ]


def test_a_file_of_the_layout_that_no_control_names_is_found() -> None:
    more = copy.deepcopy(dict(layout()))
    more["order"] = [*more["order"], "soak-test"]
    more["roles"]["soak-test"] = {
        "paths": ["perf/soak.json"],
        "formats": ["k6"],
        "rule": "GL-REL-016",
        "required": [],
    }
    assert problems(CATALOGUE, roles=more) == [
        (
            line_of(CATALOGUE, "perf/k6-summary.json") - 1,
            "control `PERF-01` has rule `GL-REL-016`, but not the `perf/soak.json` that it judges",
            "add perf/soak.json to its `evidence`",
        )
    ]


def test_a_file_that_rules_of_two_controls_judge_is_asked_for_once(tmp_path: Path) -> None:
    file = altered(tmp_path, "      - schema/migrate-lint.txt\n", "")
    assert problems(file) == [
        (
            line_of(file, "policies/*.json") - 1,
            "control `PL-01` has rule `GL-REL-002`, but not the `schema/migrate-lint.txt` that it judges",
            "add schema/migrate-lint.txt to its `evidence`",
        )
    ]


def test_two_controls_with_one_id_are_found(tmp_path: Path) -> None:
    file = altered(tmp_path, "  - id: PERF-01", "  - id: SC-01")
    found = problems(file)
    message = "there are two controls `SC-01`"
    assert (line_of(file, "name: Performance budgets") - 1, message, "give each an ID of its own") in found


def test_mistakes_are_listed_in_the_order_of_their_lines(tmp_path: Path) -> None:
    file = altered(tmp_path, "  - id: PERF-01", "  - id: SC-01")
    lines = [line for line, _, _ in problems(file)]
    assert lines == sorted(lines, key=lambda line: line or 0)
    assert len(lines) > 1


# Teams' own


def test_nothing_is_wrong_with_a_catalogue_of_the_simple_form(tmp_path: Path) -> None:
    assert problems(write(tmp_path / "controls.yaml", SIMPLE)) == []


def test_a_team_may_number_controls_as_it_likes(tmp_path: Path) -> None:
    text = CATALOGUE.read_text("utf-8").replace("id: ", "id: ACME-")
    assert problems(write(tmp_path / "controls.yaml", text)) == []


def test_a_team_may_have_controls_of_its_own_for_rules_of_its_own(tmp_path: Path) -> None:
    own = (
        "\n  - id: ACME-1\n    name: Regions\n    statement: Only where we may.\n    owner: platform\n"
        "    evidence: []\n    subjects: [workloads]\n    rules: [ACME-NET-001, GL-K8S-001]\n"
    )
    file = write(tmp_path / "controls.yaml", CATALOGUE.read_text("utf-8") + own)
    rules = {**RULES, "ACME-NET-001": {**RULES["GL-K8S-001"], "id": "ACME-NET-001", "controls": []}}
    assert problems(file, rules) == []

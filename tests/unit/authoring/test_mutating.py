"""What becomes of mutants: killed, surviving, marked, invalid, endless."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatelib.authoring import workspace
from gatelib.authoring.mutation import running
from gatelib.authoring.mutation.mutators import mutants
from gatelib.authoring.mutation.results import Score
from gatelib.authoring.mutation.trials import Trials
from gatelib.errors import PolicyError
from tests.budget import budget
from tests.paths import ROOT
from tests.unit.authoring.mutated import LINE, NAME, RULE, TEST, WEAK, mutated, survivors, write

CONDITION = "\tdeployment.content.spec.replicas < 2"
ON_THE_BOUNDARY = [(LINE, "comparison", "<", "<="), (LINE, "number", "2", "3")]
MARKS = """\
	# gatelib:equivalent comparison `<` -> `<=`: nobody runs two
	# gatelib:equivalent number `2` -> `3`: nobody runs two
"""


def test_a_test_that_looks_everywhere_kills_every_mutant(tmp_path: Path) -> None:
    tested = mutated(write(tmp_path))
    assert survivors(tested) == []
    assert tested.score == Score(killed=len(tested.outcomes), survived=0, equivalent=0, invalid=0)
    assert tested.score.percent == 100.0


def test_mutants_survive_on_a_boundary_that_no_test_stands_on(tmp_path: Path) -> None:
    tested = mutated(write(tmp_path, replicas=WEAK))
    assert survivors(tested) == ON_THE_BOUNDARY
    assert {outcome.reached for outcome in tested.outcomes if outcome.survives} == {
        ("gatelib.rules.shop.replicas_test.test_deny_few",)
    }


def test_fixtures_kill_what_unit_tests_do_not(tmp_path: Path) -> None:
    write(tmp_path, replicas=WEAK)
    case = tmp_path / "fixtures/shop/replicas/allow/two.yaml"
    case.parent.mkdir(parents=True)
    case.write_text(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 2}\n", "utf-8"
    )
    case.with_name("two.expected.json").write_text('{"findings": []}', "utf-8")
    assert survivors(mutated(tmp_path)) == []


def test_what_no_test_reaches_survives(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / TEST).write_text(
        "package gatelib.rules.shop.replicas_test\n\ntest_nothing if true\n", "utf-8"
    )
    tested = mutated(tmp_path)
    assert {outcome.status for outcome in tested.outcomes} == {"unreached"}
    assert tested.score.percent == 0.0


def test_marked_mutants_do_not_count(tmp_path: Path) -> None:
    tested = mutated(write(tmp_path, RULE.replace(CONDITION, MARKS + CONDITION), WEAK))
    assert survivors(tested) == []
    assert tested.stale == ()
    assert tested.score.percent == 100.0
    assert [outcome.mark.reason for outcome in tested.outcomes if outcome.mark] == ["nobody runs two"] * 2


def test_a_mark_stands_at_the_end_of_its_line_too(tmp_path: Path) -> None:
    marked = f"{CONDITION} # gatelib:equivalent comparison `<` -> `<=`: nobody runs two"
    tested = mutated(write(tmp_path, RULE.replace(CONDITION, marked), WEAK))
    assert survivors(tested) == [(LINE, "number", "2", "3")]


@pytest.mark.parametrize(
    ("mark", "replicas"),
    [
        ("comparison `<` -> `<=`", (1, 2, 0)),  # a test kills it now
        ("comparison `<` -> `>`", WEAK),
        ("comparison `<=`", WEAK),
        ("boolean", WEAK),
    ],
)
def test_marks_that_no_survivor_answers_to_are_stale(
    tmp_path: Path, mark: str, replicas: tuple[int, ...]
) -> None:
    marked = f"\t# gatelib:equivalent {mark}: because\n{CONDITION}"
    tested = mutated(write(tmp_path, RULE.replace(CONDITION, marked), replicas))
    assert [(stale.line, stale.reason) for stale in tested.stale] == [(LINE, "because")]


@pytest.mark.parametrize(
    "mark", ["comparison `<`", "comparison `<`:", "comparison: ", "sideways: because", "", "`<`: because"]
)
def test_marks_without_a_reason_or_a_mutator_are_refused(tmp_path: Path, mark: str) -> None:
    marked = f"\t# gatelib:equivalent {mark}\n{CONDITION}"
    with pytest.raises(PolicyError, match="is no mark of an equivalent mutant") as caught:
        mutated(write(tmp_path, RULE.replace(CONDITION, marked)))
    assert (caught.value.file, caught.value.line) == (NAME, LINE)


@pytest.mark.parametrize("condition", ["", "\tlisted\n"])
def test_mutants_that_do_not_compile_are_invalid(tmp_path: Path, condition: str) -> None:
    helper = 'listed if {\n\tsome i\n\tdeployments[i].kind == "Deployment"\n\ti < 9\n}\n'
    rule = RULE.replace(CONDITION, condition + CONDITION) + f"\n{helper}"
    tested = mutated(write(tmp_path, rule))
    invalid = [outcome.mutant.before(rule) for outcome in tested.outcomes if outcome.status == "invalid"]
    assert invalid == ['deployments[i].kind == "Deployment"']
    assert tested.score.invalid == 1


def test_tests_that_fail_as_it_is_leave_no_score(tmp_path: Path) -> None:
    tested = mutated(write(tmp_path, RULE.replace("< 2", "< 1")))
    assert tested.outcomes == ()
    assert tested.broken == (("gatelib.rules.shop.replicas_test.test_deny_few", "is not true"),)


def test_an_endless_mutant_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_LEAST_PATIENCE", 2.0)
    some = "\tsome {} in numbers.range(1, 90000 - 89990)\n"
    helper = f"never if {{\n{some.format('a')}{some.format('b')}\ta + b == -1\n}}\n"
    rule = RULE.replace(CONDITION, f"{CONDITION}\n\tnot never") + f"\n{helper}"
    tested = mutated(write(tmp_path, rule), 2)
    ended = [outcome.mutant.edit.mutator for outcome in tested.outcomes if outcome.note]
    assert "arithmetic" in ended
    assert {outcome.status for outcome in tested.outcomes if outcome.note} <= {"killed", "invalid"}


def test_the_number_of_processes_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, replicas=WEAK)
    assert mutated(tmp_path, jobs=1) == mutated(tmp_path, jobs=2)


@pytest.mark.parametrize("rule", ["GL-K8S-011", "GL-K8S-002", "GL-REL-006"][: budget(1, 3)])
def test_no_check_that_is_left_out_would_kill_a_mutant(rule: str) -> None:
    """Coverage selects what runs: everything, run for each survivor, must find the same."""
    found = workspace.open_([ROOT / "rego"], [ROOT / "fixtures"], ROOT)
    source = found.source_of(rule)
    assert source is not None
    text, path, trials = source.module.text, source.module.path, Trials(found)
    checks = [check for group in trials.groups(source.module, rule).own for check in trials.checks(group)]
    (tested,) = running.run(
        found, [source], jobs=2, selected=running.every, progress=lambda done, total: None
    )
    assert [outcome.mutant for outcome in tested.outcomes] == list(mutants(text, path))
    survive = [
        outcome.mutant
        for outcome in tested.outcomes
        if trials.judge(path, outcome.mutant.apply(text), checks).status == "survived"
    ]
    assert survive == [one.mutant for one in tested.outcomes if one.survives or one.status == "equivalent"]

"""``gatelib rules mutate`` as the author of a rule runs it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.command import Done, gatelib, no_traceback
from tests.unit.authoring.mutated import LINE, NAME, RULE, TEST, WEAK, unit_tests, write

SECOND = "policies/shop/other/other.rego"
OTHER = RULE.replace("SHOP-001", "SHOP-002").replace("shop.replicas", "shop.other")
SHOWN = f"""\
{NAME}:{LINE}: comparison
  -   deployment.content.spec.replicas < 2
  +   deployment.content.spec.replicas <= 2
  unnoticed by gatelib.rules.shop.replicas_test.test_deny_few
  if it means the same: # gatelib:equivalent comparison `<` -> `<=`: …
{NAME}:{LINE}: number
  -   deployment.content.spec.replicas < 2
  +   deployment.content.spec.replicas < 3
  unnoticed by gatelib.rules.shop.replicas_test.test_deny_few
  if it means the same: # gatelib:equivalent number `2` -> `3`: …
SHOP-001: 88.8 % of 18 mutants killed, 2 survive
"""


def mutate(base: Path, *arguments: str) -> Done:
    return gatelib("rules", "mutate", *arguments, cwd=base)


def report(base: Path, *arguments: str) -> dict[str, Any]:
    done = mutate(base, "--format", "json", *arguments)
    assert done.code in (0, 1), done.complaint
    found: dict[str, Any] = json.loads(done.out)
    return found


def test_survivors_are_shown_as_diffs_with_their_marks(tmp_path: Path) -> None:
    done = mutate(write(tmp_path, replicas=WEAK), "SHOP-001")
    assert (done.code, done.text, done.complaint) == (1, SHOWN, "")


def test_json_has_what_a_machine_needs(tmp_path: Path) -> None:
    marked = RULE.replace(
        "\tdeployment.content", "\t# gatelib:equivalent number `2` -> `3`: nobody\n\tdeployment.content"
    )
    found = report(write(tmp_path, marked, WEAK))
    counts = {"score": 94.12, "killed": 16, "survived": 1, "equivalent": 1, "invalid": 0}
    assert found == {
        **counts,
        "policies": [
            {
                "file": NAME,
                "rule": "SHOP-001",
                **counts,
                "survivors": [
                    {
                        "line": LINE + 1,
                        "mutator": "comparison",
                        "before": "<",
                        "after": "<=",
                        "diff": [
                            "-\tdeployment.content.spec.replicas < 2",
                            "+\tdeployment.content.spec.replicas <= 2",
                        ],
                        "reached": ["gatelib.rules.shop.replicas_test.test_deny_few"],
                        "mark": "# gatelib:equivalent comparison `<` -> `<=`: ",
                    }
                ],
                "equivalents": [
                    {"line": LINE + 1, "mutator": "number", "before": "2", "after": "3", "reason": "nobody"}
                ],
                "stale": [],
                "broken": [],
            }
        ],
    }


def test_the_exit_code_says_whether_the_score_is_reached(tmp_path: Path) -> None:
    write(tmp_path, replicas=WEAK)
    assert [mutate(tmp_path, "--fail-under", share).code for share in ("88", "89")] == [0, 1]
    write(tmp_path)
    assert mutate(tmp_path).code == 0


def test_a_stale_mark_fails_whatever_the_score(tmp_path: Path) -> None:
    marked = RULE.replace("\tdeployment.content", "\t# gatelib:equivalent number: why\n\tdeployment.content")
    done = mutate(write(tmp_path, marked), "--fail-under", "0")
    assert done.code == 1
    assert done.text.splitlines()[:2] == [
        f"{NAME}:{LINE}: no surviving mutant answers to this mark of number",
        "  remove it, or write it as its survivor says",
    ]


def test_tests_that_fail_as_it_is_are_named(tmp_path: Path) -> None:
    done = mutate(write(tmp_path, RULE.replace("< 2", "< 1")))
    assert done.code == 3
    assert done.text.splitlines() == [
        f"{NAME}: `gatelib.rules.shop.replicas_test.test_deny_few` is not true without a mutant",
        "SHOP-001: its tests fail",
    ]


def test_a_policy_is_chosen_by_its_file_too(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / SECOND).parent.mkdir(parents=True)
    (tmp_path / SECOND).write_text(OTHER, "utf-8")
    assert [one["rule"] for one in report(tmp_path)["policies"]] == ["SHOP-002", "SHOP-001"]
    assert [one["rule"] for one in report(tmp_path, SECOND, "SHOP-002")["policies"]] == ["SHOP-002"]
    done = mutate(tmp_path, "SHOP-003")
    assert (done.code, done.complaint.splitlines()[0]) == (2, "gatelib: there is no policy `SHOP-003`")


@pytest.mark.parametrize(
    "revision", ["--output=x", "nothing", "-h", "", "HEAD\nx", "$(touch x)", "HEAD:policies"]
)
def test_what_is_no_revision_is_refused_and_never_an_option_of_git(tmp_path: Path, revision: str) -> None:
    _commit(write(tmp_path))
    done = gatelib("rules", "mutate", f"--changed={revision}", cwd=tmp_path)
    assert done.code == 2
    assert "is no revision of this repository" in done.complaint
    assert no_traceback(done)
    assert not (tmp_path / "x").exists()


def test_only_what_differs_from_a_revision_is_mutated(tmp_path: Path) -> None:
    _commit(write(tmp_path, replicas=WEAK))
    assert report(tmp_path, "--changed", "HEAD")["policies"] == []
    (tmp_path / NAME).write_text(RULE.replace("replicas < 2", "replicas<2"), "utf-8")
    (found,) = report(tmp_path, "--changed", "HEAD")["policies"]
    assert (found["killed"], [one["line"] for one in found["survivors"]]) == (4, [LINE, LINE])


def test_a_rule_whose_tests_or_fixtures_differ_is_mutated_whole(tmp_path: Path) -> None:
    _commit(write(tmp_path, replicas=WEAK))
    (tmp_path / TEST).write_text(unit_tests((1, 2, 0)), "utf-8")
    assert report(tmp_path, "--changed", "HEAD")["killed"] == 18
    _commit(tmp_path)
    case = tmp_path / "fixtures/shop/replicas/allow/none.yaml"
    case.parent.mkdir(parents=True)
    case.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", "utf-8")
    case.with_name("none.expected.json").write_text('{"findings": []}', "utf-8")
    assert report(tmp_path, "--changed", "HEAD")["killed"] == 18
    _commit(tmp_path)
    assert report(tmp_path, "--changed", "HEAD")["policies"] == []
    case.unlink()
    case.with_name("none.expected.json").unlink()
    assert report(tmp_path, "--changed", "HEAD")["killed"] == 18


def test_a_new_rule_is_mutated_whole(tmp_path: Path) -> None:
    _commit(write(tmp_path))
    (tmp_path / SECOND).parent.mkdir(parents=True)
    (tmp_path / SECOND).write_text(OTHER, "utf-8")
    (found,) = report(tmp_path, "--changed", "HEAD")["policies"]
    assert (found["rule"], found["survived"]) == ("SHOP-002", 18)


def test_help_fits_a_screen(tmp_path: Path) -> None:
    lines = mutate(tmp_path, "--help").text.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 100


def _commit(base: Path) -> None:
    if not (base / ".git").exists():
        _git(base, "init", "-q")
    _git(base, "add", ".")
    _git(base, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "a")


def _git(base: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=base, check=True, capture_output=True)


def test_a_policy_that_parses_and_does_not_compile_is_one_diagnostic(tmp_path: Path) -> None:
    broken = RULE.replace("deployment.content.spec.replicas < 2", "deployment.content.spec.replicas < least")
    done = mutate(write(tmp_path, broken))
    assert (done.code, done.text) == (3, "")
    assert done.complaint.splitlines()[0].startswith(
        f"gatelib: gatelib/rules/shop/replicas/replicas.rego:{LINE}: the embedded engine refuses it: "
    )
    no_traceback(done)

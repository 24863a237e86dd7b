"""``gatelib rules coverage`` as an author runs it, and on the shipped rules beside OPA."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from gatelib.authoring import workspace
from gatelib.authoring.coverage.measuring import measure
from gatelib.authoring.coverage.recording import together
from gatelib.authoring.suite import Suite
from tests.acceptance.command import Done, gatelib, no_traceback, write
from tests.budget import budget
from tests.engines import need
from tests.paths import ROOT
from tests.unit.teams import rule

_POLICY = """\
deny contains {"id": "ACME-001", "msg": "is big", "document": document.index, "path": []} if {
	some document in documents.of_type("ConfigMap")
	big(document.content.data.size)
}

big(size) if size == "big"

small(size) := true if size == "small" else := false
"""
_TESTS = """\
package gatelib.rules.acme.own_test

import data.gatelib.rules.acme.own

test_big if own.big("big")

test_small if own.small("small")
"""


def team(base: Path, tests: str = _TESTS) -> Path:
    """Write a team's repository with one rule."""
    rule(base / "policies", _POLICY)
    return write(base, {"gatelib.yaml": "policies: [policies]\n", "policies/own_test.rego": tests})


def coverage(base: Path, *arguments: str) -> Done:
    done = gatelib("rules", "coverage", "--no-opa", *arguments, cwd=base)
    assert no_traceback(done), done.complaint
    return done


def test_the_table_names_the_lines_that_are_not_reached(tmp_path: Path) -> None:
    done = coverage(team(tmp_path))
    assert (done.code, done.text.splitlines()) == (
        0,
        [
            "policy             rule      bodies  lines   not reached",
            "policies/own.rego  ACME-001  2/5     16.7 %  17, 19-21, 26",
            "",
            "2 of 5 bodies and 1 of 6 lines are reached (40.00 % and 16.67 %) by 2 tests",
        ],
    )


def test_source_marks_lines_that_are_missed_and_those_that_are_partly_reached(tmp_path: Path) -> None:
    done = coverage(team(tmp_path), "ACME-001", "--source", "uncovered")
    shown = done.text.splitlines()[5:]
    assert shown[0] == "policies/own.rego"
    assert [line for line in shown if line[3:4] in ("!", "~")] == [
        '17 ! subjects contains document.index if some document in documents.of_type("ConfigMap")',
        '19 ! deny contains {"id": "ACME-001", "msg": "is big", "document": document.index, "path": []} if {',
        '20 !     some document in documents.of_type("ConfigMap")',
        "21 !     big(document.content.data.size)",
        '26 ~ small(size) := true if size == "small" else := false',
    ]
    assert '24   big(size) if size == "big"' in shown
    assert "\x1b" not in done.text


def test_too_little_is_one_and_enough_is_none(tmp_path: Path) -> None:
    base = team(tmp_path)
    assert coverage(base, "--fail-under", "16").code == 0
    done = coverage(base, "--fail-under", "17")
    assert (done.code, done.complaint) == (1, "gatelib: 16.67 % of lines are reached, less than 17 %\n")


def test_a_test_that_fails_covers_nothing(tmp_path: Path) -> None:
    done = coverage(team(tmp_path, _TESTS + '\ntest_wrong if own.big("small")\n'), "--fail-under", "90")
    assert (done.code, done.complaint) == (
        3,
        "gatelib: policies/own_test.rego: test_wrong: it does not hold\n",
    )


def test_without_tests_there_is_nothing_to_measure(tmp_path: Path) -> None:
    base = team(tmp_path)
    (base / "policies/own_test.rego").unlink()
    done = coverage(base)
    assert (done.code, "there are no tests of these policies" in done.complaint) == (2, True)
    assert coverage(base, "NOBODY-001").code == 2


def test_json_and_lcov_have_the_same_figures(tmp_path: Path) -> None:
    base = team(tmp_path)
    found = json.loads(coverage(base, "--format", "json").out)
    assert found["bodies"] == {"reached": 2, "count": 5, "percent": 40.0}
    (file,) = found["files"]
    assert file["lines"] == {
        "reached": 1,
        "count": 6,
        "percent": 16.67,
        "missed": [17, 19, 20, 21],
        "partly": [26],
    }
    assert file["bodies"]["missed"] == [
        {"line": 17, "column": 1},
        {"line": 19, "column": 1},
        {"line": 26, "column": 40},
    ]
    assert coverage(base, "--format", "lcov").text.splitlines() == [
        "TN:",
        "SF:policies/own.rego",
        *(
            f"FN:{place.partition(':')[0]},gatelib.rules.acme.own:{place}"
            for place in ("17:1", "19:1", "24:1", "26:1", "26:40")
        ),
        *(
            f"FNDA:{hits},gatelib.rules.acme.own:{place}"
            for hits, place in (
                (0, "17:1"),
                (0, "19:1"),
                (1, "24:1"),
                (1, "26:1"),
                (0, "26:40"),
            )
        ),
        "FNF:5",
        "FNH:2",
        *(f"DA:{line},{int(line == 24)}" for line in (17, 19, 20, 21, 24, 26)),
        "LF:6",
        "LH:1",
        "end_of_record",
    ]


def test_opas_figures_stand_beside(tmp_path: Path) -> None:
    need("opa")
    done = gatelib("rules", "coverage", cwd=team(tmp_path))
    assert done.text.splitlines()[0].split() == ["policy", "rule", "bodies", "lines", "OPA", "not", "reached"]


def test_without_any_one_file_of_tests_the_engines_miss_the_same_bodies(tmp_path: Path) -> None:
    """A few files of tests and all policies by default; all files under ``make acceptance``."""
    need("opa")
    rego = tmp_path / "rego"
    shutil.copytree(ROOT / "rego", rego)
    named = [path for path in sorted(rego.rglob("*_test.rego")) if "\ntest_" in path.read_text("utf-8")]
    kept = named[:: max(1, len(named) // budget(4, len(named)))]
    for path in set(named) - set(kept):
        path.unlink()
    suite = Suite(workspace.open_([rego], [], tmp_path))
    found = measure(suite, suite.workspace.own, "tests", opa=True, jobs=2)
    assert not found.problems
    files = {path.relative_to(tmp_path).as_posix() for path in kept}
    assert {run.name for run in found.runs} == files
    with ThreadPoolExecutor(2) as pool:
        said = dict(
            zip(
                sorted(files), pool.map(lambda file: _not_covered(tmp_path, file), sorted(files)), strict=True
            )
        )
    for left_out in sorted(files):
        reached = together(*(run.reached for run in found.runs if run.name != left_out))
        for file in found.files:
            without = replace(file, reached=reached.get(file.source.module.path, frozenset()))
            bodies = {(part.line, part.column) for part, _ in file.bodies}
            missed = {(part.line, part.column) for part in without.missed}
            assert missed == bodies & said[left_out][file.source.name], (left_out, file.source.name)


def _not_covered(base: Path, left_out: str) -> dict[str, set[tuple[int, int]]]:
    """Return where the ranges begin that OPA says are not covered, by files, when one is left out."""
    root = base / left_out.replace("/", "+")
    shutil.copytree(base / "rego", root / "rego", copy_function=os.link)
    (root / left_out).unlink()
    done = subprocess.run(
        ["opa", "test", "--coverage", "--coverage-runs=", "--timeout", "120s", "--format", "json", "rego"],
        cwd=root,
        capture_output=True,
        check=True,
    )
    return {
        file: {(found["start"]["row"], found["start"]["col"]) for found in report.get("not_covered", [])}
        for file, report in json.loads(done.stdout)["files"].items()
    }


def test_a_file_of_tests_that_does_not_parse_is_no_missing_one(tmp_path: Path) -> None:
    base = write(
        team(tmp_path), {"policies/broken_test.rego": "package gatelib.broken_test\n\ntest_it if {\n"}
    )
    done = coverage(base)
    assert (done.code, done.complaint) == (
        3,
        "gatelib: gatelib.broken_test: policies/broken_test.rego:4: does not parse: expecting expression\n",
    )
    assert "2 of 5 bodies" in done.text

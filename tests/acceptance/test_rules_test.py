"""``gatelib rules test`` as the author of a rule runs it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from gatelib import engines
from gatelib.authoring import workspace
from gatelib.authoring.suite import Suite
from tests.acceptance.command import Done, gatelib, no_traceback, write
from tests.engines import need_engine
from tests.paths import ROOT

RULE = (ROOT / "examples" / "policies" / "replicas.rego").read_text("utf-8")
TESTS = """\
package gatelib.rules.shop.replicas_test

import data.gatelib.rules.shop.replicas as rule

test_deny_one if {
	rule.deny == {finding(1)} with input as envelope({"replicas": 1})
}

test_allow_two if {
	rule.deny == set() with input as envelope({"replicas": 2})
}

finding(number) := {
	"id": "SHOP-001",
	"msg": sprintf("runs %v replica, and must run at least 2", [number]),
	"document": 0,
	"path": ["spec", "replicas"],
}

envelope(spec) := {
	"gatelib": 1,
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": 0, "root": 0, "content": {
		"apiVersion": "apps/v1",
		"kind": "Deployment",
		"spec": spec,
	}}],
}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  replicas: {}
"""
FINDING = {
    "action": "deny",
    "document": 0,
    "path": ["spec", "replicas"],
    "message": "runs 1 replica, and must run at least 2",
}
POLICY, TEST = "policies/shop/replicas/replicas.rego", "policies/shop/replicas/replicas_test.rego"
ONE, TWO = "fixtures/shop/replicas/deny/one", "fixtures/shop/replicas/allow/two"
BOTH = pytest.mark.parametrize("engine", engines.local())


def team(base: Path, **changes: str) -> Path:
    """Write a team's repository with one rule; ``policy`` and ``tests`` may be other texts."""
    return write(
        base,
        {
            "gatelib.yaml": "policies: [policies]\n",
            POLICY: changes.get("policy", RULE),
            TEST: changes.get("tests", TESTS),
            f"{ONE}.yaml": DEPLOYMENT.format(1),
            f"{ONE}.expected.json": json.dumps({"findings": [FINDING]}),
            f"{TWO}.yaml": DEPLOYMENT.format(2),
            f"{TWO}.expected.json": json.dumps({"findings": []}),
        },
    )


def run(base: Path, *arguments: str) -> Done:
    done = gatelib("rules", "test", *arguments, cwd=base)
    assert no_traceback(done), done.complaint
    return done


def names(done: Done) -> list[str]:
    return [result["name"] for result in json.loads(done.out)["results"]]


@BOTH
def test_unit_tests_and_fixtures_are_run_together(tmp_path: Path, engine: str) -> None:
    done = run(team(tmp_path), "--engine", need_engine(engine))
    assert (done.code, done.text) == (0, "4 passed, 0 failed, 0 could not be judged\n"), done.complaint


@BOTH
def test_a_unit_test_that_fails_shows_its_expression_and_both_sides(tmp_path: Path, engine: str) -> None:
    team(tmp_path, tests=TESTS.replace("{finding(1)}", "{finding(3)}"))
    done = run(tmp_path, "--engine", need_engine(engine))
    assert done.code == 1
    lines = [line for line in done.text.splitlines() if "@@" not in line]
    assert lines == [
        f"FAIL  {TEST}:5 test_deny_one",
        f"  {TEST}:6: not true:",
        '         6 | rule.deny == {finding(3)} with input as envelope({"replicas": 1})',
        "      --- expected",
        "      +++ found",
        "       [",
        "         {",
        '           "document": 0,',
        '           "id": "SHOP-001",',
        '      -    "msg": "runs 3 replica, and must run at least 2",',
        '      +    "msg": "runs 1 replica, and must run at least 2",',
        '           "path": [',
        '             "spec",',
        '             "replicas"',
        "           ]",
        "         }",
        "       ]",
        "3 passed, 1 failed, 0 could not be judged",
    ]


@BOTH
def test_a_fixture_that_fails_shows_where_in_rule_and_manifest(tmp_path: Path, engine: str) -> None:
    head = '\ndeny contains finding if {\n\tfalse\n\tfinding := {"msg": "never"}\n}\n'
    team(tmp_path, policy=RULE + head)
    write(tmp_path, {f"{ONE}.expected.json": json.dumps({"findings": []})})
    done = run(tmp_path, "--engine", need_engine(engine), "fixtures")
    lines = done.text.splitlines()
    number = RULE.splitlines().index("deny contains {") + 1
    assert done.code == 1
    assert lines[0] == f"FAIL  shop/replicas/deny/one (SHOP-001 on {engine})"
    assert lines[-4:] == [
        "  found: runs 1 replica, and must run at least 2",
        f"      by {POLICY}:{number} | deny contains {{",
        f"      in {ONE}.yaml:6 |   replicas: 1",
        "1 passed, 1 failed, 0 could not be judged",
    ]
    assert '      +      "message": "runs 1 replica, and must run at least 2",' in lines


EVERY = """\
every number in [1, 0, 2] {
		count(rule.deny) == 1 with input as envelope({"replicas": number})
	}"""
EXPLAINED = {
    "every": (EVERY, ["{0}:6: in `every`, with number = 2:", "{0}:7: not true:"], ["-1", "+0"]),
    "negated": ('not startswith("ab", "a")', ["{0}:6: not true:"], ['`startswith("ab", "a")` is true']),
    "undefined": (
        "rule.nothing == 1",
        ["{0}:6: not true:"],
        ["`rule.nothing` is undefined", "the other side is 1"],
    ),
    "not found": ("some x in [1]\n\tx > 1", ["{0}:7: not true:"], ["1 > 1"]),
    "read twice": (
        'rule.deny == {name} with input as {"name": name}',
        ["{0}:6: not true:"],
        [
            "`{name}` is undefined",
            "without `with` it is not: the embedded engine takes a rule for undefined that an expression and",
            "the value of its `with` both read. Bind one of them in a line before",
            "the other side is []",
        ],
    ),
}


@pytest.mark.parametrize("case", EXPLAINED.values(), ids=EXPLAINED)
def test_the_first_expression_that_nothing_makes_true_is_found(
    tmp_path: Path, case: tuple[str, list[str], list[str]]
) -> None:
    body, places, shown = case
    head = TESTS[: TESTS.index("test_deny_one")]
    rest = TESTS[TESTS.index("finding(number)") :]
    done = run(team(tmp_path, tests=f'{head}test_x if {{\n\t{body}\n}}\n\n{rest}\nname := "x"\n'), TEST)
    assert done.code == 1, done.text
    lines = [line.strip() for line in done.text.splitlines()]
    assert [line for line in lines if line.startswith(TEST)] == [place.format(TEST) for place in places]
    assert lines[-1 - len(shown) : -1] == shown


def test_what_the_engine_fails_on_is_exit_code_3_and_loses_nothing(tmp_path: Path) -> None:
    team(tmp_path, tests=f'{TESTS}\ntest_wrong if to_number("x") == 1\n')
    done = run(tmp_path)
    assert done.code == 3
    assert f"ERROR {TEST}:" in done.text
    assert "could not parse string as number" in done.text
    assert done.text.endswith("\n4 passed, 0 failed, 1 could not be judged\n")


@BOTH
def test_a_policy_that_does_not_compile_says_so_once(tmp_path: Path, engine: str) -> None:
    team(tmp_path, tests=f"{TESTS}\ntest_wrong if nobody == 1\n")
    done = run(tmp_path, "--engine", need_engine(engine))
    lines = done.text.splitlines()
    assert done.code == 3
    assert lines[0].startswith("ERROR 3 tests of gatelib.rules.shop.replicas_test: ")
    assert "nobody" in lines[0]
    assert lines[1:] == ["2 passed, 0 failed, 3 could not be judged"]


def test_a_test_that_only_opa_sees_is_an_error_there(tmp_path: Path) -> None:
    team(tmp_path, tests=f"{TESTS}\ndefault test_hidden := false\n")
    done = run(tmp_path, "--engine", need_engine("opa"), "policies")
    assert done.code == 3
    assert "opa has run 3 tests of 2: the engines disagree on `data.gatelib.rules.shop.replicas_" in done.text


def test_what_is_skipped_is_said(tmp_path: Path) -> None:
    mark = "# METADATA\n# description: It has no such zone.\n# custom:\n#   engines: [opa]\n"
    team(tmp_path, tests=f"{TESTS}\ntodo_test_a if false\n\n{mark}test_b if true\n")
    embedded, opa = run(tmp_path, TEST), run(tmp_path, TEST, "--engine", need_engine("opa"))
    first, line = TESTS.count("\n") + 2, TESTS.count("\n") + 8
    todo = f"SKIP  {TEST}:{first} todo_test_a: its name says that it is still to do\n"
    assert embedded.text == (
        f"{todo}SKIP  {TEST}:{line} test_b: It has no such zone.\n"
        "2 passed, 0 failed, 0 could not be judged, 2 skipped\n"
    )
    assert opa.text == f"{todo}3 passed, 0 failed, 0 could not be judged, 1 skipped\n"


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (
            "SHOP-001",
            ["test_deny_one", "test_allow_two", "shop/replicas/allow/two", "shop/replicas/deny/one"],
        ),
        (POLICY, ["test_deny_one", "test_allow_two", "shop/replicas/allow/two", "shop/replicas/deny/one"]),
        (
            "policies",
            ["test_deny_one", "test_allow_two", "shop/replicas/allow/two", "shop/replicas/deny/one"],
        ),
        (TEST, ["test_deny_one", "test_allow_two"]),
        ("fixtures/shop/replicas/deny", ["shop/replicas/deny/one"]),
        (f"{TWO}.yaml", ["shop/replicas/allow/two"]),
        (f"{ONE}.expected.json", ["shop/replicas/deny/one"]),
    ],
    ids=["rule", "policy", "folder", "test", "fixtures", "manifest", "expectation"],
)
def test_a_rule_a_file_or_a_folder_can_be_named(tmp_path: Path, what: str, expected: list[str]) -> None:
    assert names(run(team(tmp_path), what, "--format", "json")) == expected


def test_what_cannot_be_run_is_a_usage_error(tmp_path: Path) -> None:
    team(tmp_path)
    unknown, none = run(tmp_path, "SHOP-009"), run(tmp_path, "gatelib.yaml")
    assert (unknown.code, unknown.complaint.splitlines()[0]) == (
        2,
        "gatelib: `SHOP-009` is no rule and no file",
    )
    assert (none.code, none.complaint.splitlines()[0]) == (
        2,
        "gatelib: there are no tests and no fixtures of `gatelib.yaml`",
    )
    for place in (TEST, f"{ONE}.yaml", f"{ONE}.expected.json", f"{TWO}.yaml", f"{TWO}.expected.json"):
        (tmp_path / place).unlink()
    nothing = run(tmp_path)
    assert (nothing.code, nothing.complaint.splitlines()[0]) == (
        2,
        "gatelib: there are no tests and no fixtures",
    )


def test_results_for_machines_are_the_same_in_json_and_junit(tmp_path: Path) -> None:
    team(tmp_path, tests=TESTS.replace("{finding(1)}", "set()") + "\ntodo_test_a if false\n")
    found = json.loads(run(tmp_path, "--format", "json").out)
    counts = {key: found[key] for key in ("engine", "passed", "failed", "errors", "skipped")}
    assert counts == {"engine": "embedded", "passed": 3, "failed": 1, "errors": 0, "skipped": 1}
    root = ET.fromstring(run(tmp_path, "--format", "junit").text)
    assert root.attrib == {
        "name": "gatelib rules test",
        "tests": "5",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
    }
    tags = {"fail": ["failure"], "skip": ["skipped"], "pass": []}
    assert [
        (case.get("classname"), case.get("name"), [child.tag for child in case])
        for case in root.iter("testcase")
    ] == [(result["group"], result["name"], tags[result["status"]]) for result in found["results"]]


def test_all_tests_of_the_library_pass_without_any_binary() -> None:
    suite = Suite(workspace.open_([ROOT / "rego"], [], ROOT))
    failed = [result for package in suite.found for result in suite.run(package) if result.status != "pass"]
    assert failed == []
    assert [test.name for tests in suite.found.values() for test in tests if test.skipped] == [
        "test_a_number_in_place_of_objects_holds_none",
        "test_no_day_in_a_zone_that_does_not_exist",
        "test_unjudged_in_a_time_zone_that_does_not_exist",
    ]


# --watch


class Watch:
    """A command that waits for files to be saved."""

    def __init__(self, base: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gatelib", "rules", "test", "--watch"],
            cwd=base,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert self.process.stdout
        self.out = self.process.stdout
        self.read = b""

    def until(self, end: str, seconds: float = 60.0) -> list[str]:
        """Return the lines up to one that begins so."""
        lines: list[str] = []
        deadline = time.monotonic() + seconds
        while not (lines and lines[-1].startswith(end)):
            while b"\n" not in self.read:
                ready, _, _ = select.select([self.out], [], [], max(0.0, deadline - time.monotonic()))
                assert ready, f"nothing came: {lines}"
                chunk = os.read(self.out.fileno(), 1 << 16)
                assert chunk, f"it ended: {lines}"
                self.read += chunk
            line, _, self.read = self.read.partition(b"\n")
            lines.append(line.decode())
        return lines


def save(path: Path, text: str) -> None:
    """Put a text into a file in one step: a watch may look at any moment, and the test counts its answers."""
    beside = path.with_suffix(".saving")
    beside.write_text(text)
    beside.replace(path)


@contextmanager
def watching(base: Path) -> Iterator[Watch]:
    watch = Watch(base)
    try:
        watch.until("waiting for a file")
        yield watch
    finally:
        if watch.process.poll() is None:
            watch.process.kill()
        watch.process.wait()
        watch.out.close()


def test_a_saved_file_runs_again_what_it_touches(tmp_path: Path) -> None:
    with watching(team(tmp_path)) as watch:
        save(tmp_path / POLICY, RULE.replace("replicas < 2", "replicas < 1"))
        after_rule = watch.until("waiting for a file")
        save(tmp_path / POLICY, RULE)
        watch.until("waiting for a file")
        save(tmp_path / f"{ONE}.yaml", DEPLOYMENT.format(2))
        after_fixture = watch.until("waiting for a file")
        shorter = TESTS[: TESTS.index("test_allow_two")] + TESTS[TESTS.index("finding(number)") :]
        save(tmp_path / TEST, shorter)
        after_test = watch.until("waiting for a file")
    assert after_rule[1] == f"{POLICY} changed"
    assert [line for line in after_rule if line.startswith("FAIL")] == [
        f"FAIL  {TEST}:5 test_deny_one",
        "FAIL  shop/replicas/deny/one (SHOP-001 on embedded)",
    ]
    assert after_rule[-2] == "2 passed, 2 failed, 0 could not be judged"
    assert after_fixture[-2] == "0 passed, 1 failed, 0 could not be judged"
    assert after_test[-2] == "1 passed, 0 failed, 0 could not be judged"


def test_what_does_not_parse_is_shown_and_the_watch_goes_on_until_ctrl_c(tmp_path: Path) -> None:
    with watching(team(tmp_path)) as watch:
        save(tmp_path / POLICY, f"{RULE}\ndeny contains {{\n")
        broken = watch.until("waiting for a file")
        save(tmp_path / f"{ONE}.expected.json", "{")
        watch.until("waiting for a file")
        save(tmp_path / POLICY, RULE)
        wrong = watch.until("waiting for a file")
        save(tmp_path / f"{ONE}.expected.json", json.dumps({"findings": [FINDING]}))
        mended = watch.until("waiting for a file")
        watch.process.send_signal(signal.SIGINT)
        assert watch.process.wait(timeout=30) == 0
        assert watch.out.read() == b"\n"
    assert any(line.startswith(f"ERROR {POLICY}") for line in broken), broken
    assert any(line.startswith("ERROR ") and "is no JSON" in line for line in wrong), wrong
    assert mended[-2] == "4 passed, 0 failed, 0 could not be judged"


def test_the_answer_to_a_saved_rule_comes_in_under_a_second(tmp_path: Path) -> None:
    waited = []
    with watching(team(tmp_path)) as watch:
        for number in range(5):
            save(tmp_path / POLICY, f"{RULE}\n# {number}\n")
            began = time.monotonic()
            lines = watch.until("waiting for a file")
            waited.append(time.monotonic() - began)
            assert lines[-2] == "4 passed, 0 failed, 0 could not be judged"
    assert min(waited) < 1, waited  # of several, since other work may be going on

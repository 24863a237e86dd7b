"""``gatelib rules lint`` as an author runs it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from gatelib.authoring.lint import facts
from tests.acceptance.command import Done, gatelib, no_traceback
from tests.paths import ROOT
from tests.unit.authoring.lint_workspaces import POLICY, RULE, added, rule, written
from tests.unit.reporters.third_party import sarif_schema

GUIDE = (ROOT / "docs/guides/linting-rules.md").read_text("utf-8")
CLOCK = "the time of a run is `data.gatelib.input.now_ns`: read that"
OWNER = """\
# METADATA
# title: A rule says who keeps it
# description: Somebody has to answer for what it denies.
# custom:
#   severity: warning
package gatelib.lint.owner

violation contains {"file": file.file, "line": file.package.line, "column": 1, "message": message} if {
	some file in input.policies
	not file.rule.metadata.custom.owner
	message := sprintf("`%s` has no owner", [file.rule.id])
}
"""


def team(base: Path, changes: dict[str, str | None]) -> Path:
    """Write a team's repository whose configuration says where its policies are."""
    return written(base, {"gatelib.yaml": "policies: [policies]\n", **changes})


def lint(base: Path, *arguments: str) -> Done:
    done = gatelib("rules", "lint", *arguments, cwd=base)
    assert no_traceback(done), done.complaint
    return done


def findings(done: Done) -> list[tuple[Any, ...]]:
    return [
        (entry["check"], entry["file"], entry["line"], entry["column"])
        for entry in json.loads(done.out)["findings"]
    ]


def test_a_repository_without_a_mistake_passes(tmp_path: Path) -> None:
    done = lint(team(tmp_path, {}))
    assert (done.code, done.text) == (0, "0 findings; 2 files, 36 checks\n")


def test_a_finding_is_shown_with_its_place_and_fails(tmp_path: Path) -> None:
    done = lint(team(tmp_path, added("today := time.now_ns()")) / "policies")
    assert done.code == 1
    assert done.text == f"{RULE}:31:10: clock: {CLOCK}\n1 finding; 2 files, 36 checks\n"


def test_github_shows_it_on_its_line(tmp_path: Path) -> None:
    done = lint(team(tmp_path, added("today := time.now_ns()")), "--format", "github")
    assert done.code == 1
    assert done.text == (
        f"::error file={RULE},line=31,col=10,title=clock::{CLOCK}\n"
        "::notice title=gatelib rules lint::1 finding in 2 files\n"
    )


def test_sarif_is_what_the_schema_of_oasis_says(tmp_path: Path) -> None:
    changes = added("today := time.now_ns()\n# gatelib:ignore clock for a test\nagain := time.now_ns()")
    done = lint(team(tmp_path, changes), "--format", "sarif")
    log = json.loads(done.out)
    Draft202012Validator(json.loads(sarif_schema().read_text("utf-8"))).validate(log)
    results = log["runs"][0]["results"]
    assert [(entry["ruleId"], entry["level"], "suppressions" in entry) for entry in results] == [
        ("clock", "error", False),
        ("clock", "error", True),
    ]


def test_a_comment_ignores_one_finding_and_json_keeps_it(tmp_path: Path) -> None:
    ignoring = "# gatelib:ignore clock a test needs it\nboth := [time.now_ns(), time.now_ns()]"
    done = lint(team(tmp_path, added(ignoring)), "--format", "json")
    assert findings(done) == [("clock", RULE, 32, 25)]
    ignored = json.loads(done.out)["ignored"]
    assert [(entry["column"], entry["reason"]) for entry in ignored] == [(10, "a test needs it")]


def test_two_comments_ignore_two_findings(tmp_path: Path) -> None:
    comments = "# gatelib:ignore clock one\n# gatelib:ignore clock two\n"
    done = lint(team(tmp_path, added(f"{comments}both := [time.now_ns(), time.now_ns()]")))
    assert (done.code, done.text) == (0, "0 findings, 2 ignored; 2 files, 36 checks\n")


def test_an_ignore_needs_a_reason_a_check_and_a_finding(tmp_path: Path) -> None:
    lines = [
        "today := time.now_ns() # gatelib:ignore clock",
        "a := 1 # gatelib:ignore clocks they differ",
        "b := 2 # gatelib:ignore clock there is none",
        'c := "# gatelib:ignore clock in a text"',
    ]
    done = lint(team(tmp_path, added("\n\n".join(lines))))
    assert done.text.splitlines() == [
        f"{RULE}:31:10: clock: {CLOCK}",
        f"{RULE}:31:24: ignore_comment: say why `clock` is ignored: add a reason behind its name",
        f"{RULE}:33:8: ignore_comment: there is no check `clocks`: write `# gatelib:ignore CHECK reason`",
        f"{RULE}:35:8: ignore_comment: `clock` finds nothing here: remove the comment",
        "4 findings; 2 files, 36 checks",
    ]


def test_what_does_not_parse_is_an_error_and_the_rest_is_checked(tmp_path: Path) -> None:
    broken = "package gatelib.rules.acme.broken\n\nallow := \n"
    base = team(tmp_path, {**added("today := time.now_ns()"), "policies/acme/broken/broken.rego": broken})
    done = lint(base, "--format", "json")
    assert (done.code, findings(done)) == (3, [("clock", RULE, 31, 10)])
    (error,) = json.loads(done.out)["errors"]
    assert error["file"] == "policies/acme/broken/broken.rego"
    assert error["message"].startswith("does not parse: ")


def test_a_team_has_checks_of_its_own_beside_its_configuration(tmp_path: Path) -> None:
    done = lint(team(tmp_path, {"lint/owner.rego": OWNER}))
    assert done.code == 1
    assert done.text == f"{RULE}:13:1: owner: `ACME-001` has no owner\n1 finding; 2 files, 37 checks\n"


def test_checks_of_a_folder_run_where_it_is_named(tmp_path: Path) -> None:
    team(tmp_path, {"more/owner.rego": OWNER})
    assert lint(tmp_path).code == 0
    done = lint(tmp_path, "--checks", "more", "--format", "json")
    assert (done.code, findings(done)) == (1, [("owner", RULE, 13, 1)])


def test_the_check_of_the_guide_runs(tmp_path: Path) -> None:
    (check,) = [block for block in re.findall(r"```rego\n(.*?)```", GUIDE, re.DOTALL) if "violation" in block]
    done = lint(team(tmp_path, {"lint/controls_named.rego": check}))
    assert done.text.splitlines()[0] == (
        f"{RULE}:13:1: controls_named: `ACME-001` proves no control: name one under `custom.controls`"
    )


def test_the_guide_shows_what_is_really_printed(tmp_path: Path) -> None:
    mistakes = """\
today := time.now_ns()

by_name[one.name] contains one.index if some one in deployments

twins(name) := by_name[name]"""
    assert f"```text\n{lint(team(tmp_path, added(mistakes))).text}```" in GUIDE


def test_the_guide_names_every_fact(tmp_path: Path) -> None:
    base = team(tmp_path, {})
    found = facts.gather([base / "policies"], [base / "fixtures"], base).facts
    (policy,) = found["policies"]
    unnamed = [key for key in (*found, *policy, *found["tests"][0]) if f"`{key}`" not in GUIDE]
    unnamed += [
        f"{name}.{key}"
        for name in (
            "rules",
            "references",
            "calls",
            "findings",
            "ids",
            "strings",
            "locals",
            "imports",
            "comments",
        )
        for entry in policy[name]
        for key in entry.keys() - {"line", "column"}
        if re.search(rf"\| `{name}` \|[^\n]*\b{key}\b", GUIDE) is None
    ]
    assert unnamed == []


def test_a_check_that_fails_is_an_error_and_loses_no_finding(tmp_path: Path) -> None:
    failing = OWNER.replace('sprintf("`%s` has no owner", [file.rule.id])', 'to_number("none")')
    done = lint(team(tmp_path, {**added("today := time.now_ns()"), "lint/owner.rego": failing}))
    assert done.code == 3
    first, second, last = done.text.splitlines()
    assert first.startswith("gatelib: the check `owner` failed: ")
    assert (second, last) == (
        f"{RULE}:31:10: clock: {CLOCK}",
        "1 finding, 1 error; 2 files, 37 checks",
    )


def test_a_check_without_violations_or_of_another_form_is_an_error(tmp_path: Path) -> None:
    for text in (
        OWNER.replace("violation contains", "violations contains"),
        OWNER.replace('"column": 1, ', ""),
    ):
        done = lint(team(tmp_path, {"lint/owner.rego": text}))
        assert (done.code, "the check `owner`" in done.text) == (3, True), done.text


def test_a_check_may_not_reach_out(tmp_path: Path) -> None:
    reaching = OWNER.replace(
        "not file.rule", 'http.send({"method": "get", "url": "http://127.0.0.1"})\n\tnot file.rule'
    )
    done = lint(team(tmp_path, {"lint/owner.rego": reaching}))
    assert done.code == 2
    assert "lint/owner.rego:10: `http.send` is not among the built-ins" in done.complaint


def test_a_check_without_metadata_or_with_a_known_name_is_refused(tmp_path: Path) -> None:
    bare = OWNER[OWNER.index("package") :]
    assert lint(team(tmp_path, {"lint/owner.rego": bare})).code == 2
    taken = lint(team(tmp_path, {"lint/owner.rego": OWNER.replace("lint.owner", "lint.clock")}))
    assert (taken.code, "there is a check `clock` already" in taken.complaint) == (2, True)


def test_ids_are_added_and_none_is_taken_out(tmp_path: Path) -> None:
    old = '{"ACME-000": {"package": "gatelib.rules.acme.old", "retired": "nobody has it"}}'
    base = team(tmp_path, {"rule-ids.json": old})
    assert lint(base, "--format", "json").code == 1
    done = lint(base, "--add-ids")
    assert (done.code, done.complaint) == (0, "gatelib: added ACME-001 to rule-ids.json\n")
    assert (base / "rule-ids.json").read_text() == (
        "{\n"
        '  "ACME-000": {"package": "gatelib.rules.acme.old", "retired": "nobody has it"},\n'
        '  "ACME-001": {"package": "gatelib.rules.acme.replicas"}\n'
        "}\n"
    )


def test_a_ledger_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    base = team(tmp_path, {})
    for text in ("{", "[]", '{"ACME-001": {}}', '{"A": {"package": "a"}, "A": {"package": "b"}}'):
        (base / "rule-ids.json").write_text(text)
        for arguments in ((), ("--add-ids",)):
            done = lint(base, *arguments)
            assert (done.code, "rule-ids.json" in done.complaint) == (2, True), text
        assert (base / "rule-ids.json").read_text() == text


def test_the_checks_are_listed(tmp_path: Path) -> None:
    done = lint(team(tmp_path, {"lint/owner.rego": OWNER}), "--list")
    names = [line.split()[0] for line in done.text.splitlines()]
    assert (done.code, len(names), names == sorted(names), "owner" in names) == (0, 37, True, True)
    assert "owner                     warning  A rule says who keeps it\n" in done.text


def test_what_a_bad_rule_would_do_to_a_gate_does_not_stop_its_lint(tmp_path: Path) -> None:
    done = lint(team(tmp_path, rule("scope: document", "scope: all")), "--format", "json")
    assert findings(done) == [("metadata", RULE, 10, 5)]
    outside = POLICY.replace("gatelib.rules.acme.replicas", "acme.replicas")
    done = lint(team(tmp_path, {RULE: outside}), "--format", "json")
    assert ("names", RULE, 13, 1) in findings(done)


def test_the_whole_library_is_linted_within_two_seconds() -> None:
    done = lint(ROOT)
    assert (done.code, done.text.startswith("0 findings, ")) == (0, True), done.text
    assert done.seconds < 2 * 1.5, done.seconds

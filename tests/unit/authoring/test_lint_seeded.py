"""One seeded mistake for each check: it is found, where it is, and nothing else is."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from gatelib.authoring.lint import checks, linting
from gatelib.authoring.lint.facts import gather
from tests.engines import need
from tests.paths import ROOT
from tests.unit.authoring.lint_workspaces import (
    FILES,
    POLICY,
    RULE,
    SECOND,
    TEST,
    TESTS,
    added,
    found,
    rule,
    written,
)

IDS = "rule-ids.json"
POD = "some pod in workloads.pods"

SEEDED: dict[str, tuple[dict[str, str | None], tuple[str, int, int, str]]] = {
    "builtins": (
        added("answer := http.send({})"),
        (
            RULE,
            31,
            11,
            "`http.send` is not among the built-ins that every engine has: see bundles/capabilities.json",
        ),
    ),
    "clock": (
        added("today := time.now_ns()"),
        (RULE, 31, 10, "the time of a run is `data.gatelib.input.now_ns`: read that"),
    ),
    "computed_data": (
        added("limit := data.team.limits[deployments[0].content.kind].cpu"),
        (
            RULE,
            31,
            10,
            "regorus loses a computed path below `data.team.limits` in the head of a rule: bind "
            "it in the body",
        ),
    ),
    "containers": (
        added(
            "names contains name if {\n\tsome pod in workloads.pods\n\tname := "
            "pod.spec.initContainers[_].name\n}",
            "workloads",
        ),
        (RULE, 34, 10, "`initContainers` is walked here: take containers from `gatelib.lib.workloads`"),
    ),
    "debug": (
        added('seen if print("here")'),
        (RULE, 31, 9, "remove `print`: it was for debugging"),
    ),
    "else_value": (
        added("least := number if {\n\tsome number in [3, 4]\n} else := 0"),
        (
            RULE,
            31,
            10,
            "`number` may have several values here, and there is an `else`: collect them, and take one",
        ),
    ),
    "exports": (
        rule("subjects contains deployment.index if some", "judged contains deployment.index if some"),
        (RULE, 13, 1, "the rule has no `subjects`: give the indexes of the documents that it judges"),
    ),
    "finding_form": (
        rule('\t"document": deployment.index,\n', ""),
        (RULE, 19, 1, "a member of `deny` must have exactly one of `document`, `evidence` and `exception`"),
    ),
    "fixtures": (
        {"fixtures/acme/replicas/deny/one.yaml": None},
        (RULE, 13, 1, "there is no fixture in fixtures/acme/replicas/deny: add one"),
    ),
    "glob_delimiters": (
        added('ours(image) if glob.match("shop/*", [], image)'),
        (
            RULE,
            31,
            16,
            "write `null` as the delimiters of `glob.match`: with any other, `*` does not match everything",
        ),
    ),
    "head_call": (
        added('word[lower("A")] := 1'),
        (RULE, 31, 1, "regorus refuses a call in the head of `word`: bind it in the body"),
    ),
    "id_ledger": (
        {
            IDS: FILES[IDS]
            .replace('{"ACME-001"', '{\n  "ACME-001"')
            .replace("}}", '},\n  "ACME-002": {"package": "gatelib.rules.acme.old"}\n}')
        },
        (
            IDS,
            3,
            3,
            "`ACME-002` has no rule any more: keep it with `deprecated: true`, or say why it is `retired`",
        ),
    ),
    "id_prefix": (
        {
            name.replace("ACME-002", "SHOP-002"): text.replace("ACME-002", "SHOP-002")
            for name, text in SECOND.items()
        },
        (
            RULE.replace("replicas", "spread"),
            5,
            5,
            "the IDs of `acme` begin with `ACME-`: `SHOP-002` does not",
        ),
    ),
    "ignore_comment": (
        rule("scope: document", "scope: document # gatelib:ignore metadata it is one"),
        (RULE, 10, 21, "`metadata` finds nothing here: remove the comment"),
    ),
    "inline_package": (
        added("all := data.gatelib.lib.workloads.containers"),
        (
            RULE,
            31,
            8,
            "`data.gatelib.lib.workloads` is read in place, which Gatekeeper takes for undefined: import it",
        ),
    ),
    "input": (
        added("who := input.request.userInfo"),
        (
            RULE,
            31,
            8,
            "a rule does not read `input`: documents come from `gatelib.lib.documents`, the "
            "rest from `gatelib.input`",
        ),
    ),
    "literal_id": (
        rule('"ACME-001",', '"ACME-01",'),
        (RULE, 20, 8, "the ID `ACME-01` is not that of the METADATA: write `ACME-001`"),
    ),
    "metadata": (
        rule("#   since: 1.0.0\n", ""),
        (
            RULE,
            4,
            3,
            "METADATA lacks `custom.since`; the guide on writing rules has the keys and their values",
        ),
    ),
    "names": (
        {
            RULE: None,
            "policies/acme/replicas/copies.rego": POLICY,
            TEST: None,
            TEST.replace("replicas_", "copies_"): TESTS,
        },
        (
            "policies/acme/replicas/copies.rego",
            13,
            1,
            "`package gatelib.rules.acme.replicas` belongs in `acme/replicas/replicas.rego`",
        ),
    ),
    "nested_grouping": (
        added(
            "by_name := {name: same |\n\tsome one in deployments\n\tname := one.name\n\tsame := "
            "[other | some other in deployments; other.name == name]\n}"
        ),
        (
            RULE,
            34,
            19,
            "`deployments` is gone through again for each of its elements: collect positions in "
            "a partial rule, and turn that into a complete one",
        ),
    ),
    "page": (
        {"docs/rules/ACME-001.md": None},
        (RULE, 13, 1, "`ACME-001` has no page: write docs/rules/ACME-001.md"),
    ),
    "parameter_patterns": (
        added("is_empty({}) := true"),
        (RULE, 31, 10, "regorus takes the parameter `{}` for every object: name it, and compare in the body"),
    ),
    "parameters": (
        rule("since: 1.0.0", "since: 1.0.0\n#   params: [dlp.label]"),
        (RULE, 13, 5, "nothing that the rule uses reads `dlp.label`: remove it from `custom.params`"),
    ),
    "partial_index": (
        added(
            "by_name[one.name] contains one.index if some one in deployments\n\ntwins(name) := by_name[name]"
        ),
        (
            RULE,
            33,
            16,
            "`by_name` is a partial rule, and looked up by key: look it up in a complete rule, "
            "`{key: value | some key, value in by_name}`",
        ),
    ),
    "regex_classes": (
        added(r"is_version(text) if regex.match(`^\d+$`, text)"),
        (RULE, 31, 33, r"engines differ in `\d`: write the characters out, such as `[0-9]`"),
    ),
    "duplicate_tests": (
        {TEST: TESTS + "\ntest_deny_one if count(replicas.deny) == 1\n"},
        (
            TEST,
            9,
            1,
            "there is another `test_deny_one` above, and one of them passing hides the other: rename it",
        ),
    ),
    "shadowed_name": (
        added("first := one if {\n\tdocuments := deployments\n\tone := documents[0]\n}"),
        (
            RULE,
            32,
            2,
            "`documents` is the name of a rule or an import of this policy, too: rename the variable",
        ),
    ),
    "sprintf": (
        added('said := sprintf("%s of %s", ["one"])'),
        (RULE, 31, 9, "the format has verbs for 2 arguments, and gets 1"),
    ),
    "stage": (
        rule("since: 1.0.0", "since: 1.0.0\n#   deprecated: true\n#   stage: canary"),
        (RULE, 14, 5, "a deprecated rule runs only when it is asked for: remove `stage`"),
    ),
    "test_file": (
        {TEST: None},
        (RULE, 13, 1, f"there are no tests in `{TEST}`: write `test_deny_…` and `test_allow_…`"),
    ),
    "test_names": (
        {TEST: TESTS + "\ntodo_test_later if count(replicas.deny) == 1\n"},
        (TEST, 9, 1, "`todo_test_later` is no name of a test that runs: write `test_<what>`, in snake_case"),
    ),
    "todo": (
        added("# TODO: sidecars\nlimit := 2"),
        (RULE, 31, 1, "finish it, or write an issue and remove the comment"),
    ),
    "unique_id": (
        {
            **{name: text.replace("ACME-002", "ACME-001") for name, text in SECOND.items() if name != IDS},
            RULE: POLICY.replace("id: ACME-001", "id: ACME-001 # gatelib:ignore id_ledger of the other"),
            IDS: FILES[IDS].replace("acme.replicas", "acme.spread"),
        },
        (
            RULE.replace("replicas", "spread"),
            5,
            5,
            "`ACME-001` is the ID of `gatelib.rules.acme.replicas` as well: take one that was never used",
        ),
    ),
    "unknown_import": (
        added("all := pods.all", "pods"),
        (RULE, 16, 1, "there is no package `data.gatelib.lib.pods`: correct or remove the import"),
    ),
    "unused_import": (
        added("limit := 2", "workloads"),
        (RULE, 16, 1, "nothing uses the import `workloads`: remove it"),
    ),
}
LIBRARY = {
    "rego/gatelib/main.rego": "package gatelib.main\n\nallow := true\n",
    "rego/gatelib/lib/pods.rego": "package gatelib.lib.pods\n\nall := [1, 2]\n",
    "rego/gatelib/params_schema/data.json": '{"properties": {"dlp": {"properties": {"label": {}}}}}',
    "rego/gatelib/defaults/data.json": '{"dlp": {"label": "dlp"}}',
}


def test_nothing_is_found_in_a_repository_without_a_mistake(tmp_path: Path) -> None:
    assert found(tmp_path, {}) == []
    assert found(tmp_path, dict(SECOND)) == []


@pytest.mark.parametrize("check", sorted(SEEDED))
def test_each_check_finds_its_mistake_and_no_other_check_does(check: str, tmp_path: Path) -> None:
    changes, expected = SEEDED[check]
    assert found(tmp_path, changes) == [(check, *expected)]


def library(base: Path, changes: dict[str, str]) -> list[tuple[str, str, int, int, str]]:
    for name, text in {**LIBRARY, **changes}.items():
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_text(text, "utf-8")
    result = linting.lint([base / "rego"], [], base)
    assert result.problems == ()
    return [(entry.check, entry.file, entry.line, entry.column, entry.message) for entry in result.violations]


def test_a_function_of_the_library_reads_no_rule_of_another_package(tmp_path: Path) -> None:
    lines = [
        "package gatelib.lib.names",
        "",
        "import data.gatelib.lib.pods",
        "",
        "count_of(one) := count([pod | some pod in pods.all; pod == one])",
        "",
    ]
    text = (
        "the function `count_of` reads `data.gatelib.lib.pods.all` of another package: "
        "read it in a rule beside it, and that in the function"
    )
    file = "rego/gatelib/lib/names.rego"
    assert library(tmp_path, {file: "\n".join(lines)}) == [("foreign_rule_in_function", file, 5, 43, text)]


def test_a_function_of_the_library_may_read_a_rule_beside_it(tmp_path: Path) -> None:
    text = """\
package gatelib.lib.names

import data.gatelib.lib.pods

count_of(one) := count([pod | some pod in known; pod == one])

known := pods.all
"""
    assert library(tmp_path, {"rego/gatelib/lib/names.rego": text}) == []


def test_every_check_is_seeded() -> None:
    known = {check.name for check in linting.known([], ROOT)}
    assert known == {*SEEDED, "foreign_rule_in_function"}


def test_nothing_is_found_in_the_shipped_rules() -> None:
    result = linting.lint([ROOT / "rego"], [ROOT / "fixtures"], ROOT)
    assert (result.violations, result.problems) == ((), ())
    assert {(entry.violation.file, entry.violation.check) for entry in result.ignored} == {
        ("rego/gatelib/lib/provenance.rego", "else_value"),
        ("rego/gatelib/lib/selection.rego", "computed_data"),
        ("rego/gatelib/rules/exceptions/overbroad/overbroad.rego", "parameters"),
    }


def test_every_rule_that_ships_is_in_the_ledger() -> None:
    catalog = json.loads((ROOT / "rego/gatelib/catalog/core/data.json").read_text())
    ledger = json.loads((ROOT / IDS).read_text())
    packages = {name: ".".join(["gatelib.rules", *entry["package"]]) for name, entry in catalog.items()}
    assert {name: entry["package"] for name, entry in ledger.items() if "retired" not in entry} == packages


def test_opa_finds_what_the_embedded_engine_finds(tmp_path: Path) -> None:
    mistakes = "\n".join(
        text.partition("documents.of_type")[2].partition("\n")[2]
        for changes, _ in SEEDED.values()
        for text in [changes.get(RULE) or ""]
    )
    base = written(tmp_path, {**added(mistakes, "workloads", "pods", "params"), TEST: None})
    facts = gather([base / "policies"], [base / "fixtures"], base).facts
    found, failed = checks.load().run(facts)
    assert failed == []
    asked = [need("opa"), "eval", "--format", "json", "--stdin-input", "--data", str(checks.SHIPPED)]
    answer = subprocess.run(
        [*asked, "data.gatelib.lint"], input=json.dumps(facts).encode(), capture_output=True, check=True
    )
    value = json.loads(answer.stdout)["result"][0]["expressions"][0]["value"]
    by_opa = [
        checks.Violation(check=name, **entry)
        for name, check in value.items()
        for entry in check.get("violation", [])
    ]
    assert sorted(by_opa) == found
    assert len({entry.check for entry in found}) > 15

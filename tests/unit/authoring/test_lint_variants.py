"""Mistakes as authors would make them, and what only looks like one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.authoring.lint_workspaces import POLICY, RULE, TEST, TESTS, added, found, rule

WALK = "`%s` is walked here: take containers from `gatelib.lib.workloads`"
INDEX = (
    "`%s` is a partial rule, and looked up by key: look it up in a complete rule, "
    "`{key: value | some key, value in %s}`"
)
GROUPS = "by_name[one.name] contains one.index if some one in deployments\n\n"
INPUT = (
    "a rule does not read `input`: documents come from `gatelib.lib.documents`, the rest from `gatelib.input`"
)
PORTABLE = "engines differ in `%s`: write `%%s`, `%%v`, `%%d` or `%%.2f`"
GLOB = "write `null` as the delimiters of `glob.match`: with any other, `*` does not match everything"
BUILTIN = "`%s` is not among the built-ins that every engine has: see bundles/capabilities.json"

Found = list[tuple[str, str, int, int, str]]

VARIANTS: list[tuple[dict[str, str | None], Found]] = [
    (
        added(
            'names contains name if {\n\tsome pod in pods.pods\n\tsome list in ["containers", '
            '"initContainers"]\n\t'
            "name := pod.spec[list]\n}",
            "workloads as pods",
        ),
        [
            ("containers", RULE, 34, 16, WALK % "containers"),
            ("containers", RULE, 34, 30, WALK % "initContainers"),
        ],
    ),
    (
        added(
            'first(spec) := object.get(\n\tspec,\n\t["template", "spec", "ephemeralContainers"],\n\t[],\n)[0]'
        ),
        [("containers", RULE, 33, 23, WALK % "ephemeralContainers")],
    ),
    (
        added('first(spec) := spec["containers"][0]'),
        [("containers", RULE, 31, 16, WALK % "containers")],
    ),
    (
        added(GROUPS + 'twins(name) := {\n\t"of": [index |\n\t\tsome index in by_name[lower(name)]\n\t],\n}'),
        [("partial_index", RULE, 35, 17, INDEX % ("by_name", "by_name"))],
    ),
    (
        added(GROUPS + "webs := by_name.web"),
        [("partial_index", RULE, 33, 9, INDEX % ("by_name", "by_name"))],
    ),
    (
        added("size[one.name] := one.index if some one in deployments\n\nsize_of(name) := size[name]"),
        [("partial_index", RULE, 33, 18, INDEX % ("size", "size"))],
    ),
    (
        added("seen contains one.name if some one in deployments\n\nis_seen(name) if not seen[name]"),
        [("partial_index", RULE, 33, 22, INDEX % ("seen", "seen"))],
    ),
    (added("who := input"), [("input", RULE, 31, 8, INPUT)]),
    (added('who := input["request"].name'), [("input", RULE, 31, 8, INPUT)]),
    (
        {
            RULE: POLICY.replace("documents\n\n", "documents\nimport input.request\n\n", 1)
            + "\nwho := request.name\n"
        },
        [("input", RULE, 16, 1, INPUT)],
    ),
    (added('said := sprintf("%5d of %s", [1, "one"])'), [("sprintf", RULE, 31, 9, PORTABLE % "%5d")]),
    (added('said := sprintf("%T", [1])'), [("sprintf", RULE, 31, 9, PORTABLE % "%T")]),
    (
        added('said := sprintf("%d %", [1])'),
        [
            ("sprintf", RULE, 31, 9, PORTABLE % "%"),
            ("sprintf", RULE, 31, 9, "the format has verbs for 2 arguments, and gets 1"),
        ],
    ),
    (
        added('is_ours(image, any) if glob.match(\n\t"shop/*",\n\tany,\n\timage,\n)'),
        [("glob_delimiters", RULE, 31, 24, GLOB)],
    ),
    (
        added('known := rego.metadata.rule()\n\nnames := [crypto.sha256(name) | some name in ["a"]]'),
        [
            ("builtins", RULE, 31, 10, BUILTIN % "rego.metadata.rule"),
            ("builtins", RULE, 33, 11, BUILTIN % "crypto.sha256"),
        ],
    ),
    (
        added("http := 1\n\nanswer := http.send({})"),
        [("builtins", RULE, 33, 11, BUILTIN % "http.send")],
    ),
    (
        added(r'is_word(text) if regex.match("^\\w+$", text)'),
        [
            (
                "regex_classes",
                RULE,
                31,
                30,
                r"engines differ in `\w`: write the characters out, such as `[0-9]`",
            )
        ],
    ),
    (
        rule('"id": "ACME-001",', '"id": "ACME-007",'),
        [("literal_id", RULE, 20, 8, "the ID `ACME-007` is not that of the METADATA: write `ACME-001`")],
    ),
    (
        added('warn contains object.union({"id": "GL-K8S-001"}, {"document": 0, "path": [], "msg": "no"})'),
        [("literal_id", RULE, 31, 35, "the ID `GL-K8S-001` is not that of the METADATA: write `ACME-001`")],
    ),
    (
        added(
            'warn contains finding if {\n\tfinding := {"id": "ACME-001", "document": 0, "path": '
            '"spec", "msg": ""}\n}'
        ),
        [
            (
                "finding_form",
                RULE,
                31,
                1,
                "a member of `warn` must have a `msg` that says what is wrong here",
            ),
            ("finding_form", RULE, 31, 1, "a member of `warn` must have a list as its `path`"),
        ],
    ),
    (
        added('unjudged contains "no"'),
        [
            (
                "finding_form",
                RULE,
                31,
                1,
                "a member of `unjudged` must be an object with `msg`, `path` and what it points at",
            )
        ],
    ),
    (
        rule("scope: document", "scope: one\n#   owner: me"),
        [
            (
                "metadata",
                RULE,
                10,
                5,
                "METADATA's `custom.scope` is not acceptable; the guide on writing rules has "
                "the keys and their values",
            ),
            (
                "metadata",
                RULE,
                11,
                5,
                "METADATA has an unknown key `custom.owner`; the guide on writing rules has the "
                "keys and their values",
            ),
        ],
    ),
    (
        {
            TEST: TESTS.replace("test_deny_one", "testDenyOne").replace(
                "acme.replicas\n", "acme.replicas as replicas\n"
            )
        },
        [
            (
                "test_names",
                TEST,
                5,
                1,
                "`testDenyOne` is no name of a test that runs: write `test_<what>`, in snake_case",
            )
        ],
    ),
    (
        {TEST: TESTS + "\nimport data.gatelib.lib.workloads as pods\n"},
        [("unused_import", TEST, 9, 1, "nothing uses the import `pods`: remove it")],
    ),
    (
        added("label := params.all.dlp.label", "params"),
        [("parameters", RULE, 32, 10, "the rule reads `dlp.label`: declare it under `custom.params`")],
    ),
    (
        rule("since: 1.0.0", "since: 1.0.0\n#   params: [dlp.lable]"),
        [("parameters", RULE, 13, 5, "there is no parameter `dlp.lable`: name one of docs/parameters.md")],
    ),
    (
        added('tree := data.gatelib.rules[name] if some name in ["acme"]'),
        [
            (
                "computed_data",
                RULE,
                31,
                9,
                "`data.gatelib.rules` holds packages, and all of their rules are evaluated "
                "here: import the one that is meant",
            )
        ],
    ),
    (
        added("f(deployments) := deployments"),
        [
            (
                "shadowed_name",
                RULE,
                31,
                3,
                "`deployments` is the name of a rule or an import of this policy, too: rename the variable",
            )
        ],
    ),
    (
        added("all_named if every documents in deployments { documents.name }"),
        [
            (
                "shadowed_name",
                RULE,
                31,
                20,
                "`documents` is the name of a rule or an import of this policy, too: rename the variable",
            )
        ],
    ),
]
NEAR_MISSES: list[dict[str, str | None]] = [
    added("names contains one.name if some one in workloads.containers", "workloads"),
    added(
        'inits contains one.name if {\n\tsome one in workloads.containers\n\tone.type == "initContainers"\n}',
        "workloads",
    ),
    added(
        'plain contains one if {\n\tsome one in workloads.containers\n\tone.type in {"containers"}\n}',
        "workloads",
    ),
    added(
        "containers := [one | some one in workloads.containers]\n\nnumber := count(containers)", "workloads"
    ),
    added('said := "initContainers are not judged"'),
    added(GROUPS + "first := {name: min(found) | some name, found in by_name}\n\ntwin(name) := first[name]"),
    added(GROUPS + "named contains name if {\n\tsome name\n\tby_name[name]\n}"),
    added(GROUPS + "all_of := [index | some index in by_name[_]]"),
    added("seen contains one.name if some one in deployments\n\nis_seen(name) if name in seen"),
    added("input_of(one) := one.input"),
    added('said(inputs) := sprintf("100%% of %v: %.2f, %d", [inputs, 1.5, 2])'),
    added('said(given) := sprintf("%s of %s", given)'),
    added("said(form) := sprintf(form, [1])"),
    added('ours(image) if glob.match("shop/*", null, image)'),
    added(r"is_path(text) if regex.match(`^[a-z]+\.[a-z]+\\$`, text)"),
    added('known := {"id": "CVE-2024-123", "level": 256}'),
    added('other := {"id": "third"}'),
    added('unjudged contains {"msg": "no", "path": [], "evidence": "a.json"}'),
    added("warn contains problem if some problem in documents.problems"),
    added("# todos of a team are not judged\nlimit := 2"),
    added('at := time.parse_rfc3339_ns("2026-01-01T00:00:00Z")'),
    added("by_name := {one.name: one | some one in deployments}\n\nlimit(name) := by_name[name]"),
    added(
        "pairs := {a.name: same |\n\tsome a in deployments\n\tsame := [b | some b in "
        "workloads.all; b.name == a.name]\n}",
        "workloads",
    ),
    added("is_none([]) := true\n\nis_none(null) := true"),
    added("largest := number if {\n\tnumber := max([3, 4])\n} else := 0"),
    {TEST: TESTS + "\ntests := {1, 2}\n\ntest_both if tests == {1, 2}\n"},
    {TEST: TESTS + '\ntest_text if "import data.gatelib.none" != "TODO print("\n'},
    rule("since: 1.0.0", "since: 1.0.0\n#   stage: canary\n#   effective_on: 2026-02-03"),
]


@pytest.mark.parametrize("number", range(len(VARIANTS)))
def test_a_mistake_is_found_however_it_is_written(number: int, tmp_path: Path) -> None:
    changes, expected = VARIANTS[number]
    assert found(tmp_path, changes) == expected


@pytest.mark.parametrize("number", range(len(NEAR_MISSES)))
def test_what_only_looks_like_a_mistake_is_none(number: int, tmp_path: Path) -> None:
    assert found(tmp_path, NEAR_MISSES[number]) == []

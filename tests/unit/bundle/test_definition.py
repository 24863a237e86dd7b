"""What a bundle's definition may say, and what it makes of the rules."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft7Validator

from gatelib import resources
from gatelib.bundle import definition
from gatelib.errors import ConfigError, GatelibError, PolicyError
from gatelib.policy import Policy, shipped
from tests.paths import ROOT
from tests.unit.teams import DENY_BAD, rule

CORE = shipped()
SCHEMA = orjson.loads(resources.schema("bundle.json").read_bytes())
HEAD = "name: own\ngate: pr\ninputs: [envelope]\n"
SHIPPED = sorted(path for path in (ROOT / "bundles").glob("*.yaml"))

SET_RULE, DOCUMENT_RULE = "GL-K8S-004", "GL-K8S-001"


def read(folder: Path, text: str, core: Policy = CORE) -> Policy:
    path = folder / "definition.yaml"
    path.write_text(text)
    return definition.read(path, core)


def refused(folder: Path, text: str, core: Policy = CORE) -> tuple[str, int | None, int | None]:
    with pytest.raises(ConfigError) as caught:
        read(folder, text, core)
    assert caught.value.file == str(folder / "definition.yaml")
    return caught.value.message, caught.value.line, caught.value.column


def of_gate(gate: str, scope: str | None = None) -> list[str]:
    return [
        rule
        for rule, entry in CORE.catalog.items()
        if gate in entry["gates"] and scope in (None, entry["scope"])
    ]


def of_requests(gate: str) -> list[str]:
    return sorted({*of_gate(gate), "GL-GOV-004", "GL-GOV-005"} & CORE.catalog.keys())


# The definitions that ship


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_definition_names_itself_and_its_schema(path: Path) -> None:
    first, *rest = path.read_text().splitlines()
    assert first == "# yaml-language-server: $schema=../gatelib/schemas/bundle.json"
    assert rest[0] == f"name: {path.stem}"
    assert definition.read(path, CORE).data["bundle"]["name"] == path.stem


def test_there_is_a_definition_for_each_gate_that_judges_a_change_and_one_for_all() -> None:
    fixed = {path.stem: definition.read(path, CORE).data["bundle"] for path in SHIPPED}
    assert {name: values.get("gate") for name, values in fixed.items()} == {
        "admission": "admission",
        "budget-freeze": "pre-promote",
        "dlp-required": "pr",
        "full": None,
        "gatekeeper": "admission",
        "pr": "pr",
        "pre-promote": "pre-promote",
        "publish": "publish",
        "tenant-labels": "pr",
        "verdict": "pr",
    }


def test_a_definition_holds_the_rules_of_its_gate_and_the_full_one_all() -> None:
    found = {path.stem: list(definition.read(path, CORE).catalog) for path in SHIPPED}
    assert found == {
        "admission": of_gate("admission", "document"),
        "budget-freeze": ["GL-REL-017"],
        "dlp-required": ["GL-DAT-001"],
        "full": list(CORE.catalog),
        "gatekeeper": [rule for rule in of_gate("admission") if rule != "GL-TEN-002"],
        "pr": of_gate("pr"),
        "pre-promote": of_gate("pre-promote"),
        "publish": of_gate("publish"),
        "tenant-labels": ["GL-TEN-001"],
        "verdict": of_requests("pr"),
    }


# The schema


def test_the_schema_is_one_and_describes_every_key() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert [key for key, value in SCHEMA["properties"].items() if not value.get("description")] == []
    assert SCHEMA["additionalProperties"] is False


def test_the_gates_and_shapes_of_the_schema_are_those_of_the_policy() -> None:
    text = (ROOT / "rego" / "gatelib" / "input" / "shapes.rego").read_text()
    shapes = SCHEMA["properties"]["inputs"]["items"]["enum"]
    assert SCHEMA["properties"]["gate"]["enum"] == list(CORE.data["gates"])
    assert [shape for shape in shapes if f'"{shape}"' not in text] == []


EVERY_KEY = """\
name: own
description: What we want.
gate: pr
inputs: [envelope, combined]
rules: [GL-K8S-001, GL-K8S-004, GL-K8S-006]
skip: [GL-K8S-007]
inventory: true
requires:
  - {kind: gatelib.dev/Release, exactly: 1}
actions:
  GL-K8S-006: {action: warn, until: 2027-01-31}
parameters:
  images: {allowlist: ["ghcr.io/acme/*"]}
policies: []
"""


def test_every_key_goes_where_the_decision_reads_it(tmp_path: Path) -> None:
    policy = read(tmp_path, EVERY_KEY)
    assert [line.split(":")[0] for line in EVERY_KEY.splitlines() if line[0] != " "] == list(
        SCHEMA["properties"]
    )
    assert policy.data["bundle"] == {
        "name": "own",
        "gate": "pr",
        "inputs": ["envelope", "combined"],
        "requires": [{"kind": "gatelib.dev/Release", "exactly": 1}],
        "actions": {"GL-K8S-006": {"action": "warn", "until": "2027-01-31"}},
    }
    assert policy.data["params"] == {"images": {"allowlist": ["ghcr.io/acme/*"]}}
    assert list(policy.catalog) == ["GL-K8S-001", "GL-K8S-004", "GL-K8S-006"]


def test_only_a_name_and_shapes_are_needed(tmp_path: Path) -> None:
    policy = read(tmp_path, "name: all\ninputs: [object]\n")
    assert policy.data["bundle"] == {"name": "all", "inputs": ["object"]}
    assert policy.catalog == CORE.catalog
    assert policy.data["params"] == {}


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("", "the document lacks `name`", 1, 1),
        ("name: own\n", "the document lacks `inputs`", 1, 1),
        ("- name\n", "the document must be an object", 1, 1),
        (HEAD + "rulez: []\n", "there is no `rulez`; did you mean `rules`?", 4, 8),
        (HEAD + "zebra: []\n", "there is no `zebra`", 4, 8),
        (
            "name: My Bundle\ninputs: [envelope]\n",
            "`name` does not have the right form: The bundle's name.",
            1,
            7,
        ),
        ("name: 7\ninputs: [envelope]\n", "`name` must be a string", 1, 7),
        (
            "name: own\ngate: nightly\ninputs: [envelope]\n",
            "`gate` must be one of `pr`, `pre-promote`, `admission`, `publish`",
            2,
            7,
        ),
        ("name: own\ninputs: []\n", "`inputs` must not be empty", 2, 9),
        ("name: own\ninputs: [object, object]\n", "`inputs` must not name anything twice", 2, 9),
        (
            "name: own\ninputs: [pods]\n",
            "`inputs.0` must be one of `envelope`, `combined`, `object`, `artefact`, `admission_review`, "
            "`gatekeeper_review`",
            2,
            10,
        ),
        (HEAD + "rules: []\n", "`rules` must not be empty", 4, 8),
        (HEAD + "rules: [GL-K8S-001, GL-K8S-001]\n", "`rules` must not name anything twice", 4, 8),
        (HEAD + "skip: GL-K8S-001\n", "`skip` must be a list", 4, 7),
        (HEAD + "inventory: 1\n", "`inventory` must be a boolean", 4, 12),
        (HEAD + "requires: [{kind: Pod}]\n", "`requires.0` lacks `exactly`", 4, 12),
        (
            HEAD + "requires:\n  - {kind: Pod, exactly: -1}\n",
            "`requires.0.exactly` must be at least 0",
            5,
            26,
        ),
        (
            HEAD + "requires:\n  - {kind: Pod, exactly: 1, least: 1}\n",
            "there is no `requires.0.least`",
            5,
            36,
        ),
        (
            HEAD + "requires: [{kind: workloads, exactly: 0}]\n",
            "`requires.0.kind` does not have the right form: `group/Kind`, or the kind in the core group.",
            4,
            19,
        ),
        (HEAD + "actions: [GL-K8S-001]\n", "`actions` must be an object", 4, 10),
        (
            HEAD + "actions:\n  GL-K8S-001: {action: warn}\n",
            "`actions.GL-K8S-001` lacks `until`",
            5,
            15,
        ),
        (
            HEAD + "actions:\n  GL-K8S-001: {action: allow, until: 2027-01-01}\n",
            "`actions.GL-K8S-001.action` must be one of `warn`, `canary`",
            5,
            24,
        ),
        (
            HEAD + "parameters: {imagez: {}}\n",
            "there is no `parameters.imagez`; did you mean `images`?",
            4,
            22,
        ),
        (
            HEAD + "parameters:\n  images: {allowlist: 3}\n",
            "`parameters.images.allowlist` must be a list",
            5,
            23,
        ),
        (HEAD + "policies: policies\n", "`policies` must be a list", 4, 11),
        (HEAD + "name: twice\n", "The key `name` is written twice in one mapping.", 4, 1),
        (HEAD + "---\nname: two\n", "a definition is one document", 5, None),
    ],
)
def test_what_breaks_the_schema_is_named_with_its_place(
    tmp_path: Path, text: str, message: str, line: int, column: int | None
) -> None:
    assert refused(tmp_path, text) == (message, line, column)


def test_a_definition_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.yaml: the definition cannot be read: No such file"):
        definition.read(tmp_path / "gone.yaml", CORE)


# What is named has to be there


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("rules: [GL-K8S-001, GL-NO-001]\n", 4, 21),
        ("skip:\n  - GL-K8S-001\n  - GL-NO-001\n", 6, 5),
        ("actions:\n  GL-K8S-001: {action: warn, until: 2027-01-01}\n"
         "  GL-NO-001: {action: warn, until: 2027-01-01}\n", 6, 14),
    ],
    ids=["rules", "skip", "actions"],
)  # fmt: skip
def test_a_rule_that_does_not_exist_is_an_error(tmp_path: Path, text: str, line: int, column: int) -> None:
    assert refused(tmp_path, HEAD + text) == ("there is no rule `GL-NO-001`", line, column)


@pytest.mark.parametrize(
    "text",
    ["skip: [GL-K8S-001]\n", "rules: [GL-K8S-006]\n"],
    ids=["skipped", "not named"],
)
def test_a_rule_cannot_be_held_back_that_is_not_in_the_bundle(tmp_path: Path, text: str) -> None:
    actions = "actions:\n  GL-K8S-001: {action: warn, until: 2027-01-01}\n"
    assert refused(tmp_path, HEAD + text + actions) == ("rule `GL-K8S-001` is not in the bundle", 6, 15)


@pytest.mark.parametrize(
    "until",
    ["soon", "2027-02-29", "2027-13-01", "2027-01-01T00:00:00", "2027-01-01 00:00:00Z", "27-01-01",
     "2027-01-01T24:00:00Z", "9999-12-31", "'2027-01-01 '", "''"],
)  # fmt: skip
def test_a_date_until_which_nothing_could_be_held_back_is_an_error(tmp_path: Path, until: str) -> None:
    text = f"{HEAD}actions:\n  GL-K8S-001: {{action: warn, until: {until}}}\n"
    shown = until.strip("'")
    assert refused(tmp_path, text) == (f"`{shown}` is no RFC 3339 date or date-time", 5, 37)


@pytest.mark.parametrize(
    "until", ["2028-02-29", "2027-01-31T12:00:00Z", "2027-01-31t12:00:00.5+02:00", "2259-12-31"]
)
def test_a_day_or_a_moment_may_end_what_is_held_back(tmp_path: Path, until: str) -> None:
    policy = read(tmp_path, f"{HEAD}actions:\n  GL-K8S-001: {{action: canary, until: '{until}'}}\n")
    assert policy.data["bundle"]["actions"] == {"GL-K8S-001": {"action": "canary", "until": until}}


STAGED = {
    "{action: canary}": {"action": "canary"},
    "{action: canary, share: 25}": {"action": "canary", "share": 25},
    "{action: canary, until: 2026-10-24, time_zone: Europe/Berlin}": {
        "action": "canary",
        "until": "2026-10-25T00:00:00+02:00",
    },
    "{action: warn, until: 2026-10-25, time_zone: Europe/Berlin, share: 1}": {
        "action": "warn",
        "until": "2026-10-26T00:00:00+01:00",
        "share": 1,
    },
    "{action: canary, until: '2026-12-01T09:00:00', time_zone: America/New_York}": {
        "action": "canary",
        "until": "2026-12-01T09:00:00-05:00",
    },
}


@pytest.mark.parametrize("written", STAGED)
def test_what_engines_see_of_a_stage_has_its_moment(tmp_path: Path, written: str) -> None:
    policy = read(tmp_path, f"{HEAD}actions:\n  GL-K8S-001: {written}\n")
    assert policy.data["bundle"]["actions"] == {"GL-K8S-001": STAGED[written]}


@pytest.mark.parametrize(
    ("written", "message", "column"),
    [
        ("{action: canary, share: 0}", "`actions.GL-K8S-001.share` must be at least 1", 39),
        ("{action: canary, share: 100}", "`actions.GL-K8S-001.share` must be at most 99", 39),
        ("{action: canary, share: 2.5}", "`actions.GL-K8S-001.share` must be a whole number", 39),
        ("{action: warn, share: 5}", "`actions.GL-K8S-001` lacks `until`", 15),
        ("{action: canary, time_zone: Europe/Berlin}", "a time zone is one of `until`", 43),
        (
            "{action: canary, until: 2259-12-31, time_zone: UTC}",
            "`2259-12-31` is later than any engine can tell",
            39,
        ),
        (
            "{action: canary, until: '2026-03-29T02:30:00', time_zone: Europe/Berlin}",
            "the clocks of `Europe/Berlin` skip 2026-03-29T02:30:00: write another time",
            39,
        ),
    ],
)
def test_a_stage_that_could_not_be_kept_is_an_error(
    tmp_path: Path, written: str, message: str, column: int
) -> None:
    text = f"{HEAD}actions:\n  GL-K8S-001: {written}\n"
    assert refused(tmp_path, text) == (message, 5, column)


def test_what_its_author_keeps_on_trial_no_bundle_puts_in_force(tmp_path: Path) -> None:
    own = rule(tmp_path / "policies", DENY_BAD)
    own.write_text(own.read_text().replace("# custom:\n", "# custom:\n#   stage: canary\n"))
    text = f"{HEAD}policies: [policies]\nactions:\n  ACME-001: {{action: canary, share: 5}}\n"
    message = "rule `ACME-001` is on trial by its METADATA, whatever is said here"
    assert refused(tmp_path, text) == (message, 6, 13)


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        ("extensions/Deployment", "apps/Deployment"),
        ("Deployment", "apps/Deployment"),
        ("Release", "gatelib.dev/Release"),
        ("DeploymentConfig", "apps.openshift.io/DeploymentConfig"),
    ],
)
def test_a_needed_kind_is_named_as_documents_are_counted(tmp_path: Path, kind: str, meant: str) -> None:
    text = f"{HEAD}requires:\n  - {{kind: {kind}, exactly: 0}}\n"
    assert refused(tmp_path, text) == (f"`{kind}` is `{meant}`", 5, 12)


@pytest.mark.parametrize("kind", ["Pod", "apps/Deployment", "example.com/Widget"])
def test_any_other_kind_may_be_needed(tmp_path: Path, kind: str) -> None:
    policy = read(tmp_path, f"{HEAD}requires:\n  - {{kind: {kind}, exactly: 2}}\n")
    assert policy.data["bundle"]["requires"] == [{"kind": kind, "exactly": 2}]


# Which rules


def test_without_rules_those_of_the_gate_are_in(tmp_path: Path) -> None:
    assert list(read(tmp_path, HEAD).catalog) == of_gate("pr")


def test_what_is_skipped_is_not_in(tmp_path: Path) -> None:
    policy = read(tmp_path, HEAD + "skip: [GL-K8S-001]\n")
    assert list(policy.catalog) == [rule for rule in of_gate("pr") if rule != "GL-K8S-001"]


def test_a_bundle_without_rules_is_an_error(tmp_path: Path) -> None:
    text = f"{HEAD}skip: [{', '.join(of_gate('pr'))}]\n"
    assert refused(tmp_path, text)[0] == "no rule is left in the bundle"


@pytest.mark.parametrize(
    ("inputs", "rest", "takes_sets"),
    [
        ("envelope", "", True),
        ("combined, object", "", True),
        ("admission_review", "", False),
        ("gatekeeper_review", "", False),
        ("envelope, admission_review", "", False),
        ("admission_review", "inventory: true\n", True),
        ("envelope", "inventory: false\n", False),
    ],
)
def test_rules_that_look_at_other_objects_are_in_unless_reviews_are_judged_or_nothing_is_there(
    tmp_path: Path, inputs: str, rest: str, takes_sets: bool
) -> None:
    policy = read(tmp_path, f"name: own\ngate: admission\ninputs: [{inputs}]\n{rest}")
    assert list(policy.catalog) == of_gate("admission", None if takes_sets else "document")


@pytest.mark.parametrize(
    "text",
    [
        f"name: own\ninputs: [admission_review]\nrules: [{DOCUMENT_RULE}, {SET_RULE}]\n",
        f"name: own\ninputs: [envelope]\nrules: [{DOCUMENT_RULE}, {SET_RULE}]\nskip: [{SET_RULE}]\n",
        f"name: own\ninputs: [envelope]\nrules: [{DOCUMENT_RULE}, {SET_RULE}]\ninventory: false\n",
    ],
    ids=["reviews", "skipped", "no inventory"],
)
def test_a_rule_that_is_named_is_never_left_out_in_silence(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, text) == (f"rule `{SET_RULE}` is named, and left out again", 3, 21)


def test_a_named_rule_counts_as_one_of_the_gate(tmp_path: Path) -> None:
    assert "admission" not in CORE.catalog["GL-TEN-004"]["gates"]
    policy = read(
        tmp_path,
        "name: own\ngate: admission\ninputs: [gatekeeper_review]\nrules: [GL-K8S-001, GL-TEN-004]\n"
        "inventory: true\n",
    )
    assert {rule: entry["gates"] for rule, entry in policy.catalog.items()} == {
        "GL-K8S-001": ["admission"],
        "GL-TEN-004": ["admission"],
    }


def test_without_a_gate_rules_keep_theirs(tmp_path: Path) -> None:
    policy = read(tmp_path, "name: own\ninputs: [envelope]\nrules: [GL-TEN-004]\n")
    assert policy.catalog == {"GL-TEN-004": CORE.catalog["GL-TEN-004"]}


def retired(rule: str) -> Policy:
    entry: Any = {**CORE.catalog[rule], "deprecated": True}
    return replace(CORE, catalogs={"core": {**CORE.catalogs["core"], rule: entry}})


def test_a_retired_rule_is_in_only_where_it_is_named_and_then_runs(tmp_path: Path) -> None:
    core = retired("GL-K8S-001")
    without = [rule for rule in of_gate("pr") if rule != "GL-K8S-001"]
    assert list(read(tmp_path, HEAD, core).catalog) == without
    assert list(read(tmp_path, "name: own\ninputs: [envelope]\n", core).catalog) == [
        rule for rule in CORE.catalog if rule != "GL-K8S-001"
    ]
    named = read(tmp_path, HEAD + "rules: [GL-K8S-001]\n", core).catalog
    assert named == {"GL-K8S-001": {**CORE.catalog["GL-K8S-001"], "gates": ["pr"]}}


# A team's own


def team(folder: Path, **options: Any) -> Path:
    rule(folder / "policies", DENY_BAD, **options)
    return folder


def test_rules_of_a_team_are_in_its_bundle_with_the_whole_library(tmp_path: Path) -> None:
    policy = read(team(tmp_path), HEAD + "rules: [ACME-001, GL-K8S-001]\npolicies: [policies]\n")
    assert {owner: list(entries) for owner, entries in policy.catalogs.items()} == {
        "core": ["GL-K8S-001"],
        "acme": ["ACME-001"],
    }
    library = {
        module.path for module in CORE.modules if module.package.startswith(("gatelib.lib.", "gatelib.input"))
    }
    assert {module.path for module in policy.modules} == library | {
        "gatelib/main.rego",
        "gatelib/rules/acme/own/own.rego",
        "gatelib/rules/kubernetes/privileged/privileged.rego",
    }


def test_rules_of_a_team_are_among_those_of_their_gates(tmp_path: Path) -> None:
    team(tmp_path)
    with_own = sorted([*of_gate("pr"), "ACME-001"])
    assert list(read(tmp_path, HEAD + "policies: [policies]\n").catalog) == with_own
    publish = read(tmp_path, "name: own\ngate: publish\ninputs: [envelope]\npolicies: [policies]\n")
    assert "ACME-001" not in publish.catalog
    assert "acme" not in publish.catalogs
    assert [module.path for module in publish.modules if "acme" in module.path] == []


def test_a_bundle_may_hold_a_teams_rules_alone(tmp_path: Path) -> None:
    policy = read(team(tmp_path), HEAD + "rules: [ACME-001]\npolicies: [policies]\n")
    assert policy.catalogs["core"] == {}
    assert list(policy.catalogs["acme"]) == ["ACME-001"]


def test_folders_of_policies_are_relative_to_the_definition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    (tmp_path / "bundles").mkdir()
    rule(tmp_path / "policies", DENY_BAD)
    assert "ACME-001" in read(tmp_path / "bundles", HEAD + "policies: [../policies]\n").catalog


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"id": "GL-K8S-901"}, "rule ID `GL-K8S-901` of team `acme` is the library's"),
        ({"id": "acme-1"}, "METADATA's `custom.id` is not acceptable"),
        ({"kinds": "7up"}, "METADATA's `custom.kinds` is not acceptable"),
        ({"scope": "cluster"}, "METADATA's `custom.scope` is not acceptable"),
        ({"team": "kubernetes"}, "package `gatelib.rules.kubernetes.own` is not a team's"),
    ],
)
def test_rules_of_a_team_that_may_not_run_may_not_be_built(
    tmp_path: Path, options: dict[str, str], message: str
) -> None:
    with pytest.raises(PolicyError) as caught:
        read(team(tmp_path, **options), HEAD + "policies: [policies]\n")
    assert caught.value.message == message


def test_tests_of_a_team_stay_out(tmp_path: Path) -> None:
    team(tmp_path)
    (tmp_path / "policies" / "own_test.rego").write_text("package gatelib.rules.acme.own_test\n")
    policy = read(tmp_path, HEAD + "policies: [policies]\n")
    assert [module.path for module in policy.modules if module.path.endswith("_test.rego")] == []


def test_a_folder_of_policies_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="there is no such folder of policies"):
        read(tmp_path, HEAD + "policies: [gone]\n")


def test_the_definitions_parameters_go_over_those_of_the_policies(tmp_path: Path) -> None:
    team(tmp_path)
    own = {"images": {"allowlist": ["a/*"], "sbom_label": "a=b"}, "limits": {"cpu": False}}
    (tmp_path / "policies" / "data.json").write_text(json.dumps({"gatelib": {"params": own}}))
    policy = read(tmp_path, HEAD + "policies: [policies]\nparameters: {images: {allowlist: ['b/*']}}\n")
    assert policy.data["params"] == {
        "images": {"allowlist": ["b/*"], "sbom_label": "a=b"},
        "limits": {"cpu": False},
    }


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"images": ["a/*"]}, "`gatelib.params.images` must be an object"),
        ({"images": {"allowlist": 1}}, "the parameters of the policies: `images.allowlist` must be a list"),
        ({"imagez": {}}, "the parameters of the policies: there is no `imagez`; did you mean `images`?"),
    ],
)
def test_parameters_of_the_policies_that_do_not_fit_are_an_error(
    tmp_path: Path, params: dict[str, Any], message: str
) -> None:
    team(tmp_path)
    (tmp_path / "policies" / "data.json").write_text(json.dumps({"gatelib": {"params": params}}))
    with pytest.raises(GatelibError) as caught:
        read(tmp_path, HEAD + "policies: [policies]\n")
    assert caught.value.message == message


def test_a_bundle_for_requests_judges_where_they_come_from(tmp_path: Path) -> None:
    inputs = "name: own\ngate: pr\ninputs: [envelope, artefact]\n"
    assert list(read(tmp_path, inputs).catalog) == of_requests("pr")
    named = read(tmp_path, f"{inputs}rules: [{SET_RULE}]\ninventory: true\n").catalog
    assert list(named) == sorted({SET_RULE, "GL-GOV-004", "GL-GOV-005"} & CORE.catalog.keys())
    assert all(entry["gates"] == ["pr"] for entry in named.values())


def test_no_bundle_for_requests_leaves_that_out(tmp_path: Path) -> None:
    text = "name: own\ngate: pr\ninputs: [artefact]\nskip: [GL-K8S-001, GL-GOV-004]\n"
    assert refused(tmp_path, text) == ("rule `GL-GOV-004` judges every request for a verdict", 4, 20)
    assert "GL-GOV-004" not in read(tmp_path, text.replace("artefact", "envelope")).catalog


# What else goes in


@pytest.mark.parametrize(
    ("inputs", "there"),
    [
        ("envelope, combined, object", set()),
        ("artefact", {"verdict", "verdicts"}),
        ("envelope, artefact", {"verdict", "verdicts"}),
    ],
)
def test_the_verdict_is_in_where_requests_are_taken(tmp_path: Path, inputs: str, there: set[str]) -> None:
    policy = read(tmp_path, f"name: own\ngate: pr\ninputs: [{inputs}]\n")
    assert {
        Path(module.path).stem for module in policy.modules if "verdict" in Path(module.path).stem
    } == there


@pytest.mark.parametrize(
    ("inputs", "there"),
    [
        ("envelope", False),
        ("gatekeeper_review", False),
        ("combined, object, artefact", False),
        ("admission_review", True),
        ("envelope, admission_review", True),
    ],
)
@pytest.mark.parametrize("own", [False, True], ids=["shipped rules", "a team's too"])
def test_the_answer_to_an_admission_review_is_in_where_one_is_taken(
    tmp_path: Path, inputs: str, there: bool, own: bool
) -> None:
    rules = "rules: [ACME-001]\npolicies: [policies]\n" if own else ""
    policy = read(team(tmp_path), f"name: own\ngate: pr\ninputs: [{inputs}]\n{rules}")
    shipped_ones = {module.path for module in CORE.modules if module.package.startswith("gatelib.admission")}
    found = {module.path for module in policy.modules if "admission" in module.path}
    assert found == (shipped_ones if there else set())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_everything_that_a_module_imports_is_in(path: Path) -> None:
    policy = definition.read(path, CORE)
    have = {module.package for module in policy.modules}
    missing = {name for module in policy.modules for name in module.imports} - have
    assert missing == set()

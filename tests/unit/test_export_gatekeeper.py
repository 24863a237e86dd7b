"""What is written for Gatekeeper: libraries that only import, parameters, Constraints, what is synced."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import yaml

from gatelib.errors import PolicyError
from gatelib.export import gatekeeper
from gatelib.export.gatekeeper.rewriting import Constants, as_libraries
from gatelib.export.gatekeeper.structural import structural
from gatelib.policy import Module, Policy, shipped

POLICY = shipped()
OF_ADMISSION = [rule for rule, entry in POLICY.catalog.items() if "admission" in entry["gates"]]
CONSTANTS = Constants("gatelib.compiled", {"kinds", "params"})


def library(text: str, *others: str) -> str:
    packages = (f"package {name}\n" for name in others)
    modules = [Module(f"{number}.rego", each) for number, each in enumerate((text, *packages))]
    return as_libraries(modules, CONSTANTS)[0]


def policy(*rules: str, **data: Any) -> Policy:
    """Return the shipped policy with some rules only, and some of its data changed."""
    catalog = {rule: POLICY.catalog[rule] for rule in rules} if rules else POLICY.catalog
    return replace(POLICY, catalogs={"core": catalog}, data={**POLICY.data, **data})


def written(given: Policy) -> dict[str, Any]:
    """Return the manifests of an export, read."""
    return {name: yaml.safe_load(content) for name, content in gatekeeper.files(given).items()}


def kinds(constraint: dict[str, Any]) -> dict[str, list[str]]:
    """Return the kinds that a Constraint matches, by group, those of lists left out."""
    return {
        entry["apiGroups"][0]: [kind for kind in entry["kinds"] if not kind.endswith("List")]
        for entry in constraint["spec"]["match"]["kinds"]
    }


def test_packages_and_imports_go_below_lib() -> None:
    text = """\
# METADATA
# title: Read `data.anything` here
package gatelib.lib.a

import data.gatelib.input as gate_input
import data.gatelib.lib.b

x := b.y if gate_input.gate
"""
    assert library(text, "gatelib.input", "gatelib.lib.b") == (
        "package lib.gatelib.lib.a\n"
        "import data.lib.gatelib.input as gate_input\n"
        "import data.lib.gatelib.lib.b as b\n"
        "x := b.y if gate_input.gate\n"
    )


def test_a_reference_to_data_becomes_an_import() -> None:
    text = """\
package gatelib.lib.a
x := [data.gatelib.kinds.a[y] | some y in data.gatelib.lib.b.all; data.gatelib.lib.b.is(data.gatelib.kinds)]
z := object.get(data.gatelib.rules, ["data"], 1)
"""
    assert library(text, "gatelib.lib.b", "gatelib.rules.c.d") == (
        "package lib.gatelib.lib.a\n"
        "import data.lib.gatelib.compiled as compiled\n"
        "import data.lib.gatelib.lib.b as b\n"
        "import data.lib.gatelib.rules as rules\n"
        "x := [compiled.kinds.a[y] | some y in b.all; b.is(compiled.kinds)]\n"
        'z := object.get(rules, ["data"], 1)\n'
    )


def test_the_name_of_an_import_is_nobody_elses() -> None:
    text = """\
package gatelib.lib.a
import data.gatelib.lib.c as compiled_
compiled := data.gatelib.kinds
"""
    assert library(text, "gatelib.lib.c") == (
        "package lib.gatelib.lib.a\n"
        "import data.lib.gatelib.lib.c as compiled_\n"
        "import data.lib.gatelib.compiled as compiled__\n"
        "compiled := compiled__.kinds\n"
    )


def test_a_local_variable_hides_no_reference() -> None:
    text = """\
package gatelib.lib.a
import data.gatelib.lib.b
x := [1 | some b in b.all; data.gatelib.lib.b.is(b)]
"""
    assert library(text, "gatelib.lib.b") == (
        "package lib.gatelib.lib.a\n"
        "import data.lib.gatelib.lib.b as b\n"
        "import data.lib.gatelib.lib.b as b_\n"
        "x := [1 | some b in b.all; b_.is(b)]\n"
    )


@pytest.mark.parametrize(
    "body",
    [
        'x := "data.foo # no comment \\" data.foo"\n',
        "x := `data.foo\n\n\n# as it is`\n",
        "x := object.data.gatelib\n",
        "x := mydata.foo\n",
        "x := data_of\n",
        "some x in data.inventory.cluster\n",
    ],
)
def test_what_only_looks_like_a_reference_stays(body: str) -> None:
    assert library(f"package gatelib.lib.a\n{body}") == f"package lib.gatelib.lib.a\n{body}"


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("x := data.foo", "data.foo"),
        ("x := data.kubernetes.pods", "data.kubernetes.pods"),
        ("x := data", "data"),
        ('x := data["gatelib"]', "data"),
        ("x := data.gatelib[y]", "data.gatelib"),
        ("x := data.gatelib.unknown", "data.gatelib.unknown"),
        ("x := data.gatelib.lib.missing.y", "data.gatelib.lib.missing.y"),
        ("x := data.gatelib.lib[y]", "data.gatelib.lib"),
        ("x := data.gatelib.rules.a.b.deny", "data.gatelib.rules.a.b.deny"),
        ("import data.gatelib.lib.missing", "import data.gatelib.lib.missing"),
        ("x := data.lib.gatelib.lib.a", "data.lib.gatelib.lib.a"),
        ("import data.foo", "import data.foo"),
        ("import data.inventory", "import data.inventory"),
        ("import data.gatelib", "import data.gatelib"),
        ("import input.review", "import input.review"),
        ('import data["gatelib"]', 'import data["gatelib"]'),
        (
            "import data.gatelib.kinds\nimport data.gatelib.lib.a as kinds",
            "import data.gatelib.lib.a as kinds",
        ),
        ("package gatelib.lib.b", "package gatelib.lib.b"),
        ('x := $"{data.foo}"', "$"),
        ('x := "data.foo', '"'),
    ],
)
def test_what_no_import_can_stand_for_is_refused(body: str, what: str) -> None:
    with pytest.raises(PolicyError) as refused:
        library(f"package gatelib.lib.a\n\n{body}\n")
    assert refused.value.message == f"`{what}` cannot be exported to Gatekeeper"
    assert (refused.value.file, refused.value.line) == ("0.rego", 3 + body.count("\n"))


@pytest.mark.parametrize("line", ["import rego.v1", "import future.keywords", "import future.keywords.in"])
def test_imports_that_change_nothing_are_left_out(line: str) -> None:
    assert library(f"package gatelib.lib.a\n{line}\nx := 1\n") == "package lib.gatelib.lib.a\nx := 1\n"


def test_each_data_import_names_the_constant() -> None:
    text = "package gatelib.lib.a\nimport data.gatelib.kinds\nx := kinds.workloads\n"
    assert library(text) == (
        "package lib.gatelib.lib.a\nimport data.lib.gatelib.compiled.kinds as kinds\nx := kinds.workloads\n"
    )


def test_a_schema_becomes_structural() -> None:
    given = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "All",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "title": {"description": "A text.", "type": "string", "minLength": 1, "enum": ["a", "b"]},
            "map": {"type": "object", "additionalProperties": {"type": "string", "pattern": "^a"}},
            "list": {
                "type": "array",
                "minItems": 1,
                "items": {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}},
            },
        },
    }
    assert structural(given) == {
        "type": "object",
        "properties": {
            "title": {"description": "A text.", "type": "string", "minLength": 1, "enum": ["a", "b"]},
            "map": {"type": "object", "additionalProperties": {"type": "string", "pattern": "^a"}},
            "list": {
                "type": "array",
                "minItems": 1,
                "items": {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}},
            },
        },
    }


@pytest.mark.parametrize(
    ("schema", "what"),
    [
        ({"$ref": "#/a", "type": "object"}, "`$ref`"),
        ({"type": "object", "properties": {"a": {"oneOf": []}}}, "`oneOf`"),
        ({"properties": {}}, "a value without a type"),
        ({"type": ["string", "null"]}, "a value without a type"),
        ({"type": "array", "items": {}}, "a value without a type"),
    ],
)
def test_what_has_no_structural_form_is_refused(schema: dict[str, Any], what: str) -> None:
    with pytest.raises(PolicyError, match=r"the schema of the parameters") as refused:
        structural(schema)
    assert (
        refused.value.message
        == f"the schema of the parameters has {what}, which Kubernetes takes in no schema"
    )


def test_the_constraint_that_denies_has_every_rule_of_the_gate() -> None:
    found = written(POLICY)
    assert list(found) == ["template.json", "constraints/deny.json", "constraints/warn.json", "sync.yaml"]
    spec = found["constraints/deny.json"]["spec"]
    assert spec["enforcementAction"] == "deny"
    assert spec["parameters"] == {"action": "deny", "rules": OF_ADMISSION}


def test_the_constraint_that_warns_has_the_rules_that_can_warn() -> None:
    spec = written(POLICY)["constraints/warn.json"]["spec"]
    assert spec["enforcementAction"] == "warn"
    assert spec["parameters"] == {
        "action": "warn",
        "rules": [
            *("GL-EXC-005", "GL-EXC-007", "GL-IMG-001", "GL-IMG-003"),
            *("GL-K8S-004", "GL-K8S-010", "GL-K8S-015"),
        ],
    }


def test_rules_that_are_held_back_are_where_they_are_held() -> None:
    actions = {
        "GL-K8S-001": {"action": "warn", "until": "2200-01-01"},
        "GL-K8S-002": {"action": "canary", "until": "2200-01-01"},
        "GL-K8S-006": {"action": "canary", "share": 5},
        "GL-K8S-014": {"action": "canary"},
    }
    bundle = {"revision": "1", "actions": actions}
    found = written(policy("GL-K8S-003", *actions, bundle=bundle))
    rules = {
        name: (spec["spec"]["enforcementAction"], spec["spec"]["parameters"]["rules"])
        for name, spec in found.items()
        if name.startswith("constraints/")
    }
    assert rules == {
        "constraints/deny.json": ("deny", ["GL-K8S-001", "GL-K8S-003"]),
        "constraints/deny-gl-k8s-002.json": ("deny", ["GL-K8S-002"]),
        "constraints/deny-gl-k8s-006.json": ("deny", ["GL-K8S-006"]),
        "constraints/warn.json": ("warn", ["GL-K8S-001"]),
        "constraints/canary.json": ("dryrun", ["GL-K8S-002", "GL-K8S-006", "GL-K8S-014"]),
    }


@pytest.mark.parametrize("trial", [{"stage": "canary"}, {"effective_on": "2200-01-01"}])
def test_a_rule_on_trial_is_in_the_constraint_that_only_looks(trial: dict[str, str]) -> None:
    entry: Any = {**POLICY.catalog["GL-K8S-001"], **trial}
    found = written(replace(POLICY, catalogs={"core": {"GL-K8S-001": entry}}))
    assert found["constraints/canary.json"]["spec"]["parameters"] == {
        "action": "canary",
        "rules": ["GL-K8S-001"],
    }


def test_a_constraint_matches_the_kinds_of_its_rules_under_all_their_names() -> None:
    assert kinds(written(policy("GL-K8S-003"))["constraints/deny.json"]) == {"": ["Service"]}
    workloads = kinds(written(policy("GL-K8S-002"))["constraints/deny.json"])
    assert workloads == {
        "": ["DeploymentConfig", "PersistentVolume", "Pod", "PodTemplate", "ReplicationController"],
        "apps": ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"],
        "apps.openshift.io": ["DeploymentConfig"],
        "argoproj.io": ["Rollout"],
        "batch": ["CronJob", "Job"],
        "extensions": ["DaemonSet", "Deployment", "ReplicaSet"],
        "serving.knative.dev": ["Service"],
    }


def test_a_constraint_matches_workload_types_of_the_parameters() -> None:
    extra = {"workloads": {"extra_kinds": [{"kind": "acme.example/Farm", "template": "spec.template"}]}}
    assert kinds(written(policy("GL-K8S-001", params=extra))["constraints/deny.json"])["acme.example"] == [
        "Farm"
    ]


def test_a_constraint_matches_what_poses_as_a_list() -> None:
    match = written(policy("GL-K8S-003"))["constraints/deny.json"]["spec"]["match"]
    assert match == {"kinds": [{"apiGroups": [""], "kinds": ["List", "Service", "ServiceList"]}]}


def test_a_rule_of_every_kind_matches_everything() -> None:
    entry: Any = {**POLICY.catalog["GL-K8S-001"], "kinds": ["*"]}
    found = written(replace(POLICY, catalogs={"core": {"GL-K8S-001": entry}}))
    match = found["constraints/deny.json"]["spec"]["match"]
    assert match == {"kinds": [{"apiGroups": ["*"], "kinds": ["*"]}]}


def test_what_rules_look_up_is_synced_and_namespaces_with_it() -> None:
    found = written(policy("GL-K8S-001", "GL-TEN-002"))
    needs = [
        ("", "v1", "Namespace"),
        ("cilium.io", "v2", "CiliumNetworkPolicy"),
        ("crd.projectcalico.org", "v1", "NetworkPolicy"),
        ("networking.k8s.io", "v1", "NetworkPolicy"),
        ("projectcalico.org", "v3", "NetworkPolicy"),
    ]
    assert found["sync.yaml"] == {
        "apiVersion": "syncset.gatekeeper.sh/v1alpha1",
        "kind": "SyncSet",
        "metadata": {"name": "gatelib"},
        "spec": {
            "gvks": [{"group": group, "version": version, "kind": kind} for group, version, kind in needs]
        },
    }
    annotation = found["template.json"]["metadata"]["annotations"][
        "metadata.gatekeeper.sh/requires-sync-data"
    ]
    assert json.loads(annotation) == [
        [{"groups": [group], "versions": [version], "kinds": [kind]}] for group, version, kind in needs
    ]


def test_nothing_is_synced_for_rules_that_look_at_nothing_else() -> None:
    found = written(policy("GL-K8S-001"))
    assert "sync.yaml" not in found
    assert found["template.json"]["metadata"]["annotations"].keys() == {"description", "gatelib.dev/revision"}


def test_exceptions_and_evidence_are_parameters_of_each_constraint() -> None:
    beside = {"exceptions": [{"kind": "PolicyException"}], "evidence": {"images.yaml": {"facts": []}}}
    unsigned = {"exceptions": {"require_signature": False}}
    found = written(policy("GL-K8S-015", params=unsigned, **beside))
    for action in ("deny", "warn"):
        parameters = found[f"constraints/{action}.json"]["spec"]["parameters"]
        assert parameters == {"action": action, "rules": ["GL-K8S-015"], **beside}


def test_exceptions_that_would_deny_everything_are_refused() -> None:
    for verified in ({}, {"verified": {"requester": "nina", "approvers": []}}):
        given = [{"kind": "PolicyException", "metadata": {"name": "e"}, **verified}]
        with pytest.raises(PolicyError, match="exception `e` has no signature of an approver"):
            gatekeeper.files(policy(exceptions=given))
    signed = [{"kind": "PolicyException", "verified": {"approvers": [{"identity": "omar"}]}}]
    found = written(policy("GL-K8S-015", exceptions=signed))
    assert found["constraints/deny.json"]["spec"]["parameters"]["exceptions"] == signed


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"bundle": {"revision": "1", "gate": "pr"}}, "the policy is one of gate `pr`"),
        (
            {"bundle": {"revision": "1", "inputs": ["envelope"]}},
            "the policy does not take `gatekeeper_review`",
        ),
        (
            {"bundle": {"revision": "1", "requires": [{"kind": "gatelib.dev/Release", "exactly": 1}]}},
            "the policy requires `gatelib.dev/Release` beside what it judges, which no review has",
        ),
    ],
)
def test_a_policy_for_something_else_than_reviews_is_refused(data: dict[str, Any], message: str) -> None:
    with pytest.raises(PolicyError) as refused:
        gatekeeper.files(policy(**data))
    assert refused.value.message == message


def test_a_policy_without_rules_of_the_gate_is_refused() -> None:
    with pytest.raises(PolicyError, match="no rule of the admission gate"):
        gatekeeper.files(policy("GL-K8S-007"))


def test_rules_of_other_gates_and_deprecated_ones_are_left_out() -> None:
    entry: Any = {**POLICY.catalog["GL-K8S-001"], "deprecated": True}
    given = replace(POLICY, catalogs={"core": {**POLICY.catalog, "GL-K8S-001": entry}})
    assert gatekeeper.exported(given) == [rule for rule in OF_ADMISSION if rule != "GL-K8S-001"]


def test_an_export_is_the_same_every_time() -> None:
    assert gatekeeper.files(POLICY) == gatekeeper.files(shipped())

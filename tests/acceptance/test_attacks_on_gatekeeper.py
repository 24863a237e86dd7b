"""Constraints that ask wrongly, templates somebody changed, objects that hide something: all are denied."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.command import PRIVILEGED, pod, privileged
from tests.gator import (
    DENIED,
    Files,
    changed,
    exported,
    refusal,
    said,
    verify,
    violations,
    with_libraries,
    with_parameters,
)

NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
POLICY_OF_THE_NAMESPACE = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "all", "namespace": "shop"},
    "spec": {"podSelector": {}, "policyTypes": ["Ingress"]},
}
UNCOVERED = (
    "GL-K8S-004: no NetworkPolicy of namespace `shop` selects pods without labels. Add a NetworkPolicy to "
    "the namespace whose `podSelector` fits the pod template's labels (an empty one fits every pod), and "
    "list under `ingress` only who has to reach the pods."
)


@pytest.mark.parametrize(
    "given",
    [
        {"rules": []},
        {"rules": "GL-K8S-001"},
        {"action": "dryrun"},
        {"params": {"limits": {"cpu": "yes"}}},
        {"ruels": []},
    ],
)
def test_parameters_that_break_the_schema_are_refused(given: dict[str, Any]) -> None:
    assert "adding constraint" in refusal(with_parameters(exported(PRIVILEGED), **given))


MISTAKES: dict[str, dict[str, Any]] = {
    "GL-ERR-003: `limit` is no group of parameters.": {"params": {"limit": {}}},
    "GL-ERR-003: the parameters must be an object.": {"params": 7},
    "GL-ERR-003: the parameters of `limits` do not fit their schema.": {"params": {"limits": {"cpu": "yes"}}},
    "GL-ERR-003: the parameters of `slo` do not fit their schema.": {"params": {"slo": 7}},
    "GL-ERR-004: no rule is selected.": {"rules": []},
    "GL-ERR-004: the Constraint must name its `parameters.rules`.": {"rules": None},
    "GL-ERR-004: there is no rule `GL-K8S-998`.": {"rules": ["GL-K8S-998"]},
    "GL-ERR-004: there is no rule `GL-K8S-999`.": {"rules": [PRIVILEGED, "GL-K8S-999"]},
    "GL-ERR-008: the exceptions must be a list of PolicyException records.": {"exceptions": 7},
}


@pytest.mark.parametrize("action", ["deny", "warn", "canary"])
def test_a_constraint_that_asks_wrongly_says_so_even_without_a_schema(action: str) -> None:
    files = without_schema(exported(PRIVILEGED))
    asked = json.loads(files.pop("constraints/deny.json"))
    for number, (message, given) in enumerate(MISTAKES.items()):
        parameters = {"action": action, "rules": [PRIVILEGED], **given}
        named = {**asked, "metadata": {"name": f"c{number}", "annotations": {"message": message}}}
        named["spec"] = {**asked["spec"], "parameters": parameters}
        files[f"{number}.json"] = json.dumps(named).encode()
    found = violations(files, pod())
    told = {each["constraint"]["metadata"]["annotations"]["message"] for each in found if is_told(each)}
    assert told == MISTAKES.keys()


def is_told(violation: dict[str, Any]) -> bool:
    return bool(violation["constraint"]["metadata"]["annotations"]["message"] == violation["msg"])


@pytest.mark.parametrize("action", [None, "dryrun", ["deny"]])
def test_a_constraint_that_names_no_action_denies_and_says_so(action: Any) -> None:
    problem = "GL-ERR-004: the Constraint must name its `parameters.action`: `deny`, `warn` or `canary`."
    files = with_parameters(without_schema(exported(PRIVILEGED)), action=action)
    assert said(files, privileged()) == DENIED | {problem}


def without_schema(files: Files) -> dict[str, bytes]:
    def open_schema(content: Any) -> None:
        anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        content["spec"]["crd"]["spec"]["validation"]["openAPIV3Schema"] = anything

    return changed(files, "template.json", open_schema)


def test_a_rule_whose_policy_is_missing_denies() -> None:
    def without_the_rule(libraries: list[str]) -> list[str]:
        return [text for text in libraries if not text.startswith("package lib.gatelib.rules.")]

    files = with_libraries(exported(PRIVILEGED, "GL-K8S-002"), without_the_rule)
    assert said(files, pod()) == {
        f"GL-ERR-004: rule `{rule}` is in the catalogue and its policy is not loaded."
        for rule in (PRIVILEGED, "GL-K8S-002")
    }


NOTHING = {"deny": "[]", "warn": "[]", "canary": "[]", "rules": "[1]", "revision": "compiled.bundle.revision"}
NO_DECISION = {
    "undefined": NOTHING | {"deny": "[input.review.nothing]"},
    "not a list": NOTHING | {"canary": "{input.review.name: 1}"},
    "without rules": NOTHING | {"rules": "[]"},
    "of another revision": NOTHING | {"revision": '"another"'},
}


@pytest.mark.parametrize("decision", NO_DECISION)
@pytest.mark.parametrize("action", ["deny", "warn", "canary"])
def test_no_decision_is_a_violation(decision: str, action: str) -> None:
    rules = "".join(f"{name} := {value}\n" for name, value in NO_DECISION[decision].items())

    def another_main(libraries: list[str]) -> list[str]:
        others = [text for text in libraries if not text.startswith("package lib.gatelib.main\n")]
        return [*others, f"package lib.gatelib.main\nimport data.lib.gatelib.compiled\n{rules}"]

    files = with_parameters(with_libraries(exported(PRIVILEGED), another_main), action=action)
    assert said(files, pod()) == {"GL-ERR-004: the policy gave no decision."}


def test_a_second_decision_denies() -> None:
    second = "package lib.gatelib.main\ndeny := []\n"
    files = with_libraries(exported(PRIVILEGED), lambda libraries: [*libraries, second])
    [message] = said(files, privileged())
    assert "complete rules must not produce multiple outputs" in message


def test_an_object_cannot_pose_as_an_envelope() -> None:
    posing = {**privileged(), "gatelib": 1, "documents": [], "now": "2200-01-01T00:00:00Z", "rules": []}
    assert said(exported(PRIVILEGED), posing) == DENIED


@pytest.mark.parametrize("kind", ["List", "PodList", "DeploymentList", "Pod", "Deployment"])
def test_nothing_hides_in_a_list(kind: str) -> None:
    version = "apps/v1" if "Deployment" in kind else "v1"
    bare = {"metadata": {"name": "inner"}, "spec": privileged()["spec"]}
    hiding = {"apiVersion": version, "kind": kind, "metadata": {"name": "api"}, "items": [bare]}
    assert "GL-ERR-002: the object under review carries a list of `items`." in said(
        exported(PRIVILEGED), hiding
    )


def test_no_object_of_the_cluster_lies_over_a_rule() -> None:
    def planted(version: str, kind: str, name: str, namespace: str) -> dict[str, Any]:
        empty = {
            "deny": [],
            "warn": [],
            "subjects": [0],
            "privileged": {"deny": []},
            "rules": {"kubernetes": {}},
        }
        metadata = {"name": name, "namespace": namespace}
        return {"apiVersion": version, "kind": kind, "metadata": metadata, **empty}

    over = [
        planted("gatelib/rules", "kubernetes", "privileged", "lib"),
        planted("lib", "gatelib", "rules", ""),
        planted("libs/lib", "gatelib", "main", "libs"),
        planted("v1", "Pod", "data", "gatelib"),
    ]
    assert said(exported(PRIVILEGED), privileged(), *over) == DENIED


def test_an_object_inside_another_is_not_looked_up() -> None:
    carriers = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "a", "namespace": "shop"},
            "data": content,
        }
        for content in (
            POLICY_OF_THE_NAMESPACE,
            {"x": POLICY_OF_THE_NAMESPACE},
            {"x": {"y": POLICY_OF_THE_NAMESPACE}},
        )
    ]
    for carrier in carriers:
        assert said(exported("GL-K8S-004"), pod(), NAMESPACE, carrier) == {UNCOVERED}
    assert said(exported("GL-K8S-004"), pod(), NAMESPACE, POLICY_OF_THE_NAMESPACE) == set()


def test_what_another_namespace_holds_counts_for_nothing() -> None:
    elsewhere = json.loads(json.dumps(POLICY_OF_THE_NAMESPACE).replace("shop", "other"))
    assert said(exported("GL-K8S-004"), pod(), NAMESPACE, elsewhere) == {UNCOVERED}


def test_a_rule_that_looks_at_others_denies_where_nothing_is_synced(tmp_path: Path) -> None:
    done = verify(tmp_path, {"alone": (pod(), 2)}, exported("GL-K8S-004"))
    assert done.rstrip().endswith("PASS"), done


@pytest.mark.parametrize(
    ("library", "why"),
    [
        ("package gatelib.rules.a.b\nx := 1", "not found in lib prefixes"),
        ("package lib.gatelib.rules.a.b\nimport data.foo\nx := foo", "bad import"),
        ("package lib.gatelib.rules.a.b\nx := data.foo", "disallowed ref"),
    ],
)
def test_foreign_rego_in_a_template_is_refused(library: str, why: str) -> None:
    answer = refusal(with_libraries(exported(PRIVILEGED), lambda libraries: [*libraries, library]))
    assert "adding template" in answer
    assert why in answer


def test_what_ends_may_end_and_nothing_else_passes_with_it(tmp_path: Path) -> None:
    def request(operation: str, new: Any, old: Any = None, **more: Any) -> dict[str, Any]:
        return {
            "apiVersion": "admission.k8s.io/v1",
            "kind": "AdmissionReview",
            "request": {
                "uid": "1",
                "kind": {"group": "", "version": "v1", "kind": "Pod"},
                "resource": {"group": "", "version": "v1", "resource": "pods"},
                "name": "api",
                "namespace": "shop",
                "operation": operation,
                "userInfo": {},
                "object": new,
                **({"oldObject": old} if old else {}),
                **more,
            },
        }

    def ending(content: dict[str, Any], *finalizers: str) -> dict[str, Any]:
        when = {"deletionTimestamp": "2026-11-22T00:00:00Z", "finalizers": list(finalizers)}
        return {**content, "metadata": {**content["metadata"], **when}}

    tightened = json.loads(json.dumps(privileged()).replace("true", "false"))
    cases = {
        "is created": (request("CREATE", privileged()), 1),
        "is created as if it ended": (request("CREATE", ending(privileged())), 1),
        "is changed": (request("UPDATE", privileged(), tightened), 1),
        "goes": (request("DELETE", None, privileged()), 0),
        "loses a finalizer": (
            request("UPDATE", ending(privileged()), ending(privileged(), "a.example/b")),
            0,
        ),
        "ends and is loosened": (request("UPDATE", ending(privileged()), ending(tightened)), 1),
        "ends by its own word": (request("UPDATE", ending(privileged()), privileged()), 1),
        "is a file with a timestamp": (ending(privileged()), 1),
        "has a new status": (request("UPDATE", privileged(), privileged(), subResource="status"), 0),
    }
    done = verify(tmp_path, cases, exported(PRIVILEGED))
    assert done.rstrip().endswith("PASS"), done

"""``deploy/argo``: objects that Argo knows, hardened as its neighbours are, and fail closed."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from gatelib.policy import shipped
from tests import crds, deploy
from tests.acceptance.command import check

ARGO = "argoproj.io/v1alpha1"


def argo(kind: str) -> Any:
    (found,) = [
        document
        for file, document in deploy.applied()
        if file.startswith("argo/")
        and document["kind"] == kind
        and document["apiVersion"] in (ARGO, "batch/v1")
    ]
    return deepcopy(found)


def job_of_analysis() -> Any:
    """Return the Job that an AnalysisRun makes."""
    (metric,) = argo("AnalysisTemplate")["spec"]["metrics"]
    job = metric["provider"]["job"]
    metadata = {"name": "made-by-argo", "namespace": "payments", **job["metadata"]}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": job["spec"]}


def pod_of_step() -> Any:
    """Return the pod that a step of a Workflow makes, as far as the template says it."""
    (template,) = argo("WorkflowTemplate")["spec"]["templates"]
    fields = (
        "serviceAccountName",
        "automountServiceAccountToken",
        "securityContext",
        "initContainers",
        "volumes",
    )
    spec = {field: template[field] for field in fields}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "made-by-argo", "namespace": "payments", **template["metadata"]},
        "spec": {**spec, "containers": [template["container"]], "restartPolicy": "Never"},
    }


MADE: dict[str, Callable[[], Any]] = {
    "the job of an analysis": job_of_analysis,
    "the hook before a sync": lambda: argo("Job"),
    "the pod of a step": pod_of_step,
}


@pytest.mark.parametrize("kind", ["AnalysisTemplate", "ApplicationSet", "Rollout", "WorkflowTemplate"])
def test_each_object_fits_the_schema_that_argo_ships(kind: str) -> None:
    assert crds.problems(argo(kind)) == []


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("AnalysisTemplate", ["spec", "metrics", 0]),
        ("ApplicationSet", ["spec", "strategy", "rollingSync", "steps", 0]),
        ("Rollout", ["spec", "strategy", "canary", "steps", 1]),
        ("WorkflowTemplate", ["spec", "templates", 0]),
    ],
)
def test_these_schemas_find_what_does_not_belong_there(kind: str, path: list[Any]) -> None:
    content = argo(kind)
    place = content
    for step in path:
        place = place[step]
    place["typo"] = 1
    assert len(crds.problems(content)) == 1


@pytest.mark.parametrize("made", MADE)
def test_what_argo_makes_of_them_fits_the_schema_of_kubernetes(made: str) -> None:
    content = MADE[made]()
    kubernetes_validate.validate(content, kubernetes_validate.latest_version(), strict=True)


@pytest.mark.parametrize("made", MADE)
def test_what_argo_makes_of_them_passes_the_gate(made: str, tmp_path: Path) -> None:
    content = MADE[made]()
    content["metadata"].setdefault("annotations", {}).update(
        {
            "gatelib.dev/runbook": "https://runbooks.example.com/gatelib/pre-promote",
            "gatelib.dev/on-call": "platform-primary",
            "instrumentation.opentelemetry.io/inject-sdk": "true",
        }
    )
    policies = [document for _, document in deploy.applied() if document["kind"] == "NetworkPolicy"]
    done = check(deploy.as_yaml([content, *policies], tmp_path / "all.yaml"), cwd=tmp_path)
    assert (done.code, done.codes) == (0, [])
    assert {(finding["rule"], finding["action"]) for finding in done.report["findings"]} == {
        ("GL-IMG-001", "warn"),
        ("GL-IMG-003", "warn"),
    }


@pytest.mark.parametrize("made", MADE)
def test_all_of_them_ask_the_same_question(made: str) -> None:
    spec = MADE[made]()["spec"]
    pod = spec.get("template", {}).get("spec", spec)
    (container,) = pod["containers"]
    assert container["command"] + container["args"] == [
        "gatelib",
        "check",
        "--gate=pre-promote",
        "--config=/etc/gatelib/gatelib.yaml",
        "--evidence=/evidence/pack",
        "/release/release.yaml",
        "/release/manifests.yaml",
    ]
    assert pod["automountServiceAccountToken"] is False
    assert pod["serviceAccountName"] == "gatelib-gate"
    read_only = {mount["name"]: mount.get("readOnly", False) for mount in container["volumeMounts"]}
    assert read_only == {"gate": True, "release": True, "evidence": True, "tmp": False}


def test_nothing_asks_twice_and_no_error_counts_as_passed() -> None:
    (metric,) = argo("AnalysisTemplate")["spec"]["metrics"]
    assert (metric["count"], metric["failureLimit"], metric["inconclusiveLimit"]) == (1, 0, 0)
    assert metric["consecutiveErrorLimit"] == 0
    assert metric["provider"]["job"]["spec"]["backoffLimit"] == 0
    assert argo("Job")["spec"]["backoffLimit"] == 0
    (template,) = argo("WorkflowTemplate")["spec"]["templates"]
    assert "retryStrategy" not in template
    assert "continueOn" not in template


def test_what_a_template_asks_for_is_what_it_uses() -> None:
    analysis = argo("AnalysisTemplate")
    (template,) = argo("WorkflowTemplate")["spec"]["templates"]
    used = set(re.findall(r"\{\{args\.([a-z]+)\}\}", yaml.safe_dump(analysis["spec"]["metrics"])))
    assert used == {argument["name"] for argument in analysis["spec"]["args"]} == {"evidence", "release"}
    used = set(re.findall(r"\{\{inputs\.parameters\.([a-z]+)\}\}", yaml.safe_dump(template)))
    assert used == {argument["name"] for argument in template["inputs"]["parameters"]}
    (step,) = [
        step["analysis"]
        for step in argo("Rollout")["spec"]["strategy"]["canary"]["steps"]
        if "analysis" in step
    ]
    assert [entry["templateName"] for entry in step["templates"]] == [analysis["metadata"]["name"]]
    assert {entry["name"] for entry in step["args"]} == {"evidence", "release"}


def test_the_rings_follow_each_other_and_bake_as_long_as_the_rule_wants() -> None:
    spec = argo("ApplicationSet")["spec"]
    elements = spec["generators"][0]["list"]["elements"]
    rings = shipped().data["defaults"]["rings"]
    steps = [step["matchExpressions"][0]["values"] for step in spec["strategy"]["rollingSync"]["steps"]]
    assert [element["ring"] for element in elements] == rings["order"]
    assert steps == [[ring] for ring in rings["order"]]
    assert "automated" not in spec["template"]["spec"].get("syncPolicy", {})
    for element in elements[:-1]:
        assert int(element["bake"].removesuffix("h")) >= rings["bake_hours"][element["ring"]]
    (patch,) = spec["template"]["spec"]["source"]["kustomize"]["patches"]
    (operation,) = yaml.safe_load(patch["patch"])
    place: Any = argo("Rollout")
    for step in operation["path"].split("/")[1:]:
        place = place[int(step) if isinstance(place, list) else step]
    assert place == elements[0]["bake"]


def test_the_keys_of_the_gate_are_placeholders_that_verify_nothing() -> None:
    (config,) = [
        document["data"]
        for file, document in deploy.applied()
        if file == "argo/gate.yaml" and document["kind"] == "ConfigMap"
    ]
    values = yaml.safe_load(config["gatelib.yaml"])
    named = {key for parties in values["trust"].values() for party in parties for key in party["keys"]}
    assert named == {name for name in config if name.endswith(".pub")}
    assert all(config[name].splitlines()[1].startswith("REPLACE-") for name in named)

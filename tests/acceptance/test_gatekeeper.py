"""What Gatekeeper says with an export: findings, stages, waivers, parameters, what is missing."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from gatelib import trusted
from gatelib.engines import engine
from gatelib.export import gatekeeper
from gatelib.export.gatekeeper import template
from gatelib.policy import shipped
from tests.acceptance.command import PRIVILEGED, pod, privileged
from tests.engines import need
from tests.gator import (
    DENIED,
    REMEDY,
    exception,
    exported,
    of,
    said,
    violations,
    with_parameters,
)
from tests.paths import ROOT

NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
POLICY_OF_THE_NAMESPACE = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "all", "namespace": "shop"},
    "spec": {"podSelector": {}, "policyTypes": ["Ingress"]},
}


def test_the_whole_gate_judges_one_object() -> None:
    found = violations(exported(), privileged(), NAMESPACE, POLICY_OF_THE_NAMESPACE)
    by_rule = {
        (each["metadata"]["details"]["rule"], each["enforcementAction"])
        for each in found
        if each["violatingObject"]["kind"] == "Pod"
    }
    assert by_rule == {
        ("GL-IMG-001", "deny"),
        ("GL-IMG-003", "deny"),
        ("GL-K8S-001", "deny"),
        ("GL-K8S-006", "deny"),
        ("GL-K8S-015", "warn"),
    }


def test_a_violation_says_what_is_wrong_and_what_to_do() -> None:
    [found] = violations(exported(PRIVILEGED), privileged())
    assert {found["msg"]} == DENIED
    assert found["metadata"]["details"] == {
        "rule": PRIVILEGED,
        "severity": "critical",
        "path": ["spec", "containers", 0, "securityContext", "privileged"],
        "fingerprint": "GL-K8S-001|Pod|shop|api|spec/containers/api/securityContext/privileged",
        "controls": ["RUN-01"],
        "action": "deny",
    }


def test_text_of_a_document_stays_on_its_line() -> None:
    hostile = privileged()
    hostile["spec"]["containers"][0]["name"] = "a\n::error::\u001b[2J\u202eb"
    assert said(exported(PRIVILEGED), hostile) == {
        f"GL-K8S-001: container `a\ufffd::error::\ufffd[2J\ufffdb` is privileged. {REMEDY}"
    }


def test_the_rego_passes_the_check_of_gatekeepers_opa(tmp_path: Path) -> None:
    source = json.loads(exported()["template.json"])["spec"]["targets"][0]["code"][0]["source"]
    for number, text in enumerate([source["rego"], *source["libs"]]):
        (tmp_path / f"{number}.rego").write_text(text)
    for capabilities in ("v1.17.1", str(ROOT / "bundles" / "capabilities.json")):
        command = [need("opa"), "check", "--strict", "--capabilities", capabilities, str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("synced", [True, False])
def test_gator_knows_whether_a_cluster_syncs_what_it_must(synced: bool, tmp_path: Path) -> None:
    for name in ("template.json", *(["sync.yaml"] if synced else [])):
        # gator reads these as YAML only
        (tmp_path / name.replace(".json", ".yaml")).write_bytes(exported()[name])
    done = subprocess.run(
        [need("gator"), "sync", "test", "--filename", str(tmp_path), "--force-omit-gvk-manifest"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (0 if synced else 1), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("action", "until", "expected"),
    [("warn", "2200-01-01", "warn"), ("canary", "2200-01-01", "canary"), ("warn", "2001-01-01", "deny")],
)
def test_a_rule_denies_from_its_date_on(action: str, until: str, expected: str) -> None:
    policy = of(PRIVILEGED)
    bundle = {**policy.data["bundle"], "actions": {PRIVILEGED: {"action": action, "until": until}}}
    files = gatekeeper.files(replace(policy, data={**policy.data, "bundle": bundle}))
    found = violations(files, privileged())
    assert [each["constraint"]["metadata"]["name"] for each in found] == [f"gatelib-{expected}"]


VERIFIED_BEFORE = {"exceptions": {"require_signature": False}}


def test_an_exception_given_to_the_constraint_waives_what_it_names() -> None:
    files = with_parameters(exported(PRIVILEGED), params=VERIFIED_BEFORE, exceptions=[exception()])
    found = violations(files, privileged(), privileged("other"))
    assert [each["violatingObject"]["metadata"]["name"] for each in found] == ["other"]


def test_an_exception_whose_signatures_were_verified_waives_what_it_names() -> None:
    rights = {"rules": ["*"], "severities": ["critical"], "namespaces": ["*"]}
    approvers = [{"identity": name, **rights} for name in ("lea", "omar")]
    verified = {"requester": "nina", "approvers": approvers, "revoked": None, "problems": []}
    signed = {**exception(), "verified": verified}
    signed["spec"] = {**signed["spec"], "audience": "cluster-1"}
    for audience, denied in (("cluster-1", set()), ("cluster-2", DENIED)):
        params = {"exceptions": {"audience": [audience]}}
        files = with_parameters(exported(PRIVILEGED), params=params, exceptions=[signed])
        assert said(files, privileged()) == denied


def test_an_exception_without_signature_waives_nothing() -> None:
    files = with_parameters(exported(PRIVILEGED), exceptions=[exception()])
    assert said(files, privileged()) == DENIED


def test_an_exception_in_the_cluster_waives_nothing() -> None:
    files = with_parameters(exported(PRIVILEGED), params=VERIFIED_BEFORE)
    assert said(files, privileged(), exception()) == DENIED


def test_parameters_of_a_constraint_go_over_those_of_the_template() -> None:
    policy = of("GL-K8S-006")
    compiled = {"limits": {"cpu": False}}
    files = gatekeeper.files(replace(policy, data={**policy.data, "params": compiled}))
    memory = {message.split(".")[0] for message in said(files, pod())}
    assert memory == {"GL-K8S-006: container `api` has no memory limit"}
    assert said(with_parameters(files, params={"limits": {"memory": False}}), pod()) == set()
    both = said(with_parameters(files, params={"limits": {"cpu": True}}), pod())
    assert {message.split(".")[0] for message in both} == memory | {
        "GL-K8S-006: container `api` has no CPU limit"
    }


OWN = """\
# METADATA
# title: A rule of one's own
# description: What a test needs.
# custom:
#   id: ACME-001
#   severity: high
#   controls: []
#   gates: [admission]
#   kinds: [workloads]
#   scope: document
#   remediation: Do something else.
#   since: "1"
package gatelib.rules.acme.own

subjects contains document.index if some document in data.gatelib.lib.workloads.all

deny contains {"id": "ACME-001", "msg": msg, "document": index, "path": []} if {
	some index, _ in data.gatelib.lib.documents.judged
	some msg in array.concat(messages, data.gatelib.lib.params.all.otel.annotations_any_of)
}

messages := [sprintf("%s of %v is %v", [name, count(data.gatelib.lib.workloads.containers), types]) |
	some container in data.gatelib.lib.workloads.containers
	name := data.gatelib.lib.documents.text(container.name)
	types := concat(",", {document.type | some document in data.gatelib.lib.documents.judged})
	types in object.keys(data.gatelib.kinds.workloads)
	not name in [data.gatelib.kinds.cluster_scoped, {x | some x in data.gatelib.kinds.cluster_scoped}][0]
]
"""


def test_a_rule_that_refers_to_data_everywhere_finds_what_other_engines_find(tmp_path: Path) -> None:
    (tmp_path / "own.rego").write_text(OWN)
    core = shipped()
    modules, catalogs, _ = trusted.policies(["."], base=tmp_path, core=core.catalogs["core"])
    policy = replace(core, modules=core.modules + modules, catalogs={**core.catalogs, **catalogs})
    policy = replace(policy, data={**policy.data, "params": {"otel": {"annotations_any_of": ["a", "b"]}}})
    data = policy.engine_data(["ACME-001"])
    judge = engine("embedded")(policy.modules_for(["ACME-001"]), data, timeout=60)
    review = {"review": {"object": pod()}, "parameters": {"rules": ["ACME-001"]}}
    decision = judge.decide(json.dumps(review).encode()).value
    assert [finding["msg"] for finding in decision["deny"]] == ["a", "api of 1 is Pod", "b"]
    expected = {template.as_message(policy, finding) for finding in decision["deny"]}
    own = replace(policy, catalogs={"core": {}, "acme": policy.catalogs["acme"]})
    assert said(gatekeeper.files(own), pod()) == expected

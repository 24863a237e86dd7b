"""What ``deploy/`` holds: objects that Kubernetes knows, that pass the gate, and that say what to replace."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from gatelib.policy import shipped
from tests import deploy
from tests.acceptance.command import check, gatelib
from tests.engines import need
from tests.paths import ROOT

NOT_KUBERNETES_OWN = {
    ("cert-manager.io/v1", "Certificate"),
    ("cert-manager.io/v1", "Issuer"),
    ("syncset.gatekeeper.sh/v1alpha1", "SyncSet"),
    ("argoproj.io/v1alpha1", "AnalysisTemplate"),
    ("argoproj.io/v1alpha1", "ApplicationSet"),
    ("argoproj.io/v1alpha1", "Rollout"),
    ("argoproj.io/v1alpha1", "WorkflowTemplate"),
}
"""Kinds of add-ons, whose schemas are not Kubernetes' own."""

OF_NOTHING = f"sha256:{hashlib.sha256(b'').hexdigest()}"
"""No registry can have an image with this digest."""

PLURALS = {
    "NetworkPolicy": "networkpolicies",
    "CiliumNetworkPolicy": "ciliumnetworkpolicies",
    "PolicyException": "policyexceptions",
}
SUBRESOURCES = {"pods/ephemeralcontainers", "pods/resize"}
"""Those by which what runs in a pod changes."""


def objects() -> list[tuple[str, Any]]:
    rendered = [("kube-mgmt, rendered", document) for document in deploy.rendered("kube-mgmt")]
    return [*deploy.applied(), *rendered]


def name(entry: object) -> str:
    if isinstance(entry, dict):
        return f"{entry['kind']}/{entry['metadata']['name']}"
    return str(entry)


@pytest.mark.parametrize("version", ["1.33", kubernetes_validate.latest_version()])
@pytest.mark.parametrize(("file", "content"), objects(), ids=name)
def test_each_object_fits_its_schema(file: str, content: Any, version: str) -> None:
    if (content["apiVersion"], content["kind"]) not in NOT_KUBERNETES_OWN:
        kubernetes_validate.validate(content, version, strict=True)


@pytest.mark.parametrize("folder", ["as it is", "with kube-mgmt"])
def test_the_folder_passes_the_gate(folder: str, tmp_path: Path) -> None:
    if folder == "as it is":
        done = check("deploy", cwd=ROOT)
    else:
        done = check(deploy.as_yaml(deploy.rendered("kube-mgmt"), tmp_path / "all.yaml"), cwd=tmp_path)
    assert (done.code, done.codes) == (0, [])
    # There is no evidence for images that everyone replaces by their own.
    assert {(finding["rule"], finding["action"]) for finding in done.report["findings"]} == {
        ("GL-IMG-001", "warn"),
        ("GL-IMG-003", "warn"),
    }


def images(content: Any) -> list[str]:
    if isinstance(content, list):
        return [image for entry in content for image in images(entry)]
    if not isinstance(content, dict):
        return []
    own = [content["image"]] if isinstance(content.get("image"), str) else []
    return own + [image for value in content.values() for image in images(value)]


def test_every_image_is_replaced_where_it_is_said_to_be_and_until_then_by_nothing() -> None:
    used = {image for _, content in objects() for image in images(content)}
    replaced = {
        entry["name"]: entry["digest"]
        for kustomization in deploy.kustomizations().values()
        for entry in kustomization["images"]
    }
    assert used == {f"{image}@{OF_NOTHING}" for image in replaced}
    assert set(replaced.values()) == {OF_NOTHING}


def test_the_verification_key_is_a_placeholder_that_verifies_nothing() -> None:
    data = deploy.one("ConfigMap", "opa")["data"]
    keys = [key["key"] for key in yaml.safe_load(data["config.yaml"])["keys"].values()]
    for key in [*keys, data["release.pub"]]:
        assert key.splitlines()[1].startswith("REPLACE-")


def test_every_address_is_one_for_documentation() -> None:
    text = "\n".join(path.read_text("utf-8") for path in deploy.DEPLOY.rglob("*.yaml"))
    blocks = set(re.findall(r"[0-9.]+/[0-9]+", text))
    hosts = set(re.findall(r"[a-z0-9.-]+\.(?:com|org|net|io)\b(?=[/:])", text))
    assert blocks == {"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"}
    assert {host for host in hosts if host.startswith("registry")} == {"registry.example.com"}


def test_every_bundle_must_be_signed_for_admission() -> None:
    config = yaml.safe_load(deploy.one("ConfigMap", "opa")["data"]["config.yaml"])
    assert {name: bundle["signing"] for name, bundle in config["bundles"].items()} == {
        "gatelib": {"scope": "admission"},
        "given": {"scope": "admission"},
    }


def resource(kind: str) -> tuple[str, str]:
    group, _, kind = kind.rpartition("/")
    return group, PLURALS.get(kind, kind.lower() + "s")


def test_the_webhook_sees_every_kind_that_an_admission_rule_judges() -> None:
    policy = shipped()
    kinds = {
        kind
        for entry in policy.catalog.values()
        if "admission" in entry["gates"]
        for kind in entry["kinds"]
        if kind != "workloads"
    }
    data = policy.data["kinds"]
    kinds |= data["workloads"].keys() | {old for old, new in data["aliases"].items() if new in kinds}
    # Without its group, as old manifests have it; no API server has such a resource.
    kinds -= {"DeploymentConfig"}
    (webhook,) = deploy.manifests()["webhook.yaml"][0]["webhooks"]
    listed = {
        (group, plural)
        for rule in webhook["rules"]
        for group in rule["apiGroups"]
        for plural in rule["resources"]
    }
    assert listed == {resource(kind) for kind in kinds} | {("", subresource) for subresource in SUBRESOURCES}
    assert {tuple(rule["operations"]) for rule in webhook["rules"]} == {("CREATE", "UPDATE")}


def test_no_webhook_rule_leaves_out_what_has_no_namespace() -> None:
    cluster_scoped = {
        PLURALS.get(kind, kind.lower() + "s") for kind in shipped().data["kinds"]["cluster_scoped"]
    }
    (webhook,) = deploy.manifests()["webhook.yaml"][0]["webhooks"]
    for rule in webhook["rules"]:
        if cluster_scoped & set(rule["resources"]):
            assert rule["scope"] == "*"


def test_the_webhook_fails_closed_and_nobody_can_exempt_himself() -> None:
    (webhook,) = deploy.manifests()["webhook.yaml"][0]["webhooks"]
    assert webhook["failurePolicy"] == "Fail"
    assert "objectSelector" not in webhook
    assert "matchConditions" not in webhook
    assert {entry["key"] for entry in webhook["namespaceSelector"]["matchExpressions"]} == {
        "kubernetes.io/metadata.name"
    }


def test_kube_mgmt_may_read_what_it_replicates_and_nothing_else() -> None:
    container = deploy.one("Deployment", "opa", "kube-mgmt")["spec"]["template"]["spec"]["containers"][1]
    replicated = {
        tuple(argument.partition("=")[2].rpartition("/")[::2])
        for argument in container["args"]
        if argument.startswith("--replicate")
    }
    role = deploy.one("ClusterRole", "gatelib-replicator", "kube-mgmt")
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"get", "list", "watch"}
    assert {
        (group, plural)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for plural in rule["resources"]
    } == {(version.rpartition("/")[0], plural) for version, plural in replicated}


def test_the_policies_of_the_server_are_well_formed(tmp_path: Path) -> None:
    for file, text in deploy.one("ConfigMap", "opa")["data"].items():
        if file.endswith(".rego"):
            (tmp_path / file).write_text(text, "utf-8")
    subprocess.run([need("opa"), "check", "--strict", str(tmp_path)], check=True)
    done = subprocess.run(
        [need("opa"), "fmt", "--fail", "--list", str(tmp_path)], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, b"")


def test_gatekeeper_is_told_to_keep_all_that_the_rules_look_up(tmp_path: Path) -> None:
    text = (ROOT / "bundles" / "admission.yaml").read_text("utf-8")
    (tmp_path / "own.yaml").write_text(text.replace("inventory: false", "inventory: true"), "utf-8")
    assert gatelib("bundle", "build", "own.yaml", "-o", "own.tar.gz", cwd=tmp_path).code == 0
    assert gatelib("export", "gatekeeper", "own.tar.gz", "made", cwd=tmp_path).code == 0
    command = [need("gator"), "sync", "test", "--force-omit-gvk-manifest"]
    files = [tmp_path / "made" / "template.json", deploy.DEPLOY / "gatekeeper" / "sync.yaml"]
    done = subprocess.run([*command, *(f"--filename={file}" for file in files)], check=False)
    assert done.returncode == 0
    alone = subprocess.run([*command, f"--filename={files[0]}"], check=False)
    assert alone.returncode == 1


def test_what_is_applied_is_what_is_there() -> None:
    """No file lies in the folder that nobody applies."""
    listed = {
        f"{file.rpartition('/')[0]}/{resource}"
        for file, kustomization in deploy.kustomizations().items()
        for resource in kustomization["resources"]
    }
    files = {file for file in deploy.manifests() if file not in deploy.kustomizations()}
    assert files - listed == {"webhook.yaml", "gatekeeper/sync.yaml"}
    assert json.dumps(sorted(listed - files)) == '["kube-mgmt/../opa"]'

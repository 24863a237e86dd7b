"""The OPA that ``deploy/`` describes, run as described: its configuration, its arguments, its policies."""

from __future__ import annotations

import hashlib
import http.client
import json
import secrets
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

from gatelib.bundle import build, definition, oci
from gatelib.export.conftest import entry
from gatelib.policy import Policy, shipped
from tests import deploy
from tests.acceptance.command import gatelib, no_traceback
from tests.certificates import Authority
from tests.opa_server import Server, free_port, opa_server
from tests.paths import ROOT
from tests.polling import Files, wait_for
from tests.registry import registry
from tests.signing import pair, signed

CREATED = datetime(2026, 11, 22, tzinfo=timezone.utc)
HOST = "127.0.0.1"
TOKENS = {"auditor": secrets.token_hex(16), "replicator": secrets.token_hex(16)}
SECRET = "hunter2-hunter2"

OF_NOTHING = f"sha256:{hashlib.sha256(b'').hexdigest()}"
IMAGE = "ghcr.io/intelgraph/api@sha256:735035dfd964db5c5ae740d177cde6b00375e77212e0368ad14d7596f6113467"
EVIDENCE = {
    "images.yaml": {
        "format": "gatelib.dev/v1",
        "facts": [
            {
                "kind": "ImageEvidence",
                "spec": {
                    "digest": IMAGE.partition("@")[2],
                    "attestations": [
                        {"predicateType": "https://slsa.dev/provenance/v1"},
                        {"predicateType": "https://spdx.dev/Document"},
                    ],
                },
            }
        ],
    }
}

NETWORK_POLICY = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "everyone", "namespace": "shop"},
    "spec": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": []},
}


@dataclass(frozen=True)
class Deployed:
    """A server that runs as the Deployment says, and what reaches it."""

    server: Server
    port: int
    diagnostics: int
    loopback: int
    ca: Path
    context: ssl.SSLContext

    def ask(
        self, method: str, path: str, value: Any = None, *, token: str = "", port: int | None = None
    ) -> tuple[int, Any]:
        """Ask over TLS; or without, at another port."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        connection: http.client.HTTPConnection
        if port is None:
            connection = http.client.HTTPSConnection(HOST, self.port, timeout=30, context=self.context)
        else:
            connection = http.client.HTTPConnection(HOST, port, timeout=30)
        try:
            body = None if value is None else json.dumps(value).encode()
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read()
            is_json = "json" in (response.getheader("Content-Type") or "")
            return response.status, json.loads(content) if content and is_json else None
        finally:
            connection.close()

    def is_ready(self) -> bool:
        """Tell whether it has every bundle, as the kubelet asks."""
        return self.ask("GET", "/health?bundles&plugins", port=self.diagnostics)[0] == 200

    def replicate(self, resource: str, objects: Any) -> None:
        """Put objects where kube-mgmt puts them, as kube-mgmt does."""
        path = f"/v1/data/kubernetes/{resource}"
        status, _ = self.ask("PUT", path, objects, token=TOKENS["replicator"], port=self.loopback)
        assert status == 204

    def review(self, content: Any, **request: Any) -> Any:
        """Ask as an API server asks, and return the response in the answer."""
        given = {"uid": "705ab4f5", "operation": "CREATE", "object": content, **request}
        review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": given}
        status, answer = self.ask("POST", "/?timeout=5s", review)
        assert (status, answer["kind"]) == (200, "AdmissionReview")
        assert answer["response"]["uid"] == "705ab4f5"
        return answer["response"]


def pod(**container: Any) -> dict[str, Any]:
    limits = {"cpu": "1", "memory": "1Gi"}
    own = {"name": "api", "image": IMAGE, "resources": {"limits": limits}, **container}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "api", "namespace": "shop", "labels": {"app": "api"}},
        "spec": {"containers": [own]},
    }


def policy_of(folder: Path, *, inventory: bool = False) -> Policy:
    """What the shipped definition describes; ``inventory`` with the rules that look at other objects."""
    text = (ROOT / "bundles" / "admission.yaml").read_text("utf-8")
    assert "inventory: false" in text
    if inventory:
        text = text.replace("inventory: false", "inventory: true")
    (folder / "admission.yaml").write_text(text, "utf-8")
    return definition.read(folder / "admission.yaml", shipped())


def rules(folder: Path, *, inventory: bool = False) -> bytes:
    """The signed bundle of that."""
    policy = policy_of(folder, inventory=inventory)
    return signed(build.files(policy, created=CREATED), scope="admission")


def given() -> bytes:
    """A bundle with no exceptions and the evidence of one image."""
    return signed(build.data_files([], EVIDENCE, created=CREATED), scope="admission")


def configuration(address: str) -> dict[str, Any]:
    """The configuration as it stands there, with the host and the key of this test."""
    text = deploy.one("ConfigMap", "opa")["data"]["config.yaml"]
    text = text.replace("https://registry.example.com", f"http://{address}")
    config: dict[str, Any] = yaml.safe_load(text.replace("registry.example.com", address))
    assert config["persistence_directory"] == "/var/lib/opa"
    config["keys"]["release"]["key"] = pair("release").public
    return config


def by_http(config: dict[str, Any], url: str) -> dict[str, Any]:
    """The change that `deploy/README.md` names for bundles from an HTTP server."""
    config["services"]["registry"] = {"url": url}
    config["bundles"]["gatelib"]["resource"] = "gatelib.tar.gz"
    config["bundles"]["given"]["resource"] = "given.tar.gz"
    return config


@contextmanager
def deployed(
    folder: Path,
    config: Mapping[str, Any],
    *,
    kustomized: str = "opa",
    tokens: Mapping[str, str] = TOKENS,
) -> Iterator[Deployed]:
    """Run OPA with the arguments of the Deployment; only places and ports are this test's."""
    ports = {"8443": free_port(), "8282": free_port(), "8181": free_port()}
    for name in ("etc", "clients", "tls", "persisted"):
        (folder / name).mkdir(parents=True)
    placed = {**config, "persistence_directory": str(folder / "persisted")}
    (folder / "etc/config.yaml").write_text(json.dumps(placed), "utf-8")
    for name, text in deploy.one("ConfigMap", "opa", kustomized)["data"].items():
        if name.endswith(".rego"):
            (folder / "etc" / name).write_text(text, "utf-8")
    (folder / "clients/clients.json").write_text(json.dumps(tokens), "utf-8")
    authority = Authority(folder, "ca")
    certificate = authority.server(HOST)
    certificate.certificate.rename(folder / "tls/tls.crt")
    certificate.key.rename(folder / "tls/tls.key")
    container = deploy.one("Deployment", "opa", kustomized)["spec"]["template"]["spec"]["containers"][0]
    arguments = []
    for argument in container["args"]:
        for there, name in {"/etc/opa": "etc", "/run/clients": "clients", "/run/tls": "tls"}.items():
            argument = argument.replace(there, str(folder / name))
        for there, here in ports.items():
            argument = argument.replace(f"0.0.0.0:{there}", f"{HOST}:{here}").replace(
                f"{HOST}:{there}", f"{HOST}:{here}"
            )
        arguments.append(argument)
    assert arguments[:3] == ["run", "--server", f"--addr={HOST}:{ports['8443']}"]
    context = ssl.create_default_context(cafile=str(authority.ca))
    with opa_server(*arguments[2:], scheme="https") as server:
        yield Deployed(server, ports["8443"], ports["8282"], ports["8181"], authority.ca, context)


@dataclass(frozen=True)
class Registry:
    """A registry with the two bundles in it."""

    address: str

    def push(self, name: str, bundle: bytes) -> str:
        """Put a bundle where the configuration looks for it, and return its digest."""
        return oci.push(f"{self.address}/policies/{name}:admission", bundle, entry=entry(), plain_http=True)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with registry(tmp_path_factory.mktemp("registry")) as address:
        yield Registry(address)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, store: Registry) -> Iterator[Deployed]:
    """One that has its bundles from the registry."""
    folder = tmp_path_factory.mktemp("deployed")
    store.push("gatelib", rules(folder))
    store.push("given", given())
    with deployed(folder / "opa", configuration(store.address)) as opa:
        wait_for(opa.is_ready, "the first bundles")
        yield opa


def test_it_judges_by_the_bundles_of_a_registry(running: Deployed) -> None:
    response = running.review(pod())
    assert (response["allowed"], list(response["auditAnnotations"])) == (True, ["revision"])
    response = running.review(pod(securityContext={"privileged": True}))
    assert response["status"]["code"] == 403
    assert response["status"]["message"].startswith("GL-K8S-001: container `api` is privileged (Remove ")


def test_evidence_comes_in_a_bundle_of_its_own(running: Deployed) -> None:
    other = IMAGE.replace("735035", "735036")
    message = running.review(pod(image=other))["status"]["message"]
    assert [line.partition(":")[0] for line in message.splitlines()] == ["GL-IMG-001", "GL-IMG-003"]


def test_it_judges_by_the_bundles_of_an_http_server(tmp_path: Path) -> None:
    with Files() as files:
        files.put("gatelib.tar.gz", rules(tmp_path))
        files.put("given.tar.gz", given())
        config = by_http(configuration("127.0.0.1:1"), files.url)
        with deployed(tmp_path / "opa", config) as opa:
            wait_for(opa.is_ready, "the first bundles")
            assert opa.review(pod())["allowed"]


@pytest.mark.parametrize("twice", ["rules", "given"])
def test_it_is_not_ready_with_one_bundle_in_the_place_of_the_other(twice: str, tmp_path: Path) -> None:
    with Files() as files:
        served = rules(tmp_path) if twice == "rules" else given()
        files.put("gatelib.tar.gz", served)
        files.put("given.tar.gz", served)
        config = by_http(configuration("127.0.0.1:1"), files.url)
        with deployed(tmp_path / "opa", config) as opa:
            wait_for(lambda: "overlapping roots" in opa.server.log.read_text("utf-8"), "the refusal")
            assert opa.ask("GET", "/health?bundles&plugins", port=opa.diagnostics)[0] == 500
            assert opa.ask("GET", "/health", port=opa.diagnostics)[0] == 200


REFUSED = 401


@pytest.mark.parametrize(
    ("client", "method", "path", "status"),
    [
        ("", "GET", "/health", 200),
        ("", "GET", "/metrics", 200),
        ("", "POST", "/?explain=full", REFUSED),
        ("", "PUT", "/", REFUSED),
        ("", "GET", "/", REFUSED),
        ("", "GET", "/v1/status", REFUSED),
        ("", "GET", "/v1/config", REFUSED),
        ("", "GET", "/v1/data", REFUSED),
        ("", "POST", "/v1/data/gatelib/main", REFUSED),
        ("", "POST", "/v1/query", REFUSED),
        ("", "PUT", "/v1/policies/x", REFUSED),
        ("", "PUT", "/v1/data/kubernetes/pods", REFUSED),
        ("auditor", "GET", "/v1/status", 200),
        ("auditor", "GET", "/v1/policies", 200),
        ("auditor", "GET", "/v1/data/gatelib", 200),
        ("auditor", "GET", "/v1/data/system/bundles", 200),
        ("auditor", "POST", "/v1/data/gatelib", REFUSED),
        ("auditor", "GET", "/v1/data", REFUSED),
        ("auditor", "GET", "/v1/data/system/clients", REFUSED),
        ("auditor", "GET", "/v1/data/kubernetes", REFUSED),
        ("auditor", "GET", "/v1/config", REFUSED),
        ("auditor", "PUT", "/v1/policies/x", REFUSED),
        ("auditor", "DELETE", "/v1/policies/gatelib/main.rego", REFUSED),
        ("auditor", "PUT", "/v1/data/gatelib/exceptions", REFUSED),
        ("auditor", "PATCH", "/v1/data/gatelib/exceptions", REFUSED),
        ("replicator", "GET", "/v1/status", REFUSED),
        ("replicator", "PUT", "/v1/data/gatelib/exceptions", REFUSED),
        ("replicator", "PUT", "/v1/data/kubernetes/../system/clients", 307),
        ("replicator", "PUT", "/v1/data/system/clients", REFUSED),
        ("replicator", "PATCH", "/v1/data", REFUSED),
        ("replicator", "PUT", "/v1/policies/x", REFUSED),
        ("stranger", "GET", "/v1/status", REFUSED),
    ],
)
def test_everyone_may_do_what_he_needs_and_nothing_else(
    client: str, method: str, path: str, status: int, running: Deployed
) -> None:
    token = TOKENS.get(client, client and "x" * 32)
    value: Any = {} if method in ("POST", "PUT", "PATCH") else None
    assert running.ask(method, path, value, token=token)[0] == status


def test_a_short_token_is_nobodys(running: Deployed, tmp_path: Path) -> None:
    tokens = {"auditor": "", "replicator": "short"}
    with Files() as files:
        config = by_http(configuration("127.0.0.1:1"), files.url)
        with deployed(tmp_path / "opa", config, tokens=tokens) as opa:
            for token in tokens.values():
                assert opa.ask("GET", "/v1/status", token=token)[0] == REFUSED
                assert opa.ask("GET", "/v1/data/kubernetes", token=token)[0] == REFUSED


def test_no_decision_log_shows_an_object(running: Deployed) -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "login", "namespace": "shop"},
        "stringData": {"password": SECRET},
    }
    running.review(secret, name="login", operation="UPDATE", oldObject=secret)
    running.review(secret, name="login", operation="DELETE", object=None, oldObject=secret)
    logged = [line for line in running.server.log.read_text("utf-8").splitlines() if "Decision Log" in line]
    assert [json.loads(line)["input"]["request"]["operation"] for line in logged[-2:]] == ["UPDATE", "DELETE"]
    assert json.loads(logged[-2])["input"]["request"]["name"] == "login"
    assert SECRET not in running.server.log.read_text("utf-8")


def test_more_than_an_api_server_sends_is_refused(running: Deployed) -> None:
    connection = http.client.HTTPSConnection(HOST, running.port, timeout=30, context=running.context)
    connection.putrequest("POST", "/")
    connection.putheader("Content-Length", str(17 * 1024 * 1024))
    connection.endheaders()
    response = connection.getresponse()
    assert (response.status, b"request body too large" in response.read()) == (400, True)
    connection.close()


def test_kube_mgmt_keeps_what_rules_look_up(tmp_path: Path) -> None:
    with Files() as files:
        files.put("gatelib.tar.gz", rules(tmp_path, inventory=True))
        files.put("given.tar.gz", given())
        config = by_http(configuration("127.0.0.1:1"), files.url)
        with deployed(tmp_path / "opa", config, kustomized="kube-mgmt") as opa:
            wait_for(opa.is_ready, "the first bundles")
            message = opa.review(pod())["status"]["message"]
            assert message.startswith("GL-ERR-010: rule `GL-DAT-001` looks at other objects of the cluster")
            namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
            opa.replicate("namespaces", {"shop": namespace})
            message = opa.review(pod())["status"]["message"]
            assert message.startswith("GL-K8S-004: no NetworkPolicy of namespace `shop` selects pods")
            opa.replicate("networkpolicies", {"shop": {"everyone": NETWORK_POLICY}})
            assert opa.review(pod())["allowed"]


def nightly(folder: Path, opa: Deployed, address: str, digests: Mapping[str, str]) -> list[int]:
    """Run the containers of the nightly check in their order, and return how each ended."""
    pod = deploy.one("CronJob", "gatelib-status")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (folder / "bundles").mkdir(parents=True)
    (folder / "release.pub").write_text(pair("release").public, "utf-8")
    places = {
        "/bundles/": f"{folder}/bundles/",
        "/etc/opa/release.pub": f"{folder}/release.pub",
        "/run/tls/ca.crt": f"{opa.ca}",
        "https://opa.gatelib-system.svc": f"https://{HOST}:{opa.port}",
        "registry.example.com": address,
    }
    codes = []
    for container in [*pod["initContainers"], *pod["containers"]]:
        assert container["command"] == ["gatelib"]
        arguments = []
        for argument in container["args"]:
            for there, here in places.items():
                argument = argument.replace(there, here)
            name, at, digest = argument.partition("@")
            if at:
                assert digest == OF_NOTHING
                argument = f"{name}@{digests[name.rpartition('/')[2]]}"
            arguments.append(argument)
        extra = ["--plain-http"] if "pull" in arguments else []
        done = gatelib(*arguments, *extra, cwd=folder, env={"OPA_TOKEN": TOKENS["auditor"]})
        assert no_traceback(done), done.complaint
        codes.append(done.code)
        if done.code:
            break
    return codes


def test_the_nightly_check_finds_what_should_run_and_a_rollback(tmp_path: Path, store: Registry) -> None:
    old = signed(build.files(policy_of(tmp_path), created=CREATED - timedelta(days=1)), scope="admission")
    digests = {"given": store.push("given", given()), "gatelib": store.push("gatelib", rules(tmp_path))}
    with deployed(tmp_path / "opa", configuration(store.address)) as opa:
        wait_for(opa.is_ready, "the first bundles")
        assert nightly(tmp_path / "first", opa, store.address, digests) == [0, 0, 0]
    store.push("gatelib", old)
    with deployed(tmp_path / "later", configuration(store.address)) as opa:
        wait_for(opa.is_ready, "the older bundle")
        assert opa.review(pod())["allowed"]
        assert nightly(tmp_path / "second", opa, store.address, digests) == [0, 0, 1]

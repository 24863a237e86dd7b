"""A bundle of exceptions and evidence, beside one of rules in a real Open Policy Agent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from gatelib.bundle import build, definition, given
from gatelib.errors import ConfigError
from gatelib.policy import shipped
from tests.opa_server import Server, opa_server, write_bundle

CREATED = datetime(2026, 11, 22, tzinfo=timezone.utc)
DIGEST = "sha256:" + "ab" * 32
IMAGE = "ghcr.io/intelgraph/agent"

EXCEPTION = """\
apiVersion: gatelib.dev/v1
kind: PolicyException
metadata: {name: agent}
spec:
  rules: [GL-K8S-001]
  target: {kind: Pod, namespace: shop, name: agent}
  reason: It reads the kernel's log.
  requester: nina@shop.example
  approver: [omar@shop.example, lea@shop.example]
  created: "2026-11-01"
  expires: "2026-12-15"
"""
EVIDENCE = f"""\
apiVersion: gatelib.dev/v1
kind: ImageEvidence
metadata: {{name: agent}}
spec:
  image: {IMAGE}
  digest: {DIGEST}
  attestations:
    - predicateType: https://slsa.dev/provenance/v1
"""
RULES = """\
name: rules
gate: admission
inputs: [envelope, admission_review]
rules: [GL-IMG-001, GL-K8S-001]
parameters: {exceptions: {require_signature: false}}
"""


def pod(name: str) -> dict[str, Any]:
    container = {"name": "c", "image": f"{IMAGE}@{DIGEST}", "securityContext": {"privileged": True}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"containers": [container]},
    }


def envelope(*contents: Any, evidence: Any = None) -> dict[str, Any]:
    documents = [
        {"index": index, "file": "a.yaml", "position": index, "root": 0, "content": content}
        for index, content in enumerate(contents)
    ]
    return {
        "gatelib": 1,
        "now": "2026-11-22T00:00:00Z",
        "gate": "admission",
        "documents": documents,
        "inventory": [],
        "evidence": evidence or {},
        "verifications": [],
    }


def review(content: Any) -> dict[str, Any]:
    request = {"uid": "7", "operation": "CREATE", "kind": {"kind": "Pod"}, "object": content}
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place with a bundle of rules, exceptions and evidence."""
    path = tmp_path_factory.mktemp("given")
    (path / "rules.yaml").write_text(RULES)
    files = build.files(definition.read(path / "rules.yaml", shipped()), created=CREATED)
    write_bundle(path / "rules.tar.gz", files)
    (path / "exceptions").mkdir()
    (path / "exceptions" / "agent.yaml").write_text(EXCEPTION)
    (path / "evidence.yaml").write_text(EVIDENCE)
    return path


@pytest.fixture(scope="module")
def with_both(folder: Path) -> Iterator[Server]:
    """A server with the bundle of rules, and one of exceptions and evidence beside it."""
    files = given.files(["exceptions"], ["evidence.yaml"], base=folder, created=CREATED)
    data = write_bundle(folder / "data.tar.gz", files)
    with opa_server("--bundle", folder / "rules.tar.gz", "--bundle", data) as server:
        yield server


def decision(server: Server, asked: Any) -> dict[str, Any]:
    status, answer = server.ask("POST", "/v1/data/gatelib/main", {"input": asked})
    assert status == 200
    found: dict[str, Any] = answer["result"]
    return found


def ids(found: list[dict[str, Any]]) -> list[str]:
    return sorted(finding["rule"] for finding in found)


def test_an_exception_of_the_bundle_beside_waives_what_it_names(with_both: Server) -> None:
    found = decision(with_both, envelope(pod("agent"), pod("other")))
    waived = [(finding["rule"], finding["resource"]["name"]) for finding in found["waived"]]
    assert waived == [("GL-K8S-001", "agent")]
    denied = [(f["rule"], f["resource"]["name"]) for f in found["deny"] if f["rule"] == "GL-K8S-001"]
    assert denied == [("GL-K8S-001", "other")]
    assert (found["errors"], found["waivers_used"]) == ([], [0])


def test_evidence_of_the_bundle_beside_speaks_for_an_admission_review(with_both: Server) -> None:
    assert ids(decision(with_both, review(pod("other")))["deny"]) == ["GL-K8S-001"]


def test_an_envelope_brings_its_own_evidence_and_takes_none_of_the_bundles(with_both: Server) -> None:
    assert ids(decision(with_both, envelope(pod("other")))["deny"]) == ["GL-IMG-001", "GL-K8S-001"]
    record = {"format": "gatelib.dev/v1", "facts": [_evidence()]}
    own = envelope(pod("other"), evidence={"evidence.yaml": record})
    assert ids(decision(with_both, own)["deny"]) == ["GL-K8S-001"]


def _evidence() -> dict[str, Any]:
    return {
        "apiVersion": "gatelib.dev/v1",
        "kind": "ImageEvidence",
        "metadata": {"name": "agent"},
        "spec": {
            "image": IMAGE,
            "digest": DIGEST,
            "attestations": [{"predicateType": "https://slsa.dev/provenance/v1"}],
        },
    }


def test_both_together_let_a_review_pass(with_both: Server) -> None:
    status, answer = with_both.ask(
        "POST", "/v1/data/gatelib/admission/review", {"input": review(pod("agent"))}
    )
    assert (status, answer["result"]["response"]["allowed"]) == (200, True)
    status, answer = with_both.ask(
        "POST", "/v1/data/gatelib/admission/review", {"input": review(pod("other"))}
    )
    assert (status, answer["result"]["response"]["allowed"]) == (200, False)


def test_without_the_bundle_beside_nothing_is_waived_or_attested(folder: Path) -> None:
    with opa_server("--bundle", folder / "rules.tar.gz") as server:
        assert ids(decision(server, review(pod("agent")))["deny"]) == ["GL-IMG-001", "GL-K8S-001"]


def test_one_bundle_may_bring_exceptions_and_another_evidence(folder: Path) -> None:
    exceptions = given.files(["exceptions"], [], base=folder, created=CREATED)
    evidence = given.files([], ["evidence.yaml"], base=folder, created=CREATED)
    paths = [
        write_bundle(folder / "exceptions.tar.gz", exceptions),
        write_bundle(folder / "evidence.tar.gz", evidence),
    ]
    arguments = [argument for path in (folder / "rules.tar.gz", *paths) for argument in ("--bundle", path)]
    with opa_server(*arguments) as server:
        found = decision(server, review(pod("agent")))
    assert (ids(found["deny"]), ids(found["waived"]), found["errors"]) == ([], ["GL-K8S-001"], [])


# What goes in


def test_records_go_in_as_they_are_and_evidence_by_file(folder: Path) -> None:
    files = given.files(["exceptions"], ["evidence.yaml"], base=folder, created=CREATED)
    data = json.loads(files["gatelib/data.json"])
    assert [record["metadata"]["name"] for record in data["exceptions"]] == ["agent"]
    assert data["evidence"] == {"evidence.yaml": {"format": "gatelib.dev/v1", "facts": [_evidence()]}}


@pytest.mark.parametrize(
    ("exceptions", "evidence", "message"),
    [
        (["gone"], [], "cannot be read: No such file or directory"),
        (["evidence.yaml"], [], "`gatelib.dev/ImageEvidence` is no PolicyException of gatelib.dev/v1"),
        ([], ["exceptions"], "`gatelib.dev/PolicyException` is no ImageEvidence of gatelib.dev/v1"),
        (["empty"], [], "there is no PolicyException in what was named"),
        ([], ["empty"], "there is no ImageEvidence in what was named"),
        (["bad.yaml"], [], "`spec.rules` must be a list or null"),
    ],
)
def test_what_is_no_such_record_stops_the_build(
    folder: Path, exceptions: list[str], evidence: list[str], message: str
) -> None:
    (folder / "empty").mkdir(exist_ok=True)
    (folder / "bad.yaml").write_text(EXCEPTION.replace("[GL-K8S-001]", "GL-K8S-001"))
    with pytest.raises(ConfigError) as caught:
        given.files(exceptions, evidence, base=folder, created=CREATED)
    assert caught.value.message == message


def test_an_empty_bundle_takes_back_what_was_given_where_that_is_meant(folder: Path) -> None:
    (folder / "empty").mkdir(exist_ok=True)
    files = given.files(["empty"], ["empty"], base=folder, created=CREATED, allow_empty=True)
    assert json.loads(files["gatelib/data.json"]) == {"exceptions": [], "evidence": {}, "verifications": []}

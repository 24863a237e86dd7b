"""What the author of a change could try with manifests, where an OPA server decides.

The attacks are those on the engines that run here; a bundle of the same rules gives the answers. What lies in
a bundle is attacked in `test_attacks_in_bundles.py`, and the connection in `test_attacks_on_server.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gatelib import Gate, Report
from gatelib.bundle import archive, build, definition
from gatelib.policy import shipped
from gatelib.settings import parse_now
from tests.acceptance.command import NOW, PRIVILEGED, pod, stream, write
from tests.acceptance.test_attacks import HIDERS, LISTS, POSES
from tests.opa_server import CREATED, Server, opa_server

DEFINITION = """\
name: one
gate: pr
inputs: [envelope, combined, object]
rules: [GL-K8S-001]
"""


class Place(NamedTuple):
    """A server and the bundle that it runs."""

    server: Server
    bundle: Path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = write(tmp_path_factory.mktemp("inputs"), {"one.yaml": DEFINITION})
    moment = parse_now(CREATED)
    assert moment is not None
    bundle = folder / "one.tar.gz"
    bundle.write_bytes(
        archive.write(build.files(definition.read(folder / "one.yaml", shipped()), created=moment))
    )
    with opa_server("--bundle", bundle) as server:
        yield Place(server, bundle)


def judged(place: Place, folder: Path, *documents: Any) -> Report:
    tree = write(folder / "repository", {"k8s/pod.yaml": stream(*documents)})
    gate = Gate.load(
        engine="opa-server",
        opa=place.server.connection,
        bundle=place.bundle,
        base=tree,
        now=NOW,
        isolated=False,
    )
    return gate.check(["k8s"])


def decided(place: Place, given: Any) -> dict[str, Any]:
    """What the server says to whoever asks it without gatelib."""
    status, answer = place.server.ask("POST", "/v1/data/gatelib/main", {"input": given})
    assert status == 200
    decision: dict[str, Any] = answer["result"]
    return decision


@pytest.mark.parametrize("number", range(3))
def test_a_pod_that_poses_as_an_envelope_is_judged_as_a_pod(
    place: Place, tmp_path: Path, number: int
) -> None:
    report = judged(place, tmp_path, POSES[number])
    assert [finding.rule for finding in report.failing] == [PRIVILEGED]


@pytest.mark.parametrize("number", range(len(POSES)))
def test_what_poses_as_an_envelope_is_denied(place: Place, number: int) -> None:
    decision = decided(place, POSES[number])
    assert "GL-ERR-002" in {error["code"] for error in decision["errors"]}
    assert not decision["verdict"]["allow"]


@pytest.mark.parametrize("name", LISTS)
def test_a_privileged_pod_in_a_list_is_found(place: Place, tmp_path: Path, name: str) -> None:
    report = judged(place, tmp_path, pod("other"), LISTS[name])
    assert [finding.rule for finding in report.failing] == [PRIVILEGED]


@pytest.mark.parametrize("name", [*LISTS, *HIDERS])
def test_a_list_is_no_hiding_place(place: Place, name: str) -> None:
    content = {**LISTS, **HIDERS}[name]
    combined = [{"path": "a.yaml", "contents": pod("b")}, {"path": "b.yaml", "contents": content}]
    decision = decided(place, combined)
    assert {finding["rule"] for finding in decision["deny"]} & {PRIVILEGED, "GL-ERR-002", "GL-ERR-007"}
    assert not decision["verdict"]["allow"]


@pytest.mark.parametrize("name", HIDERS)
def test_what_is_neither_a_list_nor_an_object_is_an_error(place: Place, tmp_path: Path, name: str) -> None:
    report = judged(place, tmp_path, pod("other"), HIDERS[name])
    assert ({error.code for error in report.errors}, report.exit_code) == ({"GL-ERR-007"}, 3)


@pytest.mark.parametrize(
    ("envelope", "code"),
    [
        ({"gate": "publish"}, "GL-ERR-004"),
        ({"rules": ["GL-K8S-002"]}, "GL-ERR-004"),
        ({"rules": []}, "GL-ERR-004"),
        ({"documents": []}, "GL-ERR-001"),
    ],
)
def test_an_envelope_gets_nothing_but_the_bundles_gate(
    place: Place, envelope: dict[str, Any], code: str
) -> None:
    given = {"gatelib": 1, "now": NOW, "documents": [{"index": 0, "content": pod()}], **envelope}
    decision = decided(place, given)
    assert code in {error["code"] for error in decision["errors"]}
    assert not decision["verdict"]["allow"]


def test_a_shape_that_the_bundle_does_not_take_is_denied(place: Place) -> None:
    review = {"kind": "AdmissionReview", "request": {"object": pod()}}
    assert "GL-ERR-002" in {error["code"] for error in decided(place, review)["errors"]}

"""A verdict is the same wherever it is given: here, by the binary, and by an OPA that serves the bundle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gatelib import Decider
from gatelib.bundle import definition
from gatelib.policy import shipped
from tests.budget import budget
from tests.engines import need_engine
from tests.opa_server import Server, bundle_of, opa_server, write_bundle
from tests.paths import ROOT
from tests.requests_for_verdicts import generated, request

NOW = "2026-11-22T00:00:00Z"


class Place(NamedTuple):
    """One bundle, asked here and elsewhere."""

    bundle: Path
    here: Decider
    server: Server

    def elsewhere(self, asked: Any) -> dict[str, Any]:
        status, answer = self.server.ask("POST", "/v1/data/gatelib/verdict", {"input": asked})
        assert status == 200, answer
        verdict: dict[str, Any] = answer["result"]
        return verdict


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    policy = definition.read(ROOT / "bundles" / "verdict.yaml", shipped())
    bundle = write_bundle(tmp_path_factory.mktemp("bundle") / "verdict.tar.gz", bundle_of(policy))
    with opa_server("--bundle", bundle) as server, Decider.load(bundle=bundle, now=NOW) as here:
        yield Place(bundle, here, server)


def but_for_now(verdict: dict[str, Any]) -> dict[str, Any]:
    assert isinstance(verdict["now"], str)
    return {key: value for key, value in verdict.items() if key != "now"}


def test_a_request_that_nothing_speaks_against_is_allowed_everywhere(place: Place) -> None:
    allowed = {
        "allow": True,
        "decider": "gatelib",
        "rule_id": None,
        "reason": "no finding denies",
        "findings": [],
        "bundle": place.here.evaluate(**request())["bundle"],
    }
    assert place.here.evaluate(**request()) == {**allowed, "now": NOW}
    assert but_for_now(place.elsewhere(request())) == allowed


def test_generated_requests_get_the_same_verdict_here_and_from_a_server(place: Place) -> None:
    seen: dict[bool, int] = {True: 0, False: 0}
    for number, asked in enumerate(generated(budget(100, 1000), seed=5)):
        theirs = place.elsewhere(asked)
        if asked.keys() == {"action", "subject", "context", "artefact"}:
            ours = place.here.evaluate(**asked)
            assert but_for_now(ours) == but_for_now(theirs), (number, asked)
            seen[ours["allow"]] += 1
        else:
            assert theirs["allow"] is False
    assert min(seen.values()) >= 5, "the requests are all alike"


def test_the_binary_gives_the_same_verdict_too(place: Place) -> None:
    with Decider.load(bundle=place.bundle, now=NOW, engine=need_engine("opa")) as binary:
        for asked in generated(6, seed=11):
            if asked.keys() == {"action", "subject", "context", "artefact"}:
                assert binary.evaluate(**asked) == place.here.evaluate(**asked)


@pytest.mark.parametrize(
    "given",
    [
        None, 7, "deploy", [], {}, {"kind": "Pod"},
        {"gatelib": 1, "documents": [], "request": request()},
        {"gatelib": 1, "now": NOW, "documents": [], "request": request(), "verifications": []},
        {**request(), "verifications": []},
        {"kind": "AdmissionReview", "request": {"object": {"kind": "Pod"}}},
        [{"path": "a.yaml", "contents": {"kind": "Pod"}}],
    ],
)  # fmt: skip
def test_a_server_denies_whatever_is_no_plain_request(place: Place, given: Any) -> None:
    verdict = place.elsewhere(given)
    assert verdict["allow"] is False
    assert verdict["rule_id"] == "GL-ERR-002"
    assert verdict.keys() == {"allow", "decider", "rule_id", "reason", "findings", "bundle", "now"}

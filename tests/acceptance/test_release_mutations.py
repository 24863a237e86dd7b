"""One changed fact, one rule that denies it: on every engine, and in the go/no-go memo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from gatelib import engines
from gatelib.export import conftest, folder
from gatelib.memo import Memo, compose
from gatelib.policy import Policy, shipped
from gatelib.run import Run
from gatelib.settings import parse_now
from tests.budget import budget
from tests.engines import need
from tests.mutations import MUTATIONS, Mutation
from tests.opa_server import Server, bundle_of, opa_server, write_bundle
from tests.parity import columns
from tests.release import NOW, SOURCE, Release, denials

GATE = "pre-promote"
IN_PROCESSES_OF_THEIR_OWN = MUTATIONS[:: budget(3, 1)]
"""What `opa` and `conftest` are asked about, which take seconds to start; the server is asked about all."""

WARNS_ALWAYS = {"GL-REL-003", "GL-REL-009"}
"""What the example warns of as it is: a vulnerability of low severity, and resources without a price."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    need("opa")
    policy = at_gate(shipped())
    bundle = write_bundle(tmp_path_factory.mktemp("bundle") / "bundle.tar.gz", bundle_of(policy))
    with opa_server("--bundle", bundle) as running:
        yield running


def at_gate(policy: Policy) -> Policy:
    """Return the policy as a bundle for the gate has it."""
    bundle = {**policy.data["bundle"], "gate": GATE, "inputs": ["envelope"]}
    return replace(policy, data={**policy.data, "bundle": bundle})


def asked(release: Release) -> tuple[bytes, Policy]:
    """Return the envelope of a run, and the policy with its parameters and exceptions."""
    gate = release.gate()
    run = Run(gate.settings, gate.policy, gate.limits, release.judged())
    envelope, problems = run.envelope(None)
    assert problems == ()
    _, _, plan = run._prepare(None)
    return orjson.dumps(envelope), plan.policy


def test_the_example_as_it_is_passes() -> None:
    release = Release.__new__(Release)
    release.folder, release.pack = SOURCE, SOURCE / "release-2.14.0"
    found = memo(release)
    assert denials(found.report) == []
    assert {finding.rule for finding in found.report.findings} == WARNS_ALWAYS
    assert (found.report.outcome, found.decision, found.exit_code) == ("pass", "GO", 0)


def test_every_rule_of_the_gate_has_its_mutation() -> None:
    rules = [rule for rule, entry in shipped().catalog.items() if GATE in entry["gates"]]
    assert sorted(mutation.rule for mutation in MUTATIONS) == rules


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[mutation.rule for mutation in MUTATIONS])
def test_one_changed_fact_is_denied_by_its_rule_on_every_engine(
    mutation: Mutation, server: Server, tmp_path: Path
) -> None:
    need("conftest")
    release = mutated(mutation, tmp_path / "release")
    found = memo(release)
    denied, waiting = (
        denials(found.report),
        {gate.id for gate in found.gates if gate.standing == "not proved"},
    )
    if mutation.warns:
        warned = {finding.rule for finding in found.report.findings if finding.action == "warn"}
        assert (denied, warned - WARNS_ALWAYS) == ([], {mutation.rule})
        assert (found.decision, waiting) == ("GO", set())
    else:
        assert denied == [mutation.rule]
        named = {gate.id for gate in found.gates if mutation.rule in {proof.rule for proof in gate.proofs}}
        assert (found.decision, waiting) == ("NO-GO", named)
        assert named or any(mutation.rule in objection for objection in found.objections)
    envelope, policy = asked(release)
    expected = answer("embedded", policy, envelope)
    assert by_server(server, policy, envelope) == expected
    if mutation in IN_PROCESSES_OF_THEIR_OWN:
        assert answer("opa", policy, envelope) == expected
        assert by_conftest(policy, envelope, tmp_path) == expected


def mutated(mutation: Mutation, place: Path) -> Release:
    """Return a copy of the example with the fact changed, sealed and signed again."""
    release = Release(place)
    if not mutation.sealed:
        release.seal()
    mutation.change(release)
    return release.seal() if mutation.sealed else release


def memo(release: Release) -> Memo:
    judged, *manifests = release.judged()
    clock = parse_now(NOW)
    assert clock is not None
    return compose(release.gate(gate=GATE), judged, manifests, clock=clock)


def answer(engine: str, policy: Policy, envelope: bytes) -> columns.Answer:
    judge = engines.engine(engine)(policy.modules, policy.engine_data(policy.catalog), timeout=60.0)
    return columns.of_decision(judge.decide(envelope).value)


def by_server(server: Server, policy: Policy, envelope: bytes) -> columns.Answer:
    columns.put_data(server, {**policy.data, "evidence": {}, "verifications": []})
    _, said = server.ask("GET", "/v1/data/gatelib/bundle")
    data: dict[str, Any] = {"gatelib": {**policy.data, "bundle": said["result"]}}
    judge = engines.engine(engines.SERVER)((), data, timeout=60.0, connection=server.connection)
    return columns.of_decision(judge.decide(envelope).value)


def by_conftest(policy: Policy, envelope: bytes, place: Path) -> columns.Answer:
    gate = place / "gate"
    folder.write(conftest.files(at_gate(policy)), gate)
    (place / "0.json").write_bytes(envelope)
    found = columns._conftest(gate, ["--combine=false", "../0.json"])
    return found if isinstance(found, columns.Failed) else found["../0.json"]

"""A rule on trial changes no verdict on any engine, whatever it finds and however it goes wrong."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatelib import Gate, Report
from gatelib.export import conftest, folder, gatekeeper
from gatelib.policy import Policy
from gatelib.settings import Settings
from gatelib.stages import place
from tests import trials
from tests.acceptance.command import NOW, privileged, stream, write
from tests.acceptance.test_conftest import Ran, run
from tests.budget import budget
from tests.engines import need_engine
from tests.gator import violations
from tests.opa_server import bundle_of, opa_server, write_bundle
from tests.paths import ROOT
from tests.trials import BODIES, FAILING, RULE, STAGINGS, Staging

Document = Mapping[str, Any]

LAW = settings(deadline=None, suppress_health_check=list(HealthCheck))
MALFORMED = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "odd", "labels": {"a": 1}}}
"""What no rule in force is about, so that only a rule on trial makes gatelib look at it."""


@cache
def documents() -> tuple[Document, ...]:
    """The documents of real fixtures, one that is malformed among them."""
    found = [MALFORMED]
    for path in sorted((ROOT / "fixtures" / "kubernetes").glob("*/*/*.yaml"))[::3]:
        found += [one for one in yaml.safe_load_all(path.read_text()) if isinstance(one, dict)]
    return tuple(json.loads(json.dumps(one, default=str)) for one in found)


judged = st.lists(st.integers(0, 10_000), min_size=1, max_size=4).map(
    lambda drawn: [documents()[number % len(documents())] for number in drawn]
)
kinds = st.sampled_from(['"*"', "workloads", "ConfigMap, Service"])
scopes = st.sampled_from(["document", "set"])


@st.composite
def stagings(draw: st.DrawFn, given: Sequence[Document]) -> Staging:
    """A way of being on trial for all of the documents."""
    spaces = {name for one in given for name in [namespace(one)] if name}
    most = min((place(RULE, name) for name in spaces), default=99)
    shares = [Staging(action={"action": "canary", "share": draw(st.integers(1, most))})] if most else []
    return draw(st.sampled_from([*STAGINGS, *shares]))


def namespace(document: Document) -> str:
    metadata = document.get("metadata")
    key = "name" if document.get("kind") == "Namespace" else "namespace"
    value = metadata.get(key) if isinstance(metadata, dict) else None
    return value if isinstance(value, str) else ""


def check(policy: Policy, given: Sequence[Document], **options: Any) -> Report:
    with tempfile.TemporaryDirectory(prefix="gatelib-trials-") as base:
        write(Path(base), {"k8s/all.yaml": stream(*given)})
        asked = Settings(**{"base": Path(base), "now": NOW, "isolated": False, **options})
        return Gate(asked, policy).check(["k8s"])


def verdict(report: Report) -> Mapping[str, Any]:
    """All that decides over the run, and nothing that only tells."""
    return {
        "outcome": report.outcome,
        "exit_code": report.exit_code,
        "failing": report.failing,
        "errors": report.errors,
        "others": [finding for finding in report.findings if finding.rule != RULE],
    }


def assert_on_trial(report: Report, *, silent: bool = False) -> None:
    """Assert that the report shows the rule, and that it is on trial."""
    [result] = [result for result in report.rules if result.id == RULE]
    found = [finding for finding in report.findings if finding.rule == RULE]
    assert result.trial is not None
    assert {finding.action for finding in found} <= {"canary"}
    assert result.findings == len(found)
    assert result.status == ("canary" if found else result.status)
    assert result.status in ("canary", "pass", "not_applicable")
    assert found or silent or not result.judged


@pytest.mark.parametrize(("engine", "examples"), [("embedded", budget(12, 400)), ("opa", budget(3, 60))])
def test_a_rule_on_trial_changes_no_verdict(engine: str, examples: int) -> None:
    need_engine(engine)

    @settings(LAW, max_examples=examples)
    @given(judged, st.sampled_from([*BODIES, *FAILING]), kinds, scopes, st.data())
    def holds(given: list[Document], body: str, about: str, scope: str, data: st.DataObject) -> None:
        staging = data.draw(stagings(given))
        tried = trials.policy({**BODIES, **FAILING}[body], staging, kinds=about, scope=scope)
        report = check(tried, given, engine=engine)
        assert verdict(report) == verdict(check(trials.without(), given, engine=engine))
        assert_on_trial(report, silent=body == "finds nothing")

    holds()


SAID = {
    "denies": {"no"},
    "warns": {"no"},
    "cannot judge": {"cannot judge this: odd"},
    "cannot judge anything": {"cannot judge this: odd"},
    "breaks the contract": {"exported a finding that is not of the agreed form"},
    "breaks it with a text": {"exported a finding that is not of the agreed form"},
    "has no subjects": {"no", "is in the catalogue and its policy is not loaded"},
    "finds nothing": set(),
    "a built-in fails": {"could not be judged"},
    "values conflict": {"could not be judged"},
}
MANY = ("cannot judge", "a built-in fails")


@pytest.mark.parametrize(("body", "files"), [*((body, 1) for body in SAID), *((body, 300) for body in MANY)])
def test_a_rule_on_trial_is_reported_whatever_goes_wrong(body: str, files: int, tmp_path: Path) -> None:
    write(tmp_path, {f"k8s/{number}.yaml": stream(privileged()) for number in range(files)})
    tried = trials.policy({**BODIES, **FAILING}[body], STAGINGS[0])
    report = Gate(Settings(base=tmp_path, now=NOW, jobs=2, isolated=files > 1), tried).check(["k8s"])
    assert (report.outcome, report.errors) == ("fail", ())
    assert len([one for one in report.failing if one.rule == "GL-K8S-001"]) == files
    found = {one.message for one in report.findings if one.rule == RULE}
    if body in FAILING:
        found = {message[: len("could not be judged")] for message in found}
    assert found == SAID[body]


@pytest.mark.parametrize("engine", ["embedded", "opa"])
def test_a_rule_on_trial_that_takes_for_ever_ends_no_run(engine: str, tmp_path: Path) -> None:
    write(tmp_path, {"k8s/all.yaml": stream(privileged())})
    tried = trials.policy(trials.ENDLESS, STAGINGS[0])
    asked = Settings(base=tmp_path, now=NOW, timeout=3.0, jobs=1, engine=need_engine(engine))
    report = Gate(asked, tried).check(["k8s"])
    assert (report.outcome, report.errors) == ("fail", ())
    assert sorted(one.rule for one in report.failing) == ["GL-K8S-001", "GL-K8S-006", "GL-K8S-006"]
    [found] = [one for one in report.findings if one.rule == RULE]
    assert (found.action, "could not be judged in `k8s/all.yaml`" in found.message) == ("canary", True)


# The engines of others


def test_a_rule_on_trial_changes_no_verdict_of_conftest(tmp_path: Path) -> None:
    @settings(LAW, max_examples=budget(3, 40))
    @given(judged, st.sampled_from(list(BODIES)), st.data())
    def holds(given: list[Document], body: str, data: st.DataObject) -> None:
        tried, alone = (
            conftested(policy, given)
            for policy in (
                trials.policy(BODIES[body], data.draw(stagings(given))),
                trials.without(),
            )
        )
        assert (tried.code, tried.denied) == (alone.code, alone.denied)
        more = [entry for entry in tried.warned if entry not in alone.warned]
        assert all(entry.endswith("(on trial)") and entry.startswith(RULE) for entry in more)
        assert more or body == "finds nothing"

    holds()


def conftested(policy: Policy, given: Sequence[Document]) -> Ran:
    with tempfile.TemporaryDirectory(prefix="gatelib-trials-") as base:
        write(Path(base), {"all.yaml": stream(*given)})
        folder.write(conftest.files(policy), Path(base) / "gate")
        return run(Path(base) / "gate", "../all.yaml")


def test_a_rule_on_trial_changes_no_verdict_of_gatekeeper() -> None:
    @settings(LAW, max_examples=budget(3, 40))
    @given(judged, st.sampled_from([*BODIES, "a built-in fails"]), kinds, st.data())
    def holds(given: list[Document], body: str, about: str, data: st.DataObject) -> None:
        given = [one for one in given if "name" in one.get("metadata", {}) and "apiVersion" in one]
        for number, one in enumerate(given):
            given[number] = {**one, "metadata": {**one["metadata"], "name": f"n{number}"}}
        text = {**BODIES, **FAILING}[body]
        staging = data.draw(stagings(given))
        tried = trials.policy(text, staging, kinds=about, gate="admission", inputs=["gatekeeper_review"])
        alone = trials.without(gate="admission", inputs=["gatekeeper_review"])
        found = said_by_gator(tried, given)
        assert [one for one in found if one[0] != "dryrun"] == said_by_gator(alone, given)
        assert all(one[1] == RULE for one in found if one[0] == "dryrun")

    holds()


def said_by_gator(policy: Policy, given: Sequence[Document]) -> list[tuple[str, str, str, str]]:
    return sorted(
        (
            one["enforcementAction"],
            one["metadata"]["details"]["rule"],
            one["violatingObject"]["metadata"]["name"],
            one["msg"],
        )
        for one in violations(gatekeeper.files(policy), *given)
        if "gatekeeper.sh/" not in one["violatingObject"]["apiVersion"]
    )


def test_a_rule_on_trial_changes_no_verdict_of_an_opa_server(tmp_path: Path) -> None:
    given = [documents()[number] for number in range(1, 40, 9)]
    for body in ("cannot judge", *FAILING):
        policy = trials.policy({**BODIES, **FAILING}[body], STAGINGS[3])
        bundle = write_bundle(tmp_path / "bundle.tar.gz", bundle_of(policy))
        with opa_server("--bundle", bundle) as server:
            base = Gate.load(
                base=tmp_path, now=NOW, engine="opa-server", opa=server.connection, bundle=bundle
            )
            write(tmp_path, {"k8s/all.yaml": stream(*given)})
            report = base.check(["k8s"])
        assert verdict(report) == verdict(check(trials.without(), given))
        assert_on_trial(report)


# The moment, and the share

BERLIN = "#   effective_on: 2026-10-25T03:00:00\n#   time_zone: Europe/Berlin\n"
"""The hour after the one that the clocks show twice: 2:00 UTC."""
MOMENTS = {
    "metadata": Staging(metadata=BERLIN),
    "day": Staging(metadata="#   effective_on: 2026-03-30\n#   time_zone: Europe/Berlin\n"),
    "bundle": Staging(action={"action": "canary", "until": "2026-10-25T03:00:00+01:00"}),
}
SECOND = {"metadata": "2026-10-25T02:00:00Z", "day": "2026-03-29T22:00:00Z", "bundle": "2026-10-25T02:00:00Z"}


@pytest.mark.parametrize("name", MOMENTS)
def test_a_rule_denies_from_its_second_on(name: str, tmp_path: Path) -> None:
    policy = trials.policy(BODIES["denies"], MOMENTS[name])
    at = datetime.fromisoformat(SECOND[name].replace("Z", "+00:00"))
    given = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "shop"}}]
    bundle = write_bundle(tmp_path / "bundle.tar.gz", bundle_of(policy))
    folder.write(conftest.files(policy), tmp_path / "gate")
    write(tmp_path, {"k8s/all.yaml": stream(*given)})
    with opa_server("--bundle", bundle) as server:
        for before, action in ((1, "canary"), (0, "deny")):
            now = f"{at - timedelta(seconds=before):%Y-%m-%dT%H:%M:%SZ}"
            for options in (
                {"engine": "embedded"},
                {"engine": "opa"},
                {"engine": "embedded", "bundle": bundle},
                {"engine": "opa-server", "bundle": bundle, "opa": server.connection},
            ):
                gate = Gate.load(base=tmp_path, now=now, isolated=False, **options)
                gate = gate if "bundle" in options else replace(gate, policy=policy)
                report = gate.check(["k8s"])
                assert [(one.rule, one.action) for one in report.findings] == [(RULE, action)]
                assert [one.trial is not None for one in report.rules if one.id == RULE] == [bool(before)]
            envelope, _ = replace(gate, policy=policy).envelope(["k8s"])
            (tmp_path / "envelope.json").write_bytes(orjson.dumps(envelope))
            ran = run(tmp_path / "gate", "--combine=false", "../envelope.json")
            assert (ran.code, len(ran.denied), len(ran.warned)) == (1 - before, 1 - before, before)


def test_a_rule_denies_from_its_second_on_in_a_cluster() -> None:
    given = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "shop"}}
    at = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=20)
    staging = Staging(action={"action": "canary", "until": f"{at:%Y-%m-%dT%H:%M:%SZ}"})
    policy = trials.policy(
        BODIES["denies"], staging, kinds="ConfigMap", gate="admission", inputs=["gatekeeper_review"]
    )
    assert [one[:2] for one in said_by_gator(policy, [given])] == [("dryrun", RULE)]
    assert datetime.now(timezone.utc) < at
    time.sleep(max(0.0, (at - datetime.now(timezone.utc)).total_seconds()))
    assert [one[:2] for one in said_by_gator(policy, [given])] == [("deny", RULE)]


SPACES = [f"team-{number}" for number in range(30)]


@pytest.mark.parametrize("share", [10, 60])
def test_a_rule_is_in_force_in_the_same_namespaces_everywhere(share: int) -> None:
    given: list[Document] = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"in-{name}", "namespace": name}}
        for name in SPACES
    ]
    given += [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in SPACES]
    role = "rbac.authorization.k8s.io/v1"
    given.append({"apiVersion": role, "kind": "ClusterRole", "metadata": {"name": "team-1"}})
    staging = Staging(action={"action": "canary", "share": share})
    policy = trials.policy(BODIES["denies"], staging)
    reached = {name for name in SPACES if place(RULE, name) < share}
    assert 0 < len(reached) < len(SPACES)
    wanted = {
        (one["kind"], one["metadata"]["name"], "deny" if namespace(one) in reached else "canary")
        for one in given
    }
    for engine in ("embedded", "opa"):
        report = check(policy, given, engine=need_engine(engine))
        found = {
            (one.resource.kind, one.resource.name, one.action) for one in report.findings if one.resource
        }
        assert found == wanted
    reviewed = trials.policy(BODIES["denies"], staging, gate="admission", inputs=["gatekeeper_review"])
    some = given[::7]
    enforced = {"deny": "deny", "canary": "dryrun"}
    assert {(one[0], one[2]) for one in said_by_gator(reviewed, some)} == {
        (enforced[action], name)
        for kind, name, action in wanted
        if any((one["kind"], one["metadata"]["name"]) == (kind, name) for one in some)
    }

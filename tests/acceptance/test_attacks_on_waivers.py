"""Who tries to have waived what nobody may waive: nothing is, and a rule says why, on every engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Final

import pytest

from gatelib import Gate, Report
from gatelib.bundle import build, definition, given, loading
from gatelib.cli.trust import trust_in
from gatelib.errors import ConfigError
from gatelib.exceptions.record import digest
from gatelib.export import conftest, folder
from gatelib.policy import shipped
from tests.acceptance.command import NOW, gatelib, stream
from tests.acceptance.test_conftest import run as run_conftest
from tests.budget import budget
from tests.engines import need_engine
from tests.opa_server import Server, opa_server, write_bundle
from tests.waivers import (
    AUDIENCE,
    Record,
    altered,
    envelope,
    identity,
    record,
    write_gate,
    write_record,
)

ENGINES: Final = ("embedded", "opa", "opa-server", "conftest")
RULES: Final = ("GL-K8S-001", "GL-K8S-006", *(f"GL-EXC-00{number}" for number in (1, 2, 3, 4, 5, 7, 8)))
SOME: Final = budget(4, 1)
"""Each so many attacks are tried where every one of them starts processes."""
DENIED: Final = {("GL-K8S-001", "deny"), ("GL-K8S-006", "deny")}
POD: Final = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "api", "namespace": "shop"},
    "spec": {
        "containers": [{"name": "api", "image": "api:1", "securityContext": {"privileged": True}}],
    },
}
CRITICAL: Final = {"rules": ["GL-K8S-001"]}
MOST: Final = 2
MOMENT: Final = datetime(2026, 11, 22, tzinfo=timezone.utc)
Found = set[tuple[str, str]]


@dataclass
class Shop:
    """A judged tree, and beside it what its owners protect."""

    base: Path
    revoked: list[dict[str, str]] = field(default_factory=list)

    @property
    def tree(self) -> Path:
        return self.base / "repository" / "k8s"

    @property
    def exceptions(self) -> Path:
        return self.base / "protected" / "exceptions"

    def give(self, *names: str, **spec: Any) -> Record:
        """Give an exception that some people have signed."""
        said = record(**spec)
        write_record(self.exceptions, said, *names)
        return said

    def change(self, name: str, old: bytes, new: bytes) -> None:
        path = self.exceptions / name
        assert path.read_bytes().count(old) == 1
        path.write_bytes(path.read_bytes().replace(old, new))


def in_the_judged_folder(shop: Shop) -> None:
    write_record(shop.tree, record(), "nina", "omar")
    (shop.tree / "for-now.dsse.json").rename(shop.base / "for-now.dsse.json")


def one_byte_of_a_signature_changed(shop: Shop) -> None:
    shop.give("nina", "omar")
    path = shop.exceptions / "for-now.dsse.json"
    value = json.loads(path.read_bytes())
    signature = value["signatures"][1]["sig"]
    value["signatures"][1]["sig"] = ("A" if signature[0] != "A" else "B") + signature[1:]
    path.write_text(json.dumps(value))


def one_byte_changed_in_an_envelope_alone(shop: Shop) -> None:
    said = record()
    shop.exceptions.mkdir(parents=True)
    changed = altered(envelope(said, "nina", "omar"), b"2026-12-15", b"2026-12-16")
    (shop.exceptions / "for-now.dsse.json").write_bytes(changed)


def one_byte_changed_in_a_record(shop: Shop) -> None:
    shop.give("nina", "omar")
    shop.change("for-now.yaml", b"2026-12-15", b"2026-12-16")


def one_byte_changed_in_both(shop: Shop) -> None:
    shop.give("nina", "omar", expires="2026-12-16")
    changed = altered(envelope(record(), "nina", "omar"), b"2026-12-15", b"2026-12-16")
    (shop.exceptions / "for-now.dsse.json").write_bytes(changed)


def signed_as_something_else(shop: Shop) -> None:
    shop.give("nina", "omar")
    shop.change("for-now.dsse.json", b"application/vnd.gatelib.policy-exception.v1+json", b"application/json")


def revoked_by_digest(shop: Shop) -> None:
    said = shop.give("nina", "omar")
    shop.revoked.append({"sha256": digest(said), "reason": "repaired", "revoked": "2026-11-20"})


def revoked_by_name(shop: Shop) -> None:
    shop.give("nina", "omar")
    shop.revoked.append({"name": "for-now", "reason": "repaired", "revoked": "2026-11-20"})


def too_many_of_one_name(shop: Shop) -> None:
    shop.give("nina", "omar")
    for name in ("second", "third"):
        (shop.tree / f"{name}.yaml").write_text(stream(POD))


def giving(*names: str, **spec: Any) -> Callable[[Shop], object]:
    return lambda shop: shop.give(*names, **spec)


def target(**fields: str) -> dict[str, dict[str, str]]:
    return {"target": {"kind": "Pod", "namespace": "shop", "name": "api", **fields}}


UNUSED: Final = ("GL-EXC-004", "warn")
UNSIGNED: Final = ("GL-EXC-007", "deny")
BROAD: Final = ("GL-EXC-008", "deny")
BOTH: Final = [identity("lea"), identity("zoe")]

ATTACKS: Mapping[str, tuple[Callable[[Shop], object], Found]] = {
    "in the judged folder": (in_the_judged_folder, {("GL-EXC-007", "warn")}),
    "for another namespace": (giving("nina", "omar", **target(namespace="bank")), {UNUSED}),
    "for another object": (giving("nina", "omar", **target(name="web")), {UNUSED}),
    "for another repository": (giving("nina", "omar", audience="github.com/shop/other"), {UNSIGNED, UNUSED}),
    "for every repository": (giving("nina", "omar", audience=...), {UNSIGNED, UNUSED}),
    "expired by a second": (giving("nina", "omar", expires=NOW), {("GL-EXC-002", "deny"), UNUSED}),
    "expires far away": (giving("nina", "omar", expires="2027-11-22"), {("GL-EXC-002", "deny"), UNUSED}),
    "not created yet": (giving("nina", "omar", created="2026-11-23"), {("GL-EXC-002", "deny"), UNUSED}),
    "approved by its requester": (
        giving("lea", requester=identity("lea"), approver=identity("lea")),
        {("GL-EXC-001", "deny"), UNSIGNED, UNUSED},
    ),
    "approved by its requester in capitals": (
        giving("lea", requester=identity("lea"), approver=identity("LEA")),
        {("GL-EXC-001", "deny"), UNSIGNED, UNUSED},
    ),
    "signed by nobody": (giving(), {UNSIGNED, UNUSED}),
    "signed by a stranger": (giving("nina", "eve"), {UNSIGNED, UNUSED}),
    "signed by a stranger beside those who may": (giving("nina", "omar", "eve"), {UNSIGNED, UNUSED}),
    "signed by an approver whom it does not name": (giving("nina", "lea"), {UNSIGNED, UNUSED}),
    "signed by another requester": (giving("tom", "omar"), {UNSIGNED, UNUSED}),
    "signed by the requester alone": (giving("nina"), {UNSIGNED, UNUSED}),
    "signed by the approver alone": (giving("omar"), {UNSIGNED, UNUSED}),
    "approved by somebody who may only ask": (
        giving("nina", "tom", approver=identity("tom")),
        {UNSIGNED, UNUSED},
    ),
    "a rule that the approver may not waive": (
        giving("nina", "ivo", approver=identity("ivo")),
        {UNSIGNED, UNUSED},
    ),
    "a namespace where the approver may not": (
        giving("nina", "uma", approver=identity("uma")),
        {UNSIGNED, UNUSED},
    ),
    "a severity that the approver may not waive": (
        giving("nina", "omar", "lea", approver=[identity("omar"), identity("lea")], **CRITICAL),
        {UNSIGNED, UNUSED},
    ),
    "one approver where two are needed": (
        giving("nina", "lea", approver=identity("lea"), **CRITICAL),
        {UNSIGNED, UNUSED},
    ),
    "two names and one signature where two are needed": (
        giving("nina", "lea", approver=BOTH, **CRITICAL),
        {UNSIGNED, UNUSED},
    ),
    "one approver who signs twice": (
        giving("nina", "lea", "lea", approver=BOTH, **CRITICAL),
        {UNSIGNED, UNUSED},
    ),
    "revoked by its digest": (revoked_by_digest, {UNSIGNED, UNUSED}),
    "revoked by its name": (revoked_by_name, {UNSIGNED, UNUSED}),
    "one byte changed in the record": (one_byte_changed_in_a_record, {UNSIGNED, UNUSED}),
    "one byte changed in record and envelope": (one_byte_changed_in_both, {UNSIGNED, UNUSED}),
    "one byte changed in an envelope alone": (one_byte_changed_in_an_envelope_alone, {UNSIGNED, UNUSED}),
    "one byte changed in a signature": (one_byte_of_a_signature_changed, {UNSIGNED, UNUSED}),
    "signed as something else": (signed_as_something_else, {UNSIGNED, UNUSED}),
    "a wildcard for the name": (giving("nina", "omar", **target(name="*")), {BROAD, UNUSED}),
    "a wildcard for the namespace": (giving("nina", "omar", **target(namespace="s*")), {BROAD, UNUSED}),
    "a wildcard for the kind": (giving("nina", "omar", **target(kind="*")), {BROAD, UNUSED}),
    "an empty name": (giving("nina", "omar", **target(name="")), {BROAD, UNUSED}),
    "a wildcard for the rules": (giving("nina", "omar", rules=["GL-K8S-*"]), {BROAD}),
    "more objects than it may hide": (too_many_of_one_name, {BROAD}),
    "a rule that does not exist": (
        giving("nina", "omar", rules=["GL-K8S-006", "GL-K8S-999"]),
        {("GL-EXC-003", "deny"), UNUSED},
    ),
    "no target": (giving("nina", "omar", target=...), {("GL-EXC-003", "deny"), UNUSED}),
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """What the tests have in common: a bundle of rules, and a server that runs it."""

    bundle: Path
    server: Server


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    base = tmp_path_factory.mktemp("waivers")
    said = {"name": "rules", "gate": "pr", "rules": list(RULES), "inputs": ["envelope", "combined"]}
    parameters = {"exceptions": {"audience": [AUDIENCE], "max_subjects": MOST}}
    (base / "rules.yaml").write_text(json.dumps({**said, "parameters": parameters}))
    policy = definition.read(base / "rules.yaml", shipped())
    bundle = write_bundle(base / "rules.tar.gz", build.files(policy, created=MOMENT))
    with opa_server("--bundle", bundle) as server:
        yield Place(bundle, server)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path)
    made.tree.mkdir(parents=True)
    (made.tree / "pod.yaml").write_text(stream(POD))
    return made


def asked(shop: Shop, place: Place, engine: str) -> tuple[Found, set[str]]:
    """Return the rules of what stands with their actions, and of what is waived."""
    config = write_gate(shop.base / "protected", max_subjects=MOST, revoked=shop.revoked)
    if engine == "conftest":
        return by_conftest(shop, place, config)
    if engine == "opa-server":
        status, _ = place.server.ask("PUT", "/v1/data/gatelib/exceptions", verified(shop, config))
        assert status == 204
        given_to = {"bundle": place.bundle, "opa": place.server.connection}
        return outcome(judged(shop, engine=engine, **given_to))
    exceptions = [shop.exceptions] if shop.exceptions.exists() else []
    own = {"config": config, "exceptions": exceptions, "rules": RULES}
    return outcome(judged(shop, engine=need_engine(engine), **own))


def outcome(report: Report) -> tuple[Found, set[str]]:
    assert report.errors == ()
    standing: Found = {(found.rule, found.action) for found in report.findings if found.waived_by is None}
    return standing, {found.rule for found in report.findings if found.waived_by is not None}


def judged(shop: Shop, **settings: Any) -> Report:
    return Gate.load(base=shop.base / "repository", now=NOW, isolated=False, **settings).check(["k8s"])


def verified(shop: Shop, config: Path) -> list[Record]:
    """Return what a bundle of the exceptions brings."""
    if not shop.exceptions.exists():
        return []
    return given.read([str(shop.exceptions)], [], base=shop.base, trust=trust_in(str(config))).exceptions


def by_conftest(shop: Shop, place: Place, config: Path) -> tuple[Found, set[str]]:
    policy = loading.policy(loading.read(place.bundle, loading.Trust(), now=MOMENT))
    policy = replace(policy, data={**policy.data, "exceptions": verified(shop, config)})
    folder.write(conftest.files(policy), shop.base / "gate")
    rules = [option for rule in RULES for option in ("--rule", rule)]
    envelope = gatelib("normalize", "k8s", "--now", NOW, *rules, cwd=shop.base / "repository")
    (shop.base / "envelope.json").write_bytes(envelope.out)
    ran = run_conftest(shop.base / "gate", "--combine=false", "../envelope.json")
    waived = [text for text in ran.warned if "(waived by" in text]
    standing = {(text.split()[0], "deny") for text in ran.denied}
    standing |= {(text.split()[0], "warn") for text in ran.warned if text not in waived}
    return standing, {text.split()[0] for text in waived}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_signed_exception_waives_what_it_names(shop: Shop, place: Place, engine: str) -> None:
    shop.give("nina", "omar")
    assert asked(shop, place, engine) == ({("GL-K8S-001", "deny")}, {"GL-K8S-006"})


def test_a_server_takes_verified_exceptions_from_a_bundle_of_their_own(shop: Shop, place: Place) -> None:
    shop.give("nina", "omar")
    config = write_gate(shop.base / "protected")
    names = ("--exceptions", shop.exceptions, "--config", config)
    made = gatelib("bundle", "build", *names, "-o", "records.tar.gz", cwd=shop.base)
    assert (made.code, made.complaint) == (0, "")
    with opa_server("--bundle", place.bundle, "--bundle", shop.base / "records.tar.gz") as server:
        report = judged(shop, engine="opa-server", bundle=place.bundle, opa=server.connection)
    assert outcome(report) == ({("GL-K8S-001", "deny")}, {"GL-K8S-006"})
    [waiver] = report.exceptions
    assert waiver.signed_by == (identity("nina"), identity("omar"))


@pytest.mark.parametrize("engine", ENGINES)
def test_an_envelope_alone_brings_its_record(shop: Shop, place: Place, engine: str) -> None:
    shop.give("nina", "omar")
    (shop.exceptions / "for-now.yaml").unlink()
    assert asked(shop, place, engine) == ({("GL-K8S-001", "deny")}, {"GL-K8S-006"})


@pytest.mark.parametrize("engine", ENGINES)
def test_two_approvers_waive_a_critical_finding(shop: Shop, place: Place, engine: str) -> None:
    shop.give("nina", "lea", "zoe", approver=BOTH, **CRITICAL)
    assert asked(shop, place, engine) == ({("GL-K8S-006", "deny")}, {"GL-K8S-001"})


@pytest.mark.parametrize(
    ("engine", "attack"),
    [
        (engine, attack)
        for engine, every in (("embedded", 1), ("opa-server", 1), ("opa", SOME), ("conftest", SOME))
        for attack in list(ATTACKS)[::every]
    ],
)
def test_an_attack_waives_nothing_and_is_reported(shop: Shop, place: Place, engine: str, attack: str) -> None:
    prepare, reported = ATTACKS[attack]
    prepare(shop)
    assert asked(shop, place, engine) == (DENIED | reported, set())


def test_what_a_file_says_was_verified_is_an_error_and_counts_for_nothing(shop: Shop) -> None:
    said = shop.give()
    approver = {"identity": identity("omar"), "rules": ["*"], "severities": ["high"], "namespaces": ["*"]}
    verified = {"requester": identity("nina"), "approvers": [approver], "revoked": None, "problems": []}
    (shop.exceptions / "for-now.yaml").write_text(json.dumps({**said, "verified": verified}))
    config = write_gate(shop.base / "protected")
    report = judged(shop, config=config, exceptions=[shop.exceptions], rules=RULES)
    assert [(problem.code, problem.file) for problem in report.errors] == [
        ("GL-ERR-109", "exceptions/for-now.yaml")
    ]
    assert {(found.rule, found.action) for found in report.findings} == DENIED | {UNSIGNED, UNUSED}
    assert [found for found in report.findings if found.waived_by is not None] == []
    with pytest.raises(ConfigError):
        given.read([str(shop.exceptions)], [], base=shop.base, trust=trust_in(str(config)))


@pytest.mark.parametrize("what", ["keys", "revocations"])
def test_keys_and_revocations_of_the_judged_tree_are_refused(shop: Shop, what: str) -> None:
    shop.give("nina", "omar")
    config = write_gate(shop.base / "protected")
    place = {"keys": "keys/omar.pem", "revocations": "revoked.yaml"}[what]
    mine = shop.tree / "mine"
    mine.write_bytes((shop.base / "protected" / place).read_bytes())
    config.write_text(config.read_text().replace(place, str(mine)))
    with pytest.raises(ConfigError, match=f"the {what} in `k8s/mine` lie in the judged tree"):
        judged(shop, config=config, exceptions=[shop.exceptions])


@pytest.mark.parametrize(
    "content", [None, "", "revocations: 7\n", "revoked: []\n", "revocations: [{name: a}]\n"]
)
def test_a_list_of_revocations_that_cannot_be_read_is_an_error(shop: Shop, content: str | None) -> None:
    shop.give("nina", "omar")
    config = write_gate(shop.base / "protected")
    path = shop.base / "protected" / "revoked.yaml"
    path.unlink()
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError):
        judged(shop, config=config, exceptions=[shop.exceptions])

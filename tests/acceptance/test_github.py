"""The workflows of ``deploy/github``, run as they are written, on a repository with a release in it."""

from __future__ import annotations

import base64
import json
import re
import tarfile
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives import serialization

from tests.acceptance.command import gatelib, privileged
from tests.attestations import ATTESTER, Attested, bundle
from tests.github import Job, Repository, Runner
from tests.registry import registry
from tests.release import PACK, key, public

TAG = "v2.14.0"
WRITER = "ledger-writer"
TAKE = "Take the tag's commit, which must have been merged"
PUBLISHED = [
    "attestation.dsse.json",
    "attestation.html",
    "attestation.json",
    "attestation.md",
    "attestation.sigstore.json",
    "release-2.14.0.tar.gz",
    "vsa.dsse.json",
]


class Place:
    """A repository whose release lies in a registry, and a runner for it."""

    def __init__(self, folder: Path, address: str) -> None:
        """Commit policy and manifests, tag them, and push the pack that was made of that commit."""
        self.folder, self.address = folder, address
        self.repository = Repository(folder)
        self.release = Attested(folder / "release").seal()
        self.policy(self.release.config())
        manifests = self.repository.copy / "k8s" / "payments.yaml"
        manifests.parent.mkdir()
        manifests.write_bytes((self.release.folder / "payments" / "payments.yaml").read_bytes())
        commit = self.repository.commit("Release 2.14.0")
        self.repository.tag(TAG)
        self.push(commit)

    def policy(self, config: Any) -> None:
        """Write the protected side: the configuration, its keys, and what is installed."""
        policy = self.repository.copy / "policy"
        (policy / "keys").mkdir(parents=True, exist_ok=True)
        for path in (self.release.folder / "keys").glob("*.pub"):
            (policy / "keys" / path.name).write_bytes(path.read_bytes())
        (policy / "keys" / f"{WRITER}.pub").write_bytes(public(WRITER))
        config["trust"]["ledger"] = [{"writer": WRITER, "keys": [f"keys/{WRITER}.pub"]}]
        (policy / "gatelib.yaml").write_text(yaml.safe_dump(config))
        (policy / "requirements.txt").write_text("gatelib\n")

    def push(self, commit: str) -> None:
        """Make the pack one of a commit and of today, and push it and the bundle."""
        of_commit(self.release, commit)
        self.release.moved(datetime.now(timezone.utc))
        done = gatelib("evidence", "push", self.release.pack, self._at("2.14.0"), *PLAIN, cwd=self.folder)
        assert done.code == 0, done.complaint
        (self.folder / "bundle.tar.gz").write_bytes(bundle())
        done = gatelib("bundle", "push", "bundle.tar.gz", self._at("bundle"), *PLAIN, cwd=self.folder)
        assert done.code == 0, done.complaint
        self.bundle = done.text.split()[-1]

    def runner(self, folder: Path) -> Runner:
        secrets = {"ATTESTATION_KEY": private(ATTESTER), "LEDGER_KEY": private(WRITER)}
        env = {"BUNDLE": self.bundle, "EVIDENCE": f"{self.address}/evidence/payments"}
        return Runner(folder, self.repository.origin, secrets, env)

    def _at(self, tag: str) -> str:
        return f"{self.address}/evidence/payments:{tag}"


PLAIN = ("--plain-http",)


def private(name: str) -> str:
    own: Any = key(name).key
    pem: bytes = own.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode()


def of_commit(release: Attested, commit: str) -> None:
    """Have everything in the pack speak of another commit."""
    old = yaml.safe_load(release.record.read_text())["spec"]["commit"]

    def restated(match: re.Match[str]) -> str:
        payload = base64.b64decode(match[1]).replace(old.encode(), commit.encode())
        return f'"payload": "{base64.b64encode(payload).decode()}"'

    for path in release.pack.rglob("*"):
        if path.is_file():
            text = path.read_text("utf-8").replace(old, commit)
            path.write_text(re.sub(r'"payload":\s*"([^"]+)"', restated, text), "utf-8")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("github")
    with registry(folder / "registry") as address:
        yield Place(folder, address)


@pytest.fixture(scope="module")
def attested(place: Place, tmp_path_factory: pytest.TempPathFactory) -> tuple[Runner, dict[str, Job]]:
    """Return the runner and the jobs of a release that holds; the ledger's first push is refused."""
    hook = place.repository.origin / "hooks" / "update"
    hook.write_text('#!/bin/sh\n[ "$1" != refs/heads/ledger ] || [ -e late ] || { touch late; exit 1; }\n')
    hook.chmod(0o755)
    runner = place.runner(tmp_path_factory.mktemp("runner"))
    return runner, asked(runner)


def asked(runner: Runner, tag: str = TAG, ref: str = "main", **options: Any) -> dict[str, Job]:
    return runner.run("attestation.yml", event="workflow_dispatch", ref=ref, inputs={"tag": tag}, **options)


def states(jobs: dict[str, Job]) -> dict[str, bool]:
    return {name: job.ok for name, job in jobs.items()}


def test_a_tag_asks_for_a_run_of_the_default_branch_and_does_no_more(place: Place, tmp_path: Path) -> None:
    runner = place.runner(tmp_path / "runner")
    jobs = runner.run("attestation.yml", event="push", ref=TAG)
    assert states(jobs) == {"ask": True}
    assert runner.called == [
        ["workflow", "run", "attestation.yml", "--ref", "main", "--raw-field", f"tag={TAG}"]
    ]


def test_a_run_of_another_branch_does_nothing(place: Place, tmp_path: Path) -> None:
    assert asked(place.runner(tmp_path / "runner"), ref="attack") == {}


def test_a_release_that_holds_is_attested_attached_and_recorded(attested: Any, place: Place) -> None:
    runner, jobs = attested
    names = ("gate", "attest", "publish", "record", "portal")
    assert states(jobs) == dict.fromkeys(names, True), "\n".join(job.log for job in jobs.values())
    assert list(runner.assets(TAG)) == PUBLISHED
    assert [call[:2] for call in runner.called] == [
        ["release", "create"],
        ["release", "upload"],
        ["workflow", "run"],
    ]
    assert runner.called[-1] == ["workflow", "run", "portal.yml", "--ref", "main"]


def test_what_is_attached_verifies_by_the_public_key(attested: Any, place: Place, tmp_path: Path) -> None:
    runner, _ = attested
    done = gatelib(
        *("attest", "verify", runner.assets(TAG)["release-2.14.0.tar.gz"]),
        *("--config", place.repository.copy / "policy" / "gatelib.yaml"),
        *("--bundle", place.folder / "bundle.tar.gz"),
        cwd=tmp_path,
    )
    assert done.code == 0, done.text + done.complaint
    statement = json.loads(runner.assets(TAG)["attestation.json"].read_bytes())
    commit = place.repository.git("rev-parse", f"{TAG}^{{commit}}")
    assert (statement["overall"], statement["release"]["commit"]) == (True, commit)


def test_the_ledger_has_the_release_once_though_its_first_push_came_too_late(
    attested: Any, place: Place, tmp_path: Path
) -> None:
    _, jobs = attested
    assert "attempt 1 came too late" in jobs["record"].log
    ledger = place.repository.export("ledger", tmp_path / "ledger")
    config = place.repository.copy / "policy" / "gatelib.yaml"
    done = gatelib("ledger", "verify", ledger / "audit", "--config", config, "--format", "json", cwd=tmp_path)
    assert done.code == 0, done.text + done.complaint
    entries = [
        json.loads(line)
        for path in sorted((ledger / "audit").rglob("*.jsonl"))
        for line in path.read_text().splitlines()
    ]
    names = [sorted(entry["evidence"]) for entry in entries if entry["type"] == "attestation"]
    assert names == [[f"{PACK}/MANIFEST.sha256", f"{PACK}/controls/attestation.dsse.json"]]


def test_what_is_attached_stays_and_nothing_is_recorded_when_jobs_run_again(attested: Any) -> None:
    runner, jobs = attested
    before = {name: path.read_bytes() for name, path in runner.assets(TAG).items()}
    again = asked(runner, done={name: jobs[name] for name in ("gate", "attest")})
    assert states(again) == {"gate": True, "attest": True, "publish": False}
    assert {name: path.read_bytes() for name, path in runner.assets(TAG).items()} == before


def test_the_portal_is_built_from_what_is_attached(attested: Any) -> None:
    runner, _ = attested
    (runner.store / "v1.0.0").mkdir(exist_ok=True)  # a release from before there were attestations
    jobs = runner.run("portal.yml", event="schedule", ref="main")
    assert states(jobs) == {"build": True, "deploy": True}, jobs["build"].log
    site = runner.artifacts["github-pages"]
    assert b"2.14.0" in site["site/index.html"]
    assert runner.run("portal.yml", event="workflow_dispatch", ref="attack") == {}


def refused(place: Place, folder: Path, tag: str, step: str) -> str:
    """Have a step of the gate end a run, with nothing done; return what that step said."""
    runner = place.runner(folder / "runner")
    jobs = asked(runner, tag)
    assert (states(jobs), runner.called) == ({"gate": False}, [])
    last, _, said = jobs["gate"].log.rpartition("## ")[2].partition("\n")
    assert last == step, jobs["gate"].log
    return said


@pytest.mark.parametrize("tag", ["v2.14.0;touch x", "$(touch x)", "main", "v2.14", "v2.14.0\n", "--help", ""])
def test_a_name_that_is_no_releases_is_refused(place: Place, tmp_path: Path, tag: str) -> None:
    refused(place, tmp_path, tag, TAKE)
    assert list(tmp_path.rglob("x")) == []


def test_a_tag_on_what_was_never_merged_is_refused(place: Place, tmp_path: Path) -> None:
    repository = place.repository
    repository.git("switch", "--quiet", "--detach", "main")
    repository.commit("Attack", branch="attack")
    repository.tag("v2.14.1")
    repository.git("switch", "--quiet", "main")
    assert refused(place, tmp_path, "v2.14.1", TAKE) == ""


def test_a_pack_of_another_commit_is_refused(place: Place, tmp_path: Path) -> None:
    repository = place.repository
    commit = repository.git("rev-parse", f"{TAG}^{{commit}}")
    repository.commit("Work on")
    repository.tag(TAG)
    try:
        assert refused(place, tmp_path, TAG, "Compare the Release with the tag") == "false\n"
    finally:
        repository.git("switch", "--quiet", "--detach", commit)
        repository.tag(TAG)
        repository.git("switch", "--quiet", "main")


def test_what_a_rule_denies_is_not_attested_and_no_configuration_of_the_tag_counts(
    tmp_path: Path,
) -> None:
    with registry(tmp_path / "registry") as address:
        place = Place(tmp_path, address)
        repository = place.repository
        good = (repository.copy / "policy" / "gatelib.yaml").read_text()
        lax = yaml.safe_load(good) | {"skip": ["GL-K8S-001", "GL-K8S-006"]}
        (repository.copy / "policy" / "gatelib.yaml").write_text(yaml.safe_dump(lax))
        (repository.copy / "gatelib.yaml").write_text(yaml.safe_dump(lax))
        (repository.copy / "k8s" / "more.json").write_text(json.dumps(privileged(namespace="payments")))
        commit = repository.commit("Attack, with a lax configuration of its own")
        repository.tag(TAG)
        (repository.copy / "policy" / "gatelib.yaml").write_text(good)
        repository.commit("Put the configuration back")
        place.push(commit)
        assert "deny critical GL-K8S-001: " in refused(place, tmp_path, TAG, "Judge")


def test_the_archive_that_is_attached_has_the_whole_pack(attested: Any, place: Place) -> None:
    runner, _ = attested
    with tarfile.open(runner.assets(TAG)["release-2.14.0.tar.gz"]) as archive:
        names = {name for name in archive.getnames() if "." in name.rpartition("/")[2]}
    sealed = {
        line.partition("  ")[2] for line in place.release.path("MANIFEST.sha256").read_text().splitlines()
    }
    assert {f"{PACK}/{name}" for name in sealed} <= names

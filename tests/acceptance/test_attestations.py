"""A release that is attested holds; with one thing changed, verification says which."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest
import yaml
from cryptography.hazmat.primitives import serialization

from gatelib.attestation import making, statements
from gatelib.keys import SigningKey
from tests.attestation_changes import CASES, Case, from_signed_report, waived
from tests.attestations import ATTESTER, BUNDLE, CLOCK, RUNNER, Attested
from tests.release import PACK, key


@pytest.fixture(scope="module")
def attested(tmp_path_factory: pytest.TempPathFactory) -> Attested:
    release = Attested(tmp_path_factory.mktemp("attested")).seal()
    release.attest()
    return release


def test_the_example_holds(attested: Attested) -> None:
    found = attested.verify()
    assert (found.faults, found.attester, found.unchecked) == ((), ATTESTER, ())
    assert found.attestation is not None
    statuses = {control["id"]: control["status"] for control in found.attestation["controls"]}
    assert statuses.pop("TEN-01") == "not applicable"
    assert set(statuses.values()) == {"pass"}


@pytest.mark.parametrize("case", CASES, ids=[case.what for case in CASES])
def test_one_change_and_verification_says_which(case: Case, attested: Attested, tmp_path: Path) -> None:
    release = attested.copied(tmp_path)
    found = release.faults(**case.change(release) or {})
    assert any(check == case.check and case.says in message for check, message in found), found


def test_an_attestation_from_a_signed_report_holds(attested: Attested, tmp_path: Path) -> None:
    release = attested.copied(tmp_path)
    from_signed_report(release)
    assert release.faults() == []


def test_a_waiver_in_force_is_named_and_holds(attested: Attested, tmp_path: Path) -> None:
    release = attested.copied(tmp_path)
    waived(release)
    found = release.verify()
    assert found.faults == ()
    assert found.attestation is not None
    waivers = {control["id"]: control["waivers"] for control in found.attestation["controls"]}
    assert {control for control, names in waivers.items() if names} == {"REL-01"}
    assert [waiver["name"] for waiver in found.attestation["waivers"]] == ["for-now"]


def test_manifests_of_something_else_are_no_proof(attested: Attested) -> None:
    gate = attested.gate(gate="pre-promote", bundle=BUNDLE)
    found = making.make(gate, f"{PACK}/release.yaml", [], clock=CLOCK).attestation
    image = yaml.safe_load(attested.record.read_text("utf-8"))["spec"]["images"][0]
    assert found.objections == (f"no manifest runs the release's image `{image}`",)
    statuses = {control.id: control.status for control in found.controls}
    assert statuses["RUN-01"] == "not evaluated"


@pytest.mark.parametrize("name", ["attestation.dsse.json", "vsa.dsse.json"])
def test_what_is_signed_is_about_the_images_and_the_pack(name: str, attested: Attested) -> None:
    kinds = {"attestation.dsse.json": statements.CONTROLS, "vsa.dsse.json": statements.SUMMARY}
    content = attested.path(f"controls/{name}").read_bytes()
    statement, _ = statements.opened(content, kinds[name], attested.trust().attestation[0].keys)
    spec = yaml.safe_load(attested.record.read_text("utf-8"))["spec"]
    repository, _, digest = spec["images"][0].partition("@sha256:")
    assert statement["subject"] == [
        {"name": repository, "digest": {"sha256": digest}},
        {"name": "MANIFEST.sha256", "digest": {"sha256": spec["evidencePack"]["sha256"]}},
    ]


class TestTheCommands:
    """`render`, `sign` and `verify`, as a pipeline runs them."""

    @pytest.fixture
    def release(self, attested: Attested, tmp_path: Path) -> Attested:
        release = attested.copied(tmp_path)
        for path in release.path("controls").glob("*.json"):
            path.unlink()
        (tmp_path / "attester.pem").write_bytes(private(key(ATTESTER)))
        return release.moved(datetime.now(timezone.utc))

    def test_a_release_is_rendered_signed_and_verified(self, release: Attested) -> None:
        judged = [f"{PACK}/release.yaml", "payments", "--evidence", PACK, "--config", "gatelib.yaml"]
        rendered = run(release, "render", *judged, "--bundle", BUNDLE, "--format", "markdown")
        assert (rendered.returncode, rendered.stderr) == (0, "")
        assert not release.path("controls/attestation.dsse.json").exists()
        signed = run(release, "sign", *judged, "--bundle", BUNDLE, "--key", "attester.pem")
        assert (signed.returncode, signed.stderr) == (0, "")
        verified = run(release, "verify", PACK, "--config", "gatelib.yaml", "--bundle", BUNDLE)
        assert (verified.returncode, verified.stdout, verified.stderr) == (
            0,
            "payments 2.14.0, attested by release-attester: every control holds\n",
            "",
        )

    def test_an_attestation_is_made_from_a_report_that_a_runner_signed(self, release: Attested) -> None:
        (release.folder / "runner.pem").write_bytes(private(key(RUNNER)))
        record, about = (
            f"{PACK}/release.yaml",
            ["--evidence", PACK, "--config", "gatelib.yaml", "--bundle", BUNDLE],
        )
        judged = [record, "payments", "--gate", "pre-promote", *about, "--format", "json=report.json"]
        assert run(release, *judged, group="check").returncode == 0
        signing = ["report.json", "--release", record, "--key", "runner.pem", "-o", "gate.dsse.json"]
        assert run(release, "report", *signing).returncode == 0
        made = run(release, "render", record, *about, "--report", "gate.dsse.json", "--key", "attester.pem")
        assert (made.returncode, made.stderr) == (0, "")
        verified = run(release, "verify", PACK, "--config", "gatelib.yaml", "--bundle", BUNDLE)
        assert (verified.returncode, verified.stderr) == (0, "")

    def test_a_report_that_nobody_signed_is_not_taken(self, release: Attested) -> None:
        about = ["--evidence", PACK, "--config", "gatelib.yaml", "--bundle", BUNDLE]
        judged = [f"{PACK}/release.yaml", "payments", "--gate", "pre-promote", *about]
        assert run(release, *judged, "--format", "json=report.json", group="check").returncode == 0
        made = run(release, "render", f"{PACK}/release.yaml", *about, "--report", "report.json")
        assert (made.returncode, made.stderr) == (3, "gatelib: report.json: is no DSSE envelope\n")

    def test_an_approver_signs_what_the_release_declares(self, release: Attested) -> None:
        (release.folder / "lea.pem").write_bytes(private(key("lea")))
        signature = release.path("controls/not-applicable/TEN-01.dsse.json")
        before = signature.read_bytes()
        signature.unlink()
        arguments = [f"{PACK}/release.yaml", "--key", "lea.pem"]
        signed = run(release, "declare", *arguments, "--control", "TEN-01")
        assert (signed.returncode, signed.stderr) == (0, "")
        assert json.loads(signature.read_bytes())["payload"] == json.loads(before)["payload"]
        refused = run(release, "declare", *arguments, "--control", "SEC-01")
        assert refused.returncode == 2
        assert "the Release does not declare `SEC-01` not applicable" in refused.stderr

    def test_who_is_trusted_and_with_which_rules_must_be_said(self, release: Attested) -> None:
        for arguments, says in (
            ((PACK, "--no-bundle"), "nobody is trusted with attestations"),
            ((PACK, "--config", "gatelib.yaml"), "which rules ran is to be verified, or not"),
        ):
            found = run(release, "verify", *arguments)
            assert found.returncode == 2
            assert says in found.stderr

    def test_what_was_edited_is_not_signed(self, release: Attested) -> None:
        judged = [f"{PACK}/release.yaml", "payments", "--evidence", PACK, "--config", "gatelib.yaml"]
        run(release, "render", *judged, "--bundle", BUNDLE, "--skip", "GL-REL-004", "--format", "markdown")
        place = release.path("controls/attestation.json")
        place.write_bytes(place.read_bytes().replace(b'"overall": false', b'"overall": true'))
        signed = run(release, "sign", *judged, "--bundle", BUNDLE, "--key", "attester.pem")
        assert signed.returncode == 2
        assert "made again, the attestation is another one" in signed.stderr
        assert not release.path("controls/attestation.dsse.json").exists()


def run(release: Attested, *arguments: str, group: str = "attest") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gatelib", group, *arguments],
        cwd=release.folder,
        capture_output=True,
        text=True,
        check=False,
    )


def private(own: SigningKey) -> bytes:
    held = own.key
    assert not isinstance(held, bytes)
    return held.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )

"""Who controls the pack's folder, or holds one key, gets no release attested that was not proved."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from gatelib import dsse
from gatelib.attestation import making, vouched
from gatelib.attestation.making import Made
from gatelib.errors import EvidenceError, SignatureError
from gatelib.report import Report
from tests.attestation_changes import LEAK, SIGNED, from_signed_report, rewritten
from tests.attestations import BUNDLE, CLOCK, RUNNER, Attested
from tests.release import PACK, denials, key

AFTERWARDS = "2026-11-22T00:30:00Z"
RULE = "GL-REL-027"


@pytest.fixture(scope="module")
def attested(tmp_path_factory: pytest.TempPathFactory) -> Attested:
    release = Attested(tmp_path_factory.mktemp("attested")).seal()
    release.attest()
    return release


def published(release: Attested, now: str = AFTERWARDS) -> list[str]:
    return denials(release.gate(gate="publish", now=now).check([f"{PACK}/release.yaml"]))


def signed(form: dict[str, Any], release: Attested, signer: str = RUNNER) -> bytes:
    record = release.record.read_bytes()
    return vouched.signed(orjson.dumps(form), record, called="release.yaml", key=key(signer))


def judged(release: Attested) -> dict[str, Any]:
    report: Report = release.report(gate="pre-promote", bundle=BUNDLE)
    return report.to_dict()


def statuses(made: Made) -> dict[str, str]:
    return {control.id: control.status for control in made.attestation.controls}


def test_a_report_signed_with_a_key_of_another_role_is_not_taken(attested: Attested) -> None:
    form = judged(attested)
    for signer in ("build-ci", "lea", "nina", "policy-owners", "release-attester", "release-builder"):
        with pytest.raises(SignatureError, match="is signed by nobody who is trusted with it"):
            attested.make(reports={"gate.dsse.json": signed(form, attested, signer)})


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_what_one_report_denies_no_other_makes_good_in_any_order(
    names: tuple[str, str], attested: Attested, tmp_path: Path
) -> None:
    release = attested.copied(tmp_path)
    bad = judged(release)
    for rule in bad["rules"]:
        if rule["id"] == "GL-REL-004":
            rule["status"] = "fail"
    good, bad_one = signed(judged(release), release), signed(bad, release)
    made = release.attest(reports={f"{names[0]}.dsse.json": good, f"{names[1]}.dsse.json": bad_one})
    assert (statuses(made)["SEC-01"], made.attestation.overall) == ("fail", False)
    assert ("result", "`SEC-01` is `fail`: GL-REL-004 denies") in release.faults()
    assert published(release) == [RULE]


def test_a_report_of_another_pack_with_the_same_name_is_no_proof(attested: Attested, tmp_path: Path) -> None:
    other = Attested(tmp_path)
    other.edit("governance/scorecard.json", lambda found: found["metadata"].update(labels={"of": "another"}))
    other.seal()
    form = judged(other)
    with pytest.raises(SignatureError, match="about another release, or another pack"):
        attested.make(reports={"gate.dsse.json": signed(form, other)})
    try:
        found = attested.make(reports={"gate.dsse.json": signed(form, attested)}).attestation
    except (EvidenceError, SignatureError):
        return
    assert found.overall is False
    assert {control.status for control in found.controls} == {"not evaluated", "not applicable"}


def test_a_least_severity_that_lets_findings_through_makes_no_control_pass(tmp_path: Path) -> None:
    release = Attested(tmp_path)
    release.edit("scans/gitleaks.json", lambda found: found.append(LEAK))
    release.replace("gatelib.yaml", "gate: pre-promote", "gate: pre-promote\nfail_on: critical")
    release.seal()
    made = release.attest(fail_on="critical")
    assert (statuses(made)["SEC-01"], made.attestation.overall) == ("fail", False)
    assert RULE in published(release)


def test_what_is_signed_not_applicable_is_that_control_and_no_other(
    attested: Attested, tmp_path: Path
) -> None:
    release = attested.copied(tmp_path)
    signature = release.path("controls/not-applicable/TEN-01.dsse.json").read_bytes()
    release.replace("release.yaml", "control: TEN-01", "control: SEC-01")
    release.path("controls/not-applicable/SEC-01.dsse.json").write_bytes(signature)
    found = statuses(release.make())
    assert (found["SEC-01"], found["TEN-01"]) == ("not evaluated", "not evaluated")


@pytest.mark.parametrize("as_pipe", [False, True], ids=["link", "pipe"])
@pytest.mark.parametrize("name", [SIGNED, "controls/report.json", "release.yaml"])
def test_what_is_no_regular_file_is_not_read(
    name: str, as_pipe: bool, attested: Attested, tmp_path: Path
) -> None:
    release = attested.copied(tmp_path)
    place, aside = release.path(name), tmp_path / "aside.yaml"
    place.rename(aside)
    if as_pipe:
        os.mkfifo(place)
    else:
        place.symlink_to(aside)
    assert any("is missing" in message for _, message in release.faults())
    # The record that is judged is the one that was attested; only the pack is no longer as it was.
    record, expected = (
        (str(aside), ["GL-REL-001"])
        if name == "release.yaml"
        else (f"{PACK}/release.yaml", ["GL-REL-001", RULE])
    )
    found = denials(release.gate(gate="publish", now=AFTERWARDS).check([record]))
    assert found == expected


def test_an_envelope_that_is_none_is_refused(attested: Attested, tmp_path: Path) -> None:
    release = attested.copied(tmp_path)
    good = release.path(SIGNED).read_bytes()
    value = json.loads(good)
    forms: list[Any] = [
        None, [], {}, {**value, "signatures": []}, {**value, "signatures": [None]},
        {**value, "signatures": [{"sig": 1}]}, {**value, "signatures": value["signatures"] * 65},
        {**value, "payload": 7}, {**value, "payloadType": f"{dsse.IN_TOTO} "},
    ]  # fmt: skip
    for content in (b"", b"[" * 100_000, good[:-10], *map(orjson.dumps, forms)):
        release.path(SIGNED).write_bytes(content)
        assert [check for check, _ in release.faults()] == ["signature"]
    assert published(release) == [RULE]


def test_the_attester_cannot_say_other_than_the_reports(attested: Attested, tmp_path: Path) -> None:
    release = attested.copied(tmp_path)
    good = release.path(SIGNED).read_bytes()
    changes: tuple[Callable[[Any], Any], ...] = (
        lambda found: found["controls"].pop(),
        lambda found: found["controls"].reverse(),
        lambda found: found["controls"].append(found["controls"][0]),
        lambda found: found["controls"][0].update(evidence=[]),
        lambda found: found["controls"][0]["rules"].pop(),
        lambda found: found.update(controls=[]),
        lambda found: found.update(reports=[]),
        lambda found: found.update(overall=1),
        lambda found: found["reports"].append(found["reports"][0]),
        lambda found: found["reports"][0].update(file="../report.json"),
        lambda found: found["reports"][0].update(signed_by=RUNNER),
        lambda found: found["release"].update(images=found["release"]["images"] * 2),
    )
    held = []
    for number, change in enumerate(changes):
        release.path(SIGNED).write_bytes(good)
        rewritten(release, partial(_said, change))
        if release.faults() == []:
            held.append(number)
    assert held == []
    assert published(release) == [RULE]


def test_the_attestation_of_yesterday_is_none_for_today(attested: Attested) -> None:
    assert published(attested, "2026-11-23T00:00:00Z") == []
    assert published(attested, "2026-11-23T00:00:01Z") == [RULE]


def test_too_many_declarations_are_refused_and_not_read(attested: Attested, tmp_path: Path) -> None:
    release = attested.copied(tmp_path)
    for number in range(10_001):
        release.path(f"controls/not-applicable/{number}.dsse.json").touch()
    assert published(release) == [RULE]
    with pytest.raises(EvidenceError, match="holds too many files"):
        release.faults()


def test_a_configuration_that_lies_in_the_pack_says_not_who_attests(
    attested: Attested, tmp_path: Path
) -> None:
    release = attested.copied(tmp_path)
    text = (release.folder / "gatelib.yaml").read_text("utf-8").replace("keys/", "../../keys/")
    release.path("controls/gatelib.yaml").write_text(text, "utf-8")
    (release.folder / "linked.yaml").symlink_to(release.path("controls/gatelib.yaml"))
    for place in (f"{PACK}/controls/gatelib.yaml", "linked.yaml"):
        found = verified(release, PACK, "--config", place)
        assert found.returncode == 2
        assert "only a trusted configuration may set" in found.stderr


def test_what_a_release_calls_itself_moves_no_cursor(tmp_path: Path) -> None:
    release = Attested(tmp_path)
    release.replace(
        "release.yaml", "version: 2.14.0", 'version: "2.14.0\\x1b[2J\\x9b31m\\u202e\\r\\n::error::x"'
    )
    release.seal().attest()
    found = verified(release, PACK, "--config", "gatelib.yaml")
    assert (found.returncode, found.stdout.count("\n")) == (0, 1)
    assert not set(found.stdout) & set("\x1b\x9b\u202e\r")


class TestWhatIsTrueHolds:
    """However it is written."""

    def test_line_ends_of_windows_and_names_of_any_script(self, tmp_path: Path) -> None:
        release = Attested(tmp_path)
        release.record.write_bytes(release.record.read_bytes().replace(b"\n", b"\r\n"))
        release.path("sbom/päyments-日本.cdx.json").write_bytes(
            release.path("sbom/payments.cdx.json").read_bytes()
        )
        assert release.seal().attest().attestation.overall is True
        assert (release.faults(), published(release)) == ([], [])

    def test_a_hash_in_capitals(self, tmp_path: Path) -> None:
        release = Attested(tmp_path).seal()
        found = json.loads(release.make().content)["pack"]["sha256"]
        release.replace("release.yaml", found, found.upper())
        release.attest()
        assert (release.faults(), published(release)) == ([], [])

    def test_two_reports_in_any_order(self, attested: Attested, tmp_path: Path) -> None:
        release = attested.copied(tmp_path)
        content = signed(judged(release), release)
        release.attest(reports={"z.dsse.json": content, "ä.dsse.json": content})
        assert (release.faults(), published(release)) == ([], [])

    @pytest.mark.parametrize("top", ["", f"{PACK}/"], ids=["bare", "in a folder"])
    def test_a_tar(self, top: str, attested: Attested, tmp_path: Path) -> None:
        release = attested.copied(tmp_path)
        from_signed_report(release)
        with tarfile.open(tmp_path / "release.tar", "w", format=tarfile.USTAR_FORMAT) as archive:
            for path in sorted(path for path in release.pack.rglob("*") if path.is_file()):
                archive.add(path, top + path.relative_to(release.pack).as_posix())
        found = verified(release, "release.tar", "--config", "gatelib.yaml")
        assert (found.returncode, found.stderr) == (0, "")
        gate = release.gate(gate="pre-promote", bundle=BUNDLE, evidence=["release.tar"])
        made = making.make(gate, f"{PACK}/release.yaml", ["payments"], clock=CLOCK)
        assert made.attestation.overall is True


def _said(change: Callable[[Any], Any], statement: Any) -> None:
    change(statement["predicate"])


def verified(release: Attested, pack: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    call = [pack, "--bundle", BUNDLE, "--as-of", AFTERWARDS, *arguments]
    return subprocess.run(
        [sys.executable, "-m", "gatelib", "attest", "verify", *call],
        cwd=release.folder,
        capture_output=True,
        text=True,
        check=False,
    )

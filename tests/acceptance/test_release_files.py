"""Each file of the layout left out, emptied, cut short, swapped or old: the rule that judges it says so."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import pytest
import yaml

from gatelib import dsse
from gatelib.errors import UsageError
from gatelib.evidence import building
from gatelib.evidence.layout import role_of
from gatelib.policy import shipped
from gatelib.report import Report
from tests.budget import budget
from tests.engines import need
from tests.mutations import unattested_sidecar
from tests.registry import registry
from tests.release import NOW, PACK, SOURCE, Release, denials, key, public

LAYOUT: Final = shipped().data["layout"]
MADE: Final = ("index.jsonl", "MANIFEST.sha256", "release.yaml")
FILES: Final = sorted(
    path.relative_to(SOURCE / PACK).as_posix()
    for path in (SOURCE / PACK).rglob("*")
    if path.is_file() and path.name not in MADE and "controls" not in path.parts
)
TEXTS: Final = ("schema/migrate-lint.txt", "schema/shadow-read.txt")
"""Half of a text is a text."""

OTHER_COMMIT: Final = "dead" * 10
MISSED_BY: Final = {"scan": "GL-REL-031"}
"""Roles of which one file may be missing, so that another rule asks for each kind."""


def rule_of(file: str, *, missing: bool = False) -> str:
    """Return the rule that judges a file."""
    if file == "provenance/payments.sbom.json" and missing:
        return "GL-IMG-003"
    role = role_of(file, LAYOUT)
    assert role is not None, file
    rule: str = LAYOUT["roles"][role]["rule"]
    return MISSED_BY.get(role, rule) if missing else rule


def groups() -> Iterator[Sequence[str]]:
    """Yield files to spoil together: all at once, and with a large budget each alone."""
    yield FILES
    yield from [[file] for file in FILES] if budget(0, 1) else []


def said(report: Report) -> set[tuple[str, str]]:
    """Return ``(rule, file)`` of what denies, and of errors by the rule that they name."""
    found = {
        (finding.rule, finding.location.file.removeprefix(f"{PACK}/"))
        for finding in report.findings
        if finding.action == "deny" and finding.location is not None
    }
    for problem in report.errors:
        if problem.code == "GL-ERR-005" and problem.file is not None:
            found.add((problem.message.split("`")[1], problem.file.removeprefix(f"{PACK}/")))
    return found


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def cut_short(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def extended(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


SPOILED: Final = (emptied, cut_short, extended)


def test_a_file_that_is_left_out_is_missed(tmp_path: Path) -> None:
    for number, files in enumerate(groups()):
        release = Release(tmp_path / str(number))
        release.path("notes.txt").write_text("A pack is never empty.")
        for file in files:
            release.path(file).unlink()
        found = denials(release.seal().report())
        missed = {rule_of(file, missing=True) for file in files}
        if len(files) > 1:
            # Without any image evidence GL-IMG-003 speaks of the workload, and all scans are GL-REL-003's.
            assert missed <= set(found)
        else:
            assert missed == set(found), files


@pytest.mark.parametrize("spoil", [emptied, cut_short])
def test_a_file_that_its_producer_spoils_is_an_error_or_a_denial(
    spoil: Callable[[Path], None], tmp_path: Path
) -> None:
    for number, files in enumerate(groups()):
        release = Release(tmp_path / str(number))
        spoiled = [file for file in files if file not in TEXTS or spoil is emptied]
        for file in spoiled:
            spoil(release.path(file))
        found = said(release.seal(signed_images=False).report())
        assert {(rule_of(file), file) for file in spoiled} <= found


@pytest.mark.parametrize("spoil", SPOILED)
def test_whoever_seals_again_without_the_producers_key_gains_nothing(
    spoil: Callable[[Path], None], tmp_path: Path
) -> None:
    for number, files in enumerate(groups()):
        release = Release(tmp_path / str(number)).seal()
        for file in files:
            spoil(release.path(file))
        building.seal(release.pack)
        found = said(release.report())
        assert {(rule_of(file), file) for file in files} <= found


def test_the_files_of_another_release_count_for_nothing(tmp_path: Path) -> None:
    other = Release(tmp_path / "other")
    commit = re.search("commit: (.+)", other.record.read_text("utf-8"))
    assert commit is not None
    other.replace("release.yaml", commit[1], OTHER_COMMIT)
    for file in FILES:
        extended(other.path(file))
    other.seal()
    for number, files in enumerate(groups()):
        release = Release(tmp_path / str(number)).seal()
        # What both releases have, byte for byte, is signed for both.
        swapped = [file for file in files if other.path(file).read_bytes() != release.path(file).read_bytes()]
        for file in swapped:
            shutil.copy(other.path(file), release.path(file))
        index = release.path("index.jsonl")
        index.write_bytes(index.read_bytes() + other.path("index.jsonl").read_bytes())
        building.seal(release.pack)
        report = release.report()
        assert {(rule_of(file), file) for file in swapped} <= said(report)
        foreign = f"was made for commit `{OTHER_COMMIT}`, and the release is of `{commit[1]}`"
        assert {
            finding.message.removesuffix(foreign)
            for finding in report.findings
            if OTHER_COMMIT in finding.message
        } == {f"`{file}` " for file in swapped}


def test_what_is_out_of_date_counts_for_nothing(tmp_path: Path) -> None:
    for number, files in enumerate(groups()):
        release = Release(tmp_path / str(number))
        release.seal(created=dict.fromkeys(files, "2026-11-07T23:59:59Z"))
        found = said(release.report())
        assert {(rule_of(file), file) for file in files} <= found


def test_what_is_changed_without_a_new_seal_is_found(tmp_path: Path) -> None:
    for number, files in enumerate(groups()):
        release = Release(tmp_path / str(number)).seal()
        for file in files:
            extended(release.path(file))
        report = release.report()
        changed = {
            finding.message.rsplit("`", 2)[1] for finding in report.findings if finding.rule == "GL-REL-001"
        }
        assert changed == set(files)


@pytest.mark.parametrize("engine", ["embedded", "opa"])
def test_a_gate_without_its_release_or_pack_is_an_error(engine: str, tmp_path: Path) -> None:
    if engine != "embedded":
        need(engine)
    release = Release(tmp_path / "release").seal()
    second = release.folder / "payments" / "second.yaml"
    for judged, evidence, second_record, codes in (
        (["payments"], [PACK], False, ["GL-ERR-006"]),
        (release.judged(), [PACK], True, ["GL-ERR-006"]),
        (release.judged(), [], False, ["GL-ERR-006"]),
        (["payments"], [], False, ["GL-ERR-006", "GL-ERR-006"]),
    ):
        if second_record:
            shutil.copy(release.record, second)
        report = release.gate(engine=engine, evidence=evidence).check(judged)
        assert [problem.code for problem in report.errors] == codes
        assert report.exit_code == 3
        second.unlink(missing_ok=True)


def test_an_unsealed_pack_is_an_error(tmp_path: Path) -> None:
    release = Release(tmp_path / "release").seal()
    release.path("MANIFEST.sha256").unlink()
    assert "GL-ERR-006" in denials(release.report())


@pytest.mark.parametrize("second", ["sealed", "unsealed", "archive"])
def test_a_second_pack_speaks_for_no_file_of_the_first(second: str, tmp_path: Path) -> None:
    release = Release(tmp_path / "release")
    burn = release.path("rollout/slo-burn.json")
    healthy = burn.read_bytes()
    release.edit("rollout/slo-burn.json", lambda record: record["spec"].update(value=99))
    release.seal()
    other = release.folder / "other"
    if second == "sealed":
        shutil.copytree(release.pack, other)
    else:
        (other / "rollout").mkdir(parents=True)
        (other / "rollout" / "slo-burn.json").write_bytes(healthy)
        (other / "index.jsonl").touch()
    if second == "archive":
        with tarfile.open(release.folder / "other.tar", "w") as target:
            target.add(other, ".")
        other = release.folder / "other.tar"
    with pytest.raises(UsageError, match="one Evidence Pack"):
        release.gate(evidence=[PACK, other.name]).check(release.judged())


def test_a_producer_of_evidence_vouches_for_no_image(tmp_path: Path) -> None:
    release = Release(tmp_path / "release")
    unattested_sidecar(release)
    record = yaml.safe_load((release.folder / "images" / "images.yaml").read_text("utf-8"))
    record["spec"]["attestations"] = [{"predicateType": "https://slsa.dev/provenance/v1"}]
    drill = release.path("chaos-dr/run-20261112.json")
    drill.write_text(json.dumps([json.loads(drill.read_text("utf-8")), record]), "utf-8")
    assert denials(release.seal().report()) == ["GL-IMG-001"]


@pytest.mark.parametrize("form", ["tar", "tar.gz"])
def test_a_pack_in_an_archive_gives_the_same_verdict(form: str, tmp_path: Path) -> None:
    release = Release(tmp_path / "release").seal()
    archive = release.folder / f"pack.{form}"
    with tarfile.open(archive, "w:gz" if form == "tar.gz" else "w") as target:
        target.add(release.pack, PACK)
    whole, packed = (release.gate(evidence=[name]).check(release.judged()) for name in (PACK, archive.name))
    assert (packed.outcome, packed.rules) == (whole.outcome, whole.rules) == ("pass", whole.rules)
    shown = [(finding.rule, finding.message, finding.fingerprint) for finding in whole.findings]
    assert [(finding.rule, finding.message, finding.fingerprint) for finding in packed.findings] == shown


def test_a_revoked_key_signs_nothing_although_its_owner_has_another(tmp_path: Path) -> None:
    release = Release(tmp_path / "release")
    config = release.config()
    (party,) = [entry for entry in config["trust"]["evidence"] if entry["producer"] == "build-ci"]
    party["keys"].append("keys/stolen.pub")
    (release.folder / "gatelib.yaml").write_text(yaml.safe_dump(config))
    (release.folder / "keys" / "stolen.pub").write_bytes(public("stolen"))
    stolen = {
        "id": f"sha256:{dsse.fingerprint(key('stolen'))}",
        "owner": "build-ci",
        "created": "2026-01-01T00:00:00Z",
        "revoked": "2026-11-01T00:00:00Z",
        "lastUsed": "2026-10-31T00:00:00Z",
    }
    release.edit("keys/inventory.json", lambda value: value["spec"]["keys"].append(stolen))
    assert denials(release.seal().report()) == []
    report = release.seal(keys={"build-ci": "stolen"}).report()
    assert denials(report) == ["GL-REL-028"]
    assert [finding.message for finding in report.findings if finding.rule == "GL-REL-028"] == [
        f"`build-ci` has signed this pack with key `{stolen['id']}`, which was revoked"
    ]


def test_a_pack_in_a_registry_gives_the_same_verdict(tmp_path: Path) -> None:
    release = Release(tmp_path / "release").seal()
    with registry(tmp_path / "registry") as address:
        reference = f"{address}/evidence/payments:2.14.0"
        pushed = command(release.folder, "evidence", "push", PACK, reference, "--plain-http")
        assert pushed.returncode == 0, pushed.stderr
        said = [
            command(
                release.folder,
                *("check", *release.judged(), "--evidence", evidence, "--config", "gatelib.yaml"),
                *("--now", NOW, "--format", "json"),
            )
            for evidence in (PACK, f"oci://{reference}")
        ]
    whole, pulled = (json.loads(done.stdout) for done in said)
    assert [done.returncode for done in said] == [0, 0]
    assert pulled["rules"] == whole["rules"]
    assert [(each["rule"], each["message"]) for each in pulled["findings"]] == [
        (each["rule"], each["message"]) for each in whole["findings"]
    ]
    for mine, theirs in zip(whole["evidence"], pulled["evidence"], strict=True):
        assert theirs == {**mine, "file": mine["file"].replace(PACK, f"oci://{reference}")}


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "gatelib", *arguments],
        cwd=folder,
        env={**os.environ, "HOME": str(folder)},
        capture_output=True,
        check=False,
    )

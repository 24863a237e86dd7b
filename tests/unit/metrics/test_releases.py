"""Metrics of releases on disk: which have a verdict, and what their attestations say."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from gatelib.errors import UsageError
from gatelib.metrics import collect
from tests.openmetrics import only
from tests.unit.metrics.inputs import MOMENT, attestation, counted, report, said, write

RECORD = b"kind: Release\n"


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    """Return a folder with releases: attested well and badly, only judged, and neither."""
    judged = {**report(tmp_path), "gate": "pre-promote"}
    folder = tmp_path / "releases"
    good = attestation(SC_01="pass", overall=True)
    write(
        folder,
        {
            "good/release.yaml": RECORD,
            "good/controls/attestation.json": good,
            "good/controls/report.json": {**judged, "outcome": "pass", "findings": []},
            "bad/release.yaml": RECORD,
            "bad/controls/attestation.json": attestation(SC_01="fail"),
            "judged/release.yaml": RECORD,
            "judged/controls/report.json": judged,
            "none/release.yaml": RECORD,
            ".staging/release.yaml": RECORD,
            "README.md": b"# Releases\n",
        },
    )
    return folder


def verdicts(found: dict[str, float]) -> dict[str, float]:
    return only(found, "gatelib_releases", "gatelib_verdict_coverage_ratio")


def test_the_share_of_releases_with_a_verdict_is_their_coverage(releases: Path) -> None:
    found, counts = counted(releases=[releases])
    assert said(counts) == []
    assert only(
        found, "gatelib_releases", "gatelib_verdict_coverage_ratio", "gatelib_attestations", "gatelib_reports"
    ) == {
        'gatelib_releases{verdict="pass"}': 1,
        'gatelib_releases{verdict="fail"}': 2,
        'gatelib_releases{verdict="none"}': 1,
        'gatelib_verdict_coverage_ratio{of="releases"}': 0.75,
        'gatelib_attestations{overall="pass"}': 1,
        'gatelib_attestations{overall="fail"}': 1,
        'gatelib_reports{gate="pre-promote",outcome="pass"}': 1,
        'gatelib_reports{gate="pre-promote",outcome="fail"}': 1,
    }


def test_an_archive_says_the_same_as_its_folder(releases: Path, tmp_path: Path) -> None:
    expected, _ = counted(releases=[releases])
    packed = tmp_path / "packed"
    packed.mkdir()
    for place in sorted(releases.iterdir()):
        if place.is_dir():
            with tarfile.open(packed / f"{place.name}.tar.gz", "w:gz") as archive:
                for path in sorted(place.rglob("*")):
                    archive.add(path, path.relative_to(place).as_posix(), recursive=False)
    (packed / ".staging.tar.gz").unlink()
    found, counts = counted(releases=[packed])
    assert (said(counts), found) == ([], expected)


def test_what_cannot_be_read_has_no_verdict(releases: Path) -> None:
    files: dict[str, Any] = {
        "torn/release.yaml": RECORD,
        "torn/controls/attestation.json": json.dumps(attestation(SC_01="pass")).encode()[:-1],
        "stray/notes.txt": b"",
        "damaged.tar.gz": b"\x1f\x8bno archive",
    }
    write(releases, files)
    (releases / "judged" / "controls" / "report.json").unlink()
    (releases / "judged" / "controls" / "report.json").mkdir()
    found, counts = counted(releases=[releases])
    places = [line.partition(":")[0] for line in said(counts)]
    assert places == ["damaged.tar.gz", "judged", "stray", "torn"]
    assert verdicts(found) == {
        'gatelib_releases{verdict="pass"}': 1,
        'gatelib_releases{verdict="fail"}': 1,
        'gatelib_releases{verdict="none"}': 1,
        'gatelib_releases{verdict="unreadable"}': 4,
        'gatelib_verdict_coverage_ratio{of="releases"}': 2 / 7,
    }


def test_a_report_that_is_named_too_counts_once_and_keeps_its_releases_verdict(releases: Path) -> None:
    found, _ = counted(releases / "judged" / "controls" / "report.json", releases=[releases])
    assert verdicts(found) == verdicts(counted(releases=[releases])[0])
    assert only(found, "gatelib_reports") == {
        'gatelib_reports{gate="pre-promote",outcome="pass"}': 1,
        'gatelib_reports{gate="pre-promote",outcome="fail"}': 1,
    }


def test_a_folder_that_is_not_there_is_a_mistake_of_the_command(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no folder with releases"):
        collect(releases=[tmp_path / "absent"], now=MOMENT)

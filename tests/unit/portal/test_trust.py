"""What the portal says of a release, whatever somebody without a key has done to it."""

from __future__ import annotations

import json
import re
import shutil
import tarfile
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gatelib.cli.portal import portal
from tests.portals import Example, Wanted, waiver, write

_NOW = "2026-11-22T00:30:00Z"
_GREEN = re.compile(r'class="[^"]*\bgood\b')


def _build(example: Example, tmp_path: Path, *places: Path, config: bool = True, now: str = _NOW) -> Result:
    arguments = ["build", *map(str, places), "-o", str(tmp_path / "site"), "--now", now]
    if config:
        arguments += ["--config", str(example.config)]
    return CliRunner().invoke(portal, arguments, standalone_mode=False)


def _page(tmp_path: Path) -> str:
    (page,) = (tmp_path / "site" / "releases").glob("*/index.html")
    return page.read_text("utf-8")


def _said(result: Result) -> tuple[Any, str]:
    """Return the exit code and the last line."""
    assert result.exception is None, result.exception
    return result.return_value, result.stdout.strip().rpartition(": ")[2]


def _edited(place: Path, change: Callable[[Any], Any]) -> None:
    value = json.loads(place.read_text())
    change(value)
    place.write_text(json.dumps(value))


def test_a_release_that_holds_is_a_pass_and_says_who_signed(example: Example, tmp_path: Path) -> None:
    place = example.make(tmp_path / "release")
    assert _said(_build(example, tmp_path, place)) == (0, "1 pass")
    page = _page(tmp_path)
    assert "Verified, signed by <b>release-attester</b>" in page
    assert "so the signature of release-attester covers it" in page


def _byte(place: Path) -> None:
    (place / "tests/unit.xml").unlink()
    write(place / "tests/unit.xml", b"<testsuite/>")


def _swap(place: Path) -> None:
    _edited(place / "controls/report.json", lambda report: report.update(outcome="pass", gate="pr"))


def _unsign(place: Path) -> None:
    (place / "controls/attestation.dsse.json").unlink()


def _no_envelope(place: Path) -> None:
    (place / "controls/attestation.dsse.json").write_text("{}")


def _rename(place: Path) -> None:
    record = place / "release.yaml"
    record.write_text(record.read_text().replace("version: 2.14.0", "version: 2.14.1"))


def _none(place: Path) -> None:
    shutil.rmtree(place / "controls")


def _open(place: Path) -> None:
    (place / "MANIFEST.sha256").unlink()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_byte, (0, "1 not verified")),
        (_swap, (0, "1 not verified")),
        (_unsign, (0, "1 not verified")),
        (_no_envelope, (3, "1 unreadable")),
        (_rename, (0, "1 not verified")),
        (_none, (0, "1 no attestation")),
        (_open, (0, "1 not verified")),
    ],
    ids=["evidence", "report", "no signature", "no envelope", "another version", "nothing", "no seal"],
)
def test_a_release_that_somebody_changed_is_no_pass(
    example: Example, tmp_path: Path, change: Callable[[Path], None], expected: tuple[int, str]
) -> None:
    place = example.make(tmp_path / "release")
    change(place)
    assert _said(_build(example, tmp_path, place)) == expected
    page = _page(tmp_path)
    assert not _GREEN.search(page)


def test_a_key_that_nobody_trusts_verifies_nothing(example: Example, tmp_path: Path) -> None:
    place = example.make(tmp_path / "release", Wanted(signer="stranger"))
    assert _said(_build(example, tmp_path, place)) == (0, "1 not verified")
    page = _page(tmp_path)
    assert "This attestation is NOT VERIFIED" in page
    assert "the attestation is signed by nobody who is trusted with it" in page
    assert not _GREEN.search(page)


def test_the_key_of_another_role_verifies_nothing(example: Example, tmp_path: Path) -> None:
    place = example.make(tmp_path / "release", Wanted(signer="policy-gates"))
    assert _said(_build(example, tmp_path, place)) == (0, "1 not verified")


def test_without_a_configuration_nothing_is_a_pass(example: Example, tmp_path: Path) -> None:
    place = example.make(tmp_path / "release")
    assert _said(_build(example, tmp_path, place, config=False)) == (0, "1 not checked")
    page = _page(tmp_path)
    assert "Nobody checked the signature" in page
    assert not _GREEN.search(page)


def test_an_attester_who_contradicts_the_reports_is_not_believed(example: Example, tmp_path: Path) -> None:
    def lie(form: dict[str, Any]) -> None:
        form["overall"] = True
        for control in form["controls"]:
            control |= {"status": "pass", "pass": True, "details": [], "not_applicable": None}

    wanted = Wanted(denied=[("GL-REL-004", "a secret")], edit=lie)
    place = example.make(tmp_path / "release", wanted)
    assert _said(_build(example, tmp_path, place)) == (0, "1 not verified")


def test_a_release_that_fails_says_why(example: Example, tmp_path: Path) -> None:
    place = example.make(tmp_path / "release", Wanted(denied=[("GL-REL-004", "`key.pem` is a private key")]))
    assert _said(_build(example, tmp_path, place)) == (0, "1 no pass")
    assert "<code>key.pem</code> is a private key" in _page(tmp_path)


def test_an_attestation_from_the_future_is_not_verified(example: Example, tmp_path: Path) -> None:
    place = example.make(tmp_path / "release")
    found = _said(_build(example, tmp_path, place, now="2026-11-21T23:00:00Z"))
    assert found == (0, "1 not verified")


def test_a_waiver_that_expired_since_is_marked_and_the_verdict_of_then_stays(
    example: Example, tmp_path: Path
) -> None:
    place = example.make(tmp_path / "release", Wanted(waived=[waiver(expires="2026-11-30")]))
    assert _said(_build(example, tmp_path, place)) == (0, "1 pass")
    assert "Expired" not in _page(tmp_path)
    assert _said(_build(example, tmp_path, place, now="2026-12-01T00:00:00Z")) == (0, "1 pass")
    assert "Expired since" in _page(tmp_path)
    assert "1 waiver expired or revoked since" in (tmp_path / "site/index.html").read_text()


def test_two_packs_that_claim_to_be_one_release_are_no_pass(example: Example, tmp_path: Path) -> None:
    one = example.make(tmp_path / "one")
    other = example.make(tmp_path / "two")
    write(other / "MANIFEST.sha256", (one / "MANIFEST.sha256").read_bytes() + b"x")
    assert _said(_build(example, tmp_path, one, other)) == (0, "1 no pass, 1 not verified")


def test_what_cannot_be_read_is_said_and_the_rest_is_there(example: Example, tmp_path: Path) -> None:
    place = example.make(tmp_path / "release")
    (tmp_path / "empty").mkdir()
    (tmp_path / "damaged.tar").write_bytes(b"x" * 1024)
    result = _build(example, tmp_path, tmp_path / "damaged.tar", place, tmp_path / "empty")
    assert _said(result) == (3, "1 pass")
    assert f"gatelib: {tmp_path}/damaged.tar: " in result.stderr
    assert f"gatelib: {tmp_path}/empty: has no `release.yaml`" in result.stderr
    index = (tmp_path / "site/index.html").read_text()
    assert "2 releases could not be read" in index
    assert "damaged.tar" in index


def test_a_release_that_is_given_twice_is_there_once(example: Example, tmp_path: Path) -> None:
    place = example.make(tmp_path / "release")
    assert _said(_build(example, tmp_path, place, place)) == (3, "1 pass")


def test_an_archive_says_what_its_folder_says(example: Example, tmp_path: Path) -> None:
    place = example.make(tmp_path / "release-2.14.0")
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        archive.add(place, "release-2.14.0")
    assert _said(_build(example, tmp_path, place)) == (0, "1 pass")
    page = _page(tmp_path)
    assert _said(_build(example, tmp_path, tmp_path / "a.tar.gz")) == (0, "1 pass")
    assert _page(tmp_path) == page


def test_html_of_a_stranger_is_given_as_text(example: Example, tmp_path: Path) -> None:
    page = b"<!doctype html><script>alert(1)</script>"
    place = example.make(tmp_path / "release", Wanted(extra={"controls/attestation.html": page}))
    _build(example, tmp_path, place)
    (found,) = (tmp_path / "site/releases").glob("*/attestation.html*")
    assert (found.name, found.read_bytes()) == ("attestation.html.txt", page)


def test_a_site_is_the_same_from_the_same_releases(example: Example, tmp_path: Path) -> None:
    places = [example.make(tmp_path / "one"), example.make(tmp_path / "two", Wanted(version="2.15.0"))]
    sites = []
    for order in (places, places[::-1]):
        _build(example, tmp_path, *order)
        site = tmp_path / "site"
        sites.append({path: path.read_bytes() for path in site.rglob("*") if path.is_file()})
    assert sites[0] == sites[1]


def test_a_configuration_without_attesters_is_a_mistake(example: Example, tmp_path: Path) -> None:
    place = example.make(tmp_path / "release")
    config = tmp_path / "gatelib.yaml"
    config.write_text("gate: pre-promote\n")
    arguments = ["build", str(place), "-o", str(tmp_path / "site"), "--config", str(config)]
    result = CliRunner().invoke(portal, arguments, standalone_mode=False)
    assert str(result.exception) == (
        "gatelib.yaml: nobody is trusted with attestations (name them in `trust.attestation` of --config)"
    )


def test_the_index_names_each_control_with_its_files(example: Example, tmp_path: Path) -> None:
    place = example.make(tmp_path / "release", Wanted(service="pay|`ments`"))
    _build(example, tmp_path, place)
    index = (tmp_path / "site/COMPLIANCE_EVIDENCE_INDEX.md").read_text()
    attested = json.loads((place / "controls/attestation.json").read_text())
    assert "## `` pay|`ments` ``" in index
    for control in attested["controls"]:
        for file in control["evidence"]:
            assert any(
                f"`{control['id']}`" in line and f"`{file['file']}`" in line and file["sha256"] in line
                for line in index.splitlines()
            )
    entries = json.loads((tmp_path / "site/audit/ga-evidence/sbom/index.json").read_text())["entries"]
    assert [(entry["file"], entry["controls"], entry["sealed"]) for entry in entries] == [
        ("sbom/payments.cdx.json", ["SC-01"], True)
    ]


def test_ages_are_counted_to_the_moment_that_is_given(example: Example, tmp_path: Path) -> None:
    place = example.make(tmp_path / "release", Wanted(waived=[waiver()]))
    later = datetime(2026, 12, 2, tzinfo=timezone.utc)
    _build(example, tmp_path, place, now=later.isoformat())
    assert "10 days, since 2026-11-22" in (tmp_path / "site/waivers.html").read_text()

"""What must still exist because an entry names it, and what need not."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from gatelib import ledger
from gatelib.errors import EvidenceError, UsageError
from gatelib.evidence import manifest
from gatelib.ledger import New
from gatelib.ledger.periods import Periods
from gatelib.ledger.retention import Expired, Refused, Retention, retention
from tests.ledgers import FIRST, NOON, altered, lines, signer, verifier, write

BEFORE_ONE = datetime(2027, 11, 20, 23, 59, tzinfo=timezone.utc)
AFTER_ONE = datetime(2027, 11, 21, tzinfo=timezone.utc)
BEFORE_THREE = datetime(2029, 11, 20, 23, 59, tzinfo=timezone.utc)
AFTER_THREE = datetime(2029, 11, 21, tzinfo=timezone.utc)


def sha(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder with a pack, attestations, and a ledger that names them on 2026-11-21."""
    pack = tmp_path / "evidence/payments-2.14.0"
    files = {"sbom/api.json": "sbom", "scans/trivy.sarif": "scan"}
    for name, content in {**files, "release.yaml": "release", "controls/attestation.json": "made"}.items():
        (pack / name).parent.mkdir(parents=True, exist_ok=True)
        (pack / name).write_text(content)
    (pack / manifest.NAME).write_bytes(manifest.write({name: sha(text) for name, text in files.items()}))
    (tmp_path / "evidence/ci.json").write_text("ci")
    (tmp_path / "evidence/both.json").write_text("both")
    (tmp_path / "evidence/loose.txt").write_text("nobody names it")
    entries = [
        New("release", {"manifest": f"sha256:{sha((pack / manifest.NAME).read_text())}"}),
        New("ci-attestation", {"ci": f"sha256:{sha('ci')}", "both": f"sha256:{sha('both')}"}),
        New("attestation", {"both": f"sha256:{sha('both')}"}),
    ]
    ledger.append(tmp_path / "audit", entries, now=NOON)
    ledger.checkpoint(tmp_path / "audit", now=NOON, key=signer())
    return tmp_path


def judged(place: Path, now: datetime, **options: Any) -> Retention:
    return retention(place / "audit", place / "evidence", now=now, keys=[verifier()], **options)


def missing(found: Retention) -> list[tuple[str, int | None, str]]:
    return [(fault.problem, fault.entry, fault.message) for fault in found.faults]


def test_what_is_all_there_may_be_deleted_when_its_last_period_ends(place: Path) -> None:
    pack = "payments-2.14.0"
    in_pack = (
        "MANIFEST.sha256",
        "controls/attestation.json",
        "release.yaml",
        "sbom/api.json",
        "scans/trivy.sarif",
    )
    texts = {name: (place / "evidence" / pack / name).read_text() for name in in_pack}
    ci = Expired("ci.json", sha("ci"), "2027-11-21")
    both = Expired("both.json", sha("both"), "2029-11-21")
    packed = [Expired(f"{pack}/{name}", sha(text), "2029-11-21") for name, text in texts.items()]
    for now, expected in (
        (NOON, []),
        (BEFORE_ONE, []),
        (AFTER_ONE, [ci]),
        (BEFORE_THREE, [ci]),
        (AFTER_THREE, [both, ci, *packed]),
    ):
        found = judged(place, now)
        assert (found.ledger.faults, found.faults, list(found.expired)) == ((), (), expected)


def test_evidence_may_lie_anywhere_below_the_root(place: Path) -> None:
    (place / "evidence/payments-2.14.0").rename(place / "evidence/old")
    (place / "evidence/old/sbom/api.json").rename(place / "evidence/elsewhere.bin")
    assert missing(judged(place, NOON)) == []


def test_evidence_that_is_gone_or_altered_too_early_is_missed(place: Path) -> None:
    (place / "evidence/both.json").write_text("altered")
    (place / "evidence/payments-2.14.0/sbom/api.json").unlink()
    both = f"names `both`, which must exist until {{}} and does not: {sha('both')}"
    listed = (
        "names payments-2.14.0/MANIFEST.sha256, which lists `sbom/api.json`, which must exist until "
        f"2029-11-21 and does not: {sha('sbom')}"
    )
    early = judged(place, NOON)
    assert missing(early) == [
        ("missing", 2, both.format("2027-11-21")),
        ("missing", 3, both.format("2029-11-21")),
        ("missing", 1, listed),
    ]
    assert early.expired == ()
    assert missing(judged(place, AFTER_ONE)) == [
        ("missing", 3, both.format("2029-11-21")),
        ("missing", 1, listed),
    ]
    assert missing(judged(place, AFTER_THREE)) == []


def test_a_pack_that_is_gone_is_missed_by_its_manifest(place: Path) -> None:
    pack = place / "evidence/payments-2.14.0/MANIFEST.sha256"
    digest = sha(pack.read_text())
    pack.unlink()
    assert missing(judged(place, NOON)) == [
        ("missing", 1, f"names `manifest`, which must exist until 2029-11-21 and does not: {digest}")
    ]


def test_evidence_behind_a_link_is_not_there(place: Path) -> None:
    (place / "evidence/ci.json").rename(place / "ci.json")
    (place / "evidence/ci.json").symlink_to(place / "ci.json")
    assert [fault[:2] for fault in missing(judged(place, NOON))] == [("missing", 2)]


def test_a_request_to_delete_is_refused_with_the_date(place: Path) -> None:
    evidence = place / "evidence"

    def refused(now: datetime, path: Path) -> list[Refused]:
        return list(judged(place, now, may_delete=[path]).refused)

    ci = Refused("ci.json", "must be kept until 2027-11-21", "2027-11-21")
    assert refused(BEFORE_ONE, evidence / "ci.json") == [ci]
    assert refused(AFTER_ONE, evidence / "ci.json") == []
    both = Refused("both.json", "must be kept until 2029-11-21", "2029-11-21")
    assert refused(AFTER_ONE, evidence / "both.json") == [both]
    assert [entry.path for entry in refused(AFTER_ONE, evidence / "payments-2.14.0")] == [
        "payments-2.14.0/MANIFEST.sha256",
        "payments-2.14.0/controls/attestation.json",
        "payments-2.14.0/release.yaml",
        "payments-2.14.0/sbom/api.json",
        "payments-2.14.0/scans/trivy.sarif",
    ]
    assert refused(AFTER_THREE, evidence / "payments-2.14.0") == []
    loose = Refused("loose.txt", "no entry names it, so nothing says how long it is kept", None)
    assert refused(AFTER_THREE, evidence) == [loose]
    absent = str(evidence / "gone")
    assert refused(AFTER_THREE, Path(absent)) == [
        Refused(absent, "is no file or folder of the evidence", None)
    ]


def test_no_part_of_a_ledger_is_ever_deleted(place: Path) -> None:
    (place / "evidence/alias").symlink_to(place / "audit")
    for path in (place / "audit", place / "audit" / FIRST, place, place / "evidence/alias"):
        found = judged(place, AFTER_THREE, may_delete=[path])
        assert found.refused == (Refused(str(path), "no part of a ledger is ever deleted", None),)


def test_a_ledger_that_does_not_hold_lets_nothing_be_deleted(place: Path) -> None:
    path = place / "audit" / FIRST
    was = lines(path)
    write(path, [was[0], altered(was[1], type="audit"), was[2]])
    found = judged(place, AFTER_THREE, may_delete=[place / "evidence/ci.json"])
    assert [fault.entry for fault in found.ledger.faults] == [2]
    assert found.expired == ()
    assert found.refused == (Refused("ci.json", "nothing may be deleted while there are faults", None),)


def test_a_manifest_that_cannot_be_read_names_what_nobody_knows(place: Path) -> None:
    path = place / "evidence/other/MANIFEST.sha256"
    path.parent.mkdir()
    path.write_text("junk\n")
    digest = sha(path.read_text())
    ledger.append(place / "audit", [New("release", {"other": f"sha256:{digest}"})], now=NOON)
    assert missing(judged(place, NOON)) == [
        ("malformed", 4, "names a manifest that cannot be read: other/MANIFEST.sha256")
    ]


def test_what_a_manifest_lists_by_another_manifest_is_kept_as_long(place: Path) -> None:
    inner, outer = place / "evidence/a", place / "evidence/z"
    inner.mkdir()
    outer.mkdir()
    (inner / "x.json").write_text("x")
    (inner / "release.yaml").write_text("inner")
    (inner / manifest.NAME).write_bytes(manifest.write({"x.json": sha("x")}))
    digest = sha((inner / manifest.NAME).read_text())
    (outer / manifest.NAME).write_bytes(manifest.write({f"sub/{manifest.NAME}": digest}))
    named = [
        New("ci-attestation", {"inner": f"sha256:{digest}"}),
        New("release", {"outer": f"sha256:{sha((outer / manifest.NAME).read_text())}"}),
    ]
    ledger.append(place / "audit", named, now=NOON)
    found = judged(place, AFTER_ONE, may_delete=[inner])
    assert [(entry.path, entry.until) for entry in found.refused] == [
        ("a/MANIFEST.sha256", "2029-11-21"),
        ("a/release.yaml", "2029-11-21"),
        ("a/x.json", "2029-11-21"),
    ]
    assert judged(place, AFTER_THREE, may_delete=[inner, outer]).refused == ()


def test_evidence_that_is_not_there_at_all_is_an_error(place: Path) -> None:
    with pytest.raises(EvidenceError):
        retention(place / "audit", place / "gone", now=NOON, keys=None)


def test_periods_are_three_years_and_one_for_ci_unless_somebody_says_otherwise() -> None:
    day = date(2026, 11, 21)
    shipped = Periods()
    types = ("release", "attestation", "ci-attestation", "verdict", "exception", "rollback", "audit", "else")
    assert {type_: str(shipped.until(type_, day)) for type_ in types} == {
        **dict.fromkeys(types, "2029-11-21"),
        "ci-attestation": "2027-11-21",
    }
    mine = Periods({"default": "5y", "release": "10d"})
    assert [str(mine.until(type_, day)) for type_ in ("else", "release", "audit")] == [
        "2031-11-21",
        "2026-12-01",
        "2029-11-21",
    ]


def test_a_period_from_a_leap_day_ends_in_march_and_never_overflows() -> None:
    assert str(Periods().until("release", date(2028, 2, 29))) == "2031-03-01"
    assert str(Periods({"release": "4y"}).until("release", date(2028, 2, 29))) == "2032-02-29"
    assert Periods({"release": "100y"}).until("release", date(9950, 1, 1)) == date.max
    assert Periods({"release": "9999d"}).until("release", date(9999, 12, 31)) == date.max


@pytest.mark.parametrize("text", ["", "3", "0y", "-1y", "3m", "1.5y", "101y", "10000d", "3y\n"])
def test_anything_else_is_no_period(text: str) -> None:
    with pytest.raises(UsageError, match="period for `release`"):
        Periods({"release": text})

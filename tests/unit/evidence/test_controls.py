"""What is read of a pack's ``controls/``, how much of it, and how fixtures describe what it proves."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from gatelib.evidence import controls
from gatelib.evidence.controls import FILE, Asked, Found
from gatelib.evidence.described import described
from gatelib.evidence.layout import shipped
from gatelib.trust import Trust

ASKED = Asked(now=datetime(2026, 11, 22, tzinfo=timezone.utc), max_age_hours=24, severities={})
UNREAD = {"type": "rejected", "file": FILE, "reason": "`controls/` holds more than is read"}
RELEASE = {
    "kind": "Release",
    "spec": {
        "service": "shop",
        "version": "1.4.2",
        "commit": "0123abcd",
        "images": ["registry.example.com/shop@sha256:5e"],
        "evidencePack": {"sha256": "5E" * 32},
    },
}


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("release.yaml", True),
        ("controls/attestation.dsse.json", True),
        ("controls/report.json", True),
        ("controls/reports/gate.dsse.json", True),
        ("controls/not-applicable/TEN-01.dsse.json", True),
        ("controls/attestation.json", False),
        ("controls/attestation.pdf", False),
        ("controls/vsa.dsse.json", False),
        ("controls/report.json.bak", False),
        ("scans/controls/report.json", False),
        ("other/release.yaml", False),
        ("MANIFEST.sha256", False),
    ],
)
def test_only_what_an_attestation_is_verified_with_is_read(path: str, wanted: bool) -> None:
    assert Found().wants(path) is wanted


def test_without_an_attestation_nothing_is_said() -> None:
    found = Found()
    found.add("controls/report.json", b"{}")
    assert list(found.verified(b"", Trust(), ASKED)) == []


def test_a_file_that_is_too_large_to_be_read_spoils_the_rest() -> None:
    found = Found()
    found.add(FILE, b"{}")
    found.add("controls/report.json", None)
    assert list(found.verified(b"", Trust(), ASKED)) == [UNREAD]


def test_a_file_may_be_as_large_as_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controls, "_LARGEST", 2)
    found = Found()
    found.add(FILE, b"{}")
    assert not found.too_large
    found.add("controls/report.json", b"{ }")
    assert list(found.verified(b"", Trust(), ASKED)) == [UNREAD]


@pytest.mark.parametrize(("most", "value"), [("_MOST_FILES", 2), ("_MOST_BYTES", 4)])
def test_many_files_are_not_kept(most: str, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controls, most, value)
    found = Found()
    found.add(FILE, b"{}")
    found.add("controls/reports/a.dsse.json", b"{}")
    assert not found.too_large
    for name in "bcd":
        found.add(f"controls/reports/{name}.dsse.json", b"{}")
    assert found.files == {}
    assert list(found.verified(b"", Trust(), ASKED)) == [UNREAD]


def test_a_malformed_manifest_proves_nothing() -> None:
    found = Found()
    found.add(FILE, b"{}")
    assert list(found.verified(b"no manifest\n", Trust(), ASKED)) == [
        {
            "type": "rejected",
            "file": FILE,
            "reason": "the pack's `MANIFEST.sha256` is no line of `sha256sum`",
        }
    ]


def test_a_described_attestation_is_of_the_fixtures_release() -> None:
    about = {FILE: {"attestation": {"overall": False, "failed": ["TEN-01"]}}}
    evidence, verifications = described(about, [RELEASE], shipped(), "2026-11-22T00:00:00Z")
    assert evidence == {}
    assert verifications == [
        {"type": "pack", "sha256": "5e" * 32, "problems": []},
        {
            "file": FILE,
            "type": "controls",
            "attester": "release-attester",
            "pack": "5e" * 32,
            "service": "shop",
            "version": "1.4.2",
            "commit": "0123abcd",
            "images": ["sha256:5e"],
            "created": "2026-11-21T23:00:00Z",
            "overall": False,
            "failed": ["TEN-01"],
            "objections": [],
            "waivers": [],
            "revision": "2026.11.1",
        },
    ]


def test_a_described_attestation_may_count_for_nothing() -> None:
    _, verifications = described({FILE: {"rejected": "why"}}, [RELEASE], shipped(), "2026-11-22T00:00:00Z")
    assert verifications[1:] == [{"file": FILE, "type": "rejected", "reason": "why"}]


def test_a_described_attestation_has_no_facts() -> None:
    with pytest.raises(ValueError, match="there is no key `facts` in the description of `controls/"):
        described({FILE: {"facts": []}}, [RELEASE], shipped(), "2026-11-22T00:00:00Z")

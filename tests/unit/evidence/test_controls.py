"""What is read of a pack's ``controls/``, how much of it, and how fixtures describe what it proves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from gatelib.attestation import files
from gatelib.evidence import controls
from gatelib.evidence.controls import FILE, Asked, Found
from gatelib.evidence.described import described
from gatelib.evidence.layout import shipped
from gatelib.loader import Limits, load
from gatelib.normalize import Kinds
from gatelib.policy import shipped as policy
from gatelib.sources import Source
from gatelib.trust import Trust

ASKED = Asked(
    now=datetime(2026, 11, 22, tzinfo=timezone.utc), max_age_hours=24, critical_approvers=2, severities={}
)
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
    monkeypatch.setattr(files, "LARGEST", 2)
    found = Found()
    found.add(FILE, b"{}")
    assert not found.too_large
    found.add("controls/report.json", b"{ }")
    assert list(found.verified(b"", Trust(), ASKED)) == [UNREAD]


@pytest.mark.parametrize(("most", "value"), [("MOST_FILES", 2), ("MOST_BYTES", 4)])
def test_many_files_are_not_kept(most: str, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, most, value)
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


@pytest.mark.parametrize(
    ("judged", "reason"),
    [
        ((), "no judged file holds a Release"),
        ((b"one", b"another"), "several judged files hold a Release, and it is of one"),
    ],
    ids=["none", "two"],
)
def test_an_attestation_is_of_the_one_judged_record(judged: tuple[bytes, ...], reason: str) -> None:
    found = Found()
    found.add(FILE, b"{}")
    sealed = f"{'5e' * 32}  sbom/a.json\n".encode()
    said = list(found.verified(sealed, Trust(), replace(ASKED, records=judged)))
    assert said == [{"type": "rejected", "file": FILE, "reason": reason}]


HOLDING = {
    "plain": b"apiVersion: gatelib.dev/v1\nkind: Release\n",
    "of a version to come": b"apiVersion: gatelib.dev/v2\nkind: Release\n",
    "escaped": b'apiVersion: gatelib.dev/v1\nkind: "\\x52elease"\n',
    "escaped in JSON": b'{"apiVersion": "gatelib.dev/v1", "kind": "\\u0052elease"}',
    "in a list": b"apiVersion: v1\nkind: List\nitems: [{apiVersion: gatelib.dev/v1, kind: Release}]\n",
    "after another": b"apiVersion: v1\nkind: Pod\n---\napiVersion: gatelib.dev/v1\nkind: Release\n",
    "before what cannot be read": b"apiVersion: gatelib.dev/v1\nkind: Release\n---\na: [",
    "by an alias": b"metadata: {name: &a Release}\napiVersion: gatelib.dev/v1\nkind: *a\n",
}
OTHERS = {
    "a chart's": b"apiVersion: helm.example.com/v1\nkind: Release\n",
    "a name": b"apiVersion: v1\nkind: Pod\nmetadata: {name: Release}\n",
    "nothing that can be read": b"Release: [",
    "nothing": b"",
}


def test_a_file_with_a_release_is_found_however_it_is_written(tmp_path: Path) -> None:
    sources = []
    for name, content in {**OTHERS, **HOLDING}.items():
        (tmp_path / name).write_bytes(content)
        sources.append(Source(name, str(tmp_path / name), 0))
    sources.append(Source("gone", str(tmp_path / "gone"), 0))
    kinds = Kinds.of(policy().data["kinds"])
    judged, contents = controls.records(sources, kinds, Limits())
    assert contents == tuple(HOLDING.values())
    assert judged == [source._replace(content=HOLDING.get(source.name)) for source in sources]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_release_in_another_encoding_is_found_where_it_is_read(encoding: str) -> None:
    content = HOLDING["plain"].decode().encode(encoding)
    source = Source("-", "", 0, content)
    _, contents = controls.records([source], Kinds.of(policy().data["kinds"]), Limits())
    assert contents == ((content,) if load(content).documents else ())


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

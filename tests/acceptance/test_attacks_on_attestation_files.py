"""Who writes the pack's folder does not choose what `attest` writes, where, or what it leaves beside it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from gatelib import dsse
from gatelib.attestation import packs
from gatelib.attestation.files import MOST_BYTES
from gatelib.errors import EvidenceError
from tests.acceptance.test_attestations import private, run
from tests.attestations import ATTESTER, BUNDLE, RUNNER, Attested
from tests.release import PACK, key

RECORD: Final = f"{PACK}/release.yaml"
ABOUT: Final = ("--evidence", PACK, "--config", "gatelib.yaml", "--bundle", BUNDLE)
JUDGED: Final = (RECORD, "payments", *ABOUT)
REPORT: Final = "gate.dsse.json"
SIGNED: Final = ("attestation.dsse.json", "attestation.sigstore.json", "vsa.dsse.json")


@pytest.fixture(scope="module")
def attested(tmp_path_factory: pytest.TempPathFactory) -> Attested:
    """Return a release of just now, rendered and signed, with a report that its runner signed."""
    folder = tmp_path_factory.mktemp("attested")
    release = Attested(folder).seal().moved(datetime.now(timezone.utc))
    for name in (ATTESTER, RUNNER, "lea", "omar"):
        (folder / f"{name}.pem").write_bytes(private(key(name)))
    for group, *arguments in (
        ("attest", "render", *JUDGED, "--key", f"{ATTESTER}.pem"),
        ("check", *JUDGED, "--gate", "pre-promote", "--format", "json=out.json"),
        ("attest", "report", "out.json", "--release", RECORD, "--key", f"{RUNNER}.pem", "-o", REPORT),
    ):
        made = run(release, *arguments, group=group)
        assert (made.returncode, made.stderr) == (0, "")
    return release


@pytest.fixture
def release(attested: Attested, tmp_path: Path) -> Attested:
    return attested.copied(tmp_path)


class TestLinks:
    """Below the pack they are refused; above it they are the user's own."""

    @pytest.mark.parametrize("name", ["attestation.json", "attestation.md", "attestation.pdf", *SIGNED])
    def test_a_file_that_is_a_link_is_not_written_through(self, name: str, release: Attested) -> None:
        mine = release.folder / "mine.txt"
        mine.write_text("mine")
        _linked(release.path(f"controls/{name}"), "../../mine.txt")
        before = _contents(release.pack)
        found = run(release, "render", *JUDGED)
        assert found.returncode == 2
        assert f"{PACK}/controls/{name}: is a link, and whoever made it chose" in found.stderr
        assert (mine.read_text(), _contents(release.pack)) == ("mine", before)

    @pytest.mark.parametrize("name", ["controls", "controls/reports"])
    @pytest.mark.parametrize("command", ["render", "sign"])
    def test_a_folder_that_is_a_link_is_not_written_into(
        self, command: str, name: str, release: Attested
    ) -> None:
        outside = release.folder / "outside"
        _linked(release.path(name), outside)
        (outside / "gate.dsse.json").write_text("mine")
        before = _contents(outside)
        about = [RECORD, *ABOUT, "--key", f"{ATTESTER}.pem", "--report", REPORT]
        found = run(release, command, *about)
        assert found.returncode == 2
        assert f"{PACK}/{name}: is a link" in found.stderr
        assert _contents(outside) == before

    @pytest.mark.parametrize("name", ["controls", "controls/not-applicable"])
    def test_nor_is_a_declaration(self, name: str, release: Attested) -> None:
        outside = release.folder / "outside"
        _linked(release.path(name), outside)
        before = _contents(outside)
        found = run(release, "declare", RECORD, "--control", "TEN-01", "--key", "lea.pem")
        assert found.returncode == 2
        assert f"{PACK}/{name}: is a link" in found.stderr
        assert _contents(outside) == before

    def test_a_folder_of_the_pack_that_is_named_is_in_the_pack(self, release: Attested) -> None:
        outside = release.folder / "outside"
        outside.mkdir()
        release.path("elsewhere").symlink_to(outside)
        (release.folder / "mine").symlink_to(PACK)
        for named in (f"{PACK}/elsewhere", "mine/elsewhere/deep", f"{PACK}/controls/../elsewhere"):
            found = run(release, "render", *JUDGED, "--output", named)
            assert (found.returncode, "elsewhere: is a link" in found.stderr) == (2, True)
        assert list(outside.iterdir()) == []

    def test_links_of_the_users_own_are_followed(self, release: Attested) -> None:
        outside = release.folder / "outside"
        outside.mkdir()
        (release.folder / "linked").symlink_to(outside)
        found = run(release, "render", *JUDGED, "--output", "linked", "--format", "markdown")
        assert (found.returncode, found.stderr) == (0, "")
        assert {path.name for path in outside.iterdir()} == {
            "attestation.json", "attestation.md", "report.json"
        }  # fmt: skip

    def test_a_pipe_is_not_waited_for(self, release: Attested) -> None:
        release.path("controls/attestation.json").unlink()
        os.mkfifo(release.path("controls/attestation.json"))
        for command in ("render", "sign"):
            found = run(release, command, *JUDGED, "--key", f"{ATTESTER}.pem")
            assert found.returncode == 2
            assert "attestation.json: is no regular file" in found.stderr


class TestWhatIsLeft:
    """Beside a new page lies nothing of an old attestation."""

    def test_a_page_has_no_older_signature_beside_it(self, release: Attested) -> None:
        own = release.path("controls/notes.dsse.json")
        own.write_text("{}")
        found = run(release, "render", *JUDGED, "--format", "markdown")
        assert (found.returncode, found.stderr) == (0, "")
        assert set(_contents(release.path("controls"))) == {
            "attestation.json",
            "attestation.md",
            "report.json",
            "notes.dsse.json",
            "not-applicable/TEN-01.dsse.json",
        }

    def test_nor_older_reports(self, release: Attested) -> None:
        own = ["--key", f"{ATTESTER}.pem", "--format", "markdown"]
        assert run(release, "render", RECORD, *ABOUT, "--report", REPORT, *own).returncode == 0
        files = {"attestation.json", "attestation.md", *SIGNED, "not-applicable/TEN-01.dsse.json"}
        assert set(_contents(release.path("controls"))) == {*files, "reports/gate.dsse.json"}
        assert run(release, "render", *JUDGED, *own).returncode == 0
        assert set(_contents(release.path("controls"))) == {*files, "report.json"}


class TestReports:
    """What is given is read, and found again."""

    @pytest.mark.parametrize("name", ["gate.json", "gate", "gate.dsse"])
    def test_a_signed_report_is_stored_by_a_name_that_is_read(self, name: str, release: Attested) -> None:
        (release.folder / REPORT).rename(release.folder / name)
        made = run(release, "render", RECORD, *ABOUT, "--report", name, "--key", f"{ATTESTER}.pem")
        assert (made.returncode, made.stderr) == (0, "")
        assert release.path("controls/reports/gate.dsse.json").is_file()
        verified = run(release, "verify", PACK, "--config", "gatelib.yaml", "--bundle", BUNDLE)
        assert (verified.returncode, verified.stderr) == (0, "")
        published = run(release, RECORD, "--gate", "publish", *ABOUT[:4], group="check")
        assert (published.returncode, published.stderr) == (0, "")

    def test_two_of_one_name_and_hidden_ones_are_refused(self, release: Attested) -> None:
        for name in ("GATE.json", ".dsse.json", ".hidden.json", "a\nb.json"):
            (release.folder / name).write_bytes((release.folder / REPORT).read_bytes())
        for names, says in (
            ((REPORT, "GATE.json"), "two reports would both be `GATE.dsse.json` in the pack"),
            ((".dsse.json",), "a signed report has a plain name"),
            ((".hidden.json",), "a signed report has a plain name"),
            (("a\nb.json",), "a signed report has a plain name"),
        ):
            reports = [argument for name in names for argument in ("--report", name)]
            found = run(release, "render", RECORD, *ABOUT, *reports)
            assert (found.returncode, says in found.stderr) == (2, True), found.stderr

    @pytest.mark.parametrize("command", ["render", "sign"])
    def test_paths_beside_a_report_are_refused_and_not_left_unread(
        self, command: str, release: Attested
    ) -> None:
        found = run(release, command, *JUDGED, "--report", REPORT, "--key", f"{ATTESTER}.pem")
        assert found.returncode == 2
        assert "payments: with --report the gate is not run, and no PATH is read" in found.stderr

    @pytest.mark.parametrize("command", ["render", "sign"])
    @pytest.mark.parametrize("paths", [("-", "payments"), (RECORD, "payments", "-")], ids=["record", "path"])
    def test_standard_input_is_not_attested(
        self, paths: tuple[str, ...], command: str, release: Attested
    ) -> None:
        (release.folder / "-").write_bytes(release.record.read_bytes())
        found = run(release, command, *paths, *ABOUT, "--key", f"{ATTESTER}.pem")
        assert found.returncode == 2
        assert "an attestation is about files, and not about standard input" in found.stderr


@pytest.mark.parametrize("now", [timedelta(0), timedelta(minutes=14)], ids=["all of it", "the moment"])
def test_what_is_yet_to_come_is_not_signed(now: timedelta, release: Attested) -> None:
    clock = datetime.now(timezone.utc)
    created = clock + (timedelta(minutes=50) if not now else timedelta(0))
    made = release.make(clock=created, now=(created + now).strftime("%Y-%m-%dT%H:%M:%SZ"))
    release.path("controls/attestation.json").write_bytes(made.content)
    before = _contents(release.path("controls"))
    found = run(release, "sign", *JUDGED, "--key", f"{ATTESTER}.pem")
    assert found.returncode == 2
    assert "was made, or judged as of a moment, that is yet to come" in found.stderr
    assert _contents(release.path("controls")) == before


class TestDeclarations:
    """One file for a control, which its approvers sign."""

    def test_a_control_that_is_a_path_is_refused(self, release: Attested) -> None:
        release.replace("release.yaml", "control: TEN-01", "control: ../../../escaped")
        for name, code in (("../../../escaped", 2), ("TEN-01", 3)):
            found = run(release, "declare", RECORD, "--control", name, "--key", "lea.pem")
            assert (found.returncode, "is no control's ID" in found.stderr) == (code, True)
        assert not list(release.folder.rglob("escaped*"))

    def test_each_approver_adds_a_signature(self, release: Attested) -> None:
        release.replace(
            "release.yaml", "approver: lea@example.com", "approver: [lea@example.com, omar@example.com]"
        )
        place = release.path("controls/not-applicable/TEN-01.dsse.json")
        for name in ("lea", "omar", "lea"):
            signed = run(release, "declare", RECORD, "--control", "TEN-01", "--key", f"{name}.pem")
            assert (signed.returncode, signed.stderr) == (0, "")
        assert signed.stdout == (
            f"{PACK}/controls/not-applicable/TEN-01.dsse.json: one of lea@example.com, omar@example.com "
            "says that TEN-01 is not applicable\n"
        )
        envelope = dsse.parse(place.read_bytes())
        assert [signature.keyid for signature in envelope.signatures] == [
            dsse.fingerprint(key("lea")),
            dsse.fingerprint(key("omar")),
        ]
        said = json.loads(envelope.payload)["predicate"]
        assert (said["approver"], said["namespace"]) == (["lea@example.com", "omar@example.com"], "payments")


def test_the_files_of_controls_may_take_only_so_much_together(release: Attested) -> None:
    for number in range(5):
        place = release.path(f"controls/not-applicable/{number}.dsse.json")
        with place.open("wb") as file:
            file.truncate(MOST_BYTES // 5 + 1)
    with pytest.raises(EvidenceError, match="holds more than it may"):
        packs.read(release.pack)


def test_only_what_is_of_use_is_read(release: Attested) -> None:
    for name in ("other.json", "z.dsse.json", "reports/loose.json", "attestation.sigstore.json"):
        place = release.path(f"controls/{name}")
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(b"{}")
    names = ("attestation.dsse.json", "attestation.json", "not-applicable/TEN-01.dsse.json", "report.json")
    assert sorted(packs.read(release.pack).controls) == [f"controls/{name}" for name in names]


def _linked(place: Path, target: Path | str) -> None:
    """Put a link in the place of a file or of a folder, whose content moves to the target."""
    if isinstance(target, Path) and place.is_dir():
        place.rename(target)
    elif isinstance(target, Path):
        target.mkdir()
    else:
        place.unlink(missing_ok=True)
    place.symlink_to(target)


def _contents(folder: Path) -> dict[str, Any]:
    return dict(_files(folder))


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), sha256(path.read_bytes()).hexdigest()

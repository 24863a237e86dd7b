"""``gatelib attest verify``: what it holds an attestation against, what it says, and how it exits."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from gatelib.attestation import vouched
from gatelib.bundle import archive, build, definition, signatures
from gatelib.bundle.loading import SIGNATURES
from gatelib.policy import shipped
from tests.attestations import ATTESTER, BUNDLE, BUNDLER, CLOCK, LATER, RUNNER, Attested
from tests.paths import ROOT
from tests.release import PACK, key

LONGER: Final = "longer.tar.gz"
HOLDS: Final = "payments 2.14.0, attested by release-attester: every control holds\n"


@pytest.fixture(scope="module")
def attested(tmp_path_factory: pytest.TempPathFactory) -> Attested:
    release = Attested(tmp_path_factory.mktemp("attested")).seal()
    release.attest()
    return release


class TestTheBundle:
    """Its parameters hold, and that nobody's key verifies it is said."""

    @pytest.fixture
    def release(self, attested: Attested, tmp_path: Path) -> Attested:
        """Return a release attested from a report of 30 hours ago, by a bundle that takes it."""
        release = attested.copied(tmp_path)
        longer(release)
        report = release.report(gate="pre-promote", bundle=LONGER).to_dict()
        record = release.record.read_bytes()
        content = vouched.signed(orjson.dumps(report), record, called="release.yaml", key=key(RUNNER))
        release.attest(bundle=LONGER, reports={"gate.dsse.json": content}, clock=CLOCK + timedelta(hours=30))
        return release

    def test_what_it_says_of_the_age_of_a_report_holds(self, release: Attested) -> None:
        found = verified(release, bundle=LONGER, now=CLOCK + timedelta(hours=31))
        assert (found.returncode, found.stdout, found.stderr) == (0, HOLDS, "")

    def test_the_configuration_says_so_before_it(self, release: Attested) -> None:
        with (release.folder / "gatelib.yaml").open("a") as file:
            file.write("  attestation:\n    max_age_hours: 24\n")
        assert release.config()["parameters"]["attestation"] == {"max_age_hours": 24}
        found = verified(release, bundle=LONGER, now=CLOCK + timedelta(hours=31))
        assert found.returncode == 1
        assert "and not when it was attested" in found.stdout

    def test_that_nobodys_key_verifies_its_signature_is_said(self, attested: Attested) -> None:
        arguments = ("--verification-key", f"{ATTESTER}=keys/{ATTESTER}.pub")
        found = verified(attested, *arguments, config=None)
        assert "not checked: the bundle's signature: name its keys in `trust.bundle`\n" in found.stdout
        assert (found.returncode, found.stdout.endswith(HOLDS)) == (0, True)
        assert verified(attested).stdout == HOLDS

    def test_one_without_rules_verifies_nothing(self, attested: Attested, tmp_path: Path) -> None:
        release = attested.copied(tmp_path)
        (release.folder / "empty.tar.gz").write_bytes(archive.write({".manifest": b"{}"}))
        arguments = ("--verification-key", f"keys/{ATTESTER}.pub")
        found = verified(release, *arguments, bundle="empty.tar.gz", config=None)
        assert (found.returncode, found.stdout) == (3, "")


def test_json_is_in_ascii_and_moves_no_cursor(tmp_path: Path) -> None:
    release = Attested(tmp_path)
    written = "2.14.0\\x1b[2J\\x9b31m\\u202e\\x7f\\u2066"
    release.replace("release.yaml", "version: 2.14.0", f'version: "{written}"')
    release.seal().attest()
    found = verified(release, "--format", "json")
    assert (found.returncode, found.stdout.isascii(), set(found.stdout) & set("\x1b\x7f\r")) == (
        0,
        True,
        set(),
    )
    said = json.loads(found.stdout)
    assert said["attestation"]["release"]["version"] == "2.14.0\x1b[2J\x9b31m\u202e\x7f\u2066"


@pytest.mark.parametrize("option", ["--attestation", "--release"])
def test_a_file_that_cannot_be_read_is_no_wrong_command_line(option: str, attested: Attested) -> None:
    found = verified(attested, option, "missing.json")
    assert (found.returncode, found.stdout, found.stderr) == (
        3,
        "",
        "gatelib: missing.json: cannot be read: No such file or directory\n",
    )


def longer(release: Attested) -> None:
    """Give a release a bundle of its own that takes reports of two days."""
    text = (ROOT / "bundles" / "pre-promote.yaml").read_text("utf-8")
    place = release.folder / "longer.yaml"
    place.write_text(f"{text}parameters:\n  attestation: {{max_age_hours: 48}}\n")
    files = build.files(definition.read(place, shipped()), created=CLOCK)
    signature = signatures.sign(files, key(BUNDLER))
    (release.folder / LONGER).write_bytes(archive.write({**files, SIGNATURES: signature}))


def verified(
    release: Attested,
    *arguments: str,
    bundle: str = BUNDLE,
    config: str | None = "gatelib.yaml",
    now: datetime = LATER,
) -> subprocess.CompletedProcess[str]:
    about: list[Any] = ["--bundle", bundle, "--as-of", now.isoformat().replace("+00:00", "Z")]
    if config is not None:
        about += ["--config", config]
    return subprocess.run(
        [sys.executable, "-m", "gatelib", "attest", "verify", PACK, *about, *arguments],
        cwd=release.folder,
        capture_output=True,
        text=True,
        check=False,
    )

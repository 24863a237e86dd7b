"""The commands that an attestation's page names verify the release that it is of."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Final

import pytest

from gatelib.attestation import pages
from tests.attestations import ATTESTER, Attested
from tests.engines import need
from tests.release import public

AS_OF: Final = ["--as-of", "2026-11-22T00:30:00Z"]
"""The example is of that day; a reader's clock would do for a release of theirs."""


@pytest.fixture(scope="module")
def attested(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[str]]]:
    """Return the release's folder, and the commands of its page by their program."""
    release = Attested(tmp_path_factory.mktemp("release")).seal()
    made = release.attest()
    (release.folder / "attester.pub").write_bytes(public(ATTESTER))
    page = pages.html(json.loads(made.content))
    found = [part.partition("</code></pre>")[0] for part in page.split("<pre><code>")[1:]]
    commands = [shlex.split(unescape(text).replace("\\\n", "")) for text in found]
    return release.pack, {words[0]: words for words in commands}


def run(command: list[str], folder: Path) -> tuple[int, str]:
    alone = {**os.environ, "HOME": str(folder.parent), "HTTPS_PROXY": "http://127.0.0.1:9"}
    done = subprocess.run(
        command, cwd=folder, env=alone, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, (done.stdout + done.stderr).strip().splitlines()[-1]


def test_the_command_for_gatelib_finds_every_control_to_hold(
    attested: tuple[Path, dict[str, list[str]]],
) -> None:
    folder, commands = attested
    command = [sys.executable, "-m", *commands["gatelib"], *AS_OF]
    assert run(command, folder) == (
        0,
        "payments 2.14.0, attested by the key given: every control holds",
    )


def test_the_command_for_cosign_is_accepted_and_tells_a_changed_pack(
    attested: tuple[Path, dict[str, list[str]]],
) -> None:
    folder, commands = attested
    command = [need("cosign"), *commands["cosign"][1:]]
    assert run(command, folder) == (0, "Verified OK")
    manifest = folder / "MANIFEST.sha256"
    before = manifest.read_bytes()
    try:
        manifest.write_bytes(before + b"\n")
        assert run(command, folder) == (
            1,
            "error during command execution: no matching subject digest found",
        )
    finally:
        manifest.write_bytes(before)

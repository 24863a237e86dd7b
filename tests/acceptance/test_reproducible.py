"""The same sources give the same bundle, byte for byte, wherever and by whatever it is built."""

from __future__ import annotations

import gzip
import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.acceptance.command import NOW, write
from tests.budget import budget
from tests.interpreters import VERSIONS, interpreter, others
from tests.paths import ROOT
from tests.signing import pair
from tests.unit.teams import DENY_BAD, rule

DEFINITION = """\
name: team
description: Wächst auf Bäumen.
gate: pr
inputs: [envelope, combined]
policies: [policies, more]
skip: [GL-K8S-005]
actions: {GL-K8S-002: {action: warn, until: 2027-01-31}}
parameters: {images: {allowlist: ["ghcr.io/shop/*", "docker.io/library/*"]}}
"""
SIGNING = {"RS256": "release", "ES256": "release", "EdDSA": "release"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a definition, rules of a team in two folders, and keys."""
    return prepared(tmp_path / "sources", backwards=False)


def prepared(folder: Path, *, backwards: bool) -> Path:
    """Write the sources, in an order that a file system may keep."""
    names = ["alpha", "beta", "gamma", "delta"]
    for number, name in sorted(enumerate(names), reverse=backwards):
        own = f"ACME-00{number + 1}"
        rule(
            folder / ("more", "policies")[number % 2],
            DENY_BAD.replace("ACME-001", own),
            id=own,
            name=name,
            title="Größe zählt",
        )
    keys = {f"{algorithm}.pem": pair("release", algorithm).private for algorithm in SIGNING}
    return write(folder, {"team.yaml": DEFINITION, **keys})


def built(
    place: Path,
    python: Path | str = sys.executable,
    *options: str,
    cwd: Path | None = None,
    created: bool = True,
    environment: Mapping[str, str] | None = None,
    umask: int = -1,
) -> str:
    """Build the bundle in a process of its own, and return the digest of its file."""
    target = place / "bundle.tar.gz"
    target.unlink(missing_ok=True)
    moment = ["--created", NOW] if created else []
    done = subprocess.run(
        [python, "-m", "gatelib", "bundle", "build", place / "team.yaml", "-o", target, *moment, *options],
        cwd=cwd or place,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})},
        umask=umask,
        capture_output=True,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    return hashlib.sha256(target.read_bytes()).hexdigest()


def signing(place: Path, algorithm: str) -> list[str]:
    return ["--signing-key", str(place / f"{algorithm}.pem"), "--keyid", "release", "--scope", "prod"]


@pytest.mark.parametrize("version", others()[: budget(1, len(VERSIONS))])
def test_every_python_builds_and_signs_the_same_bundle(place: Path, version: str) -> None:
    python = interpreter(version)
    for algorithm in SIGNING:
        options = signing(place, algorithm)
        assert built(place, python, *options) == built(place, sys.executable, *options)


ENVIRONMENTS = {
    "another locale": {"LC_ALL": "C", "LANG": "C"},
    "another locale, with UTF-8 off": {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "another time zone": {"TZ": "Pacific/Kiritimati"},
    "another home": {"HOME": "/nonexistent", "USER": "nobody", "XDG_CACHE_HOME": "/nonexistent"},
    "another seed of hashes": {"PYTHONHASHSEED": "4242"},
    "no seed of hashes": {"PYTHONHASHSEED": "0"},
    "optimized code": {"PYTHONOPTIMIZE": "2"},
}


def test_neither_environment_nor_place_shows_in_a_bundle(place: Path) -> None:
    options = signing(place, "RS256")
    expected = built(place, sys.executable, *options)
    together = {key: value for environment in ENVIRONMENTS.values() for key, value in environment.items()}
    found = {
        name: built(place, sys.executable, *options, environment=environment, cwd=Path("/"))
        for name, environment in [("all together", together), *ENVIRONMENTS.items()][: budget(1, 99)]
    }
    found["only later"] = built(place, sys.executable, *options)
    assert found == dict.fromkeys(found, expected)


def test_the_order_of_a_file_system_does_not_show_in_a_bundle(place: Path, tmp_path: Path) -> None:
    other = prepared(tmp_path / "elsewhere", backwards=True)
    assert built(place, sys.executable, *signing(place, "RS256")) == built(
        other, sys.executable, *signing(other, "RS256")
    )


def test_neither_modes_nor_times_of_the_sources_show_in_a_bundle(place: Path) -> None:
    before = built(place)
    for path in files(place):
        os.utime(path, (0, 0))
        path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert built(place, umask=0o077) == before
    assert stat.S_IMODE((place / "bundle.tar.gz").stat().st_mode) == 0o600
    assert built(place, umask=0o000) == before


def test_the_time_of_a_build_may_come_from_the_environment(place: Path) -> None:
    epoch = {"SOURCE_DATE_EPOCH": "1795305600"}
    assert built(place, created=False, environment=epoch) == built(place)


def test_what_is_in_a_bundle_says_nothing_of_who_built_it(place: Path) -> None:
    built(place, sys.executable, *signing(place, "EdDSA"))
    data = (place / "bundle.tar.gz").read_bytes()
    content = gzip.decompress(data)
    assert data[:10] == b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    for name in (str(place), str(ROOT), str(Path.home())):
        assert name.encode() not in content
    for header in headers(content):
        owners = header[265:329]
        assert (header[100:108], header[108:124], header[136:148], owners) == (
            b"0000644\0", b"0000000\0" * 2, b"00000000000\0", bytes(64)
        )  # fmt: skip


def headers(tar: bytes) -> Iterator[bytes]:
    place = 0
    while tar[place] != 0:
        yield tar[place : place + 512]
        size = int(tar[place + 124 : place + 135], 8)
        place += 512 + -(-size // 512) * 512


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.suffix in (".rego", ".yaml")]

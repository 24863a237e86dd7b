"""Bundles that somebody tampered with: gatelib and a real OPA refuse them, or gatelib alone, and says so."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from gatelib.cli.main import _run
from tests import verdicts
from tests.acceptance.command import NOW, privileged, stream, write
from tests.engines import need
from tests.forging import bundle
from tests.paths import ROOT
from tests.signing import pair
from tests.tampering import contents, packing, signing
from tests.tampering.base import Attack, good

REFUSED: Mapping[str, Attack] = {**contents.REFUSED, **signing.REFUSED, **packing.REFUSED}
TAKEN_BY_OPA: Mapping[str, Attack] = {
    **contents.TAKEN_BY_OPA,
    **signing.TAKEN_BY_OPA,
    **packing.TAKEN_BY_OPA,
}
ATTACKS: Mapping[str, Attack] = {**REFUSED, **TAKEN_BY_OPA}


class Ran(NamedTuple):
    code: int
    out: bytes
    err: str


Command = Callable[..., Ran]


@pytest.fixture
def gatelib(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Command:
    """The command, in this process."""

    def run(*arguments: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["gatelib", *map(str, arguments)])
        code = _run()
        out, err = capsysbinary.readouterr()
        return Ran(code, out, err.decode())

    return run


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the release key and a Pod that is denied."""
    return write(tmp_path, {"release.pub": pair("release").public, "k8s/pod.yaml": stream(privileged())})


def trusting(place: Path) -> list[str]:
    return ["--verification-key", f"release={place / 'release.pub'}", "--scope", "prod", "--now", NOW]


def check(gatelib: Command, place: Path) -> Ran:
    return gatelib(
        "check", place / "k8s", "--bundle", place / "b.tar.gz", *trusting(place), "--format", "json"
    )


def test_the_bundle_itself_verifies_and_denies(gatelib: Command, place: Path) -> None:
    (place / "b.tar.gz").write_bytes(bundle(good()))
    verified = gatelib("bundle", "verify", place / "b.tar.gz", *trusting(place))
    assert (verified.code, verified.err) == (0, "")
    assert b"signed by  release (RS256)\nscope      prod\n" in verified.out
    checked = check(gatelib, place)
    report = json.loads(checked.out)
    assert checked.code == 1
    assert [finding["rule"] for finding in report["findings"]] == ["GL-K8S-001"]
    assert (report["bundle"]["signed_by"], report["errors"]) == ("release", [])


@cache
def made(name: str) -> bytes:
    return ATTACKS[name].make() if name in ATTACKS else bundle(good())


@pytest.mark.parametrize("name", ATTACKS)
def test_gatelib_refuses(gatelib: Command, place: Path, name: str) -> None:
    attack = ATTACKS[name]
    (place / "b.tar.gz").write_bytes(made(name))
    for ran in (gatelib("bundle", "verify", place / "b.tar.gz", *trusting(place)), check(gatelib, place)):
        assert (ran.code, ran.out) == (3, b"")
        assert re.search(attack.ours, ran.err), ran.err
        assert "Traceback" not in ran.err


@pytest.fixture(scope="module")
def opa(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """What OPA says of each bundle that it polls; nothing of those that it takes."""
    need("opa")
    names = [*ATTACKS, "none"]
    keys = {"release": {"algorithm": "RS256", "key": pair("release").public}}
    found = verdicts.of_opa([made(name) for name in names], tmp_path_factory.mktemp("opa"), keys)
    return dict(zip(names, found, strict=True))


def test_opa_takes_the_bundle_itself(opa: Mapping[str, str]) -> None:
    assert opa["none"] == ""


@pytest.mark.parametrize("name", REFUSED)
def test_opa_refuses(opa: Mapping[str, str], name: str) -> None:
    assert re.search(REFUSED[name].opas, opa[name]), opa[name]


@pytest.mark.parametrize("name", TAKEN_BY_OPA)
def test_opa_still_takes(opa: Mapping[str, str], name: str) -> None:
    assert opa[name] == ""


@pytest.mark.parametrize("status", ["prometheus", "console"])
def test_a_name_that_is_not_utf8_ends_an_opa_that_counts_for_prometheus(tmp_path: Path, status: str) -> None:
    keys = {"release": {"algorithm": "RS256", "key": pair("release").public}}
    words = verdicts.last_words(made("a name that is not UTF-8"), tmp_path, keys, {status: True})
    assert words.endswith("is not valid UTF-8") == (status == "prometheus")


def test_the_guide_lists_what_only_gatelib_refuses() -> None:
    guide = (ROOT / "docs" / "guides" / "bundles.md").read_text("utf-8")
    table = guide.partition("| gatelib refuses, OPA takes |")[2].partition("\n\n")[0]
    rows = {line.split("|")[1].strip() for line in table.splitlines()[2:]}
    assert rows == {attack.opas for attack in TAKEN_BY_OPA.values()}

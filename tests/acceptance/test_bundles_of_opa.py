"""A bundle of ours that ``opa build`` wrote again judges as it did before."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gatelib import Gate, PolicyError, engines, keys
from gatelib.bundle import archive, build, definition, inspecting, loading
from gatelib.policy import shipped
from gatelib.settings import parse_now
from tests.acceptance.command import NOW, pod, privileged, stream, write
from tests.engines import need, need_engine
from tests.paths import ROOT
from tests.signing import pair, signed

MOMENT = parse_now(NOW)
Way = Callable[[Path], str]


def unsigned(place: Path) -> dict[str, bytes]:
    files = archive.read((place / "ours.tar.gz").read_bytes())
    files.pop(".signatures.json")
    return files


def a_folder(place: Path) -> str:
    write(place / "unpacked", {name: content.decode() for name, content in unsigned(place).items()})
    return "unpacked"


def a_tarball(place: Path) -> str:
    (place / "unsigned.tar.gz").write_bytes(archive.write(unsigned(place)))
    return "unsigned.tar.gz"


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    assert MOMENT is not None
    files = build.files(definition.read(ROOT / "bundles" / "pr.yaml", shipped()), created=MOMENT)
    return signed(files, scope="prod")


@pytest.fixture
def place(tmp_path: Path, ours: bytes) -> Path:
    (tmp_path / "ours.tar.gz").write_bytes(ours)
    claims = {"keyid": "release", "scope": "prod"}
    texts = {"release.pem": pair("release").private, "claims.json": json.dumps(claims)}
    return write(tmp_path, {"k8s/pods.yaml": stream(privileged(), pod("b", "other")), **texts})


def rebuilt(place: Path, way: Way, *options: str, sign: bool = True) -> str:
    signing = ["--signing-key", "release.pem", "--claims-file", "claims.json"] if sign else []
    command = [need("opa"), "build", "--bundle", way(place), "-o", "theirs.tar.gz", *signing, *options]
    subprocess.run(command, cwd=place, check=True, capture_output=True)
    return "theirs.tar.gz"


def report(place: Path, bundle: str, engine: str = "embedded", *, sign: bool = True) -> dict[str, Any]:
    key = keys.verification_key(pair("release").public.encode(), keyid="release")
    proof: dict[str, Any] = {"verification_keys": [key], "scope": "prod"} if sign else {}
    gate = Gate.load(bundle=bundle, engine=engine, now=NOW, base=place, isolated=False, **proof)
    found = gate.check(["k8s"]).to_dict()
    return {**found, "engine": None, "bundle": {**found["bundle"], "sha256": None}}


@pytest.mark.parametrize("engine", [name for name in engines.names() if name != "opa-server"])
@pytest.mark.parametrize("way", [a_folder, a_tarball])
def test_a_bundle_that_opa_built_and_signed_gives_the_same_report(place: Path, way: Way, engine: str) -> None:
    expected = report(place, "ours.tar.gz")
    assert "GL-K8S-001" in {finding["rule"] for finding in expected["findings"]}
    assert report(place, rebuilt(place, way), need_engine(engine)) == expected


@pytest.mark.parametrize("way", [a_folder, a_tarball])
def test_one_that_opa_built_and_nobody_signed_does_too(place: Path, way: Way) -> None:
    found = report(place, rebuilt(place, way, sign=False), sign=False)
    assert found["bundle"].pop("signed_by") is None
    expected = report(place, "ours.tar.gz")
    assert expected["bundle"].pop("signed_by") == "release"
    assert found == expected


@pytest.mark.parametrize("way", [a_folder, a_tarball])
def test_looking_at_it_shows_the_same(place: Path, way: Way) -> None:
    def shown(bundle: str) -> dict[str, Any]:
        assert MOMENT is not None
        found = loading.read(place / bundle, loading.Trust(), now=MOMENT, verified=False)
        about = inspecting.describe(found)
        return {key: about[key] for key in ("revision", "fixes", "roots", "rules")}

    expected = shown("ours.tar.gz")
    assert len(expected["rules"]) > 20
    assert shown(rebuilt(place, way)) == expected


def test_an_optimized_bundle_verifies_and_does_not_run(place: Path) -> None:
    bundle = rebuilt(place, a_folder, "--optimize", "1", "--entrypoint", "gatelib/main/deny")
    key = keys.verification_key(pair("release").public.encode(), keyid="release")
    assert MOMENT is not None
    found = loading.read(place / bundle, loading.Trust(keys=[key], scope="prod"), now=MOMENT)
    assert found.signer is not None
    with pytest.raises(PolicyError, match="may not be in a bundle"):
        report(place, bundle)

"""gatelib's bundles in Open Policy Agent, and Open Policy Agent's in gatelib."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from gatelib.bundle import archive, oci
from gatelib.export.conftest import entry as conftest_entry
from tests.acceptance.command import Done, gatelib
from tests.engines import need
from tests.hot_reload import REVIEW, SCOPE, Release
from tests.opa_server import Server, opa_server
from tests.polling import Files, configuration
from tests.registry import registry
from tests.signing import pair, signed

ALGORITHMS = ["RS256", "PS256", "ES256", "ES512", "EdDSA", "HS256"]
IN_A_CONFIGURATION = ["RS256", "PS256", "ES256", "HS256"]
"""OPA knows EdDSA on its command line only."""


@cache
def release() -> Release:
    return Release(1)


def keys(folder: Path, algorithm: str, name: str = "release") -> tuple[Path, Path]:
    """Write the two keys, and return their files."""
    made = pair(name, algorithm)
    private, public = folder / f"{name}.key", folder / f"{name}.pub"
    private.write_text(made.private, "utf-8")
    public.write_text(made.public, "utf-8")
    return private, public


def judges(server: Server) -> bool:
    status, answer = server.ask("POST", "/", REVIEW)
    return status == 200 and release().answers(json.dumps(answer).encode())


# gatelib's in OPA.


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_opa_loads_a_file(algorithm: str, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.tar.gz"
    bundle.write_bytes(signed(release().files, scope=SCOPE, algorithm=algorithm))
    _, public = keys(tmp_path, algorithm)
    with opa_server(
        "--bundle", bundle, "--scope", SCOPE, "--signing-alg", algorithm,
        "--verification-key", pair("release", algorithm).public if algorithm.startswith("HS") else public,
        "--verification-key-id", "release", "--set", "default_decision=gatelib/admission/review",
    ) as server:  # fmt: skip
        assert judges(server)


@pytest.mark.parametrize("algorithm", IN_A_CONFIGURATION)
def test_opa_polls_http(algorithm: str, tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    with Files() as files:
        files.put("gatelib.tar.gz", signed(release().files, scope=SCOPE, algorithm=algorithm))
        settings = configuration(files.url, pair("release", algorithm).public, scope=SCOPE)
        settings["keys"]["release"]["algorithm"] = algorithm
        config.write_text(json.dumps(settings), "utf-8")
        with opa_server("--config-file", config) as server:
            assert judges(server)


@pytest.mark.parametrize("by", ["tag", "digest"])
def test_opa_polls_a_registry(by: str, tmp_path: Path) -> None:
    with registry(tmp_path / "registry") as address:
        name = f"{address}/policies/gatelib"
        bundle = signed(release().files, scope=SCOPE)
        digest = oci.push(f"{name}:1", bundle, entry=conftest_entry(), plain_http=True)
        resource = f"{name}:1" if by == "tag" else f"{name}@{digest}"
        settings = configuration(f"http://{address}", pair("release").public, scope=SCOPE, resource=resource)
        settings["services"]["policies"]["type"] = "oci"
        settings["persistence_directory"] = str(tmp_path / "persisted")
        config = tmp_path / "config.json"
        config.write_text(json.dumps(settings), "utf-8")
        with opa_server("--config-file", config) as server:
            assert judges(server)


def test_opa_takes_a_team_s_own_bundle_beside_ours(tmp_path: Path) -> None:
    """Our roots are narrow enough, and a bundle of data takes its place among them."""
    own = {
        ".manifest": b'{"revision": "1", "roots": ["gatelib/params"], "rego_version": 1}',
        "gatelib/params/data.json": b'{"otel": {"annotations_any_of": ["a"]}}',
    }
    config = tmp_path / "config.json"
    with Files() as files:
        files.put("gatelib.tar.gz", release().signed)
        files.put("own.tar.gz", signed(own, scope=SCOPE))
        settings = configuration(files.url, pair("release").public, scope=SCOPE)
        settings["bundles"]["own"] = {**settings["bundles"]["gatelib"], "resource": "own.tar.gz"}
        config.write_text(json.dumps(settings), "utf-8")
        with opa_server("--config-file", config) as server:
            assert judges(server)
            _, answer = server.ask("GET", "/v1/data/gatelib/params")
            assert answer["result"] == {"otel": {"annotations_any_of": ["a"]}}


# OPA's in gatelib.


def unpacked(files: Mapping[str, bytes], folder: Path) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def opa(*arguments: str | Path, cwd: Path) -> None:
    subprocess.run([need("opa"), *map(str, arguments)], cwd=cwd, check=True, capture_output=True)


def built_by_opa(folder: Path, algorithm: str) -> Path:
    """A bundle of gatelib's sources that `opa build` makes and signs at once."""
    bundle = folder / "built.tar.gz"
    source = unpacked(release().files, folder / "source")
    private, _ = keys(folder, algorithm)
    claims = folder / "claims.json"
    claims.write_text(json.dumps({"keyid": "release", "scope": SCOPE}), "utf-8")
    key = pair("release", algorithm).private if algorithm.startswith("HS") else private
    opa(
        "build", "--bundle", source, "--output", bundle, "--signing-key", key, "--signing-alg", algorithm,
        "--claims-file", claims, cwd=folder,
    )  # fmt: skip
    return bundle


def signed_by_opa(folder: Path, algorithm: str) -> Path:
    """A bundle that `opa build` makes, and `opa sign` signs afterwards."""
    bundle = folder / "signed.tar.gz"
    private, _ = keys(folder, algorithm)
    claims = folder / "claims.json"
    claims.write_text(json.dumps({"keyid": "release", "scope": SCOPE}), "utf-8")
    key = pair("release", algorithm).private if algorithm.startswith("HS") else private
    opa("build", "--bundle", unpacked(release().files, folder / "source"), "--output", bundle, cwd=folder)
    with tarfile.open(bundle) as tar:
        files = {
            member.name.lstrip("/"): entry.read() for member in tar if (entry := tar.extractfile(member))
        }
    unpacked(files, folder / "unsigned")
    opa(
        "sign", "--bundle", ".", "--signing-key", key, "--signing-alg", algorithm, "--claims-file", claims,
        "--output-file-path", folder, cwd=folder / "unsigned",
    )  # fmt: skip
    files[".signatures.json"] = (folder / ".signatures.json").read_bytes()
    with tarfile.open(bundle, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return bundle


def verified(bundle: Path, folder: Path, algorithm: str, scope: str = SCOPE) -> Done:
    named = ["--algorithm", algorithm] if algorithm.startswith("HS") else []
    key = f"release={folder / 'release.pub'}"
    return gatelib(
        "bundle", "verify", bundle, "--verification-key", key, "--scope", scope, *named, cwd=folder
    )


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA", "HS256"])
@pytest.mark.parametrize("make", [built_by_opa, signed_by_opa])
def test_what_opa_signs_is_verified(make: object, algorithm: str, tmp_path: Path) -> None:
    assert callable(make)
    bundle = make(tmp_path, algorithm)
    done = verified(bundle, tmp_path, algorithm)
    assert done.code == 0, done.complaint
    assert release().revision in done.text


@pytest.mark.parametrize("make", [built_by_opa, signed_by_opa])
def test_what_opa_signs_is_refused_once_it_is_changed(make: object, tmp_path: Path) -> None:
    assert callable(make)
    bundle = make(tmp_path, "RS256")
    assert verified(bundle, tmp_path, "RS256", scope="pr").code == 3
    files = archive.read(bundle.read_bytes())
    for name in files:
        if name != ".signatures.json":
            changed = {**files, name: files[name].replace(b"gatelib", b"gatelip", 1)}
            assert changed != files
            bundle.write_bytes(archive.write(changed))
            done = verified(bundle, tmp_path, "RS256")
            assert (done.code, name in done.complaint) == (3, True), (name, done.complaint)
            break


def test_opa_verifies_the_bundles_it_built_as_gatelib_does(tmp_path: Path) -> None:
    bundle = built_by_opa(tmp_path, "ES256")
    with opa_server(
        "--bundle", bundle, "--scope", SCOPE, "--signing-alg", "ES256",
        "--verification-key", tmp_path / "release.pub", "--verification-key-id", "release",
        "--set", "default_decision=gatelib/admission/review",
    ) as server:  # fmt: skip
        assert judges(server)

"""Bundles in a real registry: gatelib, OPA and Conftest have the same from there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import orjson
import pytest

from gatelib.bundle import archive, artifact, build, definition, oci
from gatelib.errors import RegistryError
from gatelib.export import conftest
from gatelib.policy import Policy, shipped
from tests.acceptance.command import gatelib, privileged, stream, write
from tests.artifacts import ENTRY, REVISION, files, tarball
from tests.engines import need
from tests.opa_server import Server, opa_server
from tests.polling import configuration, revision, wait_for
from tests.registry import PASSWORD, USER, blob, docker_config, registry
from tests.signing import pair, signed

NOW = datetime(2026, 11, 22, tzinfo=timezone.utc)
LATER = "2026-11-23T00:00:00Z-ba9876543210"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the registry of this module keeps what it has."""
    return tmp_path_factory.mktemp("registry")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """A registry that knows nobody and takes everything."""
    with registry(folder) as found:
        yield found


def push(reference: str, bundle: bytes, entry: bytes = ENTRY, **settings: Any) -> str:
    return oci.push(reference, bundle, entry=entry, plain_http=True, **settings)


def pull(reference: str, **settings: Any) -> oci.Pulled:
    return oci.pull(reference, plain_http=True, **settings)


def test_what_is_pushed_is_pulled_by_tag_and_by_digest(address: str) -> None:
    pushed = push(f"{address}/policies/twice:1", tarball())
    assert pushed == artifact.digest_of(artifact.compose(tarball(), ENTRY).manifest)
    for reference in (f"{address}/policies/twice:1", f"{address}/policies/twice@{pushed}"):
        assert pull(reference) == oci.Pulled(tarball(), pushed, reference)


def test_pushing_again_changes_nothing(address: str) -> None:
    first = push(f"{address}/policies/again:1", tarball())
    assert push(f"{address}/policies/again:1", tarball()) == first
    assert push(f"{address}/policies/again:2", tarball()) == first
    other = push(f"{address}/policies/again:1", tarball(revision=LATER))
    assert pull(f"{address}/policies/again:1").tarball == tarball(revision=LATER)
    assert pull(f"{address}/policies/again@{first}").tarball == tarball()
    assert other != first


@pytest.mark.parametrize("repository", ["pr", "team.a/pr", "a/b/c/d__e"])
def test_a_repository_may_have_any_name_that_the_specification_allows(address: str, repository: str) -> None:
    push(f"{address}/{repository}:1", tarball())
    assert pull(f"{address}/{repository}:1").tarball == tarball()
    port = address.partition(":")[2]
    assert pull(f"localhost:{port}/{repository}:1").tarball == tarball()


def test_a_bundle_of_exceptions_is_pushed_without_an_entry(address: str) -> None:
    bundle = archive.write(build.data_files([], None, created=NOW))
    push(f"{address}/policies/exceptions:1", bundle)
    assert pull(f"{address}/policies/exceptions:1").tarball == bundle


@pytest.mark.parametrize(
    "reference", ["policies/absent:1", "policies/twice:absent", f"policies/twice@sha256:{'0' * 64}"]
)
def test_what_is_not_there_is_an_error(address: str, reference: str) -> None:
    push(f"{address}/policies/twice:1", tarball())
    with pytest.raises(RegistryError, match="has nothing there"):
        pull(f"{address}/{reference}")


# OPA


def polling(address: str, reference: str, folder: Path) -> Path:
    """Write a configuration by which OPA polls a signed bundle from a registry, and return it."""
    settings = configuration(f"http://{address}", pair("release").public)
    settings["services"]["policies"]["type"] = "oci"
    settings["bundles"]["gatelib"] |= {
        "resource": f"{address}/{reference}",
        "polling": {"min_delay_seconds": 1, "max_delay_seconds": 1},
    }
    settings["persistence_directory"] = str(folder / "persisted")
    path = folder / "opa.json"
    path.write_text(json.dumps(settings))
    return path


def message(server: Server) -> Any:
    return server.ask("GET", "/v1/data/gatelib/main/message")


def test_opa_polls_a_signed_bundle_by_digest(address: str, tmp_path: Path) -> None:
    digest = push(f"{address}/policies/fixed:1", signed(files()))
    push(f"{address}/policies/fixed:1", signed(files(revision=LATER)))
    with opa_server("--config-file", polling(address, f"policies/fixed@{digest}", tmp_path)) as server:
        assert message(server) == (200, {"result": f"this is {REVISION}"})


def test_opa_takes_what_is_pushed_under_its_tag_and_keeps_it_from_forgers(
    address: str, tmp_path: Path
) -> None:
    reference = f"{address}/policies/moving:1"
    push(reference, signed(files()))
    with opa_server("--config-file", polling(address, "policies/moving:1", tmp_path)) as server:
        assert message(server) == (200, {"result": f"this is {REVISION}"})
        push(reference, signed(files(revision=LATER)))
        wait_for(lambda: revision(server) == LATER, "the activation of a later bundle")
        push(reference, signed(files(revision="2026-11-24T00:00:00Z-forged"), name="forger"))
        wait_for(lambda: "verify JWT signature" in server.log.read_text(), "the refusal of a forged bundle")
        assert message(server) == (200, {"result": f"this is {LATER}"})


# Conftest


def run(*command: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [need(str(command[0])), *map(str, command[1:])],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_conftest_gets_the_signed_files_the_entry_and_nothing_else(address: str, tmp_path: Path) -> None:
    given = files({"more/a/data.json": b"{}", "more/b/data.json": b"{}", "more/readme.md": b"# More\n"})
    bundle = signed(given)
    push(f"{address}/policies/conftest:1", bundle)
    done = run("conftest", "pull", f"oci://{address}/policies/conftest:1", folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    del given[".manifest"], given["more/readme.md"]
    assert tree(tmp_path / "policy") == {**given, "main.rego": ENTRY, "bundle.tar.gz": bundle}


def test_conftest_takes_a_bundle_of_more_than_four_mebibytes(address: str, tmp_path: Path) -> None:
    bundle = tarball({"more/data.json": b'"' + b"x" * 5_000_000 + b'"'})
    push(f"{address}/policies/large:1", bundle)
    done = run("conftest", "pull", f"oci://{address}/policies/large:1", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "policy/bundle.tar.gz").read_bytes() == bundle


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    """The rules of a gate that takes what Conftest can give."""
    path = tmp_path_factory.mktemp("definition") / "definition.yaml"
    path.write_bytes(orjson.dumps({"name": "pr", "gate": "pr", "inputs": ["envelope", "combined"]}))
    return definition.read(path, shipped())


def judged(folder: Path, policies: Path) -> list[Mapping[str, Any]]:
    """What Conftest says of a privileged Pod, in its order of nothing in particular."""
    write(folder, {"pod.yaml": stream(privileged())})
    options = ["--combine", "--show-builtin-errors", "--output", "json"]
    done = run("conftest", "test", *options, "-p", policies, "-d", policies, "pod.yaml", folder=folder)
    [result] = json.loads(done.stdout)
    found = [*result.get("failures", []), *result.get("warnings", [])]
    assert done.returncode == 1
    return sorted(found, key=lambda finding: str(finding["msg"]))


def test_conftest_decides_by_what_it_pulls_as_by_what_is_exported(
    address: str, tmp_path: Path, policy: Policy
) -> None:
    bundle = archive.write(build.files(policy, created=NOW))
    push(f"{address}/policies/pr:1", bundle, conftest.entry())
    assert run("conftest", "pull", f"oci://{address}/policies/pr:1", folder=tmp_path).returncode == 0
    for name, content in conftest.files(policy).items():
        target = tmp_path / "exported" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    pulled = judged(tmp_path, tmp_path / "policy")
    assert pulled == judged(tmp_path, tmp_path / "exported/policy")
    assert "GL-K8S-001" in {finding["metadata"]["rule"] for finding in pulled}


@pytest.mark.parametrize("name", ["gatelib/main.rego", "main.rego", "bundle.tar.gz"])
def test_a_file_that_was_changed_in_the_registrys_storage_is_refused(tmp_path: Path, name: str) -> None:
    with registry(tmp_path / "registry") as address:
        push(f"{address}/pr:1", tarball())
        content = {"gatelib/main.rego": files()["gatelib/main.rego"], "main.rego": ENTRY}.get(name, tarball())
        blob(tmp_path / "registry", artifact.digest_of(content)).write_bytes(
            content.replace(b"gatelib", b"GATELIB")
        )
        with pytest.raises(RegistryError, match=f"layer `{name}`"):
            pull(f"{address}/pr:1")
        assert run("conftest", "pull", f"oci://{address}/pr:1", folder=tmp_path).returncode == 1


# Credentials


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry that asks who is there."""
    with registry(tmp_path_factory.mktemp("guarded"), with_users=True) as found:
        yield found


def test_credentials_of_docker_open_a_registry(guarded: str, tmp_path: Path) -> None:
    config = docker_config(tmp_path, guarded)
    pushed = push(f"{guarded}/policies/pr:1", tarball(), docker_config=config)
    assert pull(f"{guarded}/policies/pr@{pushed}", docker_config=config).tarball == tarball()


@pytest.mark.parametrize("password", [None, "wrong", ""])
def test_without_the_right_credentials_a_registry_stays_shut(
    guarded: str, tmp_path: Path, password: str | None
) -> None:
    config = None if password is None else docker_config(tmp_path, guarded, password=password)
    with pytest.raises(RegistryError, match="does not know who is asking"):
        pull(f"{guarded}/policies/pr:1", docker_config=config)
    with pytest.raises(RegistryError, match="does not know who is asking"):
        push(f"{guarded}/policies/pr:1", tarball(), docker_config=config)


def test_a_credential_helper_opens_a_registry(
    guarded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper = tmp_path / "docker-credential-test"
    helper.write_text(f"#!/bin/sh\necho '{json.dumps({'Username': USER, 'Secret': PASSWORD})}'\n")
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"credHelpers": {guarded: "test"}}))
    push(f"{guarded}/policies/helped:1", tarball(), docker_config=config)
    assert pull(f"{guarded}/policies/helped:1", docker_config=config).tarball == tarball()


# The command


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A folder with public keys, and with a signed bundle whose entry is gatelib's."""
    policy = shipped()
    bundle = signed(build.files(policy, created=NOW))
    (tmp_path / "pr.tar.gz").write_bytes(bundle)
    return write(tmp_path, {f"{name}.pub": pair(name).public for name in ("release", "forger")})


def test_the_command_pushes_and_pulls(guarded: str, keys: Path) -> None:
    docker_config(keys / "docker", guarded)
    reference = f"{guarded}/policies/command:1"
    environment = {"DOCKER_CONFIG": str(keys / "docker"), "http_proxy": "http://192.0.2.1:9"}
    pushed = gatelib("bundle", "push", "pr.tar.gz", reference, "--plain-http", cwd=keys, env=environment)
    assert (pushed.code, pushed.complaint) == (0, "")
    pinned = pushed.text.strip()
    assert pinned.startswith(f"{guarded}/policies/command@sha256:")
    for source in (reference, pinned):
        trust = ["--verification-key", "release=release.pub", "--min-revision", "2026-11-22T00:00:00Z"]
        options = ["-o", "got.tar.gz", "--plain-http", *trust]
        pulled = gatelib("bundle", "pull", source, *options, cwd=keys, env=environment)
        assert (pulled.code, pulled.text, pulled.complaint) == (0, pushed.text, "")
        assert (keys / "got.tar.gz").read_bytes() == (keys / "pr.tar.gz").read_bytes()
        (keys / "got.tar.gz").unlink()


REFUSED = {
    "no key": ([], "no key is given to verify it with"),
    "another key": (["--verification-key", "release=forger.pub"], "was not made by a key that may sign"),
    "another key's ID": (["--verification-key", "old=release.pub"], "names the key `release`"),
    "another scope": (["--verification-key", "release=release.pub", "--scope", "x"], "for the scope"),
    "too old": (
        ["--verification-key", "release=release.pub", "--min-revision", "2026-11-22T00:00:01Z"],
        "is older than `2026-11-22T00:00:01Z`",
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_the_command_writes_nothing_that_proves_nothing(address: str, keys: Path, why: str) -> None:
    options, message = REFUSED[why]
    reference = f"{address}/policies/refused:1"
    push(reference, (keys / "pr.tar.gz").read_bytes(), conftest.entry())
    done = gatelib("bundle", "pull", reference, "-o", "got.tar.gz", "--plain-http", *options, cwd=keys)
    assert (done.code, done.out) == (3, b"")
    assert message in done.complaint
    assert not (keys / "got.tar.gz").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["push", "pr.tar.gz", "registry.example.com/pr:1", "--plain-http"], 2, "plain HTTP is for"),
        (["push", "pr.tar.gz", "registry.example.com/pr"], 2, "must end with a tag"),
        (["push", "absent.tar.gz", "registry.example.com/pr:1"], 3, "cannot be read"),
        (["push", "release.pub", "127.0.0.1:1/pr:1", "--plain-http"], 3, "no gzipped tar"),
        (["pull", "127.0.0.1:1/pr:1", "-o", "x", "--plain-http"], 3, "cannot be reached"),
        (["pull", "127.0.0.1:1/pr:1", "-o", "x", "--timeout", "0"], 2, "timeout"),
    ],
)
def test_the_command_says_what_is_wrong(keys: Path, arguments: list[str], code: int, complaint: str) -> None:
    done = gatelib("bundle", *arguments, cwd=keys)
    assert (done.code, done.out) == (code, b"")
    assert complaint in done.complaint
    assert not (keys / "x").exists()


def test_the_command_says_what_to_install(keys: Path) -> None:
    code = "import sys; sys.modules['oras'] = None; from gatelib.cli.main import main; main()"
    command = [sys.executable, "-c", code, "bundle", "pull", "registry.example.com/pr:1", "-o", "x"]
    done = subprocess.run(command, cwd=keys, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'gatelib[oci]'" in done.stderr

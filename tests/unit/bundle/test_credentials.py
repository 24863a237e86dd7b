"""Which credentials Docker's configuration has for a registry."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from gatelib.bundle.credentials import Credentials, find
from gatelib.errors import UsageError

HOST = "registry.example.com:5000"


def auth(text: str) -> dict[str, str]:
    return {"auth": b64encode(text.encode()).decode()}


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write a configuration and helpers, and return what is found in it."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")

    def look(settings: Any, registry: str = HOST, timeout: float = 10, **helpers: str) -> Credentials | None:
        (tmp_path / "bin").mkdir(exist_ok=True)
        for name, script in helpers.items():
            path = tmp_path / "bin" / f"docker-credential-{name}"
            path.write_text(f"#!/bin/sh\n{script}\n")
            path.chmod(0o755)
        config = tmp_path / "config.json"
        config.write_text(settings if isinstance(settings, str) else json.dumps(settings))
        return find(config, registry, timeout=timeout)

    return look


@pytest.mark.parametrize("key", [HOST, f"https://{HOST}", f"https://{HOST}/v2/", f"http://{HOST}/v1/"])
def test_a_registry_is_found_however_docker_has_written_it(configured: Any, key: str) -> None:
    assert configured({"auths": {key: auth("nina:a:b")}}) == Credentials("nina", "a:b")


@pytest.mark.parametrize(
    "key", ["registry.example.com", "registry.example.com:500", f"x.{HOST}", f"{HOST}.x", f"user@{HOST}"]
)
def test_another_registrys_credentials_are_not_taken(configured: Any, key: str) -> None:
    assert configured({"auths": {key: auth("nina:a")}}) is None


def test_the_registry_itself_comes_before_its_other_spellings(configured: Any) -> None:
    entries = {f"https://{HOST}": auth("old:1"), HOST: auth("new:2")}
    assert configured({"auths": entries}) == Credentials("new", "2")


def test_docker_hub_has_a_key_of_its_own(configured: Any) -> None:
    entries = {"https://index.docker.io/v1/": auth("nina:a")}
    assert configured({"auths": entries}, "docker.io") == Credentials("nina", "a")


@pytest.mark.parametrize(
    "settings", [{}, {"auths": {}}, {"auths": {HOST: {}}}, {"auths": None, "credHelpers": None}]
)
def test_a_registry_that_nobody_has_logged_in_to_has_none(configured: Any, settings: Any) -> None:
    assert configured(settings) is None


def test_no_configuration_has_none(tmp_path: Path) -> None:
    assert find(tmp_path / "config.json", HOST, timeout=1) is None


@pytest.mark.parametrize(
    "settings",
    [
        "",
        "x",
        "[]",
        "[" * 100_000,
        {"auths": ["x"]},
        {"auths": {HOST: "x"}},
        {"auths": {HOST: {"auth": "!"}}},
        {"auths": {HOST: {"auth": 7}}},
        {"auths": {HOST: auth("nina")}},
    ],
)
def test_a_configuration_of_another_form_is_refused(configured: Any, settings: Any) -> None:
    with pytest.raises(UsageError, match="not of its form"):
        configured(settings)


@pytest.mark.parametrize("token", ["identitytoken", "registrytoken"])
def test_a_token_of_another_kind_is_said_to_be_of_no_use(configured: Any, token: str) -> None:
    with pytest.raises(UsageError, match="identity token"):
        configured({"auths": {HOST: {**auth("nina:a"), token: "x"}}})


ANSWER = f"""test "$(cat)" = "{HOST}" && echo '{{"Username": "nina", "Secret": "s: \\u00e9"}}'"""


@pytest.mark.parametrize(
    "settings", [{"credsStore": "one"}, {"credHelpers": {HOST: "one"}, "credsStore": "two"}]
)
def test_a_helper_is_asked_for_the_registry(configured: Any, settings: Any) -> None:
    settings = {**settings, "auths": {HOST: auth("other:x")}}
    assert configured(settings, one=ANSWER, two="exit 7") == Credentials("nina", "s: é")


def test_a_helper_that_has_none_leaves_it_to_the_file(configured: Any) -> None:
    settings = {"credsStore": "one", "auths": {HOST: auth("nina:a")}}
    nothing = "echo 'credentials not found in native keychain'; exit 1"
    assert configured(settings, one=nothing) == Credentials("nina", "a")


@pytest.mark.parametrize(
    ("helper", "message"),
    [
        ("exit 1", "failed with the code 1"),
        ("echo '{}'", "not of its form"),
        ("echo '[]'", "not of its form"),
        ("echo secret", "not of its form"),
        ('echo \'{"Username": "nina", "Secret": 1}\'', "not of its form"),
        ('echo \'{"Username": "<token>", "Secret": "x"}\'', "identity token"),
        ("sleep 30", "did not answer"),
    ],
)
def test_a_helper_that_fails_is_no_helper_without_credentials(
    configured: Any, helper: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        configured({"credsStore": "one", "auths": {HOST: auth("nina:a")}}, one=helper, timeout=0.5)


@pytest.mark.parametrize("name", ["absent", "../bin/docker-credential-one", "a b", "-x", 7])
def test_a_helper_that_is_not_on_the_path_is_an_error(configured: Any, name: object) -> None:
    with pytest.raises(UsageError, match="there is no `docker-credential-"):
        configured({"credsStore": name}, one="exit 0")


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(Credentials("nina", "secret"))

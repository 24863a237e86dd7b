"""Which workspace a command works on: that of the nearest configuration, or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatelib.authoring.suite import Suite
from gatelib.authoring.workspace import open_
from gatelib.cli.workspaces import located
from gatelib.errors import ConfigError, PolicyError
from tests.unit.teams import rule


@pytest.fixture
def inner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with a configuration of its own, below a workspace."""
    (tmp_path / "gatelib.yaml").write_text("policies: [policies]\n")
    folder = tmp_path / "inner"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_a_configuration_without_policies_leaves_it_to_the_next_one(inner: Path) -> None:
    (inner / "gatelib.yaml").write_text("gate: pr\n")
    assert located((), ()).base == inner.parent


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("policies: policies\n", "gatelib.yaml:1:11: `policies` must be a list of folders"),
        ("gate: pr\npolicies: [1]\n", "gatelib.yaml:2:11: `policies` must be a list of folders"),
    ],
)
def test_a_configuration_that_is_wrong_is_not_passed_over(inner: Path, text: str, message: str) -> None:
    (inner / "gatelib.yaml").write_text(text)
    with pytest.raises(ConfigError) as error:
        located((), ())
    assert str(error.value) == f"{inner}/{message}"


def test_a_configuration_that_is_no_yaml_is_not_passed_over(inner: Path) -> None:
    (inner / "gatelib.yaml").write_text("policies: [policies\n")
    with pytest.raises(ConfigError) as error:
        located((), ())
    assert error.value.file == f"{inner}/gatelib.yaml"


def test_a_file_of_tests_without_a_package_is_refused(tmp_path: Path) -> None:
    rule(tmp_path / "policies", "")
    (tmp_path / "policies" / "own_test.rego").write_text("no rego\n")
    with pytest.raises(PolicyError) as error:
        _ = Suite(open_([tmp_path / "policies"], [], tmp_path)).tests
    assert str(error.value) == "policies/own_test.rego: has no `package gatelib.…` on a line of its own"

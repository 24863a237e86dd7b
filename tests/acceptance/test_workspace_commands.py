"""What the commands of the workbench share: they find their workspace, and an empty one is no pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.command import Done, gatelib
from tests.unit.teams import DENY_BAD, rule

NOTHING = {
    "lint": "there are no policies",
    "mutate": "there is no rule to change",
    "test": "there are no tests and no fixtures",
    "coverage": "there are no policies",
}


def run(base: Path, *arguments: str) -> Done:
    return gatelib("rules", *arguments, cwd=base)


@pytest.fixture
def team(tmp_path: Path) -> Path:
    (tmp_path / "gatelib.yaml").write_text("policies: [policies]\n")
    (tmp_path / "policies").mkdir()
    return tmp_path


@pytest.mark.parametrize("command", NOTHING)
def test_a_workspace_without_rules_passes_nothing(team: Path, command: str) -> None:
    done = run(team, command)
    assert (done.code, done.text) == (2, "")
    assert done.complaint.startswith(f"gatelib: {NOTHING[command]}\n")


def test_rules_of_ones_own_are_listed_and_shown_in_their_workspace(team: Path) -> None:
    rule(team / "policies", DENY_BAD)
    below = team / "policies"
    listed = run(below, "list", "--gate", "pr").text.splitlines()
    assert listed[0] == "ACME-001  high      A rule of one's own"
    assert all(line.startswith("GL-") for line in listed[1:])
    assert run(below, "show", "acme-001").text.startswith("ACME-001: A rule of one's own\n")


def test_rules_of_ones_own_are_listed_where_their_folder_is_named(team: Path) -> None:
    rule(team / "policies", DENY_BAD)
    elsewhere = team / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "gatelib.yaml").write_text("gate: pr\n")
    assert run(elsewhere, "list", "--policies", "../policies").text.startswith("ACME-001")


def test_what_is_wrong_with_the_nearest_workspace_is_said_by_its_place(team: Path) -> None:
    (team / "gatelib.yaml").write_text("policies: policies\n")
    done = run(team, "list")
    assert (done.code, done.text) == (2, "")
    assert "gatelib.yaml:1" in done.complaint


def test_each_policy_of_a_folder_is_mutated(team: Path) -> None:
    rule(team / "policies" / "one", DENY_BAD, id="ACME-001", name="one")
    rule(team / "policies" / "two", DENY_BAD.replace("ACME-001", "ACME-002"), id="ACME-002", name="two")
    text = run(team, "mutate", "policies/two", "--jobs", "1").text
    assert "ACME-002: " in text and "ACME-001: " not in text

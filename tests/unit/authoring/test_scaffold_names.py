"""What teams, rules and IDs may be called."""

from __future__ import annotations

import pytest

from gatelib.authoring.scaffold import names
from gatelib.errors import UsageError


@pytest.mark.parametrize("name", ["acme", "a", "pay_ments2", "x" * 40])
def test_a_part_of_a_package_is_a_name(name: str) -> None:
    assert names.team(name) == name
    assert names.rule(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "Acme", "1st", "_a", "a-b", "a b", "a.b", "é", "../x", "a/b", "a\n", "x" * 41, "in", "some"],
)
def test_what_is_no_part_of_a_package_is_no_name(name: str) -> None:
    with pytest.raises(UsageError):
        names.team(name)
    with pytest.raises(UsageError):
        names.rule(name)


@pytest.mark.parametrize("name", ["kubernetes", "exceptions", "data", "core"])
def test_a_team_is_none_of_the_librarys_domains(name: str) -> None:
    with pytest.raises(UsageError, match=f"^`{name}` is the library's own"):
        names.team(name)


def test_a_rule_is_not_called_as_tests_are() -> None:
    with pytest.raises(UsageError, match=r"^`replicas_test` is what tests are called"):
        names.rule("replicas_test")


@pytest.mark.parametrize("prefix", ["ACME", "A", "ACME-PAY", "GLX", "A1-2B"])
def test_a_prefix_is_capitals_digits_and_dashes(prefix: str) -> None:
    assert names.prefix(prefix) == prefix


@pytest.mark.parametrize("prefix", ["", "acme", "1A", "A-", "-A", "A--B", "A_B", "GL", "GL-PAY", "A\n"])
def test_what_is_no_prefix_or_the_librarys_is_refused(prefix: str) -> None:
    with pytest.raises(UsageError):
        names.prefix(prefix)


@pytest.mark.parametrize(("team", "prefix"), [("acme", "ACME"), ("pay_ments", "PAY-MENTS"), ("pay_", "PAY")])
def test_a_teams_name_gives_its_prefix(team: str, prefix: str) -> None:
    assert names.prefix_of(team) == prefix


def test_the_next_id_is_the_one_after_the_highest_of_its_prefix() -> None:
    used = ["ACME-001", "ACME-007", "ACME-PAY-040", "GL-K8S-015", "README", "ACME-0100"]
    assert names.next_id("ACME", used) == "ACME-008"
    assert names.next_id("ACME-PAY", used) == "ACME-PAY-041"
    assert names.next_id("SHOP", used) == "SHOP-001"


def test_after_the_last_id_there_is_none() -> None:
    with pytest.raises(UsageError, match=r"^`ACME-999` is used"):
        names.next_id("ACME", ["ACME-999"])

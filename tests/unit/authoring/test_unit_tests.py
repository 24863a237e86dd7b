"""Which Rego unit tests a file holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatelib.authoring.unit_tests import in_packages
from gatelib.authoring.workspace import TestFile
from gatelib.errors import PolicyError
from gatelib.policy import Module


def file(text: str, name: str = "a_test.rego") -> TestFile:
    return TestFile(Module(name, f"package gatelib.rules.t.a_test\n\n{text}"), Path(name), name)


def found(*texts: str) -> list[tuple[str, int, str]]:
    files = [file(text, f"{number}_test.rego") for number, text in enumerate(texts)]
    return [(test.name, test.line, test.skipped) for tests in in_packages(files).values() for test in tests]


def refused(*texts: str) -> tuple[str, int | None]:
    with pytest.raises(PolicyError) as caught:
        found(*texts)
    return caught.value.message, caught.value.line


def test_tests_are_found_by_their_names_in_the_order_of_their_files() -> None:
    assert found("test_b if true\n\nhelper := 1\n\ntest_a if helper == 1\n", "test_c if true\n") == [
        ("test_b", 3, ""),
        ("test_a", 7, ""),
        ("test_c", 3, ""),
    ]


def test_a_test_that_is_still_to_do_is_skipped_and_said() -> None:
    assert found("todo_test_a if false\n") == [("todo_test_a", 3, "its name says that it is still to do")]


def test_what_opa_fmt_has_not_seen_is_found_all_the_same() -> None:
    assert found("  test_a if true\n\ttest_b := true\ntest_c := true\n") == [
        ("test_a", 3, ""),
        ("test_b", 4, ""),
        ("test_c", 5, ""),
    ]


def test_names_in_texts_and_comments_are_no_tests() -> None:
    assert found(
        '# test_a\ntext := `\ntest_b if true\n`\n\nother := "test_c"\n\ntest_d if text != other\n'
    ) == [("test_d", 10, "")]


def test_a_test_says_above_it_that_only_opa_can_run_it_and_why() -> None:
    text = """\
# METADATA
# description: regorus has no such zone.
# custom:
#   engines: [opa]
test_a if true

# METADATA
# description: A test like any other.
test_b if true
"""
    assert found(text) == [("test_a", 7, "regorus has no such zone."), ("test_b", 11, "")]


@pytest.mark.parametrize(
    "metadata",
    [
        "# custom:\n#   engines: [opa]\n",
        "# description: Why.\n# custom:\n#   engines: [embedded]\n",
        "# description: Why.\n# custom:\n#   engines: opa\n",
        "# description: Why.\n# custom:\n#   engines: []\n",
    ],
    ids=["no reason", "another engine", "no list", "no engine"],
)
def test_a_mark_of_another_form_is_refused(metadata: str) -> None:
    assert refused(f"# METADATA\n{metadata}test_a if true\n") == (
        "a test that only OPA can run has `custom.engines: [opa]`, and says why in `description`",
        3,
    )


def test_two_tests_of_one_name_are_refused_in_one_file_or_two() -> None:
    assert refused("test_a if true\n\ntest_a if false\n") == ("there are two tests `test_a`", 5)
    assert refused("test_a if true\n", "test_a if false\n") == ("there are two tests `test_a`", 3)


@pytest.mark.parametrize(
    "text",
    [
        "test_a[case] if some case in [1]\n",
        "  test_a[case] if some case in [1]\n",
        "test_a contains case if some case in [1]\n",
        "test_a.b if true\n",
    ],
    ids=["object", "indented", "set", "nested"],
)
def test_a_test_with_cases_is_refused_since_one_that_fails_would_not_be_seen(text: str) -> None:
    assert refused(text) == (
        "the test `test_a` has cases, and the embedded engine does not see those that fail",
        3,
    )

"""JUnit XML: the worse of what a suite shows and what it says of itself; no XML that does more than tell."""

from __future__ import annotations

import time
from typing import Any

import pytest

from gatelib.evidence import formats
from tests.unit.evidence.reduced import EVIDENCE, facts, problem

JUNIT = EVIDENCE / "junit"


def ended(suite: str, tests: int, passed: int, **more: int) -> dict[str, Any]:
    counts = {"failures": 0, "errors": 0, "skipped": 0, "flaky": 0} | more
    return {"type": "tests", "suite": suite, "tests": tests, "passed": passed} | counts


def failed(suite: str, name: str, outcome: str = "failure") -> dict[str, Any]:
    return {"type": "test_failure", "suite": suite, "name": name, "outcome": outcome}


def suite(*cases: str, **attributes: object) -> str:
    told = "".join(f' {key}="{value}"' for key, value in {"name": "s", **attributes}.items())
    return f"<testsuite{told}>{''.join(cases)}</testsuite>"


def case(name: str, inside: str = "", **attributes: str) -> str:
    told = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<testcase name="{name}"{told}>{inside}</testcase>'


def test_pytest_is_read_and_what_it_ran_again_is_one_flaky_test() -> None:
    assert facts("junit", JUNIT / "pytest.xml") == [
        ended("pytest", 8, 4, failures=1, errors=1, skipped=2, flaky=1),
        failed("pytest", "test_shop.test_removes"),
        failed("pytest", "test_shop.test_saves", "error"),
    ]


def test_gotestsum_is_read() -> None:
    assert facts("junit", JUNIT / "gotestsum.xml") == [
        ended("example.com/shop", 5, 2, failures=2, skipped=1),
        failed("example.com/shop", "example.com/shop.TestRemoves"),
        failed("example.com/shop", "example.com/shop.TestRemoves/last"),
    ]


def test_jest_junit_is_read() -> None:
    assert facts("junit", JUNIT / "jest-junit.xml") == [
        ended("basket", 4, 1, failures=2, skipped=1),
        failed("basket", "basket removes"),
        failed("basket", "basket throws"),
    ]


def test_surefire_is_read_which_counts_only_the_last_run_of_its_tests() -> None:
    assert facts("junit", JUNIT / "surefire.xml") == [
        ended("shop.ShopTest", 5, 2, failures=1, errors=1, skipped=1, flaky=1),
        failed("shop.ShopTest", "shop.ShopTest.removes"),
        failed("shop.ShopTest", "shop.ShopTest.saves", "error"),
    ]


def test_ctest_is_read_and_disabled_tests_were_not_run() -> None:
    assert facts("junit", JUNIT / "ctest.xml") == [
        ended("(empty)", 3, 1, failures=1, skipped=1),
        failed("(empty)", "removes"),
    ]


def test_a_suite_without_tests_has_none() -> None:
    assert facts("junit", "<testsuites/>") == [ended("", 0, 0)]
    assert facts("junit", suite(tests=0)) == [ended("s", 0, 0)]


def test_suites_inside_a_suite_are_told_one_by_one() -> None:
    inner = suite(case("a"), case("b", "<failure/>"), name="inner", tests=2, failures=1)
    outer = suite(inner, case("c"), name="outer", tests=3, failures=1)
    content = f'<testsuites name="all" tests="3" failures="1">{outer}</testsuites>'
    assert facts("junit", content) == [
        ended("outer", 1, 1),
        ended("inner", 2, 1, failures=1),
        failed("inner", "b"),
    ]


def test_failures_that_a_suite_claims_and_does_not_show_count() -> None:
    content = suite(case("a"), case("b"), tests=2, failures=1, errors=1, skipped=1)
    assert facts("junit", content) == [ended("s", 2, 0, failures=1, errors=1, skipped=1)]
    content = f'<testsuites name="all" failures="2">{suite(case("a", "<failure/>"))}</testsuites>'
    assert facts("junit", content) == [
        ended("all", 0, 0, failures=1),
        ended("s", 1, 0, failures=1),
        failed("s", "a"),
    ]


def test_failures_that_a_suite_shows_and_does_not_claim_count() -> None:
    content = suite(case("a", "<failure/>"), case("b", status="fail"), tests=2, failures=0)
    assert facts("junit", content) == [
        ended("s", 2, 0, failures=2),
        failed("s", "a"),
        failed("s", "b"),
    ]


def test_a_case_ends_as_the_worst_that_it_says() -> None:
    content = suite(case("a", "<skipped/><failure/><error/>"), case("b", "<error/><skipped/>"))
    assert facts("junit", content) == [
        ended("s", 2, 0, failures=1, errors=1),
        failed("s", "a"),
        failed("s", "b", "error"),
    ]


@pytest.mark.parametrize(
    ("inside", "flaky"),
    [
        ("<flakyFailure/>", 1),
        ("<flakyError/>", 1),
        ("<rerunFailure/>", 1),
        ("<rerunFailure/><failure/>", 0),
        ('<properties><property name="flaky" value="true"/></properties>', 1),
        ('<properties><property name="flaky"/></properties>', 1),
        ('<properties><property name="flaky" value="false"/></properties>', 0),
        ('<properties><property name="slow" value="true"/></properties>', 0),
    ],
)
def test_a_test_is_flaky_where_its_tool_says_so(inside: str, flaky: int) -> None:
    found = facts("junit", suite(case("a", inside)))
    assert found[0]["flaky"] == flaky


def test_tests_of_one_name_are_reruns_only_where_a_suite_shows_more_than_it_claims() -> None:
    cases = [case("a"), case("a"), case("b")]
    assert facts("junit", suite(*cases, tests=3)) == [ended("s", 3, 3)]
    assert facts("junit", suite(*cases)) == [ended("s", 3, 3)]
    assert facts("junit", suite(*cases, tests=2)) == [ended("s", 2, 2, flaky=1)]


def test_a_failure_is_not_taken_back_by_a_test_of_the_same_name_that_passes() -> None:
    content = suite(case("a", "<failure/>"), case("a"), tests=1, failures=0)
    assert facts("junit", content) == [ended("s", 2, 1, failures=1), failed("s", "a")]


def test_an_error_when_a_test_is_torn_down_makes_pytest_count_it_twice() -> None:
    content = suite(case("a", "<error/>"), case("b"), tests=3, errors=1)
    assert facts("junit", content) == [ended("s", 2, 1, errors=1), failed("s", "a", "error")]


def test_only_the_first_hundred_failures_are_named() -> None:
    cases = [case(f"{number:03}", "<failure/>") for number in reversed(range(101))]
    assert facts("junit", suite(*cases)) == [
        ended("s", 101, 0, failures=101),
        *(failed("s", f"{number:03}") for number in range(100)),
    ]


@pytest.mark.parametrize(
    ("content", "message", "line"),
    [
        (suite(case("a"), tests=2), "suite `s` has fewer tests than it says: it is cut off", None),
        (f'<testsuites tests="9">{suite(case("a"), tests=1)}</testsuites>', None, None),
        (f"<testsuites>{suite() * 10_000}</testsuites>", "has more than 10,000 suites", None),
        (suite(tests="many"), "suite `s` has a `tests` that is no number", None),
        ('<testsuite name="s">\n<testcase name="a">\n', "this is no XML: no element found", 2),
        ('<testsuite name="s">\n</testsuites>', "this is no XML: mismatched tag", 2),
        (f"<testsuites>{case('a', case('b'))}</testsuites>", None, 1),
        ("<testsuite>" + "<a>" * 101 + "</a>" * 101 + "</testsuite>", "this XML is nested too deep", 1),
    ],
)
def test_a_file_that_is_cut_off_or_broken_is_an_error(
    content: str, message: str | None, line: int | None
) -> None:
    found = problem("junit", content)
    assert found.line == line
    if message is not None:
        assert found.message == message


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE testsuite SYSTEM "http://127.0.0.1/x.dtd"><testsuite/>',
        '<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><testsuite name="&c;"/>',
        '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><testsuite><testcase name="&f;"/></testsuite>',
    ],
)
def test_a_document_type_or_an_entity_is_refused(content: str) -> None:
    assert (
        problem("junit", content).message == "has a document type or an entity, which test results need not"
    )


@pytest.mark.parametrize(
    "before", ["", '<?xml version="1.0"?>', "<!-- a --> <!-- b -->\n<?pi a?>", "<!-- <testsuite> -->"]
)
def test_the_outermost_element_tells_what_a_file_is(before: str) -> None:
    assert facts("junit", f"{before}<testsuite/>") == [ended("", 0, 0)]
    assert formats.read("file", f"{before}<html/>".encode(), ["junit"]).format == "unknown"
    assert formats.read("file", f"{before}<testsuitesque/>".encode()).format == "unknown"


@pytest.mark.parametrize("unit", ["<!-- -->", "<?a?>", "<!-- --> <!---->", " "])
def test_much_in_front_of_the_outermost_element_takes_no_time(unit: str) -> None:
    started = time.process_time()
    assert formats.read("file", b"<!-- -->" + unit.encode() * 10_000 + b"<html/>").format == "unknown"
    assert time.process_time() - started < 1


def test_a_page_with_a_document_type_is_unknown() -> None:
    assert formats.read("file", b"<!DOCTYPE html><html></html>").format == "unknown"


def test_utf_16_and_what_is_called_latin_1_are_read_as_what_they_are() -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?><testsuite name="ä"/>'
    assert facts("junit", text.encode("utf-16")) == [ended("ä", 0, 0)]
    latin = '<?xml version="1.0" encoding="ISO-8859-1"?>\n<testsuite name="ä"/>'.encode("latin-1")
    assert problem("junit", latin).line == 2

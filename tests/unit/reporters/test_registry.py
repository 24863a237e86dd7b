from __future__ import annotations

import subprocess
import sys

import pytest

from gatelib.errors import UsageError
from gatelib.reporters import names, reporter
from gatelib.reporters.interface import Reporter, Style
from tests.unit.reporters.samples import EVERYTHING, NOTHING_FOUND


def test_every_format_is_known_by_its_own_name() -> None:
    for name in names():
        assert isinstance(reporter(name), Reporter)
        assert reporter(name).name == name
        assert reporter(name).media_type


def test_the_format_for_people_comes_first() -> None:
    assert names() == ("text", "json", "sarif", "junit", "github", "gitlab", "markdown", "conftest")


def test_an_unknown_format_is_a_usage_error_that_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"no format `yaml` \(the formats are text, json"):
        reporter("yaml")


@pytest.mark.parametrize("name", names())
def test_every_text_ends_with_one_line_feed_and_is_the_same_each_time(name: str) -> None:
    for report in (EVERYTHING, NOTHING_FOUND):
        text = reporter(name).render(report, Style())
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert reporter(name).render(report, Style()) == text


@pytest.mark.parametrize("name", names())
def test_no_format_shows_the_source_of_a_sensitive_finding(name: str) -> None:
    from dataclasses import replace

    from tests.unit.reporters.samples import SECRET

    assert SECRET.location is not None
    leaking = replace(SECRET, location=replace(SECRET.location, text="  password: hunter2"))
    assert "hunter2" not in reporter(name).render(replace(EVERYTHING, findings=(leaking,)), Style())


def test_listing_the_formats_imports_none_of_them() -> None:
    code = "import sys, gatelib.reporters as r; r.names(); print(*sorted(sys.modules))"
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    )
    assert not loaded & {
        "orjson",
        "rich",
        "jinja2",
        "jsonschema",
        "json",
        "gatelib.report",
        "gatelib.reporters.text",
    }


def test_plain_text_needs_no_library() -> None:
    code = "import sys, gatelib.reporters as r; r.reporter('text'); print(*sorted(sys.modules))"
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    )
    assert not loaded & {"orjson", "rich", "jinja2", "jsonschema", "yaml", "xml.etree.ElementTree"}

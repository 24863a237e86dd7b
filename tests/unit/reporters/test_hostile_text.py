"""Whatever a document says, each format's own reader gets the report's structure and that text back."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from junitparser import JUnitXml
from markdown_it import MarkdownIt

from gatelib.reporters import reporter
from gatelib.reporters.interface import Style
from gatelib.reporters.show import relative, visible
from tests.unit.reporters.samples import EVERYTHING, hostile
from tests.unit.reporters.third_party import sarif_schema

FRAGMENTS = (
    "\x1b[31m", "\n", "\r\n", "\r", "\t", "\0", "\x85", "\u2028", "]]>", "<![CDATA[", "::error::",
    "::add-mask::x", "##[error]", "##vso[task.setvariable variable=x]y", "|", "\\|", "`", "``", "```",
    "<script>", "</details>", "<!--", "-->", "&amp;", "&#64;", "\u202e", "\u2066", "\ufeff", "\uffff",
    "\ufffe", "@user", "#1", "GH-1", "https://evil.example", "www.evil.example", "a@b.example",
    "[x](https://evil.example)", "![x](y)", "# x", "- x", "1. x", "> x", "---", "===", "    x", "*x*",
    "_x_", "~~x~~", "{0}", "{{", "%0A", "%", ",", ":", "=", "\\", "'", '"', "../", "/", "C:/", "😀", "名",
    "e\u0301", "deadbeefdeadbeef", "| a | b |", "\n\n| --- |", "$x$",
)  # fmt: skip
TEXTS = st.lists(
    st.one_of(st.sampled_from(FRAGMENTS), st.text(st.characters(exclude_categories=["Cs"]), max_size=8)),
    max_size=6,
).map("".join)
MARKDOWN = MarkdownIt("gfm-like")


def render(name: str, text: str, **style: Any) -> str:
    return reporter(name).render(hostile(text), Style(**style))


@settings(deadline=None)
@given(TEXTS)
def test_json_gives_the_report_back(text: str) -> None:
    assert json.loads(render("json", text)) == hostile(text).to_dict()


@settings(deadline=None)
@given(TEXTS)
def test_text_has_no_control_character_and_no_command(text: str) -> None:
    shown = render("text", text)
    assert not [
        char for char in shown if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp")
    ]
    assert not [line for line in shown.splitlines() if line.lstrip().startswith("::")]
    assert not re.search(r"##(\[|vso\[|teamcity\[)", shown)


@settings(deadline=None)
@given(TEXTS)
def test_coloured_text_has_only_our_own_sequences(text: str) -> None:
    shown = re.sub(r"\x1b\[(?:\d;?)+m(.*?)\x1b\[0m", r"\1", render("text", text, color=True))
    assert "\x1b" not in shown


@settings(deadline=None)
@given(TEXTS.filter(bool))
def test_text_has_as_many_lines_as_with_a_harmless_name(text: str) -> None:
    wide = 100_000
    assert render("text", text, width=wide).count("\n") == render("text", "harmless", width=wide).count("\n")


@settings(deadline=None)
@given(TEXTS)
def test_sarif_is_valid_and_gives_the_text_back(text: str) -> None:
    log = json.loads(render("sarif", text))
    sarif_validator().validate(log)
    run = log["runs"][0]
    report = hostile(text)
    assert len(run["results"]) == len(report.findings)
    for result, finding in zip(run["results"], report.findings, strict=True):
        assert result["partialFingerprints"]["gatelib/v1"] == finding.fingerprint
        plain = result["message"]["text"]
        assert not re.search(r"(?<!\\)\]\(", plain)
        assert re.sub(r"\\]\(", "](", plain.replace("{{", "{").replace("}}", "}")) == re.sub(
            r"\\]\(", "](", visible(finding.message)
        )
        if finding.location:
            name = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"(?!/)(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+", name)
            assert unquote(name) == relative(finding.location.file)
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == len(report.errors)


@settings(deadline=None)
@given(TEXTS)
def test_gitlab_gives_the_text_back(text: str) -> None:
    entries = json.loads(render("gitlab", text))
    report = hostile(text)
    assert len(entries) == len(report.findings) + len(report.errors)
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    for entry, finding in zip(entries[len(report.errors) :], report.findings, strict=True):
        assert visible(finding.message) in entry["description"]
        file = finding.location.file if finding.location else ""
        assert entry["location"]["path"] == relative(file)


@settings(deadline=None)
@given(TEXTS)
def test_conftest_gives_the_text_back(text: str) -> None:
    results = json.loads(render("conftest", text))
    messages = [
        entry["msg"]
        for result in results
        for kind in ("failures", "warnings", "exceptions")
        for entry in result.get(kind, ())
    ]
    assert sorted(messages) == sorted(
        [finding.message for finding in hostile(text).findings]
        + [text, f"{text.rstrip('.')}. {text}" if text else text]
    )


@settings(deadline=None)
@given(TEXTS)
@example("\uffff")
def test_junit_gives_the_text_back(text: str) -> None:
    xml = render("junit", text)
    report = hostile(text)
    root = ET.fromstring(xml)
    failures = {element.get("message") for element in root.iter("failure")}
    assert failures == {visible(report.findings[0].message)}
    harmless = ET.fromstring(render("junit", "harmless"))
    assert [element.tag for element in root.iter()] == [element.tag for element in harmless.iter()]
    assert sum(len(suite) for suite in JUnitXml.fromstring(xml)) == sum(1 for _ in root.iter("testcase"))
    assert len(list(root.iter("testcase"))) == len(report.errors) + len(report.findings) + 3


@settings(deadline=None)
@given(TEXTS)
def test_github_gets_one_command_a_line_and_the_text_back(text: str) -> None:
    lines = render("github", text).split("\n")[:-1]
    report = hostile(text)
    assert len(lines) == len(report.errors) + len(report.findings) + 1
    for line in lines:
        command = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        assert command
        properties = dict(part.split("=", 1) for part in command[2].split(","))
        assert set(properties) <= {"file", "line", "col", "endColumn", "title"}
        if "file" in properties:
            assert unescaped(properties["file"]) == visible(relative(text))
    assert unescaped(lines[1].split("::", 2)[2]) == visible(text)


def unescaped(text: str) -> str:
    for escape, char in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(escape, char)
    return text


@settings(deadline=None)
@given(TEXTS)
def test_markdown_has_the_structure_of_a_harmless_comment(text: str) -> None:
    def shape(name: str) -> list[tuple[str, str]]:
        tokens = MARKDOWN.parse(render("markdown", name))
        return [(token.type, token.content if token.type == "html_block" else "") for token in tokens]

    assert shape(text) == shape("harmless")
    inline = [child for token in MARKDOWN.parse(render("markdown", text)) for child in token.children or ()]
    assert {child.type for child in inline} <= {
        "text",
        "code_inline",
        "strong_open",
        "strong_close",
        "softbreak",
    }
    plain = " ".join(child.content for child in inline if child.type == "text")
    assert not re.search(r"[@#<>&\[\]{}|\\*_~`!$=+^%]|//|www\.", plain)
    assert not re.search(r"\bGH-\d|\b[0-9a-f]{7,}\b", plain)


def test_the_sample_is_hostile_everywhere() -> None:
    shown = json.dumps(hostile("HOSTILE").to_dict())
    assert shown.count("HOSTILE") > 50
    assert len(hostile("HOSTILE").findings) == len(EVERYTHING.findings)


@cache
def sarif_validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(sarif_schema().read_text(encoding="utf-8")))

"""What ``gatelib rules test`` shows: text, JSON or JUnit XML."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Final

import click

from gatelib.reporters.show import inert, plural, visible

if TYPE_CHECKING:
    from gatelib.authoring.testing.results import Checked, Summary

FORMATS: Final = ("text", "json", "junit")

_WORDS: Final = {"fail": "FAIL ", "error": "ERROR", "skip": "SKIP "}
_COLOURS: Final = {"-": "red", "+": "green"}


def render(summary: Summary, form: str) -> str:
    """Return a run in one of :data:`FORMATS`."""
    if form == "json":
        return _json(summary)
    return _junit(summary) if form == "junit" else "\n".join(_text(summary))


def _text(summary: Summary) -> Iterator[str]:
    shown = [result for result in summary.results if result.status != "pass"]
    # What does not compile says so once, not for each of its tests.
    for (kind, status, message), found in groupby(shown, lambda one: (one.kind, one.status, one.message)):
        results = list(found)
        if status == "error" and len(results) > 1:
            groups = {result.group for result in results}
            of = f" of {results[0].group}" if len(groups) == 1 else ""
            yield _line(f"{_WORDS[status]} {plural(len(results), kind)}{of}: {message}")
            continue
        for result in results:
            yield _line(f"{_WORDS[status]} {_title(result, summary.engine)}")
            yield from (f"  {_coloured(_line(line))}" for line in result.details)
    yield summary.line


def _title(result: Checked, engine: str) -> str:
    if result.kind == "fixture":
        title = f"{result.name}: {result.message}" if result.message else result.name
        return f"{title} ({result.group} on {engine})" if result.status == "fail" else title
    title = f"{result.file}:{result.line} {result.name}"
    return f"{title}: {result.message}" if result.message else title


def _line(text: str) -> str:
    return inert(visible(text))


def _coloured(line: str) -> str:
    colour = _COLOURS.get(line.lstrip()[:1])
    return click.style(line, fg=colour) if colour else line


def _json(summary: Summary) -> str:
    counts = {
        "passed": summary.count("pass"),
        "failed": summary.count("fail"),
        "errors": summary.count("error"),
        "skipped": summary.count("skip"),
    }
    results = [result.to_dict() for result in summary.results]
    return json.dumps({"engine": summary.engine, **counts, "results": results}, indent=2)


def _junit(summary: Summary) -> str:
    from xml.etree import ElementTree as ET

    root = ET.Element("testsuites", name="gatelib rules test")
    for group, found in groupby(summary.results, lambda result: result.group):
        results = list(found)
        suite = ET.SubElement(root, "testsuite", name=visible(group), tests=str(len(results)))
        for attribute, status in (("failures", "fail"), ("errors", "error"), ("skipped", "skip")):
            suite.set(attribute, str(sum(result.status == status for result in results)))
        for result in results:
            names = {"classname": group, "name": result.name, "file": result.file}
            case = ET.SubElement(suite, "testcase", {key: visible(name) for key, name in names.items()})
            if result.status == "pass":
                continue
            tag = {"fail": "failure", "error": "error", "skip": "skipped"}[result.status]
            said = ET.SubElement(case, tag, message=visible(result.message or "not as expected"))
            said.text = "\n".join(visible(line) for line in result.details)
    for attribute in ("tests", "failures", "errors", "skipped"):
        root.set(attribute, str(sum(int(suite.get(attribute, "0")) for suite in root)))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}'

"""``--format junit``: JUnit XML as Jenkins' ``junit-10.xsd`` has it and GitLab and others read it.

A suite is a rule: a rule that passed has no file to stand under, and Jenkins and GitLab both list what is new
and what was fixed by class and name, which here are the rule and the object. Names hold no line, so a finding
keeps its history when its file is edited. A first suite says whether everything could be read and judged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final
from xml.etree import ElementTree as ET

from gatelib.report import Finding, Report, RuleResult
from gatelib.reporters.interface import Reporter, Style
from gatelib.reporters.show import about, explained, place, plural, rank, standing, visible, waiver

_SUITE: Final = "gatelib"


class JunitReporter(Reporter):
    """For a CI system's page of test results."""

    name = "junit"
    media_type = "application/xml"

    def render(self, report: Report, style: Style) -> str:
        """Return the document; every attribute is one line of characters that XML 1.0 allows."""
        root = ET.Element("testsuites", name=_SUITE)
        root.append(_errors(report))
        by_rule: dict[str, list[Finding]] = {}
        for finding in sorted(report.findings, key=rank):
            by_rule.setdefault(finding.rule, []).append(finding)
        for rule in _rules(report):
            root.append(_suite(report, rule, by_rule.get(rule.id, [])))
        for attribute in ("tests", "failures", "errors"):
            root.set(attribute, str(sum(int(suite.get(attribute, "0")) for suite in root)))
        ET.indent(root)
        text = ET.tostring(root, encoding="unicode")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _rules(report: Report) -> Iterable[RuleResult]:
    """Yield the rules of the report, and those that are only known from a finding or as skipped."""
    yield from report.rules
    known = {rule.id for rule in report.rules}
    found = {finding.rule for finding in report.findings} - known
    for id_ in sorted(found):
        yield RuleResult(id=id_, title=id_, status="fail", judged=0, findings=0)
    for id_ in sorted({*report.skipped} - known - found):
        yield RuleResult(id=id_, title=id_, status="skipped", judged=0, findings=0)


def _errors(report: Report) -> ET.Element:
    suite = ET.Element("testsuite", name=_SUITE)
    properties = ET.SubElement(suite, "properties")
    facts = {
        "gate": report.gate,
        "outcome": report.outcome,
        "now": report.now,
        "engine": f"{report.engine} {report.engine_version}",
        "bundle": report.revision,
        "bundle.sha256": report.bundle_sha256,
    }
    for name, value in facts.items():
        ET.SubElement(properties, "property", name=name, value=visible(value))
    names: Counter[str] = Counter()
    for problem in report.errors:
        case = _case(suite, _SUITE, f"{problem.code} {problem.file or ''}".strip(), names)
        ET.SubElement(
            case, "error", type=visible(problem.code), message=visible(problem.message)
        ).text = "\n".join(visible(line) for line in (place(problem), explained(problem)) if line)
    if not report.errors:
        _case(suite, _SUITE, "everything could be read and judged", names)
    return _counted(suite)


def _suite(report: Report, rule: RuleResult, findings: list[Finding]) -> ET.Element:
    suite = ET.Element(
        "testsuite", name=visible(f"{rule.id} {rule.title}" if rule.title != rule.id else rule.id)
    )
    class_name = f"{_SUITE}.{rule.id}"
    names: Counter[str] = Counter()
    for finding in findings:
        case = _case(suite, class_name, about(finding) or finding.message, names)
        _judge(report, finding, case)
    if not findings:
        case = _case(suite, class_name, rule.title, names)
        if rule.status in ("skipped", "not_applicable"):
            reason = "skipped" if rule.status == "skipped" else "nothing to judge"
            ET.SubElement(case, "skipped", message=reason)
        else:
            ET.SubElement(case, "system-out").text = f"judged {plural(rule.judged, 'document')}"
    return _counted(suite)


def _judge(report: Report, finding: Finding, case: ET.Element) -> None:
    stands = standing(report, finding)
    lines = [place(finding.location)] if finding.location else []
    lines += [f"{finding.action} {finding.severity}: {finding.message}", finding.remediation]
    text = "\n".join(visible(line) for line in lines)
    if finding.waived_by:
        reason = f"{waiver(finding.waived_by)}: {finding.waived_by.reason}"
        ET.SubElement(case, "skipped", message=visible(reason)).text = text
    elif stands == "fails":
        ET.SubElement(case, "failure", type=finding.severity, message=visible(finding.message)).text = text
    else:
        ET.SubElement(case, "system-out").text = text


def _case(suite: ET.Element, class_name: str, name: str, names: Counter[str]) -> ET.Element:
    """Add a test case; of two with one name a reader of JUnit XML keeps only one, so they are numbered."""
    name = visible(name)
    names[name] += 1
    number = f" ({names[name]})" if names[name] > 1 else ""
    return ET.SubElement(suite, "testcase", classname=visible(class_name), name=f"{name}{number}")


def _counted(suite: ET.Element) -> ET.Element:
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    return suite

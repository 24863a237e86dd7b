from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from junitparser import Error, Failure, JUnitXml, Skipped

from gatelib.report import Report
from gatelib.reporters.interface import Style
from gatelib.reporters.junit import JunitReporter
from tests.unit.reporters.samples import EVERYTHING, NOTHING_FOUND, PRIVILEGED, SECRET
from tests.unit.reporters.third_party import junit_schema


def xml(report: Report) -> str:
    return JunitReporter().render(report, Style())


@pytest.mark.parametrize("report", [EVERYTHING, NOTHING_FOUND])
def test_a_document_is_what_the_schema_of_jenkins_says(report: Report) -> None:
    xmlschema.XMLSchema(str(junit_schema())).validate(ET.fromstring(xml(report)))


def test_a_report_of_nothing_is_this() -> None:
    assert xml(NOTHING_FOUND) == (
        f"""\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="gatelib" tests="2" failures="0" errors="0">
  <testsuite name="gatelib" tests="1" failures="0" errors="0" skipped="0">
    <properties>
      <property name="gate" value="pr" />
      <property name="outcome" value="pass" />
      <property name="now" value="2026-11-22T00:00:00Z" />
      <property name="engine" value="regorus 0.13.0" />
      <property name="bundle" value="1.0.0" />
      <property name="bundle.sha256" value="{"ab" * 32}" />
    </properties>
    <testcase classname="gatelib" name="everything could be read and judged" />
  </testsuite>
  <testsuite name="GL-K8S-004 Services must stay inside" tests="1" failures="0" errors="0" skipped="0">
    <testcase classname="gatelib.GL-K8S-004" name="Services must stay inside">
      <system-out>judged 1 document</system-out>
    </testcase>
  </testsuite>
</testsuites>
"""
    )


def outcomes(report: Report) -> dict[str, list[tuple[str, str]]]:
    """What junitparser reads: by suite, each case with what became of it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for suite in JUnitXml.fromstring(xml(report)):
        for case in suite:
            kinds = [type(entry).__name__ for entry in case.result]
            found.setdefault(suite.name, []).append((case.name, ",".join(kinds) or "passed"))
    return found


def test_a_reader_of_junit_xml_sees_what_happened() -> None:
    assert outcomes(EVERYTHING) == {
        "gatelib": [("GL-ERR-103 k8s/broken.yaml", Error.__name__)],
        "GL-DATA-001 Secrets must not carry values": [("Secret shop/db data/password", Failure.__name__)],
        "GL-K8S-001 Containers must not be privileged": [
            ("Pod node-agent spec/containers/agent/securityContext/privileged", Skipped.__name__),
            (
                "Deployment shop/api spec/template/spec/containers/api/securityContext/privileged",
                Failure.__name__,
            ),
        ],
        "GL-K8S-002 Images must be pinned": [
            ("Deployment shop/api spec/template/spec/containers/api/image", "passed")
        ],
        "GL-K8S-003 Pods must have seccomp": [("Deployment shop/api", "passed")],
        "GL-K8S-004 Services must stay inside": [("Services must stay inside", "passed")],
        "GL-NET-001 Routes must use TLS": [("Routes must use TLS", Skipped.__name__)],
        "GL-K8S-009": [("GL-K8S-009", Skipped.__name__)],
    }


def test_the_counts_add_up() -> None:
    root = ET.fromstring(xml(EVERYTHING))
    assert root.attrib == {"name": "gatelib", "tests": "9", "failures": "2", "errors": "1"}


def test_a_deny_finding_below_the_limit_passes_with_what_it_says() -> None:
    report = replace(NOTHING_FOUND, findings=(SECRET,), fail_on="critical")
    case = ET.fromstring(xml(report)).findall("testsuite")[-1][0]
    assert [child.tag for child in case] == ["system-out"]
    assert case[0].text == (
        "k8s/secret.yaml:6:13\ndeny high: `data` holds 1 value in plain text\nUse a secret store."
    )


def test_two_findings_of_one_name_are_two_cases() -> None:
    report = replace(NOTHING_FOUND, rules=(), findings=(PRIVILEGED, PRIVILEGED))
    names = [name for name, _ in outcomes(report)["GL-K8S-001"]]
    assert names[1] == f"{names[0]} (2)"

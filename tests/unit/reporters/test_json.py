from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import gatelib
from gatelib import report_form
from gatelib.report import Report
from gatelib.reporters.interface import Style
from gatelib.reporters.json import JsonReporter
from tests.unit.reporters.samples import EVERYTHING, NOTHING_FOUND

SCHEMA = json.loads((Path(gatelib.__file__).parent / "schemas" / "report-v1.json").read_text())


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


LATER = {
    "report": {"evidence", "images", "pack", "releases"},
    "report.selection": {"left_out"},
    "finding": {"vulnerability"},
    "finding.waived_by": {"requester", "sha256", "signed_by", "ticket"},
    "report.rules[]": {"controls", "kinds", "staged", "trial"},
    "report.exceptions[]": {"reason", "requester", "signed_by", "ticket"},
}
"""What reports have not had from the start; one that lacks it is a report all the same."""


@pytest.mark.parametrize("report", [EVERYTHING, NOTHING_FOUND], ids=["everything", "nothing"])
def test_a_report_read_back_has_the_same_form(report: Report) -> None:
    form = json.loads(json.dumps(report.to_dict()))
    assert report_form.parse(form).to_dict() == form


def test_every_property_is_described_and_every_object_closed() -> None:
    def walk(schema: Any, where: str) -> None:
        for name, part in schema.get("properties", {}).items():
            assert part.get("description"), f"{where}.{name}"
            walk(part, f"{where}.{name}")
        if "properties" in schema:
            assert schema["additionalProperties"] is False, where
            assert set(schema["properties"]) - set(schema["required"]) == LATER.get(where, set()), where
        if "items" in schema:
            walk(schema["items"], f"{where}[]")

    walk(SCHEMA, "report")
    for name, part in SCHEMA["$defs"].items():
        walk(part, name)


@pytest.mark.parametrize("report", [EVERYTHING, NOTHING_FOUND])
def test_a_report_is_what_the_schema_says(report: Report) -> None:
    document = json.loads(JsonReporter().render(report, Style()))
    Draft202012Validator(SCHEMA).validate(document)
    assert document == report.to_dict()


def test_a_report_of_nothing_is_these_bytes() -> None:
    digest, other = "ab" * 32, "cd" * 32
    assert JsonReporter().render(NOTHING_FOUND, Style()) == (
        f"""\
{{
  "schema": "gatelib.dev/report/v1",
  "tool": {{
    "name": "gatelib",
    "version": "0.1.0"
  }},
  "engine": {{
    "name": "regorus",
    "version": "0.13.0"
  }},
  "bundle": {{
    "revision": "1.0.0",
    "sha256": "{digest}",
    "signed_by": null
  }},
  "gate": "pr",
  "selection": {{
    "rules": [
      "GL-K8S-004"
    ],
    "skipped": [],
    "left_out": [],
    "fail_on": "low"
  }},
  "now": "2026-11-22T00:00:00Z",
  "config": {{
    "sha256": null,
    "trusted": null,
    "settings": [],
    "params": {{}}
  }},
  "outcome": "pass",
  "findings": [],
  "rules": [
    {{
      "id": "GL-K8S-004",
      "status": "pass",
      "judged": 1,
      "findings": 0,
      "kinds": [],
      "controls": [],
      "staged": false,
      "trial": null
    }}
  ],
  "exceptions": [],
  "errors": [],
  "documents": {{
    "files": 1,
    "objects": 1,
    "judged": 1,
    "inventory": 0
  }},
  "not_judged": [],
  "inputs": [
    {{
      "file": "svc.yaml",
      "sha256": "{other}"
    }}
  ],
  "evidence": [],
  "pack": null,
  "releases": [],
  "images": []
}}
"""
    )

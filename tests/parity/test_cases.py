"""Labelled manifests of public projects: what those say of their own samples, through the whole gate."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from gatelib import Gate, Report, engines, resources
from tests.engines import need_engine
from tests.parity.cases import RULES_OF_THE_CORPUS as RULES
from tests.paths import CORPUS, needs_corpus

OUR_ANSWERS = {
    "hostpath-083": "deny",  # a null item of a List is an error, and what else the List holds is judged
    "canary_steps-035": "deny",  # weights alone hold nothing back
    "image_digest-011": "deny",  # blake3 pins nothing that a runtime can check
    "image_digest-013": "deny",  # nor does an algorithm of somebody's own
    "image_digest-022": "deny",  # a sha512 that is cut short
}
"""Where the projects disagree, what the rule's page decides."""


def lines() -> list[dict[str, Any]]:
    if not CORPUS.is_dir():
        return []
    return [orjson.loads(line) for line in (CORPUS / "cases.jsonl").read_bytes().splitlines()]


CASES = {case["id"]: case for case in lines()}
CONTESTED = {name: case for name, case in CASES.items() if "contested" in case}


@cache
def report(name: str, engine: str) -> Report:
    case = CASES[name]
    gate = Gate.load(
        rules=[RULES[case["rule"]]],
        engine=engine,
        base=CORPUS,
        now="2026-11-22T00:00:00Z",
        isolated=False,
    )
    return gate.check([case["file"]])


def verdict(found: Report) -> str:
    return "deny" if found.errors or any(finding.action == "deny" for finding in found.findings) else "allow"


@needs_corpus
@pytest.mark.parametrize("engine", engines.local())
@pytest.mark.parametrize("name", [name for name in CASES if name not in CONTESTED])
def test_a_labelled_manifest_gets_the_verdict_of_its_project(name: str, engine: str) -> None:
    found = report(name, need_engine(engine))
    assert verdict(found) == CASES[name]["expect"], CASES[name]["why"]


@needs_corpus
@pytest.mark.parametrize("engine", engines.local())
@pytest.mark.parametrize("name", CONTESTED)
def test_where_projects_disagree_the_answer_is_ours(name: str, engine: str) -> None:
    assert verdict(report(name, need_engine(engine))) == OUR_ANSWERS[name], CASES[name]["contested"]


@needs_corpus
def test_every_contested_case_has_an_answer_and_no_other() -> None:
    assert OUR_ANSWERS.keys() == CONTESTED.keys()


@needs_corpus
@pytest.mark.parametrize("name", CONTESTED)
def test_the_page_of_a_contested_rule_explains_its_decisions(name: str) -> None:
    page: Path = resources.rule_page(RULES[CASES[name]["rule"]])
    assert "\n## Decisions\n" in page.read_text("utf-8")


@needs_corpus
@pytest.mark.parametrize("name", CASES)
def test_engines_report_the_same(name: str) -> None:
    opa = report(name, need_engine("opa")).to_dict()
    embedded = report(name, "embedded").to_dict()
    assert {**embedded, "engine": None} == {**opa, "engine": None}

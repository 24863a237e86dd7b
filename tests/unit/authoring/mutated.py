"""A small rule of a team's own, with one unit test that can be weaker or stronger."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gatelib.authoring import workspace
from gatelib.authoring.mutation import running
from gatelib.authoring.mutation.results import Tested
from gatelib.authoring.workspace import Workspace

NAME: Final = "policies/shop/replicas/replicas.rego"
TEST: Final = "policies/shop/replicas/replicas_test.rego"
RULE: Final = """\
# METADATA
# title: Deployments run twice
# description: One replica is none while its node is away.
# custom:
#   id: SHOP-001
#   severity: high
#   controls: []
#   gates: [pr]
#   kinds: [apps/Deployment]
#   scope: document
#   remediation: Set `spec.replicas` to 2.
#   since: "1"
package gatelib.rules.shop.replicas

import data.gatelib.lib.documents

subjects contains deployment.index if some deployment in deployments

deny contains {"id": "SHOP-001", "msg": "runs too few", "document": deployment.index, "path": ["spec"]} if {
	some deployment in deployments
	deployment.content.spec.replicas < 2
}

deployments := documents.of_type("apps/Deployment")
"""
LINE: Final = RULE.split("\n").index("\tdeployment.content.spec.replicas < 2") + 1
STRONG: Final = (1, 2, 0)
"""Replicas of Deployments with which a test kills every mutant."""
WEAK: Final = (1, 3, 0)
"""None stands on the boundary."""


def unit_tests(replicas: Sequence[int]) -> str:
    """Return a unit test over Deployments with so many replicas."""
    return f"""\
package gatelib.rules.shop.replicas_test

import data.gatelib.rules.shop.replicas as rule

test_deny_few if {{
	expected := {{finding(index) | some index, number in {list(replicas)}; number < 2}}
	rule.deny == expected with input as envelope
	rule.subjects == {{0, 1, 2}} with input as envelope
}}

finding(index) := {{"id": "SHOP-001", "msg": "runs too few", "document": index, "path": ["spec"]}}

envelope := {{
	"gatelib": 1,
	"now": "2026-11-22T00:00:00Z",
	"documents": [{{"index": index, "root": 0, "content": deployment(number)}} |
		some index, number in {list(replicas)}
	],
}}

deployment(number) := {{"apiVersion": "apps/v1", "kind": "Deployment", "spec": {{"replicas": number}}}}
"""


def write(base: Path, rule: str = RULE, replicas: Sequence[int] = STRONG) -> Path:
    """Write the rule and its test as a repository of a team."""
    for name, text in (
        ("gatelib.yaml", "policies: [policies]\n"),
        (NAME, rule),
        (TEST, unit_tests(replicas)),
    ):
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return base


def opened(base: Path) -> Workspace:
    """Return the workspace of a folder."""
    fixtures = [base / "fixtures"] * (base / "fixtures").is_dir()
    return workspace.open_([base / "policies"], fixtures, base)


def mutated(base: Path, jobs: int = 1) -> Tested:
    """Run all mutants of the rule."""
    os.environ["RUST_BACKTRACE"] = "0"
    found = opened(base)
    source = found.source_of("SHOP-001")
    assert source is not None
    (tested,) = running.run(
        found, [source], jobs=jobs, selected=running.every, progress=lambda done, total: None
    )
    return tested


def survivors(tested: Tested) -> list[tuple[int, str, str, str]]:
    """Return where mutants survive, their mutators and what they change."""
    text = tested.source.module.text
    return [
        (
            outcome.mutant.lines(text)[0],
            outcome.mutant.edit.mutator,
            outcome.mutant.before(text),
            outcome.mutant.after,
        )
        for outcome in tested.outcomes
        if outcome.survives
    ]

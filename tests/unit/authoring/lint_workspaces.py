"""A team's repository in which no check finds anything, and how to change it."""

from __future__ import annotations

import json
from pathlib import Path

from gatelib.authoring.lint import linting
from gatelib.authoring.lint.checks import Violation
from gatelib.authoring.lint.linting import Linted

RULE = "policies/acme/replicas/replicas.rego"
TEST = "policies/acme/replicas/replicas_test.rego"

POLICY = """\
# METADATA
# title: Workloads run two replicas
# description: One replica is an outage with every rollout.
# custom:
#   id: ACME-001
#   severity: medium
#   controls: []
#   gates: [pr]
#   kinds: [apps/Deployment]
#   scope: document
#   remediation: Set `spec.replicas` to 2.
#   since: 1.0.0
package gatelib.rules.acme.replicas

import data.gatelib.lib.documents

subjects contains deployment.index if some deployment in deployments

deny contains {
	"id": "ACME-001",
	"msg": "runs one replica",
	"document": deployment.index,
	"path": ["spec", "replicas"],
} if {
	some deployment in deployments
	object.get(deployment.content, ["spec", "replicas"], 1) == 1
}

deployments := documents.of_type("apps/Deployment")
"""

TESTS = """\
package gatelib.rules.acme.replicas_test

import data.gatelib.rules.acme.replicas

test_deny_one if count(replicas.deny) == 0

test_allow_two if count(replicas.subjects) == 0
"""

FILES = {
    RULE: POLICY,
    TEST: TESTS,
    "fixtures/acme/replicas/allow/two.yaml": "{}\n",
    "fixtures/acme/replicas/deny/one.yaml": "{}\n",
    "docs/rules/ACME-001.md": "# ACME-001\n",
    "rule-ids.json": '{"ACME-001": {"package": "gatelib.rules.acme.replicas"}}\n',
}
SECOND = {
    RULE.replace("replicas", "spread"): POLICY.replace("acme.replicas", "acme.spread").replace(
        "-001", "-002"
    ),
    TEST.replace("replicas", "spread"): TESTS.replace("replicas", "spread"),
    "fixtures/acme/spread/allow/two.yaml": "{}\n",
    "fixtures/acme/spread/deny/one.yaml": "{}\n",
    "docs/rules/ACME-002.md": "# ACME-002\n",
    "rule-ids.json": json.dumps(
        {
            "ACME-001": {"package": "gatelib.rules.acme.replicas"},
            "ACME-002": {"package": "gatelib.rules.acme.spread"},
        }
    ),
}


def written(base: Path, changes: dict[str, str | None]) -> Path:
    """Write the repository with some files changed, or left out where they are ``None``."""
    for name, text in {**FILES, **changes}.items():
        if text is not None:
            path = base / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    return base


def linted(base: Path, *checks: Path) -> Linted:
    """Lint what was written."""
    return linting.lint([base / "policies"], [base / "fixtures"], base, checks)


def rule(old: str, new: str, policy: str = POLICY) -> dict[str, str | None]:
    """Return the change of one place in the rule."""
    assert policy.count(old) == 1, old
    return {RULE: policy.replace(old, new)}


def added(text: str, *imports: str) -> dict[str, str | None]:
    """Return the change of a rule to which something was added at its end, on line 31 with no imports."""
    lines = "".join(f"import data.gatelib.lib.{name}\n" for name in imports)
    return {RULE: POLICY.replace("documents\n\n", f"documents\n{lines}\n", 1) + f"\n{text}\n"}


def found(base: Path, changes: dict[str, str | None]) -> list[tuple[str, str, int, int, str]]:
    """Return what is found once the repository is changed."""
    result = linted(written(base, changes))
    assert result.problems == ()
    return [as_tuple(entry) for entry in result.violations]


def as_tuple(entry: Violation) -> tuple[str, str, int, int, str]:
    """Return all of a violation, its check first."""
    return (entry.check, entry.file, entry.line, entry.column, entry.message)

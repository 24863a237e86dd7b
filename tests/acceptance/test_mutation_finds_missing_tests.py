"""Faults that tests miss although they reach every line, and the mutants that say so.

Each fault is one that a person makes. What notices it is taken away, tests and fixtures, so that the rule
with the fault passes all that is left: then ``gatelib rules mutate`` has to point at the place.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gatelib.authoring import workspace
from gatelib.authoring.mutation.tree import parse
from gatelib.authoring.mutation.trials import Check, Trials
from gatelib.authoring.workspace import Workspace
from tests.acceptance.command import gatelib
from tests.budget import budget
from tests.paths import ROOT


@dataclass(frozen=True)
class Fault:
    """A mistake in a rule, and the mutators that find the test for it missing."""

    what: str
    rule: str
    right: str
    wrong: str
    found_by: tuple[str, ...]


FAULTS = (
    Fault(
        "the last day counts as too old",
        "GL-K8S-012",
        "- timestamps.ns(value) > max_age_days",
        "- timestamps.ns(value) >= max_age_days",
        ("comparison",),
    ),
    Fault("a kind is forgotten", "GL-K8S-005", '"apps/StatefulSet", ', "", ("element",)),
    Fault(
        "only the first field is looked at",
        "GL-K8S-011",
        "some field in fields\n\tnumber",
        "field := fields[0]\n\tnumber",
        ("first-only",),
    ),
    Fault(
        "what is not set is taken for a sidecar",
        "GL-K8S-006",
        'in {null, "", "Never", "OnFailure"}',
        'in {"", "Never", "OnFailure"}',
        ("condition", "element", "null"),
    ),
    Fault(
        "a fourth example is shown",
        "GL-REL-003",
        "array.slice(ids, 0, 3)",
        "array.slice(ids, 0, 4)",
        ("number",),
    ),
    Fault(
        "only the first registry is allowed",
        "GL-IMG-002",
        "some pattern in params.all.images.allowlist",
        "pattern := params.all.images.allowlist[0]",
        ("first-only",),
    ),
    Fault(
        "a lag of just the limit is denied",
        "GL-REL-015",
        "lag.spec.value > max_lag\n\tmsg",
        "lag.spec.value >= max_lag\n\tmsg",
        ("comparison",),
    ),
    Fault(
        "a range of just the shortest prefix is denied",
        "GL-K8S-003",
        "parsed.prefix < shortest",
        "parsed.prefix <= shortest",
        ("comparison",),
    ),
    Fault(
        "`False` is taken for the name of an Instrumentation",
        "GL-K8S-009",
        'lower(trim_space(value)) == "false"',
        'trim_space(value) == "false"',
        ("function",),
    ),
    Fault(
        "a key that is revoked this second is still in use",
        "GL-REL-028",
        "timestamps.ns(key.fields.revoked) <= now_ns",
        "timestamps.ns(key.fields.revoked) < now_ns",
        ("comparison",),
    ),
)


def test_mutants_survive_where_a_test_is_missing(tmp_path: Path) -> None:
    faults = FAULTS[:: budget(5, 1)]
    found = {fault.what: _mutators_at(fault, tmp_path / fault.rule) for fault in faults}
    assert found == {fault.what: fault.found_by for fault in faults}
    assert sum(bool(mutators) for mutators in found.values()) >= 0.9 * len(faults)


def _mutators_at(fault: Fault, base: Path) -> tuple[str, ...]:
    """Return the mutators whose mutants survive at the fault once nothing notices it."""
    _copy(fault, base)
    opened = _open(base)
    _forget(base, opened, _noticing(opened, fault))
    reduced = _open(base)
    assert _noticing(reduced, fault) == [], "the fault passes all that is left"
    assert _is_reached(reduced, fault), "all that is left reaches every line"
    done = gatelib("rules", "mutate", fault.rule, "--format", "json", cwd=base)
    assert done.code == 1, done.complaint
    survivors: list[dict[str, Any]] = json.loads(done.out)["policies"][0]["survivors"]
    lines = _lines(reduced, fault)
    return tuple(sorted({one["mutator"] for one in survivors if one["line"] in lines}))


def _copy(fault: Fault, base: Path) -> None:
    """Write the library, and the fixtures of the rule alone."""
    shutil.copytree(ROOT / "rego", base / "rego")
    source = _open(base).source_of(fault.rule)
    assert source is not None
    fixtures = Path("fixtures", *source.module.package.split(".")[-2:])
    shutil.copytree(ROOT / fixtures, base / fixtures)


def _open(base: Path) -> Workspace:
    folders = [base / "fixtures"] * (base / "fixtures").is_dir()
    return workspace.open_([base / "rego"], folders, base)


def _checks(opened: Workspace, rule: str) -> tuple[Trials, str, list[Check]]:
    source, trials = opened.source_of(rule), Trials(opened)
    assert source is not None
    groups = trials.groups(source.module, rule).own
    return trials, source.module.path, [check for group in groups for check in trials.checks(group)]


def _noticing(opened: Workspace, fault: Fault) -> list[str]:
    """Return the tests and fixtures that do not hold with the fault."""
    trials, path, checks = _checks(opened, fault.rule)
    text = _text(opened, fault.rule)
    assert text.count(fault.right) == 1
    wrong = text.replace(fault.right, fault.wrong)
    return [trials.name(check) for check in checks if trials.judge(path, wrong, [check]).status != "survived"]


def _is_reached(opened: Workspace, fault: Fault) -> bool:
    trials, path, checks = _checks(opened, fault.rule)
    groups = dict.fromkeys(check.group for check in checks)
    reached = [one for group in groups for one in trials.baseline(group, frozenset({path}))]
    return frozenset().union(*(one.lines[path] for one in reached)) == reached[0].known[path]


def _forget(base: Path, opened: Workspace, noticing: list[str]) -> None:
    """Delete tests and fixtures."""
    assert noticing, "something notices the fault"
    for file in opened.tests:
        mine = {
            name.rpartition(".")[2] for name in noticing if name.startswith(f"{file.module.package}.test_")
        }
        source, rules = parse(file.module.text, file.name)
        spans = [
            (rule.start, rule.end)
            for rule in rules
            if rule.kind == "Spec" and source.of(rule.only("head").only("refr")) in mine
        ]
        text = file.module.text
        for start, end in sorted(spans, reverse=True):
            text = text[:start] + text[end:]
        file.file.write_text(text, "utf-8")
    for case in opened.cases:
        if case.name in noticing:
            case.path.unlink()
            case.path.with_name(f"{case.path.stem}.expected.json").unlink()


def _text(opened: Workspace, rule: str) -> str:
    source = opened.source_of(rule)
    assert source is not None
    return source.module.text


def _lines(opened: Workspace, fault: Fault) -> range:
    text = _text(opened, fault.rule)
    first = text.count("\n", 0, text.index(fault.right)) + 1
    return range(first, first + fault.right.count("\n") + 1)


@pytest.mark.skipif(budget(0, 1) == 0, reason="minutes; under GATELIB_ACCEPTANCE=1")
def test_the_shipped_library_reaches_its_score_with_every_survivor_explained() -> None:
    command = [sys.executable, "-m", "gatelib", "rules", "mutate", "--library", "--format", "json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=3600, check=False)
    found = json.loads(done.stdout)
    assert {
        one["file"]: [one["survivors"], one["stale"], one["broken"]]
        for one in found["policies"]
        if one["survivors"] or one["stale"] or one["broken"]
    } == {}
    assert done.returncode == 0
    assert found["killed"] >= 0.95 * (found["killed"] + found["equivalent"])

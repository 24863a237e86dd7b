"""Values of the wrong type, wherever a rule reads them: both engines say the same, and no finding is lost.

A mutant is a fixture that its rule denies, with one or more of its values replaced by one of another type.
Of each mutant the law is: for every document that the rule denied in the fixture, it still denies that
document, or the decision has an error, and so cannot be taken for a pass. It is left to itself where the
replacement is

- empty or null, which counts as absent, and what is absent is not always wrong;
- of another type that the field takes as well (``ALSO_ACCEPTED``), or in place of a value whose type was
  wrong, and so may mend what was wrong with it.

For these only the engines are compared. A replacement that no rule reads changes nothing: then every finding
of the fixture is still there, to the byte.
"""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path as FilePath
from typing import Any

import orjson
import pytest

from gatelib import EngineError, engines, fixtures, resources
from gatelib.engines import Decision
from gatelib.engines.interface import DECISION
from gatelib.fixtures import Case
from gatelib.policy import Policy, shipped
from tests.budget import budget
from tests.engines import need
from tests.paths import ROOT

Path = tuple[Any, ...]

SHIPPED = shipped()
CASES = [case for case in fixtures.find(ROOT / "fixtures", SHIPPED) if case.denies]
GROUPS = ("deny", "warn", "canary", "waived")
PRINTED_IN_TWO_WAYS = {1e300}
PER_ENVELOPE = 500
"""Mutants that one process of opa judges."""

GARBAGE: dict[str, list[Any]] = {
    "string": ["gatelib-garbage", "7", "true", "\u0000\u202e|`"],
    "number": [7, -1, 0.5, 1e300, 18446744073709551615],
    "boolean": [True, False],
    "list": [["x"], [7], [[]], [{"a": 1}], [None, {"name": "x"}]],
    "object": [{"x": "y"}, {"": {}}, {"a": [{"b": [[{"c": [1, None]}]]}]}],
    "empty": [None, "", [], {}, 0, False],
}

OF_WHAT_IS_SAID = {"GL-EXC-008": ("spec",)}
"""Rules that deny what a field says: of another type it says nothing, and GL-EXC-003 denies that."""

ALSO_ACCEPTED: dict[str, dict[str, set[str]]] = {
    "GL-EXC-001": {"spec.approver": {"string", "list"}},
    "GL-K8S-006": {
        "limits.cpu": {"string", "number"},
        "limits.memory": {"string", "number"},
    },
    "GL-K8S-008": {"setWeight": {"number"}, "duration": {"string", "number"}},
}
"""By rule and the end of the path: the types that a field may have."""


@dataclass(frozen=True)
class Mutant:
    """A fixture with something replaced in one of its documents."""

    case: Case
    document: int
    paths: tuple[Path, ...]
    replacements: tuple[Any, ...]
    envelope: dict[str, Any]

    @property
    def is_left_to_itself(self) -> bool:
        return any(
            not value or may_be(self.case.rule, path, value) or says_nothing(self.case.rule, path)
            for path, value in zip(self.paths, self.replacements, strict=True)
        )

    def __str__(self) -> str:
        places = [
            f"{'.'.join(map(str, path))} = {json.dumps(value)}"
            for path, value in zip(self.paths, self.replacements, strict=True)
        ]
        return f"{self.case.name}, document {self.document}: {', '.join(places)}"


def may_be(rule: str, path: Path, value: Any) -> bool:
    place = ".".join(str(step) for step in path)
    accepted = ALSO_ACCEPTED.get(rule, {})
    return any(place.endswith(end) and type_of(value) in types for end, types in accepted.items())


def says_nothing(rule: str, path: Path) -> bool:
    return path[:1] == OF_WHAT_IS_SAID.get(rule)


def type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    names = {str: "string", int: "number", float: "number", list: "list", dict: "object", type(None): "null"}
    return names[type(value)]


def nodes(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value below a value, with its path."""
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for step, inner in entries:
        yield (*path, step), inner
        yield from nodes(inner, (*path, step))


def mutants(seed: int, number: int) -> Iterator[Mutant]:
    """Mutants of all fixtures in turn, so that each rule has about as many as it has fixtures."""
    chance = random.Random(seed)
    for turn in range(number):
        case = CASES[(turn + seed) % len(CASES)]
        envelope = envelope_of(case)
        if not envelope["documents"]:
            continue
        document = chance.randrange(len(envelope["documents"]))
        content = deepcopy(envelope["documents"][document]["content"])
        paths: list[Path] = []
        replacements = []
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            path, value = chance.choice(list(nodes(content)))
            group = chance.choice([name for name in GARBAGE if name != type_of(value)])
            replacement = deepcopy(chance.choice(GARBAGE[group]))
            if type_of(replacement) == type_of(value) or any(overlap(path, other) for other in paths):
                continue
            put(content, path, replacement)
            paths.append(path)
            replacements.append(replacement)
        if paths:
            yield Mutant(
                case, document, tuple(paths), tuple(replacements), with_(envelope, document, content)
            )


def overlap(one: Path, other: Path) -> bool:
    length = min(len(one), len(other))
    return one[:length] == other[:length]


def put(content: Any, path: Path, value: Any) -> None:
    for step in path[:-1]:
        content = content[step]
    content[path[-1]] = value


def with_(envelope: dict[str, Any], document: int, content: Any) -> dict[str, Any]:
    documents = list(envelope["documents"])
    documents[document] = {**documents[document], "content": content}
    return {**envelope, "documents": documents}


@cache
def _policy(params: bytes, exceptions: bytes) -> Policy:
    given = {"params": orjson.loads(params), "exceptions": orjson.loads(exceptions)}
    return replace(SHIPPED, data={**SHIPPED.data, **given})


def policy_of(case: Case) -> Policy:
    given = case.given
    return _policy(orjson.dumps(given.get("params", {})), orjson.dumps(given.get("exceptions", [])))


@cache
def _envelope(name: str) -> dict[str, Any]:
    case = next(case for case in CASES if case.name == name)
    return fixtures.envelope(case, policy_of(case))


def envelope_of(case: Case) -> dict[str, Any]:
    return _envelope(case.name)


@cache
def _embedded(params: bytes, exceptions: bytes, rule: str) -> engines.Engine:
    policy = _policy(params, exceptions)
    return engines.engine("embedded")(policy.modules_for([rule]), policy.engine_data([rule]), timeout=60)


def embedded(case: Case, envelope: dict[str, Any]) -> Decision:
    given = case.given
    params, exceptions = given.get("params", {}), given.get("exceptions", [])
    engine = _embedded(orjson.dumps(params), orjson.dumps(exceptions), case.rule)
    return engine.decide(orjson.dumps(envelope))


def opa(tested: Sequence[Mutant], folder: FilePath) -> list[Decision]:
    """Every mutant's decision, asked as the engine asks for one, but many at once, each with its own data."""
    rules = sorted({mutant.case.rule for mutant in tested})
    root = folder / "opa"
    for module in SHIPPED.modules_for(rules):
        path = root / "policy" / module.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(module.text, "utf-8")
    (root / "policy" / "data.json").write_bytes(orjson.dumps(SHIPPED.engine_data(SHIPPED.catalog)))
    query = (
        "[decision | some one in input; envelope := one.envelope;"
        " params := one.params; given := one.exceptions;"
        f" decision := {DECISION} with input as envelope"
        " with data.gatelib.params as params with data.gatelib.exceptions as given]"
    )
    asked = [
        {
            "envelope": mutant.envelope,
            "params": mutant.case.given.get("params", {}),
            "exceptions": mutant.case.given.get("exceptions", []),
        }
        for mutant in tested
    ]
    command = [
        need("opa"), "eval", "--format", "json", "--strict-builtin-errors",
        "--capabilities", str(resources.capabilities()),
        "--data", str(root / "policy"), "--stdin-input", query,
    ]  # fmt: skip
    done = subprocess.run(command, input=orjson.dumps(asked), capture_output=True, check=False)
    answer = json.loads(done.stdout)
    assert "errors" not in answer, answer["errors"]
    decisions = answer["result"][0]["expressions"][0]["value"]
    assert len(decisions) == len(tested)
    return [Decision.parse(decision) for decision in decisions]


def denied(decision: Decision) -> set[tuple[str, int]]:
    """The rules that deny and the documents they deny, errors left out."""
    codes = {error["code"] for error in decision.value["errors"]}
    return {
        (finding["rule"], finding["document"])
        for finding in decision.value["deny"]
        if finding["rule"] not in codes and "document" in finding
    }


def gone(before: set[tuple[str, int]], decision: Decision) -> set[tuple[str, int]]:
    """What is denied no more; a rule that denies a file of evidence denies its release."""
    of_evidence = {finding["rule"] for finding in decision.value["deny"] if "evidence" in finding}
    return {(rule, index) for rule, index in before - denied(decision) if rule not in of_evidence}


def mends(mutant: Mutant, original: Decision) -> bool:
    """Tell whether something was replaced that was of a wrong type in the fixture."""
    wrong = [(error.get("document"), tuple(error.get("path", ()))) for error in original.value["errors"]]
    return any((mutant.document, path) in wrong for path in mutant.paths)


def comparable(decision: Decision, mutant: Mutant) -> bytes:
    """The decision, without texts where a number is in the document that engines write in two ways."""
    if not any(isinstance(value, float) and value in PRINTED_IN_TWO_WAYS for value in mutant.replacements):
        return decision.to_bytes()
    findings = [[without_texts(entry) for entry in decision.value[group]] for group in GROUPS]
    return orjson.dumps([findings, decision.value["rules"]])


def without_texts(entry: Any) -> Any:
    return {key: value for key, value in entry.items() if key not in ("msg", "message", "fingerprint")}


def findings(decision: Decision) -> list[Any]:
    return [decision.value[group] for group in GROUPS]


@pytest.mark.parametrize("seed", range(4))
def test_no_wrong_type_loses_a_finding(seed: int) -> None:
    lost = []
    for mutant in mutants(seed, budget(150, 2500)):
        decision = embedded(mutant.case, mutant.envelope)
        original = embedded(mutant.case, envelope_of(mutant.case))
        if mutant.is_left_to_itself or decision.value["errors"] or mends(mutant, original):
            continue
        if gone(denied(original), decision):
            lost.append(str(mutant))
    assert not lost, "\n".join(lost)


def test_engines_agree_on_every_wrong_type(tmp_path: FilePath) -> None:
    need("opa")
    all_of_them = list(mutants(100, budget(300, 10_000)))
    differ = []
    silent = []
    for start in range(0, len(all_of_them), PER_ENVELOPE):
        tested = all_of_them[start : start + PER_ENVELOPE]
        for mutant, reference in zip(tested, opa(tested, tmp_path), strict=True):
            try:
                decision = embedded(mutant.case, mutant.envelope)
            except EngineError as error:
                silent.append(f"{mutant}: {error.message}")
                continue
            if comparable(decision, mutant) != comparable(reference, mutant):
                differ.append(str(mutant))
    assert (silent, differ) == ([], [])


def test_what_no_rule_reads_changes_nothing() -> None:
    for case in CASES[:: budget(5, 1)]:
        envelope = envelope_of(case)
        before = embedded(case, envelope)
        for index, document in enumerate(envelope["documents"]):
            content = document["content"]
            if not isinstance(content.get("metadata"), dict) or "gatelib.dev/v1" in content.values():
                continue
            unread = {"managedFields": [{"x": [1, {"y": None}]}], "uid": {"a": []}, "generation": ["7"]}
            content = {**content, "metadata": {**content["metadata"], **unread}, "status": [[{}], 7, None]}
            assert findings(embedded(case, with_(envelope, index, content))) == findings(before), case.name


@pytest.mark.parametrize("replacement", [7, ["x"], {"a": [1]}, "x", True])
@pytest.mark.parametrize("path", [("kind",), ("metadata",), ("spec",), ("apiVersion",)])
def test_a_whole_section_of_the_wrong_type_is_never_passed_over(path: Path, replacement: Any) -> None:
    for case in CASES[:: budget(23, 1)]:
        envelope = envelope_of(case)
        before = denied(embedded(case, envelope))
        for index, document in enumerate(envelope["documents"]):
            value = document["content"].get(path[0])
            if value is None or type_of(value) == type_of(replacement) or says_nothing(case.rule, path):
                continue
            mutant = with_(envelope, index, {**document["content"], path[0]: replacement})
            decision = embedded(case, mutant)
            assert decision.value["errors"] or not gone(before, decision), (case.name, index)

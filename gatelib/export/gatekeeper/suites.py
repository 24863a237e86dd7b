"""Suites for ``gator verify``, made of fixtures: the template says of each object what its fixture says.

suites/<rule>/suite.yaml              the tests: one for each Constraint
suites/<rule>/constraint-<n>.json     the rule alone, with the parameters that some of its fixtures give
suites/<rule>/objects/<kind>-<digest>.json
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import orjson

from gatelib import engines
from gatelib.engines import Engine
from gatelib.export.gatekeeper import exported, kinds
from gatelib.export.gatekeeper.constraints import ACTIONS, constraint
from gatelib.export.gatekeeper.reviews import NotCarriedOverError, Review, is_about, reviews
from gatelib.export.gatekeeper.template import GATE, as_message
from gatelib.fixtures import NOW, Case, find
from gatelib.policy import Policy, shipped

_MOMENTS: Final = ("2000-01-01T00:00:00Z", NOW, "2200-01-01T00:00:00Z")
"""A suite is judged by the clock; what these differ in, no suite can hold."""

_TIMEOUT: Final = 60.0
_OF_THE_CONSTRAINT: Final = ("params", "exceptions", "evidence", "verifications")
_DATE: Final = re.compile(rb"\d{4}-\d\d-\d\d")
_SPECIAL: Final = frozenset(r"\.+*?()|[]{}^$")


@dataclass(frozen=True, slots=True)
class Suites:
    """What became of the fixtures."""

    files: dict[str, bytes] = field(default_factory=dict)
    carried: list[str] = field(default_factory=list)
    """The names of the cases that the suites hold."""
    left_out: dict[str, str] = field(default_factory=dict)
    """Why the others could not be carried over, by the names of the cases."""


def build(policy: Policy, folder: Path) -> Suites:
    """Return suites for the rules that Gatekeeper gets, made of the fixtures in a folder.

    Raises:
        ConfigError: a fixture is not of its form, or of a rule that nobody has.
        EngineError: one cannot be judged here, so that nobody knows what to expect there.

    """
    known = replace(policy, catalogs={**policy.catalogs, "core": shipped().catalogs["core"]})
    suites = Suites()
    by_rule: dict[str, list[Case]] = {rule: [] for rule in exported(policy)}
    for case in find(folder.absolute(), known):
        if case.rule in by_rule:
            by_rule[case.rule].append(case)
    for rule, of_rule in by_rule.items():
        suite = _Suite(policy, rule)
        for case in of_rule:
            try:
                suite.add(case)
                suites.carried.append(case.name)
            except NotCarriedOverError as error:
                suites.left_out[case.name] = str(error)
        suites.files.update(suite.files())
    return suites


class _Suite:
    def __init__(self, policy: Policy, rule: str) -> None:
        self._policy = policy
        self._rule = rule
        self._judge = _Judge(rule)
        self._objects: dict[str, bytes] = {}
        self._tests: dict[bytes, list[dict[str, Any]]] = {}
        """Cases by Constraint."""

    def add(self, case: Case) -> None:
        """Take in a case.

        Raises:
            NotCarriedOverError: what it expects does not come of reviews of its objects.

        """
        policy = _with(case, self._policy)
        matched = kinds.matched(policy, [self._rule])
        asked = reviews(case, policy)
        seen = [review for review in asked if is_about(review, matched)]
        answers = [self._judge.answers(case, policy, review) for review in seen]
        if any(answer != moments[0] for moments in answers for answer in moments):
            raise NotCarriedOverError("its answer depends on the date")
        if {entry for first, *_ in answers for entry in first.entries} != _expected(case):
            raise NotCarriedOverError("its answer is not one about single objects, or is another gate's")
        for review, (answer, *_) in zip(seen, answers, strict=True):
            for action in ACTIONS:
                if action == "deny" or answer.messages[action]:
                    self._add(case, policy, review, action, answer.messages[action])
        if not seen:
            for review in asked:
                self._add(case, policy, review, "deny", {})

    def files(self) -> dict[str, bytes]:
        """Return the suite with all that it names; nothing where it has no case."""
        import yaml

        if not self._tests:
            return {}
        folder = f"suites/{self._rule}"
        written = {f"{folder}/{name}": content for name, content in self._objects.items()}
        tests = []
        for number, (content, cases) in enumerate(self._tests.items(), start=1):
            name = f"constraint-{number}.json"
            written[f"{folder}/{name}"] = content
            template = "../../template.json"
            tests.append({"name": str(number), "template": template, "constraint": name, "cases": cases})
        suite = {
            "apiVersion": "test.gatekeeper.sh/v1alpha1",
            "kind": "Suite",
            "metadata": {"name": self._rule},
            "tests": tests,
        }
        written[f"{folder}/suite.yaml"] = yaml.safe_dump(suite, sort_keys=False, width=1000).encode()
        return written

    def _add(
        self, case: Case, policy: Policy, review: Review, action: str, messages: Mapping[str, int]
    ) -> None:
        asked = constraint(policy, action, [self._rule])
        beside = {name: case.given[name] for name in _OF_THE_CONSTRAINT if case.given.get(name)}
        asked["spec"]["parameters"].update(beside)
        written = {
            "name": f"{case.path.parent.name} {case.path.stem} {review.document}",
            "object": self._object(review.content),
            "assertions": [
                {"violations": sum(messages.values())},
                *({"violations": n, "message": f"^{_quoted(text)}$"} for text, n in sorted(messages.items())),
            ],
        }
        if review.inventory:
            written["inventory"] = [self._object(content) for content in review.inventory]
        content = orjson.dumps(asked, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        self._tests.setdefault(content, []).append(written)

    def _object(self, content: Mapping[str, Any]) -> str:
        data = orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        name = f"objects/{content['kind']}-{hashlib.sha256(data).hexdigest()[:12]}.json"
        self._objects[name] = data
        return name


_Entry = tuple[int | None, str, str]
"""A document's number, an action or an error's code, and a message."""


@dataclass(frozen=True, slots=True)
class _Answer:
    entries: frozenset[_Entry]
    """What a fixture can expect."""
    messages: Mapping[str, Mapping[str, int]]
    """How often Gatekeeper has to say what, by action."""


class _Judge:
    """What the default engine says of a review, by one rule."""

    def __init__(self, rule: str) -> None:
        self._rule = rule
        self._engines: dict[bytes, Engine] = {}

    def answers(self, case: Case, policy: Policy, review: Review) -> list[_Answer]:
        """Return the answers at each of the moments; one is enough where no date is in sight."""
        engine = self._engine(policy)
        envelope = {
            "gatelib": 1,
            "now": NOW,
            "gate": GATE,
            "rules": [self._rule],
            "documents": [{"index": review.document, "root": 0, "content": review.content}],
            "inventory": [{"index": 0, "root": 0, "content": content} for content in review.inventory],
            "evidence": case.given.get("evidence", {}),
            "verifications": case.given.get("verifications", []),
        }
        told = [envelope, policy.data["exceptions"], policy.data["bundle"], policy.catalog[self._rule]]
        moments = (
            _MOMENTS if _DATE.search(orjson.dumps(told[1:]) + orjson.dumps({**envelope, "now": 0})) else [NOW]
        )
        return [
            _answer(policy, engine.decide(orjson.dumps({**envelope, "now": now})).value) for now in moments
        ]

    def _engine(self, policy: Policy) -> Engine:
        data = policy.engine_data([self._rule])
        key = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
        if key not in self._engines:
            kind = engines.engine(engines.default())
            self._engines[key] = kind(policy.modules_for([self._rule]), data, timeout=_TIMEOUT)
        return self._engines[key]


def _with(case: Case, policy: Policy) -> Policy:
    """Return the policy as a Constraint with what the case gives makes it."""
    params, given = policy.data["params"], case.given.get("params", {})
    merged = {group: {**params.get(group, {}), **given.get(group, {})} for group in {**params, **given}}
    bundle = {**policy.data["bundle"], "gate": GATE, "inputs": ["envelope"]}
    beside = {"params": merged, "exceptions": case.given.get("exceptions", []), "bundle": bundle}
    return replace(policy, data={**policy.data, **beside})


def _answer(policy: Policy, decision: Mapping[str, Any]) -> _Answer:
    errors = decision["errors"]
    found = [finding for group in (*ACTIONS, "waived") for finding in decision[group]]
    codes = {error["code"] for error in errors}
    return _Answer(
        frozenset(
            [_entry(finding, finding["action"]) for finding in found if finding["rule"] not in codes]
            + [_entry(error, error["code"]) for error in errors]
        ),
        {action: Counter(as_message(policy, finding) for finding in decision[action]) for action in ACTIONS},
    )


def _expected(case: Case) -> set[_Entry]:
    return {_entry(finding, finding["action"]) for finding in case.findings} | {
        _entry(error, error["code"]) for error in case.errors
    }


def _entry(said: Mapping[str, Any], what: str) -> _Entry:
    waived = f" waived by {said['waived_by']}" if "waived_by" in said else ""
    return said.get("document"), f"{what}{waived}", said["msg" if "msg" in said else "message"]


def _quoted(text: str) -> str:
    return "".join(f"\\{char}" if char in _SPECIAL else char for char in text)

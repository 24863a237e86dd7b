"""Asking an engine, and finding out what it failed on when it fails."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from gatelib import engines
from gatelib.engines.interface import Decision, Engine
from gatelib.errors import EngineError, EngineTimeoutError, EngineUnavailableError
from gatelib.plan import Plan
from gatelib.report import Problem
from gatelib.stages import held_back, on_trial
from gatelib.tasks import FAILED, STATUS_OF, TIMED_OUT, worse

OF_THE_RUN: Final = frozenset({"GL-ERR-001", "GL-ERR-006"})
"""What only a look at the whole run can tell; a part of it cannot."""

_MOST_ATTEMPTS: Final = 64
"""Evaluations spent on finding out what an engine fails on, before the rest is given up as a whole."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A document of an envelope."""

    index: int
    file: str
    position: int
    root: int
    content: Any
    """A JSON value, or an ``orjson.Fragment`` of one."""
    namespace: str = ""
    """By which a share takes it in."""
    tried: bool = False
    """Whether only rules on trial are about it."""

    def to_dict(self) -> dict[str, Any]:
        """Return the envelope's form."""
        return {
            "index": self.index,
            "file": self.file,
            "position": self.position,
            "root": self.root,
            "content": self.content,
        }


@dataclass(slots=True)
class Answer:
    """Decisions about one set of documents, put together."""

    findings: list[dict[str, Any]] = field(default_factory=list)
    """As the decision has them, waived ones with ``waived_by``."""
    errors: list[dict[str, Any]] = field(default_factory=list)
    """As the decision has them, with those of the whole run."""
    problems: list[Problem] = field(default_factory=list)
    """Of the engine itself."""
    judged: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    revisions: set[str] = field(default_factory=set)

    def add(self, decision: Decision) -> None:
        """Take in a decision, whose ``deny`` repeats the errors."""
        value = decision.value
        self.errors += value["errors"]
        codes = {error["code"] for error in value["errors"]}
        for group in ("deny", "warn", "canary", "waived"):
            self.findings += [finding for finding in value[group] if finding["rule"] not in codes]
        for rule in value["rules"]:
            self.judged[rule["id"]] = self.judged.get(rule["id"], 0) + rule["judged"]
            self.statuses[rule["id"]] = worse(self.statuses.get(rule["id"]), rule["status"])
        self.revisions.add(value["revision"])


class Asker:
    """One engine with one set of rules."""

    def __init__(self, plan: Plan, rules: tuple[str, ...]) -> None:
        """Start no engine yet."""
        self._plan = plan
        self._rules = rules
        self._trials = {
            rule: stage
            for rule, stage in held_back(plan.policy, rules, plan.now).items()
            if stage.action == "canary"
        }
        self._engine: Engine | None = None

    def ask(self, subjects: Sequence[Subject], inventory: Iterable[bytes], *, split: bool) -> Answer:
        """Judge the documents.

        Where the engine fails, the rules are asked in halves, and where ``split`` allows it a rule that looks
        at one document at a time is asked about halves of them, until what it fails on is alone; everything
        else keeps its answer. The rules on trial are asked apart then, and what fails there is a finding.
        """
        answer = Answer()
        fragments = [orjson.Fragment(document) for document in inventory]
        if not self._trials:
            self._ask(answer, subjects, fragments, split, [_MOST_ATTEMPTS])
            return answer
        try:
            answer.add(self._decide(subjects, fragments))
        except EngineUnavailableError as error:
            answer.problems.append(_unavailable(error))
        except EngineError:
            in_force = tuple(rule for rule in self._rules if rule not in self._trials)
            about = [subject for subject in subjects if not subject.tried]
            if in_force and (about or not subjects):
                asker = Asker(self._plan, in_force)
                asker._ask(answer, about, fragments, split, [_MOST_ATTEMPTS])
            for rule in self._trials:
                asker = Asker(self._plan, (rule,))
                for part in asker._by_stage(subjects) if split else [subjects]:
                    asker._ask(answer, part, fragments, split, [_MOST_ATTEMPTS])
        return answer

    def _ask(
        self,
        answer: Answer,
        subjects: Sequence[Subject],
        inventory: list[Any],
        split: bool,
        attempts: list[int],
    ) -> None:
        attempts[0] -= 1
        try:
            answer.add(self._decide(subjects, inventory))
        except EngineTimeoutError as error:
            self._give_up(answer, TIMED_OUT, error, subjects)
        except EngineUnavailableError as error:
            answer.problems.append(_unavailable(error))
        except EngineError as error:
            middle = len(self._rules) // 2
            if attempts[0] > 0 and middle:
                for rules in (self._rules[:middle], self._rules[middle:]):
                    Asker(self._plan, rules)._ask(answer, subjects, inventory, split, attempts)
            elif attempts[0] > 0 and split and len(subjects) > 1 and self._is_for_documents():
                half = len(subjects) // 2
                for part in (subjects[:half], subjects[half:]):
                    self._ask(answer, part, inventory, split, attempts)
            else:
                self._give_up(answer, FAILED, error, subjects)

    def _give_up(self, answer: Answer, code: str, error: EngineError, subjects: Sequence[Subject]) -> None:
        """Note what could not be judged: an error, and of a rule on trial a finding about nothing."""
        problem = _problem(code, error, self._rules, subjects)
        rule = self._rules[0]
        in_force = any(not self._is_on_trial(subject.namespace) for subject in subjects)
        if in_force or len(self._rules) > 1 or rule not in self._trials:
            answer.problems.append(problem)
            return
        where = f" in `{problem.file}`" if problem.file is not None else ""
        answer.findings.append(doubt(self._plan, rule, f"could not be judged{where}: {error.message}"))
        answer.statuses[rule] = worse(answer.statuses.get(rule), STATUS_OF["canary"])

    def _by_stage(self, subjects: Sequence[Subject]) -> list[Sequence[Subject]]:
        """Return what the one rule is in force for and what it is on trial for, apart where that may be."""
        if not self._is_for_documents():
            return [subjects]
        tried = [subject for subject in subjects if self._is_on_trial(subject.namespace)]
        rest = [subject for subject in subjects if not self._is_on_trial(subject.namespace)]
        return [part for part in (rest, tried) if part] or [subjects]

    def _is_on_trial(self, namespace: str) -> bool:
        stage = self._trials.get(self._rules[0])
        return stage is not None and on_trial(self._rules[0], stage, namespace)

    def _is_for_documents(self) -> bool:
        return all(self._plan.catalog[rule]["scope"] == "document" for rule in self._rules)

    def _decide(self, subjects: Sequence[Subject], inventory: list[Any]) -> Decision:
        if self._engine is None:
            policy = self._plan.policy
            self._engine = engines.engine(self._plan.engine)(
                policy.modules_for(self._rules),
                policy.engine_data(self._rules),
                timeout=self._plan.timeout,
                connection=self._plan.connection,
            )
        envelope = self._plan.envelope(self._rules)
        envelope["documents"] = [subject.to_dict() for subject in subjects]
        envelope["inventory"] = inventory
        return self._engine.decide(orjson.dumps(envelope))


def doubt(plan: Plan, rule: str, message: str) -> dict[str, Any]:
    """Return what goes wrong with a rule on trial, as ``gatelib.lib.findings`` has it."""
    entry = plan.catalog[rule]
    return {
        "rule": rule,
        "action": "canary",
        "severity": entry["severity"],
        "controls": entry["controls"],
        "msg": message,
        "path": [],
        "resource": {"apiVersion": "", "kind": "", "namespace": "", "name": ""},
        "fingerprint": f"{rule}||||",
    }


def _unavailable(error: EngineUnavailableError) -> Problem:
    """Return the same for every part of the run, so that a report says it once."""
    return Problem(code=FAILED, message=error.message, hint=error.hint)


def _problem(code: str, error: EngineError, rules: tuple[str, ...], subjects: Sequence[Subject]) -> Problem:
    which = f"rule `{rules[0]}`" if len(rules) == 1 else f"{len(rules)} rules"
    files = {subject.file for subject in subjects}
    return Problem(
        code=code,
        message=f"{which} could not be judged: {error.message}",
        file=next(iter(files)) if len(files) == 1 else None,
        hint=error.hint,
    )

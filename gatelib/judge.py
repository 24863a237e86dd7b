"""A worker: reads files, asks the engine, and says where each finding stands.

A ``ReadTask`` is a batch of files: their documents are judged by the rules that need no other document, and
what the other rules will need is handed back. A ``SetTask`` is a part of those: some namespaces with all that
lies in them, and the documents of the whole cluster beside, to be looked up. A ``ProofTask`` comes last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

import orjson

from gatelib import deployed
from gatelib.asking import OF_THE_RUN, Answer, Asker, Subject
from gatelib.normalize import Document, namespace_of
from gatelib.placing import Placer, Raw, exceptions_of
from gatelib.plan import Plan
from gatelib.reading import read_documents
from gatelib.report import NotJudged
from gatelib.sources import Source
from gatelib.stages import on_trial
from gatelib.tasks import (
    CHANGED,
    MALFORMED,
    NOTHING,
    STATUS_OF,
    Held,
    ProofTask,
    Reading,
    ReadTask,
    SetTask,
    Task,
    Verdicts,
    worse,
)


class Judge:
    """Does tasks by one plan."""

    def __init__(self, plan: Plan) -> None:
        """Compile nothing yet: a task may not need it."""
        self._plan = plan
        self._document_types = plan.types_of(plan.document_rules)
        self._set_types = plan.types_of(plan.set_rules)
        self._required = plan.required_types
        self._trials = {rule: stage for rule, stage in plan.held().items() if stage.action == "canary"}
        self._in_force_types = plan.types_of(tuple(rule for rule in plan.rules if rule not in self._trials))
        self._workloads = frozenset(plan.policy.data["kinds"]["workloads"])
        self._askers: dict[tuple[str, ...], Asker] = {}
        self._in_force: Judge | None = None

    def __call__(self, task: Task) -> Verdicts:
        """Do a task."""
        if not task.tried:
            self._in_force = self._in_force or Judge(self._plan.without_trials())
            return self._in_force(task._replace(tried=True))
        if isinstance(task, ReadTask):
            return self._read(task)
        return self._judge_set(task) if isinstance(task, SetTask) else self._prove(task)

    def _prove(self, task: ProofTask) -> Verdicts:
        """Judge what belongs to no file; at least this answer proves that the policy ran."""
        placer = Placer(self._plan)
        subjects = [_subject(index, held) for index, held in enumerate(task.required)]
        hidden = [{"type": "waived", "exception": number, "subjects": count} for number, count in task.hidden]
        plan = replace(self._plan, verifications=(*self._plan.verifications, *hidden))
        answer = Asker(plan, plan.rules).ask(subjects, (), split=False)
        findings = [raw for raw in answer.findings if "exception" in raw or _points_at_nothing(raw)]
        errors = [raw for raw in answer.errors if raw["code"] != NOTHING and "document" not in raw]
        verdicts = Verdicts(revisions=answer.revisions)
        verdicts.findings = placer.findings(findings, ())
        verdicts.problems = [*answer.problems, *placer.problems(errors, ()), *placer.settle()]
        verdicts.statuses = _statuses(findings)
        return verdicts

    def _read(self, task: ReadTask) -> Reading:
        reading, placer = Reading(), Placer(self._plan)
        places: list[tuple[Source, Document]] = []
        for source in task.sources:
            for document in read_documents(source, self._plan, reading, placer):
                for_document = _wanted(document, self._document_types)
                for_set = _wanted(document, self._set_types)
                reading.covered += for_document or for_set
                if for_document or (for_set and task.alone):
                    places.append((source, document))
                if self._required and document.type in self._workloads:
                    reading.images.update(deployed.images(document.content))
                if document.type in self._required or (for_set and not task.alone):
                    reading.held.append(_held(source, document, placer))
        if places:
            rules = self._rules_on(places) if task.alone else self._plan.document_rules
            inventory = [document for _, _, document in self._plan.inventory] if task.alone else []
            subjects = [
                Subject(
                    index,
                    source.name,
                    document.ordinal,
                    source.root,
                    document.content,
                    namespace_of(document.scope),
                    self._is_tried(document.type, document.scope),
                )
                for index, (source, document) in enumerate(places)
            ]
            answer = self._asker(rules).ask(subjects, inventory, split=True)
            _take(answer, reading, placer, places, subjects)
        reading.problems += placer.settle()
        return reading

    def _rules_on(self, places: Sequence[tuple[Source, Document]]) -> tuple[str, ...]:
        """Return the rules that have anything to judge here; the others need not even be compiled."""
        types = {document.type for _, document in places}
        return tuple(
            rule
            for rule in self._plan.rules
            if (wanted := self._plan.types_of((rule,))) is None or wanted & types
        )

    def _judge_set(self, task: SetTask) -> Verdicts:
        verdicts, placer = Verdicts(), Placer(self._plan)
        subjects = [
            replace(_subject(index, held), tried=self._is_tried(held.type, held.scope))
            for index, held in enumerate(task.judged)
        ]
        answer = self._asker(self._plan.set_rules).ask(subjects, task.inventory, split=False)
        places = [
            (held.source, Document(held.ordinal, held.prefix, held.type, held.scope, {}))
            for held in task.judged
        ]
        needed = {raw["document"] for raw in (*answer.findings, *answer.errors) if "document" in raw}
        for index in needed:
            held = task.judged[index]
            if not placer.knows(held.source):
                _read_again(held, placer, self._plan.limits.max_bytes)
        _take(answer, verdicts, placer, places, subjects)
        verdicts.problems += placer.settle()
        return verdicts

    def _is_tried(self, type_: str, scope: str) -> bool:
        """Tell whether only rules on trial are about a document."""
        if not self._trials or self._in_force_types is None or type_ in self._in_force_types:
            return False
        namespace = namespace_of(scope)
        return not any(
            (types := self._plan.types_of((rule,))) is None or type_ in types
            for rule, stage in self._trials.items()
            if not on_trial(rule, stage, namespace)
        )

    def _asker(self, rules: tuple[str, ...]) -> Asker:
        if rules not in self._askers:
            self._askers[rules] = Asker(self._plan, rules)
        return self._askers[rules]


def _wanted(document: Document, types: frozenset[str] | None) -> bool:
    return types is None or document.type in types


def _subject(index: int, held: Held) -> Subject:
    return Subject(
        index,
        held.source.name,
        held.ordinal,
        held.source.root,
        orjson.Fragment(held.content),
        namespace_of(held.scope),
    )


def _held(source: Source, document: Document, placer: Placer) -> Held:
    return Held(
        source,
        placer.digest(source),
        document.ordinal,
        document.prefix,
        document.type,
        document.scope,
        orjson.dumps(document.content),
        placer.is_masked(source),
    )


def _read_again(held: Held, placer: Placer, limit: int) -> None:
    try:
        data = held.source.read(limit)
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != held.sha256:
        placer.lose(held.source, CHANGED, "changed while it was judged")
        return
    placer.remember(held.source, data, held.sha256)
    if held.masked:
        placer.mask_all(held.source)


def _take(
    answer: Answer,
    verdicts: Verdicts,
    placer: Placer,
    places: Sequence[tuple[Source, Document]],
    subjects: Sequence[Subject],
) -> None:
    findings = [raw for raw in answer.findings if "exception" not in raw]
    # The given exceptions are the same in each part of a run: the last one tells what is wrong with them.
    of_last = {raw["rule"] for raw in answer.findings if "exception" in raw}
    errors = []
    for raw in answer.errors:
        if raw["code"] == MALFORMED and "document" in raw and subjects[raw["document"]].tried:
            # Without the rules on trial, nobody would have looked at it.
            subject = subjects[raw["document"]]
            reason = f"only rules on trial are about it, and {raw['message']}"
            verdicts.not_judged.append(NotJudged(file=subject.file, document=subject.position, reason=reason))
        elif raw["code"] not in OF_THE_RUN:
            errors.append(raw)
    verdicts.findings += placer.findings([raw for raw in findings if not exceptions_of(raw)], places)
    verdicts.matches += placer.matches([raw for raw in findings if exceptions_of(raw)], places)
    verdicts.problems += [*answer.problems, *placer.problems(errors, places)]
    for rule, judged in answer.judged.items():
        verdicts.judged[rule] = verdicts.judged.get(rule, 0) + judged
    verdicts.statuses.update({rule: answer.statuses[rule] for rule in answer.statuses.keys() - of_last})
    verdicts.statuses.update(_statuses(raw for raw in findings if raw["rule"] in of_last))
    verdicts.revisions |= answer.revisions


def _points_at_nothing(raw: Raw) -> bool:
    return not {"document", "evidence", "exception"} & raw.keys()


def _statuses(raws: Iterable[Raw]) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw in raws:
        found[raw["rule"]] = worse(found.get(raw["rule"]), STATUS_OF[raw["action"]])
    return found

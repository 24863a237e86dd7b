"""Every case on every engine: what each answers, whether that is the same, and what was not asked."""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from tests.parity import columns, gatekeeper, reviews
from tests.parity.cases import Case, Group, core, groups
from tests.parity.columns import Answer, Failed

DECISIONS = ("opa", "opa-server", "conftest, envelope", "conftest, files")
"""What is compared with the embedded engine by all findings."""
ADMISSION = ("OPA", "gator")
"""What is compared with the embedded engine by whether each object may be stored."""
BINARIES = ("opa", "conftest", "gator")
MOST_LEFT_OUT = 0.05


@dataclass(kw_only=True)
class Row:
    """One rule's cases."""

    rule: str
    cases: int = 0
    findings: int = 0
    same: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """How many cases each way to ask agrees on."""
    allowed: int = 0
    denied: int = 0
    answers: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """How many objects each way to ask for admission agrees on."""


@dataclass(kw_only=True)
class Matrix:
    """What came of a comparison."""

    part: str
    rows: dict[str, Row] = field(default_factory=dict)
    left_out: list[tuple[str, str, str]] = field(default_factory=list)
    """Way to ask, reason, case."""
    different: list[str] = field(default_factory=list)

    @property
    def asked(self) -> int:
        """All comparisons that there are, those that were left out among them."""
        whole = sum(row.cases * len(DECISIONS) for row in self.rows.values())
        return whole + sum((row.allowed + row.denied) * len(ADMISSION) for row in self.rows.values())


def run(part: str) -> Matrix:
    """Ask every engine about every case of a part; takes a minute or two."""
    found = groups(part)
    answers, stored = _ask(found)
    matrix = Matrix(part=part)
    for group in found:
        row = matrix.rows.setdefault(group.rule, Row(rule=group.rule))
        for case in group.cases:
            _compare(matrix, row, case, {name: each[case.name] for name, each in answers.items()})
            if case.name in stored["embedded"]:
                _compare_admission(
                    matrix, row, case, {name: each[case.name] for name, each in stored.items()}
                )
    matrix.rows = dict(sorted(matrix.rows.items()))
    matrix.left_out.sort()
    return matrix


Answers = Mapping[str, Mapping[str, Answer]]
Stored = Mapping[str, Mapping[str, list[bool]]]


def _ask(found: Sequence[Group]) -> tuple[Answers, Stored]:
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    answers: dict[str, dict[str, Answer]] = defaultdict(dict)
    stored: dict[str, dict[str, list[bool]]] = defaultdict(dict)
    by_rule: dict[str, list[Group]] = defaultdict(list)
    for group in found:
        by_rule[group.rule].append(group)

    def server(rule: str) -> None:
        with columns.server_of(rule) as running:
            for group in by_rule[rule]:
                answers["opa-server"].update(columns.by_server(running, group))
                if _is_admitted(rule):
                    stored["OPA"].update(reviews.by_opa(running, group))

    def each(group: Group) -> None:
        judge = columns.engine("embedded", group)
        answers["embedded"].update(columns.by_engine(judge, group))
        answers["embedded, now"].update(columns.by_engine(judge, group, now=now))
        answers["opa"].update(columns.by_engine(columns.engine("opa", group), group))
        with tempfile.TemporaryDirectory(prefix="gatelib-parity-") as place:
            answers["conftest, envelope"].update(columns.by_conftest(group, Path(place)))
            answers["conftest, files"].update(columns.by_conftest_on_files(group, Path(place)))

    def admission(group: Group) -> None:
        stored["embedded"].update(reviews.by_envelope(group, now))
        said = gatekeeper.by_gator(group)
        stored["gator"].update({case.name: gatekeeper.allows(case, said) for case in group.cases})

    largest_first = sorted(found, key=lambda group: -len(group.cases))
    admitted = [group for group in largest_first if _is_admitted(group.rule)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(server, rule) for rule in by_rule]
        jobs += [pool.submit(each, group) for group in largest_first]
        jobs += [pool.submit(admission, group) for group in admitted]
        for job in jobs:
            job.result()
    return answers, stored


def _is_admitted(rule: str) -> bool:
    return "admission" in core().catalog[rule]["gates"]


def _compare(matrix: Matrix, row: Row, case: Case, answers: Mapping[str, Answer]) -> None:
    row.cases += 1
    row.findings += answers["embedded"].total() if not isinstance(answers["embedded"], Failed) else 0
    for name in DECISIONS:
        on_files = name == "conftest, files"
        reference = answers["embedded, now" if on_files else "embedded"]
        reason = _cannot_be_asked(case, answers[name]) if on_files else ""
        if reason:
            matrix.left_out.append((name, reason, case.name))
        elif answers[name] == reference and not isinstance(reference, Failed):
            row.same[name] += 1
        else:
            matrix.different.append(f"{case.name} on {name}: {_difference(reference, answers[name])}")


def _cannot_be_asked(case: Case, answer: Answer) -> str:
    """Return why Conftest's answer about a file is not to be compared."""
    if case.envelope["inventory"]:
        return "looks up objects beside the file, and Conftest has no place for them"
    denies = isinstance(answer, Failed) or any(found.action == "deny" for found in answer)
    if case.unread and denies:
        return f"both refuse it; gatelib judges the rest, Conftest nothing ({case.unread})"
    return ""


def _compare_admission(matrix: Matrix, row: Row, case: Case, answers: Mapping[str, list[bool]]) -> None:
    reference = answers["embedded"]
    row.allowed += sum(reference)
    row.denied += len(reference) - sum(reference)
    for name in ADMISSION:
        if answers[name] == reference:
            row.answers[name] += len(reference)
        else:
            matrix.different.append(f"{case.name} on {name}: allows {answers[name]}, not {reference}")


def _difference(reference: Answer, answer: Answer) -> str:
    if isinstance(reference, Failed) or isinstance(answer, Failed):
        return f"{answer}, where the embedded engine has {reference}"
    more, less = (answer - reference).elements(), (reference - answer).elements()
    return f"has {sorted(more)}, lacks {sorted(less)}"

"""What a report proves of each readiness gate.

A rule proves nothing by its silence: one that failed, did not run, could not judge or had nothing to judge
leaves its gate unproved. The one exception is a rule on objects of a kind that the release does not deploy,
and only where its workloads were judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson

from gatelib.catalog import Entry
from gatelib.memo.model import GateProof, Proof, Standing
from gatelib.report import EvidenceFile, Report, RuleResult

_RELEASE: Final = "gatelib.dev/Release"
_RECORDS: Final = "gatelib.dev/"
_WORKLOADS: Final = "workloads"
_RULE: Final = re.compile(r"rule `([A-Z0-9-]+)`")


@cache
def mapping() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Return the readiness gates as ``(id, title, patterns of rules)``."""
    found = orjson.loads((Path(__file__).parent / "gates.json").read_bytes())["gates"]
    return tuple((gate["id"], gate["title"], tuple(gate["rules"])) for gate in found)


def gates(report: Report, layout: Mapping[str, Any]) -> tuple[GateProof, ...]:
    """Return each readiness gate with its rules and its evidence."""
    results = {result.id: result for result in report.rules}
    workloads = any(
        results[rule].judged
        for rule, entry in report.catalog.items()
        if rule in results and entry["kinds"] == [_WORKLOADS]
    )
    unjudged = {match for problem in report.errors for match in _RULE.findall(problem.message)}
    messages: dict[str, str] = {}
    for finding in report.findings:
        if finding.action == "deny" and finding.waived_by is None:
            messages.setdefault(finding.rule, finding.message)
    return tuple(
        GateProof(
            id=id_,
            title=title,
            proofs=tuple(
                _proof(rule, report, results, messages, unjudged, workloads=workloads)
                for rule in _named(patterns, report)
            ),
            evidence=tuple(_evidence(patterns, report.evidence, layout)),
        )
        for id_, title, patterns in mapping()
    )


def _named(patterns: Sequence[str], report: Report) -> list[str]:
    """Return the rules of a gate; one that is named whole is there even where the policy has it not."""
    whole = {pattern for pattern in patterns if "*" not in pattern}
    wild = {rule for rule in report.catalog if any(fnmatchcase(rule, pattern) for pattern in patterns)}
    return sorted(whole | wild)


def _proof(
    rule: str,
    report: Report,
    results: Mapping[str, RuleResult],
    messages: Mapping[str, str],
    unjudged: set[str],
    *,
    workloads: bool,
) -> Proof:
    result, entry = results.get(rule), report.catalog.get(rule)
    title = entry["title"] if entry else ""

    def proof(standing: Standing, why: str) -> Proof:
        return Proof(rule=rule, title=title, standing=standing, why=why)

    if result is None or entry is None or result.status == "skipped":
        return proof("not proved", "did not run")
    if rule in unjudged:
        return proof("not proved", "could not judge")
    if result.status == "fail":
        return proof("not proved", messages.get(rule, "denies"))
    if result.status == "canary":
        return proof("not proved", "has findings, and is on trial")
    if result.status == "waived":
        return proof("waived", f"{result.findings} waived")
    if result.judged:
        return proof("proved", "warns" if result.status == "warn" else "")
    return _nothing_judged(proof, entry, workloads=workloads)


def _nothing_judged(proof: Any, entry: Entry, *, workloads: bool) -> Proof:
    found: Proof
    if _RELEASE in entry["kinds"]:
        found = proof("not proved", "judged nothing")
    elif all(kind.startswith(_RECORDS) for kind in entry["kinds"]):
        found = proof("proved", "no such record is there")
    elif not workloads:
        found = proof("not proved", "judged nothing: no workload is among the manifests")
    else:
        found = proof("proved", "nothing of its kind is deployed")
    return found


def _evidence(
    patterns: Sequence[str], files: Sequence[EvidenceFile], layout: Mapping[str, Any]
) -> Iterator[EvidenceFile]:
    roles = {
        role
        for role, entry in layout["roles"].items()
        if any(fnmatchcase(entry["rule"], pattern) for pattern in patterns)
    }
    for file in files:
        if file.role in roles:
            yield file

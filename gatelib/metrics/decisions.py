"""OPA's decision logs: what the console, the HTTP service and plugins write of each decision.

A format of OPA: https://www.openpolicyagent.org/docs/management-decision-logs. Only what leads to
``data.gatelib`` is counted. The input is not looked at, so masks may take it away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gatelib.metrics.counted import Counted
from gatelib.metrics.families import EVENTS, VERDICT_CONTROLS, VERDICT_FINDINGS, VERDICT_TIME, VERDICTS
from gatelib.metrics.labels import NONE, OTHER, Labels, controls_of
from gatelib.metrics.moments import seconds
from gatelib.metrics.streaming import Bad, Readable, values
from gatelib.report import Problem

CODE: Final = "GL-ERR-101"
ENTRYPOINTS: Final = ("verdict", "main", "admission")
"""Parts of ``data.gatelib`` that are asked for a verdict."""

_STATES: Final = ("deny", "warn", "canary", "waived")
_DENIAL: Final = re.compile(r"^([A-Z][A-Z0-9-]*-[0-9]{3}): ", re.MULTILINE)
"""A line of the message with which a review is refused."""
_HINT: Final = "the rest of the line is not counted; start OPA with `--log-format json`, and give whole files"


def count(
    file: Readable,
    name: str,
    counted: Counted,
    labels: Labels,
    *,
    now: float,
) -> None:
    """Count the verdicts in a log, in a stream; one that is later than ``now`` is not the newest."""
    first, bad, events, seen = None, 0, 0, 0
    for value in values(file):
        if isinstance(value, Bad):
            first, bad = first or value, bad + 1
            counted.add(EVENTS, "unreadable")
            continue
        seen += 1
        if is_decision(value):
            events += 1
            _count_event(value, counted, labels, now)
    if first is not None:
        more = f", and {bad - 1} more such places" if bad > 1 else ""
        message = f"{first.message}{more}"
        counted.problems.append(Problem(code=CODE, message=message, file=name, line=first.line, hint=_HINT))
    elif seen and not events:
        counted.remarks.append(Problem(code=CODE, message="has no decision in it", file=name))


def is_decision(value: Any) -> bool:
    """Tell a decision from the other lines that OPA's console has."""
    return isinstance(value, Mapping) and isinstance(value.get("decision_id"), str) and "timestamp" in value


def _count_event(event: Mapping[str, Any], counted: Counted, labels: Labels, now: float) -> None:
    path = event.get("path")
    steps = path.strip("/").split("/") if isinstance(path, str) else []
    if len(steps) < 2 or steps[0] != "gatelib" or steps[1] not in ENTRYPOINTS:
        counted.add(EVENTS, "foreign")
        return
    entrypoint = steps[1]
    counted.add(EVENTS, "verdict")
    moment = seconds(event.get("timestamp"))
    if moment is not None and moment <= now:
        counted.latest(VERDICT_TIME, entrypoint, value=moment)
    outcome, rule = _verdict(event)
    shown = NONE if rule is None else labels.rule(rule)
    found = _findings(event.get("result"))
    severity = next((entry["severity"] for entry in found if entry["rule"] == rule), None)
    counted.add(VERDICTS, entrypoint, outcome, shown, _severity(labels, rule, severity))
    for finding in found:
        told = _severity(labels, finding["rule"], finding["severity"])
        counted.add(VERDICT_FINDINGS, entrypoint, labels.rule(finding["rule"]), told, finding["state"])
        for control in finding["controls"]:
            counted.add(VERDICT_CONTROLS, entrypoint, labels.control(control), told, finding["state"])


def _severity(labels: Labels, rule: object, told: object) -> str:
    if rule is None:
        return NONE
    return labels.severity_of(rule) if told is None else labels.severity(told)


def _verdict(event: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return the outcome, and the rule that decided where one did."""
    if "error" in event:
        return "error", None
    result = event.get("result")
    if result is None:
        return ("masked" if "/result" in _texts(event.get("erased")) else "undefined"), None
    if isinstance(result, bool) and event["path"].strip("/").endswith("/allow"):
        return ("allow" if result else "deny"), None
    if not isinstance(result, Mapping):
        return "partial", None
    if isinstance(result.get("response"), Mapping):
        denied = _denied(result["response"])
        return _allowed(result["response"].get("allowed")), (denied[0] if denied else None)
    verdict = result.get("verdict", result)
    verdict = verdict if isinstance(verdict, Mapping) else {}
    rule = verdict.get("rule_id")
    return _allowed(verdict.get("allow")), rule if isinstance(rule, str) else None


def _allowed(value: object) -> str:
    return {True: "allow", False: "deny"}[value] if isinstance(value, bool) else "partial"


def _findings(result: object) -> list[dict[str, Any]]:
    """Return an answer's findings, each with its state; of a review, the rules that its message names."""
    if not isinstance(result, Mapping):
        return []
    if isinstance(result.get("response"), Mapping):
        return [
            {"rule": rule, "severity": None, "controls": controls_of(rule), "state": "deny"}
            for rule in _denied(result["response"])
        ]
    if isinstance(result.get("findings"), list):
        given = [(_state(entry), entry) for entry in result["findings"] if isinstance(entry, Mapping)]
    else:
        given = [
            (state, entry)
            for state in _STATES
            if isinstance(result.get(state), list)
            for entry in result[state]
            if isinstance(entry, Mapping)
        ]
    return [
        {
            "rule": str(entry.get("rule", OTHER)),
            "severity": entry.get("severity", OTHER),
            "controls": _texts(entry.get("controls")),
            "state": state,
        }
        for state, entry in given
    ]


def _state(finding: Mapping[str, Any]) -> str:
    if finding.get("waived_by"):
        return "waived"
    action = finding.get("action")
    return action if action in _STATES else OTHER


def _denied(response: Mapping[str, Any]) -> list[str]:
    status = response.get("status")
    message = status.get("message") if isinstance(status, Mapping) else None
    return _DENIAL.findall(message) if isinstance(message, str) else []


def _texts(value: object) -> Sequence[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []

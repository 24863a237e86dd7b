"""The end of the text format: what to do about each rule, and what the run was."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from gatelib.catalog import SEVERITIES
from gatelib.report import Report, Trial
from gatelib.reporters.show import Standing, behind, plural, standing, visible

_OUTCOMES: Final = {
    "pass": "Passed: no finding fails the gate",
    "fail": "Failed",
    "error": "Error: something could not be read or judged, so this is no pass",
}
_RULES: Final = {
    "Rules passed": "pass",
    "Rules with nothing to judge": "not_applicable",
    "Rules skipped": "skipped",
}


def remedies(report: Report, width: int) -> list[str]:
    """Return what to do, once a rule however many findings it has."""
    todo = {finding.rule: finding for finding in report.findings if finding.waived_by is None}
    lines = []
    for rule in sorted(todo):
        lines += _entry(visible(rule), visible(todo[rule].remediation), width)
    return ["What to do", *lines] if lines else []


def summary(report: Report, width: int) -> list[str]:
    """Return the outcome and everything that says how far it can be relied on."""
    failing = plural(len(report.failing), "failing finding")
    lines = [_OUTCOMES[report.outcome] + ("" if report.outcome == "pass" else f"; {failing}")]
    for name, value in _facts(report):
        lines += _entry(name, value, width)
    return lines


def _facts(report: Report) -> Iterable[tuple[str, str]]:
    yield (
        "Judged",
        f"{plural(report.judged, 'document')} of {plural(report.objects, 'object')} "
        f"in {plural(report.files, 'file')}, at gate {visible(report.gate)} as of {visible(report.now)}"
        + (f"; {plural(report.inventory, 'document')} looked up" if report.inventory else ""),
    )
    yield "Findings", _counts(report)
    if report.fail_on != SEVERITIES[-1]:
        yield "Fails on", f"{report.fail_on} and above"
    for name, status in _RULES.items():
        ids = {rule.id for rule in report.rules if rule.status == status}
        ids |= set(report.skipped) if status == "skipped" else set()
        if ids:
            yield f"{name} ({len(ids)})", ", ".join(visible(rule) for rule in sorted(ids))
    trials = [_trial(rule.id, rule.trial) for rule in report.rules if rule.trial and rule.status != "skipped"]
    if trials:
        yield f"Rules on trial ({len(trials)})", ", ".join(trials)
    yield from _waivers(report)
    yield from _configuration(report)
    yield "Engine", visible(f"{report.engine} {report.engine_version}, gatelib {report.tool_version}")
    signed = f"signed by {report.signed_by}" if report.signed_by else "not signed"
    yield "Bundle", visible(f"{report.revision}, sha256 {report.bundle_sha256}, {signed}")


def _trial(rule: str, trial: Trial) -> str:
    said = [f"until {visible(trial.until)}"] if trial.until else []
    said += [f"in force in {trial.share} % of the namespaces"] if trial.share else []
    return f"{visible(rule)} ({', '.join(said)})" if said else visible(rule)


def _counts(report: Report) -> str:
    names: dict[Standing, str] = {"fails": "deny", "warns": "warn", "trial": "canary", "waived": "waived"}
    counts = Counter((standing(report, finding), finding.severity) for finding in report.findings)
    groups = []
    for stands, name in names.items():
        parts = [f"{n} {severity}" for severity in SEVERITIES if (n := counts[stands, severity])]
        if parts:
            groups.append(f"{name} {', '.join(parts)}")
    return "; ".join(groups) or "none"


def _waivers(report: Report) -> Iterable[tuple[str, str]]:
    used = [
        f"{visible(waiver.name)} ({plural(len(waiver.hid), 'finding')}, {visible(behind(waiver))})"
        for waiver in report.exceptions
        if waiver.hid
    ]
    unused = [
        f"{visible(waiver.name)} (until {visible(waiver.expires)})"
        for waiver in report.exceptions
        if not waiver.hid
    ]
    if used:
        yield "Waivers used", ", ".join(used)
    if unused:
        yield "Waivers unused", ", ".join(unused)


def _configuration(report: Report) -> Iterable[tuple[str, str]]:
    names = ", ".join(visible(name) for name in (*report.config_settings, *changed(report.params)))
    changes = f"changes {names}" if names else "changes nothing"
    if report.config_trusted is False:
        yield "Configuration", f"not trusted, it was found in the judged tree; it {changes}"
    elif report.config_trusted or names:
        yield "Configuration", changes


def changed(params: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Return the dotted names of the parameters that differ from the shipped ones."""
    found = []
    for key in sorted(params):
        name = f"{prefix}{key}"
        value = params[key]
        found += changed(value, f"{name}.") if isinstance(value, Mapping) and value else [name]
    return found


def _entry(name: str, value: str, width: int) -> list[str]:
    return textwrap.wrap(
        f"{name}: {value}",
        width=max(width, 40),
        initial_indent="  ",
        subsequent_indent="      ",
        break_long_words=False,
        break_on_hyphens=False,
    )

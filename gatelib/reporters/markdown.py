"""``--format markdown``: a comment on a pull or merge request.

GitHub takes comments of 65,536 characters; what does not fit is counted. Everything from a document stands in
code spans or is made of harmless words (see :mod:`gatelib.reporters.prose`).
"""

from __future__ import annotations

from typing import Final

from gatelib.report import Finding, Report
from gatelib.reporters.interface import Reporter, Style
from gatelib.reporters.prose import cell, code, prose
from gatelib.reporters.show import behind, explained, place, plural, rank, standing, waiver
from gatelib.reporters.summary import changed

LIMIT: Final = 65_000
_NAME: Final = 160
"""Characters of a name or a place."""
_SENTENCE: Final = 400
"""Characters of a message or a remedy."""
_OUTCOMES: Final = {"pass": "passed", "fail": "failed", "error": "could not decide"}
_MARKS: Final = {"fails": "", "warns": " (warning)", "trial": " (on trial)"}


class MarkdownReporter(Reporter):
    """The outcome, a table of findings, and the rest folded away."""

    name = "markdown"
    media_type = "text/markdown"

    def render(self, report: Report, style: Style) -> str:
        """Return the comment; its first line is a comment in HTML by which a later run can find it."""
        head = _head(report)
        folded = [
            _section("Errors", [_error(report, index) for index in range(len(report.errors))], 12_000, True),
            _section("What to do", _remedies(report), 12_000),
            _section("Waived findings", _waived(report), 6_000),
            _section("Used waivers", _used(report), 6_000),
            _section("Unused waivers", _unused(report), 3_000),
            _section("Rules that passed", _rules(report, "pass"), 4_000),
            _section("Rules with nothing to judge", _rules(report, "not_applicable"), 4_000),
            _section("Rules that were skipped", _rules(report, "skipped"), 4_000),
        ]
        foot = _foot(report)
        used = sum(len(part) + 2 for part in [head, *folded, foot])
        table = _table(report, LIMIT - used - 100)
        return "\n\n".join(part for part in [head, table, *folded, foot] if part) + "\n"


def _head(report: Report) -> str:
    counts = [
        plural(len(report.failing), "failing finding"),
        plural(len(report.errors), "error"),
        f"{plural(report.judged, 'document')} of {plural(report.objects, 'object')} judged "
        f"in {plural(report.files, 'file')}",
    ]
    lines = [
        "<!-- gatelib -->",
        f"### Policy gate {code(report.gate, _NAME)} {_OUTCOMES[report.outcome]}",
        "",
    ]
    lines.append(", ".join(counts) + ".")
    if report.config_trusted is False:
        changes = [*report.config_settings, *changed(report.params)]
        names = ", ".join(code(name, _NAME) for name in changes[:20]) or "nothing"
        lines += [
            "",
            f"**The configuration is not trusted**: it lies in the judged tree. It changes {names}.",
        ]
    return "\n".join(lines)


def _foot(report: Report) -> str:
    engine = code(f"{report.engine} {report.engine_version}", _NAME)
    bundle = f"{code(report.revision, _NAME)} (sha256 {code(report.bundle_sha256, _NAME)})"
    return f"Engine {engine}, bundle {bundle}, as of {code(report.now, _NAME)}."


def _table(report: Report, room: int) -> str:
    findings = [finding for finding in report.findings if finding.waived_by is None]
    order = ("fails", "warns", "trial", "waived")
    findings.sort(key=lambda finding: (order.index(standing(report, finding)), rank(finding)))
    if not findings:
        return ""
    lines = ["| Severity | Rule | Where | What |", "| --- | --- | --- | --- |"]
    rows = [_row(report, finding) for finding in findings]
    return _fitting(lines, rows, room, "finding")


def _row(report: Report, finding: Finding) -> str:
    where = code(place(finding.location), _NAME) if finding.location else ""
    resource = code(str(finding.resource), _NAME) if finding.resource else ""
    cells = (
        finding.severity + _MARKS[standing(report, finding)],
        code(finding.rule, _NAME),
        " ".join(part for part in (where, resource) if part),
        prose(finding.message, _SENTENCE),
    )
    return "| " + " | ".join(map(cell, cells)) + " |"


def _error(report: Report, index: int) -> str:
    problem = report.errors[index]
    where = f" {code(place(problem), _NAME)}" if problem.file is not None else ""
    return f"- {code(problem.code, _NAME)}{where}: {prose(explained(problem), _SENTENCE)}"


def _remedies(report: Report) -> list[str]:
    remedies = {finding.rule: finding.remediation for finding in report.findings if finding.waived_by is None}
    return [f"- {code(rule, _NAME)}: {prose(remedies[rule], _SENTENCE)}" for rule in sorted(remedies)]


def _waived(report: Report) -> list[str]:
    lines = []
    for finding in report.findings:
        if finding.waived_by is None:
            continue
        where = f" {code(place(finding.location), _NAME)}" if finding.location else ""
        who = code(waiver(finding.waived_by), _NAME)
        what = prose(finding.message, _SENTENCE)
        why = prose(finding.waived_by.reason, _SENTENCE)
        lines.append(f"- {code(finding.rule, _NAME)}{where}: {what}; {who}: {why}")
    return lines


def _used(report: Report) -> list[str]:
    return [
        f"- {code(used.name, _NAME)}: {plural(len(used.hid), 'finding')}, {code(behind(used), _SENTENCE)}: "
        f"{prose(used.reason, _SENTENCE)}"
        for used in report.exceptions
        if used.hid
    ]


def _unused(report: Report) -> list[str]:
    return [
        f"- {code(waived.name, _NAME)} until {code(waived.expires, _NAME)}"
        for waived in report.exceptions
        if not waived.hid
    ]


def _rules(report: Report, status: str) -> list[str]:
    titles = {rule.id: rule.title for rule in report.rules if rule.status == status}
    if status == "skipped":
        titles = {**dict.fromkeys(report.skipped, ""), **titles}
    lines = []
    for id_ in sorted(titles):
        title = f": {prose(titles[id_], _NAME)}" if titles[id_] else ""
        lines.append(f"- {code(id_, _NAME)}{title}")
    return lines


def _section(title: str, lines: list[str], room: int, is_open: bool = False) -> str:
    if not lines:
        return ""
    head = [f"<details{' open' if is_open else ''}><summary>{title} ({len(lines)})</summary>", ""]
    return _fitting(head, lines, room - 20, "entry") + "\n\n</details>"


def _fitting(head: list[str], lines: list[str], room: int, noun: str) -> str:
    """Return as many lines as fit, and how many did not."""
    left = room - sum(len(line) + 1 for line in head)
    kept = []
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            break
        kept.append(line)
    more = len(lines) - len(kept)
    rest = ["", f"and {more} more, left out for the length of this comment."] if more else []
    return "\n".join([*head, *kept, *rest])

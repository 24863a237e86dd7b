"""``--format text``: for people, in a terminal or a log.

Nothing from a document reaches the terminal as a control sequence, and no line can be taken for a command by
a CI system that reads its log: GitHub's ``::error::`` starts a line, Azure's ``##vso[`` and GitHub's older
``##[`` may stand anywhere in one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gatelib.report import Finding, Report
from gatelib.reporters.excerpt import excerpt
from gatelib.reporters.interface import Reporter, Style
from gatelib.reporters.show import inert, place, rank, standing, visible, waiver
from gatelib.reporters.summary import remedies, summary

_RED, _YELLOW, _CYAN, _DIM, _BOLD, _GREEN = "31", "33", "36", "2", "1", "32"
_COLORS: Final = {"fails": _RED, "warns": _YELLOW, "trial": _CYAN, "waived": _DIM}
_NOT_JUDGED_SHOWN: Final = 10


class TextReporter(Reporter):
    """Findings by file and line, then what to do, errors, what was left out, and the summary."""

    name = "text"
    media_type = "text/plain"

    def render(self, report: Report, style: Style) -> str:
        """Return the text, coloured only where the style says so."""
        sections = [*_findings(report, style), remedies(report, style.width), _errors(report, style)]
        sections += [_not_judged(report), summary(report, style.width)]
        outcome = {"pass": _GREEN, "fail": _RED, "error": _RED}[report.outcome]
        sections[-1][0] = _paint(sections[-1][0], outcome, style)
        return "\n\n".join("\n".join(map(inert, section)) for section in sections if section) + "\n"


def _findings(report: Report, style: Style) -> Iterable[list[str]]:
    by_file: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_file.setdefault(finding.location.file if finding.location else "", []).append(finding)
    for file in sorted(by_file):
        title = inert(visible(file)) if file else "Without a place in a file"
        lines = [_paint(f"{title} ({len(by_file[file])})", _BOLD, style)]
        for finding in sorted(by_file[file], key=_order):
            lines += _finding(report, finding, style)
        yield lines


def _order(finding: Finding) -> tuple[int, int, int, str, str]:
    line, column = (finding.location.line, finding.location.column) if finding.location else (0, 0)
    return line, column, rank(finding), finding.rule, finding.fingerprint


def _finding(report: Report, finding: Finding, style: Style) -> list[str]:
    stands = standing(report, finding)
    label: str = "waived" if stands == "waived" else finding.action
    if finding.action == "deny" and stands == "warns":
        label = f"deny below {report.fail_on}"
    where = f"{visible(place(finding.location))}: " if finding.location else ""
    what = _paint(f"{label} {finding.severity}", _COLORS[stands], style)
    resource = f" [{visible(str(finding.resource))}]" if finding.resource and str(finding.resource) else ""
    lines = [f"  {where}{what} {visible(finding.rule)}: {visible(finding.message)}{resource}"]
    if finding.location and not finding.sensitive:
        lines += ["  " + line for line in excerpt(finding.location, style.width - 2)]
    if finding.waived_by:
        lines.append(f"      {visible(waiver(finding.waived_by))}: {visible(finding.waived_by.reason)}")
    return lines


def _errors(report: Report, style: Style) -> list[str]:
    lines = []
    for problem in report.errors:
        where = f"{visible(place(problem))}: " if problem.file is not None else ""
        code = _paint(f"error {visible(problem.code)}", _RED, style)
        lines.append(f"  {where}{code}: {visible(problem.message)}")
        if problem.hint:
            lines.append(f"      {visible(problem.hint)}")
    return [_paint(f"Errors ({len(report.errors)})", _BOLD, style), *lines] if lines else []


def _not_judged(report: Report) -> list[str]:
    if not report.not_judged:
        return []
    lines = [f"Not judged ({len(report.not_judged)})"]
    for entry in report.not_judged[:_NOT_JUDGED_SHOWN]:
        document = "" if entry.document is None else f", document {entry.document}"
        lines.append(f"  {visible(entry.file)}{document}: {visible(entry.reason)}")
    more = len(report.not_judged) - _NOT_JUDGED_SHOWN
    return [*lines, f"  and {more} more"] if more > 0 else lines


def _paint(text: str, color: str, style: Style) -> str:
    return f"\x1b[{color}m{text}\x1b[0m" if style.color else text

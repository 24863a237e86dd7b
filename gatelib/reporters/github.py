"""``--format github``: workflow commands, which GitHub Actions turns into annotations.

The commands and their properties: docs.github.com, "Workflow commands for GitHub Actions", section "Setting
an error message". Their escaping is that of ``@actions/core`` (``packages/core/src/command.ts``): ``%``, CR
and LF in a message; ``:`` and ``,`` too in a property.
"""

from __future__ import annotations

from typing import Final

from gatelib.report import Finding, Location, Problem, Report
from gatelib.reporters.interface import Reporter, Style
from gatelib.reporters.show import explained, plural, rank, relative, standing, visible, waiver

_COMMANDS: Final = {"fails": "error", "warns": "warning", "trial": "notice", "waived": "notice"}


class GithubReporter(Reporter):
    """For the log of a workflow: errors first, then findings by severity, then one line that sums up.

    The order matters, because GitHub shows ten annotations of a kind for a step and drops the rest.
    """

    name = "github"
    media_type = "text/plain"

    def render(self, report: Report, style: Style) -> str:
        """Return one command a line."""
        order = tuple(_COMMANDS)
        findings = sorted(
            report.findings, key=lambda found: (order.index(standing(report, found)), rank(found))
        )
        lines = [_error(problem) for problem in report.errors]
        lines += [_finding(report, finding) for finding in findings]
        lines.append(command("notice", {"title": "gatelib"}, _summary(report)))
        return "\n".join(lines) + "\n"


def _error(problem: Problem) -> str:
    properties: dict[str, str | int | None] = {
        "file": relative(problem.file) if problem.file is not None else None,
        "line": problem.line,
        "col": problem.column,
        "title": problem.code,
    }
    return command("error", properties, explained(problem))


def _finding(report: Report, finding: Finding) -> str:
    stands = standing(report, finding)
    prefix = {"trial": "on trial: "}.get(stands, "")
    if finding.waived_by:
        prefix = f"{waiver(finding.waived_by)}: "
    resource = f" ({finding.resource})" if finding.resource and str(finding.resource) else ""
    title = f"{finding.rule} {finding.severity}"
    message = f"{prefix}{finding.message}{resource}"
    return command(
        _COMMANDS[stands],
        {**_place(finding.location, finding.sensitive), "title": title},
        message,
        finding.remediation,
    )


def _place(location: Location | None, sensitive: bool) -> dict[str, str | int | None]:
    if location is None:
        return {}
    end = None if sensitive else location.end_column  # the length of a secret is nobody's business
    place = {"line": location.line, "col": location.column, "endColumn": end}
    return {"file": relative(location.file), **place}


def _summary(report: Report) -> str:
    return (
        f"gate {report.gate}: {report.outcome}, {plural(len(report.failing), 'failing finding')}, "
        f"{plural(len(report.errors), 'error')}; judged {plural(report.judged, 'document')} "
        f"in {plural(report.files, 'file')}"
    )


def command(name: str, properties: dict[str, str | int | None], *paragraphs: str) -> str:
    """Return a workflow command, with everything in it escaped."""
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value is not None)
    return f"::{name} {shown}::{_data(chr(10).join(map(visible, paragraphs)))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str | int) -> str:
    return _data(visible(str(value))).replace(":", "%3A").replace(",", "%2C")

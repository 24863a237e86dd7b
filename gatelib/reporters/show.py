"""What several formats need to show a finding: harmless text, a relative place, and what a finding does."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, Literal

from gatelib.catalog import SEVERITIES
from gatelib.report import Finding, Location, Problem, Report, WaivedBy, Waiver

Standing = Literal["fails", "warns", "trial", "waived"]
"""What a finding does: fail the run, only warn, only report as a rule on trial; or it is waived."""

_LOG_COMMAND: Final = re.compile(r"#(?=#(?:\[|vso\[|teamcity\[))", re.IGNORECASE)
_DRIVE: Final = re.compile(r"^[A-Za-z]:(?=/)")


def standing(report: Report, finding: Finding) -> Standing:
    """Return what a finding does; a deny finding below ``fail_on`` only warns."""
    if finding.waived_by is not None:
        return "waived"
    if finding.action == "canary":
        return "trial"
    if finding.action == "deny" and rank(finding) <= SEVERITIES.index(report.fail_on):
        return "fails"
    return "warns"


def rank(finding: Finding) -> int:
    """Return the place of a finding's severity in the order, 0 for the most severe."""
    return SEVERITIES.index(finding.severity)


def visible(text: str) -> str:
    r"""Return text on one line without anything that a terminal or a reader's eye would obey.

    Control and format characters (ANSI sequences, line ends, bidirectional controls, zero-width characters)
    are written as ``\x1b``, ``\u202e`` or ``\U000e0001``; see Unicode Technical Report #36, section 3.
    """
    if text.isprintable():
        return text
    return "".join(map(_visible, text))


def inert(line: str) -> str:
    """Break whatever a CI system that reads the line in a log would take for a command."""
    line = _LOG_COMMAND.sub(r"\\x23", line)
    start = len(line) - len(line.lstrip())
    return f"{line[:start]}\\x3a{line[start + 1 :]}" if line.startswith("::", start) else line


def _visible(char: str) -> str:
    code = ord(char)
    hidden = unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    if not hidden and code & 0xFFFE != 0xFFFE:  # the noncharacters that XML 1.0, section 2.2 excludes
        return char
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char)
    if named:
        return named
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def relative(file: str) -> str:
    """Return a file's name as a relative path: no root, no drive, no leading ``./``."""
    path = _DRIVE.sub("", file).lstrip("/")
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    return path or "-"


def place(where: Location | Problem) -> str:
    """Return ``file:line:column``, leaving out what is not known."""
    return ":".join(str(part) for part in (where.file, where.line, where.column) if part is not None)


def about(finding: Finding) -> str:
    """Return the object that a finding is about, and where in it: ``Pod shop/api spec/hostNetwork``.

    The path is the fingerprint's, whose list elements have names, so that it survives a new neighbour.
    """
    resource = str(finding.resource) if finding.resource else ""
    path = finding.fingerprint.rsplit("|", 1)[-1] if "|" in finding.fingerprint else ""
    return " ".join(part for part in (resource, path) if part)


def waiver(waived: WaivedBy) -> str:
    """Return who allowed what until when."""
    return f"waived by {waived.name}, approved by {waived.approver}, until {waived.expires}"


def behind(used: Waiver) -> str:
    """Return who stands behind an exception, until when, and how it can be found."""
    parts = [
        f"requested by {used.requester}" if used.requester else "",
        f"approved by {used.approver}",
        f"signed by {', '.join(used.signed_by)}" if used.signed_by else "",
        f"until {used.expires}",
        f"ticket {used.ticket}" if used.ticket else "",
        f"sha256 {used.sha256}",
    ]
    return ", ".join(part for part in parts if part)


def explained(problem: Problem) -> str:
    """Return what went wrong and what to do about it, as sentences."""
    if not problem.hint:
        return problem.message
    return f"{problem.message.rstrip('.')}. {problem.hint}"


def numbered(findings: Iterable[Finding]) -> Iterator[tuple[Finding, int]]:
    """Yield each finding with how many of the same fingerprint came before it."""
    seen: Counter[str] = Counter()
    for finding in findings:
        yield finding, seen[finding.fingerprint]
        seen[finding.fingerprint] += 1


def plural(count: int, noun: str) -> str:
    """Return ``1 file`` or ``2 files``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"

"""What the checks found, as text, JSON, SARIF or GitHub's workflow commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from gatelib._version import __version__
from gatelib.authoring.lint.checks import Check, Violation
from gatelib.authoring.lint.linting import Linted
from gatelib.errors import GatelibError
from gatelib.reporters.github import command
from gatelib.reporters.sarif import message, uri
from gatelib.reporters.show import inert, plural, visible

_PRETTY: Final = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
_SARIF: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def shown(found: Linted, form: str) -> str:
    """Return everything that was found: ``form`` is ``text``, ``json``, ``sarif`` or ``github``."""
    return _FORMS[form](found)


def listed(checks: Sequence[Check], form: str) -> str:
    """Return the checks with what they want, as text or else as JSON."""
    if form != "text":
        return _json([_described(check) for check in checks])
    width = max(len(check.name) for check in checks)
    return _lines(f"{check.name:<{width}}  {check.severity:<7}  {check.title}" for check in checks)


def _text(found: Linted) -> str:
    lines = [f"{place}: {problem.message}{_hint(problem)}" for place, problem in _problems(found)]
    lines += [
        f"{entry.file}:{entry.line}:{entry.column}: {entry.check}: {entry.message}"
        for entry in found.violations
    ]
    ignored = f", {len(found.ignored)} ignored" if found.ignored else ""
    failed = f", {plural(len(found.problems), 'error')}" if found.problems else ""
    counts = f"{plural(len(found.violations), 'finding')}{ignored}{failed}"
    lines.append(f"{counts}; {plural(found.files, 'file')}, {plural(len(found.checks), 'check')}")
    return _lines(lines)


def _github(found: Linted) -> str:
    severities = _severities(found)
    lines = [
        command("error", {"file": error.file, "line": error.line, "title": "gatelib"}, error.message)
        for error in found.problems
    ]
    for entry in sorted(found.violations, key=lambda entry: severities[entry.check]):
        place: dict[str, str | int | None] = {"file": entry.file, "line": entry.line, "col": entry.column}
        lines.append(command(severities[entry.check], {**place, "title": entry.check}, entry.message))
    summary = f"{plural(len(found.violations), 'finding')} in {plural(found.files, 'file')}"
    lines.append(command("notice", {"title": "gatelib rules lint"}, summary))
    return "".join(f"{line}\n" for line in lines)


def _json_report(found: Linted) -> str:
    severities = _severities(found)
    return _json(
        {
            "findings": [_finding(entry, severities) for entry in found.violations],
            "ignored": [
                {**_finding(entry.violation, severities), "reason": entry.reason} for entry in found.ignored
            ],
            "errors": [
                {"file": error.file, "line": error.line, "column": error.column}
                | {"message": error.message, "hint": error.hint}
                for error in found.problems
            ],
            "checks": [_described(check) for check in found.checks],
            "files": found.files,
        }
    )


def _sarif(found: Linted) -> str:
    severities = _severities(found)
    rules = [
        {
            "id": check.name,
            "shortDescription": message(check.title),
            "fullDescription": message(check.description),
            "defaultConfiguration": {"level": check.severity},
        }
        for check in found.checks
    ]
    notifications = [
        {"level": "error", "message": message(f"{error.file or 'gatelib'}: {error.message}")}
        for error in found.problems
    ]
    results = [_result(entry, severities) for entry in found.violations]
    results += [
        {
            **_result(entry.violation, severities),
            "suppressions": [{"kind": "inSource", "justification": visible(entry.reason)}],
        }
        for entry in found.ignored
    ]
    run = {
        "tool": {"driver": {"name": "gatelib rules lint", "version": __version__, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not found.problems,
                "exitCode": found.exit_code,
                "toolExecutionNotifications": notifications,
            }
        ],
        "results": results,
    }
    return _json({"$schema": _SARIF, "version": "2.1.0", "runs": [run]})


def _result(entry: Violation, severities: Mapping[str, str]) -> dict[str, Any]:
    """Return a result object (SARIF 2.1.0, section 3.27)."""
    region = {"startLine": entry.line, "startColumn": entry.column}
    physical = {"artifactLocation": {"uri": uri(entry.file)}, "region": region}
    return {
        "ruleId": entry.check,
        "level": severities[entry.check],
        "message": message(entry.message),
        "locations": [{"physicalLocation": physical}],
    }


def _finding(entry: Violation, severities: Mapping[str, str]) -> dict[str, Any]:
    return {
        "check": entry.check,
        "severity": severities[entry.check],
        "file": entry.file,
        "line": entry.line,
        "column": entry.column,
        "message": entry.message,
    }


def _described(check: Check) -> dict[str, str]:
    return {
        "name": check.name,
        "severity": check.severity,
        "title": check.title,
        "description": check.description,
    }


def _severities(found: Linted) -> dict[str, str]:
    return {check.name: check.severity for check in found.checks}


def _problems(found: Linted) -> Iterator[tuple[str, GatelibError]]:
    for error in found.problems:
        parts = [error.file or "gatelib", *(str(part) for part in (error.line, error.column) if part)]
        yield ":".join(parts), error


def _hint(error: GatelibError) -> str:
    return f" ({error.hint})" if error.hint else ""


def _json(value: Any) -> str:
    return orjson.dumps(value, option=_PRETTY).decode()


def _lines(lines: Iterator[str] | Sequence[str]) -> str:
    return "".join(f"{inert(visible(line))}\n" for line in lines)


_FORMS: Final[Mapping[str, Callable[[Linted], str]]] = {
    "text": _text,
    "json": _json_report,
    "sarif": _sarif,
    "github": _github,
}

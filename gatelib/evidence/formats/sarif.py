"""SARIF 2.1.0, as trivy, grype, osv-scanner, snyk, semgrep, CodeQL, gosec, checkov and gitleaks write it.

See https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. A file may have a million results: each
is looked at once, and the texts of only those that become a fact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gatelib.errors import EvidenceError
from gatelib.evidence.formats.interface import Fact, Format, Given
from gatelib.evidence.formats.sarif_places import commit, image, location, place
from gatelib.evidence.formats.sarif_results import RESCAN, Run, Tally
from gatelib.evidence.formats.sarif_rules import SEVERITIES, message

MOST_FINDINGS: Final = 1_000
"""So many vulnerabilities become facts of their own; the others are counted by severity."""

_VERSION: Final = "2.1.0"
_MOST_SCANS: Final = 1_000
_MOST_IDS: Final = 10
_EXTERNAL: Final = ("results", "invocations", "driver", "extensions")
"""What is read of a run, and may lie in another file (3.14.2, ``externalPropertyFileReferences``)."""


class Sarif(Format):
    """What a scanner found: each critical and high vulnerability, and how many of the lesser ones."""

    name = "sarif"

    def recognises(self, given: Given) -> bool:
        """Take what has runs and a version, or names SARIF's schema."""
        log = given.json
        return isinstance(log, dict) and (
            ("runs" in log and "version" in log) or "sarif" in _text(log.get("$schema")).lower()
        )

    def facts(self, given: Given) -> list[Fact]:
        """Return the scans, then the vulnerabilities by severity, then gitleaks' secrets."""
        runs = [_run(run) for run in _runs(given.json)]
        if len({run.scan for run in runs}) > _MOST_SCANS:
            raise EvidenceError(f"has more than {_MOST_SCANS:,} scans", hint=RESCAN)
        tally = Tally()
        for run in runs:
            tally.add(run)
        return [*_scans(runs), *_vulnerabilities(tally), *_secrets(runs)]


FORMAT: Final = Sarif()


def _runs(log: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if log.get("version") != _VERSION:
        raise EvidenceError(f"SARIF {_VERSION} is read, and this is another version", hint=RESCAN)
    if any(_holds(external) for external in _list(log.get("inlineExternalProperties"))):
        raise EvidenceError("keeps results beside its runs, in `inlineExternalProperties`", hint=RESCAN)
    runs = _list(log.get("runs"))
    if not runs:
        raise EvidenceError("has no run: nothing was scanned", hint=RESCAN)
    return runs


def _run(run: Mapping[str, Any]) -> Run:
    if _holds(run.get("externalPropertyFileReferences")):
        raise EvidenceError("keeps results in other files, `externalPropertyFileReferences`", hint=RESCAN)
    for invocation in _list(run.get("invocations")):
        _succeeded(invocation)
    results = run.get("results")
    if not isinstance(results, list):
        # 3.14.23: null, or absent, where the results could not be found out
        raise EvidenceError("has a run without results: the scan did not succeed", hint=RESCAN)
    tool = run.get("tool")
    driver = tool.get("driver") if isinstance(tool, dict) else None
    if not isinstance(tool, dict) or not isinstance(driver, dict) or not _text(driver.get("name")):
        raise EvidenceError("has a run that does not name its tool", hint=RESCAN)
    version = _text(driver.get("version")) or _text(driver.get("semanticVersion"))
    target, digest = image(run.get("properties"))
    return Run(run, results, tool, (_text(driver["name"]), version, target, digest))


def _succeeded(invocation: Mapping[str, Any]) -> None:
    if invocation.get("executionSuccessful", True) is not True:
        raise EvidenceError("the scan did not succeed: an invocation says that it failed", hint=RESCAN)
    for kind in ("toolExecutionNotifications", "toolConfigurationNotifications"):
        if any(notification.get("level") == "error" for notification in _list(invocation.get(kind))):
            raise EvidenceError(f"the scan did not succeed: `{kind}` has an error", hint=RESCAN)


def _scans(runs: Sequence[Run]) -> Iterator[Fact]:
    """Yield what was scanned by what; runs that do not differ in it are one scan."""
    scans: dict[tuple[str, str, str, str], list[int]] = {}
    for run in runs:
        counts = scans.setdefault(run.scan, [0, 0])
        counts[0] += run.counted
        counts[1] += run.suppressed
    for (tool, version, target, digest), (results, suppressed) in scans.items():
        yield {
            "type": "scan",
            "tool": tool,
            "version": version,
            "target": target,
            "digest": digest,
            "results": results,
            "suppressed": suppressed,
        }


def _vulnerabilities(tally: Tally) -> Iterator[Fact]:
    findings, lesser = tally.findings, tally.lesser()
    worst = sorted((-finding.rank, key[1], key[2], key[3], key[0]) for key, finding in findings.items())
    for _, id_, package, target, tool in worst[:MOST_FINDINGS]:
        finding = findings[tool, id_, package, target]
        yield {
            "type": "vulnerability",
            "tool": tool,
            "id": id_,
            "severity": SEVERITIES[finding.rank],
            "package": package,
            "image": target,
            "count": finding.count,
            "location": location(finding.run, finding.result),
            "message": message(finding.rule),
        }
    for _, id_, package, target, tool in worst[MOST_FINDINGS:]:
        finding = findings[tool, id_, package, target]
        count, ids = lesser.get((tool, SEVERITIES[finding.rank]), (0, set()))
        ids.add(id_)
        lesser[tool, SEVERITIES[finding.rank]] = (count + finding.count, ids)
    for tool, severity in sorted(lesser, key=lambda key: (-SEVERITIES.index(key[1]), key[0])):
        count, ids = lesser[tool, severity]
        yield {
            "type": "vulnerabilities",
            "tool": tool,
            "severity": severity,
            "count": count,
            "ids": sorted(ids)[:_MOST_IDS],
        }


def _secrets(runs: Sequence[Run]) -> Iterator[Fact]:
    """Yield what gitleaks found also as what its own format calls it; its SARIF has no severities."""
    found: dict[tuple[str, str, int, str], int] = {}
    for run in runs:
        if run.name.lower() == "gitleaks":
            for result in run.results:
                file, line = place(run.run, result)
                key = (_text(result.get("ruleId")), file, line, commit(result))
                found[key] = found.get(key, 0) + 1
    for rule, file, line, at in sorted(found)[:MOST_FINDINGS]:
        count = found[rule, file, line, at]
        yield {"type": "secret", "rule": rule, "file": file, "line": line, "commit": at, "count": count}


def _holds(external: object) -> bool:
    return isinstance(external, dict) and any(external.get(key) for key in _EXTERNAL)


def _list(value: object) -> list[Any]:
    """Return a list of objects, or an empty one for null.

    Raises:
        EvidenceError: it is something else.

    """
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise EvidenceError("is no SARIF: it has something else where a list of objects belongs", hint=RESCAN)
    return value


def _text(value: object) -> str:
    return value.strip()[:200] if isinstance(value, str) else ""

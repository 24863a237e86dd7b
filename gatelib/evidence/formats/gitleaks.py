"""The JSON report of gitleaks: a list of what it found, empty where it found nothing.

See https://github.com/gitleaks/gitleaks#reporting. A report quotes each secret, in ``Secret``, ``Match`` and
``Line``: nothing of these leaves this module.
"""

from __future__ import annotations

from typing import Any, Final

from gatelib.errors import EvidenceError
from gatelib.evidence.formats import fields
from gatelib.evidence.formats.interface import Fact, Format, Given

MOST_FINDINGS: Final = 1_000
_MALFORMED: Final = "write the report again, with `gitleaks git --report-format json`"


class Gitleaks(Format):
    """What gitleaks found, by rule, file, line and commit."""

    name = "gitleaks"

    def recognises(self, given: Given) -> bool:
        """Take a list whose entries name a rule; an empty one is for its place to tell."""
        entries = given.json
        return isinstance(entries, list) and all(
            isinstance(entry, dict) and "RuleID" in entry for entry in entries[:1]
        )

    def facts(self, given: Given) -> list[Fact]:
        """Return the scan, and the places where secrets are, in their order."""
        found: dict[tuple[str, str, int, str], int] = {}
        for entry in given.json:
            key = _place(entry)
            found[key] = found.get(key, 0) + 1
        scan = {"type": "scan", "tool": "gitleaks", "version": "", "target": "", "digest": ""}
        facts: list[Fact] = [scan | {"results": len(given.json), "suppressed": 0}]
        for rule, file, line, commit in sorted(found)[:MOST_FINDINGS]:
            count = found[rule, file, line, commit]
            place = {"rule": rule, "file": file, "line": line, "commit": commit}
            facts.append({"type": "secret"} | place | {"count": count})
        return facts


FORMAT: Final = Gitleaks()


def _place(entry: Any) -> tuple[str, str, int, str]:
    if not isinstance(entry, dict):
        raise EvidenceError("is no report of gitleaks: an entry in it is no object", hint=_MALFORMED)
    rule, file, line, commit = (entry.get(key) for key in ("RuleID", "File", "StartLine", "Commit"))
    if not isinstance(rule, str) or not isinstance(file, str) or not isinstance(commit or "", str):
        raise EvidenceError("is no report of gitleaks: an entry lacks its rule or file", hint=_MALFORMED)
    return rule[:200], file[:300], fields.line(line), (commit or "")[:64]

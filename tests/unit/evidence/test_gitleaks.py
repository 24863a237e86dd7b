"""Reports of gitleaks: where secrets are, and never what they are."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.evidence.reduced import EVIDENCE, facts, problem

GITLEAKS = EVIDENCE / "gitleaks"


def scan(results: int) -> dict[str, Any]:
    about = {"type": "scan", "tool": "gitleaks", "version": "", "target": "", "digest": ""}
    return about | {"results": results, "suppressed": 0}


def secret(rule: str, file: str, line: int, commit: str = "", count: int = 1) -> dict[str, Any]:
    place = {"rule": rule, "file": file, "line": line, "commit": commit}
    return {"type": "secret"} | place | {"count": count}


def test_a_report_tells_where_secrets_are_and_not_what_they_are() -> None:
    commit = "9fdded22e0539d7eb99793906ae8cbdda5d89ad0"
    found = facts("gitleaks", GITLEAKS / "gitleaks.json")
    assert found == [
        scan(2),
        secret("aws-access-token", "src/settings.py", 3, commit),
        secret("github-pat", "src/settings.py", 2, commit),
    ]
    assert b"the-token" in (GITLEAKS / "gitleaks.json").read_bytes()
    assert "the-" not in str(found)


def test_an_empty_report_is_a_clean_scan() -> None:
    assert facts("gitleaks", GITLEAKS / "gitleaks-clean.json") == [scan(0)]


def test_the_same_place_is_one_fact_and_at_most_a_thousand_are_named() -> None:
    entry = {"RuleID": "key", "File": "a", "StartLine": 1, "Secret": "x"}
    entries = [entry | {"StartLine": line} for line in range(1, 1_002)]
    assert facts("gitleaks", [*entries, entry]) == [
        scan(1_002),
        secret("key", "a", 1, count=2),
        *(secret("key", "a", line) for line in range(2, 1_001)),
    ]


@pytest.mark.parametrize(
    "entry", ["text", {}, {"RuleID": 7, "File": "a"}, {"RuleID": "key"}, {"RuleID": "key", "File": None}]
)
def test_an_entry_that_names_no_place_is_an_error(entry: object) -> None:
    first = {"RuleID": "key", "File": "a", "StartLine": 1}
    assert problem("gitleaks", [first, entry]).message.startswith("is no report of gitleaks")

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from gatelib.report import Location, NotJudged
from gatelib.reporters.excerpt import excerpt
from gatelib.reporters.interface import Style
from gatelib.reporters.text import TextReporter
from tests.unit.reporters.samples import (
    BROKEN,
    EVERYTHING,
    NOTHING_FOUND,
    PRIVILEGED,
    SECRET,
    UNPINNED,
    WAIVED,
)

DIGEST = "ab" * 32


def text(report: object, **style: object) -> str:
    return TextReporter().render(report, Style(**style))  # type: ignore[arg-type]  # the tests give reports


def test_a_report_with_everything_reads_like_this() -> None:
    assert text(EVERYTHING) == (
        """\
Without a place in a file (1)
  canary high GL-K8S-003: no seccomp profile [Deployment shop/api]

agent.yaml (1)
  agent.yaml:7:17: waived critical GL-K8S-001: container `agent` is privileged [Pod node-agent]
      7 |     privileged: true
        |                 ^^^^
      waived by agent-2026, approved by ana, until 2026-12-31: reads the kernel's log

k8s/api.yaml (2)
  k8s/api.yaml:9:12: warn medium GL-K8S-002: image `api:1` has no digest [Deployment shop/api]
      9 |     image: api:1
        |            ^^^^^
  k8s/api.yaml:12:17: deny critical GL-K8S-001: container `api` is privileged [Deployment shop/api]
      12 |     privileged: true
         |                 ^^^^

k8s/secret.yaml (1)
  k8s/secret.yaml:6:13: deny high GL-DATA-001: `data` holds 1 value in plain text [Secret shop/db]

What to do
  GL-DATA-001: Use a secret store.
  GL-K8S-001: Remove `securityContext.privileged`.
  GL-K8S-002: Pin the image by its digest.
  GL-K8S-003: Set `seccompProfile`.

Errors (1)
  k8s/broken.yaml:3:1: error GL-ERR-103: This is not YAML.
      Check the indentation.

Not judged (2)
  README.json: no Kubernetes object
  k8s/api.yaml, document 2: empty

Error: something could not be read or judged, so this is no pass; 2 failing findings
  Judged: 4 documents of 6 objects in 5 files, at gate pr as of 2026-11-22T00:00:00Z; 2 documents
      looked up
  Findings: deny 1 critical, 1 high; warn 1 medium; canary 1 high; waived 1 critical
  Rules passed (1): GL-K8S-004
  Rules with nothing to judge (1): GL-NET-001
  Rules skipped (1): GL-K8S-009
  Waivers used: agent-2026 (1 finding, requested by eve, approved by ana, signed by eve, ana, until
      2026-12-31, ticket OPS-1, sha256
      0101010101010101010101010101010101010101010101010101010101010101)
  Waivers unused: old (until 2026-11-30)
  Configuration: not trusted, it was found in the judged tree; it changes fail_on, images.allowlist,
      tls
  Engine: regorus 0.13.0, gatelib 0.1.0
"""
        f"  Bundle: 1.0.0, sha256 {DIGEST}, signed by\n      release@gatelib.dev\n"
    )


def test_a_report_that_found_nothing_still_says_what_was_judged() -> None:
    assert text(NOTHING_FOUND) == (
        "Passed: no finding fails the gate\n"
        "  Judged: 1 document of 1 object in 1 file, at gate pr as of 2026-11-22T00:00:00Z\n"
        "  Findings: none\n"
        "  Rules passed (1): GL-K8S-004\n"
        "  Engine: regorus 0.13.0, gatelib 0.1.0\n"
        f"  Bundle: 1.0.0, sha256 {DIGEST}, not signed\n"
    )


def test_a_remedy_stands_once_however_many_findings_there_are() -> None:
    report = replace(EVERYTHING, findings=(PRIVILEGED,) * 1000)
    assert text(report).count(PRIVILEGED.remediation) == 1


def test_a_rule_whose_findings_are_all_waived_needs_no_remedy() -> None:
    assert "What to do" not in text(replace(NOTHING_FOUND, findings=(WAIVED,)))


def test_a_finding_below_the_limit_is_said_to_be_one() -> None:
    report = replace(NOTHING_FOUND, findings=(SECRET,), fail_on="critical")
    assert "deny below critical high GL-DATA-001" in text(report)
    assert "Findings: warn 1 high" in text(report)
    assert "Fails on: critical and above" in text(report)


def test_ten_documents_that_are_not_judged_are_named_and_the_rest_counted() -> None:
    entries = tuple(NotJudged(file=f"{n}.yaml", document=None, reason="empty") for n in range(12))
    shown = text(replace(NOTHING_FOUND, not_judged=entries))
    assert "Not judged (12)\n  0.yaml: empty\n" in shown
    assert "  9.yaml: empty\n  and 2 more\n" in shown


def test_colours_are_there_only_when_they_are_welcome() -> None:
    assert "\x1b" not in text(EVERYTHING)
    assert "\x1b[31mdeny critical\x1b[0m" in text(EVERYTHING, color=True)
    assert re.sub(r"\x1b\[\d+m", "", text(EVERYTHING, color=True)) == text(EVERYTHING)


def test_escape_sequences_of_a_document_are_shown_and_not_obeyed() -> None:
    hostile = replace(PRIVILEGED, message="container `\x1b[31m\u202eipa`\nis privileged")
    shown = text(replace(NOTHING_FOUND, findings=(hostile,)))
    assert r"container `\x1b[31m\u202eipa`\nis privileged" in shown


@pytest.mark.parametrize(
    "command", ["##vso[task.setvariable variable=PATH]x", "##[add-mask]x", "##teamcity[x"]
)
def test_a_log_command_of_a_document_is_broken_wherever_it_stands(command: str) -> None:
    assert PRIVILEGED.location is not None
    location = replace(PRIVILEGED.location, text=f"name: {command}")
    shown = text(replace(NOTHING_FOUND, findings=(replace(PRIVILEGED, message=command, location=location),)))
    assert command not in shown
    assert shown.count(f"\\x23{command[1:]}") == 2


def test_a_file_cannot_begin_a_line_with_a_workflow_command() -> None:
    file = "::add-mask::x.yaml"
    assert PRIVILEGED.location is not None
    finding = replace(PRIVILEGED, location=replace(PRIVILEGED.location, file=file))
    report = replace(
        NOTHING_FOUND,
        findings=(finding,),
        errors=(replace(BROKEN, file=file, hint=file),),
        not_judged=(NotJudged(file=file, document=None, reason="empty"),),
    )
    for color in (False, True):
        lines = [re.sub(r"\x1b\[\d+m", "", line).strip() for line in text(report, color=color).splitlines()]
        assert not [line for line in lines if line.startswith("::")]
        assert sum(line.startswith("\\x3a:add-mask::x.yaml") for line in lines) == 5


def place(line: str, value: str, number: int = 7) -> Location:
    start = line.index(value)
    return Location(
        file="f", document=0, line=number, column=start + 1, end_column=start + 1 + len(value), text=line
    )


def test_the_caret_stands_under_the_value_after_tabs_wide_and_combining_characters() -> None:
    for line in ("\tname: value", "名前: value", "cafe\u0301: value", "a\x1bb: value"):
        shown, carets = excerpt(place(line, "value"), 100)
        before = shown[: shown.index("value")]
        columns = len(before) + sum(char in "名前" for char in before) - before.count("\u0301")
        assert carets == "      | ".ljust(columns) + "^^^^^"


def test_wide_characters_get_a_caret_a_column() -> None:
    assert excerpt(place("name: 名前", "名前"), 100) == ["    7 | name: 名前", "      |       ^^^^"]


def test_a_long_line_is_cut_around_the_value() -> None:
    line = "x" * 50 + "value" + "y" * 500
    assert excerpt(place(line, "value"), 40) == [
        "    7 | …xxxxxxxxxvalueyyyyyyyyyyyyyyyy…",
        "      |           ^^^^^",
    ]


def test_a_value_that_is_longer_than_the_line_keeps_its_beginning() -> None:
    shown, carets = excerpt(place("k: " + "v" * 1_000_000, "v" * 1_000_000), 40)
    assert shown == "    7 | k: " + "v" * 28 + "…"
    assert carets == "      |    " + "^" * 29


def test_the_end_of_a_long_line_uses_the_room_before_it() -> None:
    shown, carets = excerpt(place("x" * 500 + "value", "value"), 40)
    assert shown == "    7 | …" + "x" * 26 + "value"
    assert carets == "      | " + " " * 27 + "^^^^^"


def test_an_empty_value_and_one_outside_the_line_still_get_a_caret() -> None:
    empty = Location(file="f", document=0, line=1, column=6, end_column=6, text="key: ")
    assert excerpt(empty, 100) == ["    1 | key:", "      |      ^"]
    outside = replace(empty, column=60, end_column=70)
    assert excerpt(outside, 100) == ["    1 | key:", "      |      ^"]


def test_without_its_text_a_place_has_no_excerpt() -> None:
    assert UNPINNED.location is not None
    assert excerpt(replace(UNPINNED.location, text=None), 100) == []

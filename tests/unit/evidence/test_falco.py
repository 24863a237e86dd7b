from __future__ import annotations

import json
from typing import Any

import pytest

from gatelib.errors import EvidenceError
from tests.unit.evidence.stored import facts, reduced, stored

SNAPSHOT = {
    "rule": "Falco internal: metrics snapshot",
    "priority": "Informational",
    "source": "internal",
    "time": "2026-11-21T10:00:00.000000000Z",
}
ALERT = {"rule": "R", "priority": "Notice", "source": "syscall", "time": "2026-11-21T10:00:00.25Z"}


def lines(*values: Any) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def test_alerts_of_a_rule_and_a_priority_are_one_fact() -> None:
    assert facts(stored("falco/alerts.jsonl"), "falco") == [
        {
            "type": "watch",
            "snapshots": 3,
            "first": "2026-11-21T10:00:00Z",
            "last": "2026-11-21T13:00:00Z",
            "longest_gap": 7200,
        },
        {
            "type": "alert",
            "rule": "Falco internal: syscall event drop",
            "priority": "Debug",
            "count": 1,
            "first": "2026-11-21T10:40:00.5Z",
            "last": "2026-11-21T10:40:00.5Z",
        },
        {
            "type": "alert",
            "rule": "Terminal shell in container",
            "priority": "Notice",
            "count": 2,
            "first": "2026-11-21T10:20:31.726060287Z",
            "last": "2026-11-21T11:20:31.7Z",
        },
    ]


def test_that_nothing_happened_is_shown_by_the_snapshots_of_metrics() -> None:
    assert facts(stored("falco/quiet.jsonl"), "falco") == [
        {
            "type": "watch",
            "snapshots": 2,
            "first": "2026-11-21T10:00:00Z",
            "last": "2026-11-21T11:00:00Z",
            "longest_gap": 3600,
        }
    ]


def test_alerts_alone_show_no_watch() -> None:
    assert facts(lines(ALERT), "falco") == [
        {"type": "watch", "snapshots": 0, "first": "", "last": "", "longest_gap": 0},
        {
            "type": "alert",
            "rule": "R",
            "priority": "Notice",
            "count": 1,
            "first": "2026-11-21T10:00:00.25Z",
            "last": "2026-11-21T10:00:00.25Z",
        },
    ]


@pytest.mark.parametrize("source", [None, "syscall", "k8s_audit"])
def test_a_rule_that_is_called_like_a_snapshot_is_an_alert(source: str | None) -> None:
    watch, alert = facts(lines({**SNAPSHOT, "source": source}), "falco")
    assert (watch["snapshots"], alert["rule"]) == (0, SNAPSHOT["rule"])


def test_the_order_of_lines_does_not_count_nor_does_the_zone() -> None:
    times = ["2026-11-21T10:00:00.1Z", "2026-11-21T10:00:00Z", "2026-11-21T13:00:00+02:00"]
    watch, alert = facts(
        lines(*({**SNAPSHOT, "time": time} for time in times), *({**ALERT, "time": time} for time in times)),
        "falco",
    )
    assert watch == {
        "type": "watch",
        "snapshots": 3,
        "first": "2026-11-21T10:00:00Z",
        "last": "2026-11-21T11:00:00Z",
        "longest_gap": 3600,
    }
    assert (alert["first"], alert["last"]) == ("2026-11-21T10:00:00Z", "2026-11-21T11:00:00Z")


def test_one_line_is_known_without_a_role() -> None:
    assert reduced(lines(ALERT)).format == "falco"
    assert reduced(lines(ALERT, SNAPSHOT)).format == "falco"


@pytest.mark.parametrize("data", [b"", b"\n", b" \n\n"])
def test_an_empty_file_does_not_say_that_nothing_happened(data: bytes) -> None:
    with pytest.raises(EvidenceError, match="the file is empty"):
        reduced(data, "falco")


@pytest.mark.parametrize(
    ("key", "new"),
    [
        ("rule", None),
        ("rule", ""),
        ("priority", "Low"),
        ("priority", ["Notice"]),
        ("priority", None),
        ("time", None),
        ("time", "10:20:31.726060287"),
        ("time", "2026-11-31T00:00:00Z"),
    ],
    ids=str,
)
def test_a_line_that_is_no_alert_is_an_error_with_its_line(key: str, new: Any) -> None:
    with pytest.raises(EvidenceError, match="is no alert of Falco") as caught:
        reduced(lines(SNAPSHOT, {**ALERT, key: new}), "falco")
    assert caught.value.line == 2


@pytest.mark.parametrize(
    "line", [b"{", b"10:20:31.7: Notice A shell (user=root)", b'{"rule": "a", "rule": "b"}']
)
def test_a_line_that_is_no_json_is_an_error_with_its_line(line: bytes) -> None:
    with pytest.raises(EvidenceError) as caught:
        reduced(lines(SNAPSHOT) + line + b"\n", "falco")
    assert caught.value.line == 2

"""Falco's alerts as JSON lines: its ``file_output`` or ``stdout_output`` with ``json_output``.

See https://falco.org/docs/outputs/formatting/ and https://falco.org/docs/metrics/falco-metrics/. Falco
writes nothing while nothing happens, and nothing as well where it does not run. That it ran is shown by the
snapshots of its metrics, which it writes as lines of a rule of its own::

    metrics: {enabled: true, interval: 1h, output_rule: true}

What else it says of itself, such as dropped events, are alerts: it did not see all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from gatelib.errors import EvidenceError
from gatelib.evidence.formats import lines, moments
from gatelib.evidence.formats.interface import Fact, Format, Given

_SNAPSHOT: Final = "Falco internal: metrics snapshot"
_INTERNAL: Final = "internal"
_PRIORITIES: Final = (
    "Emergency",
    "Alert",
    "Critical",
    "Error",
    "Warning",
    "Notice",
    "Informational",
    "Debug",
)


class _Falco(Format):
    name = "falco"

    def recognises(self, given: Given) -> bool:
        value = lines.first(given)
        return isinstance(value, Mapping) and {"rule", "priority", "time"} <= value.keys()

    def facts(self, given: Given) -> list[Fact]:
        snapshots: list[str] = []
        alerts: dict[tuple[str, str], list[str]] = defaultdict(list)
        for line, value in lines.values(given):
            rule, priority, moment = _line(value, line)
            if rule == _SNAPSHOT and value.get("source") == _INTERNAL:
                snapshots.append(moment)
            else:
                alerts[rule, priority].append(moment)
        return [
            _watch(snapshots),
            *(
                {
                    "type": "alert",
                    "rule": rule,
                    "priority": priority,
                    "count": len(moments_),
                    "first": min(moments_, key=moments.order),
                    "last": max(moments_, key=moments.order),
                }
                for (rule, priority), moments_ in sorted(alerts.items())
            ),
        ]


FORMAT: Final = _Falco()


def _line(value: Any, line: int | None) -> tuple[str, str, str]:
    found = value if isinstance(value, Mapping) else {}
    rule, priority, moment = found.get("rule"), found.get("priority"), moments.utc(found.get("time"))
    if not isinstance(rule, str) or not rule or priority not in _PRIORITIES or not moment:
        raise EvidenceError(
            "is no alert of Falco: it has `rule`, `priority` and `time`",
            line=line,
            hint="use Falco's `file_output` with `json_output: true`",
        )
    return rule, str(priority), moment


def _watch(snapshots: Sequence[str]) -> Fact:
    """Return when Falco ran, and for how long at most it did not say so, in seconds."""
    times = sorted(snapshots, key=moments.order)
    gaps = [moments.seconds(after) - moments.seconds(before) for before, after in pairwise(times)]
    return {
        "type": "watch",
        "snapshots": len(times),
        "first": times[0] if times else "",
        "last": times[-1] if times else "",
        "longest_gap": round(max(gaps, default=0)),
    }

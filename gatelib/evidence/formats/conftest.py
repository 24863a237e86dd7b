"""``conftest test -o json``: one result for each file, or one for all with ``--combine``.

See https://www.conftest.dev/options/#output. Conftest passes a file for which it has no rule; here a run that
tried nothing is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gatelib.evidence.formats import shape
from gatelib.evidence.formats.interface import Fact, Format, Given
from gatelib.evidence.formats.shape import COUNT, TEXT, items, optional, record

MOST_FAILURES: Final = 100
"""Further failures are only counted."""

_LISTS: Final = ("failures", "warnings", "exceptions", "skipped")
_RESULT: Final = record(
    "filename",
    "namespace",
    "successes",
    filename=TEXT,
    namespace=TEXT,
    successes=COUNT,
    **dict.fromkeys(
        _LISTS,
        optional(
            items(record("msg", msg=TEXT, metadata=optional(record()), loc=optional(record(file=TEXT))))
        ),
    ),
)


class _Conftest(Format):
    name = "conftest"

    def recognises(self, given: Given) -> bool:
        return isinstance(given.json, list) and all(
            isinstance(result, Mapping) and {"filename", "namespace", "successes"} <= result.keys()
            for result in given.json
        )

    def facts(self, given: Given) -> list[Fact]:
        results = given.json
        shape.check(results, items(_RESULT), what="output of `conftest test -o json`")
        passed = sum(result["successes"] for result in results)
        counts = {name: sum(len(result.get(name) or []) for result in results) for name in _LISTS}
        tried = passed + sum(counts.values())
        return [
            {
                "type": "policy_results",
                "tool": "conftest",
                "gate": "",
                "outcome": "fail" if counts["failures"] else "pass" if tried else "error",
                "files": len({result["filename"] for result in results}),
                "passed": passed,
                "failures": counts["failures"],
                "warnings": counts["warnings"],
                "waived": counts["exceptions"],
                "errors": 0 if tried else 1,
                "skipped": sorted(_skipped(results)),
                "fail_on": "",
                "trusted": None,
                "signed_by": None,
                "bundle": "",
                "now": "",
            },
            *sorted(_failures(results), key=lambda fact: (fact["file"], fact["rule"], fact["message"]))[
                :MOST_FAILURES
            ],
        ]


FORMAT: Final = _Conftest()


def _skipped(results: Sequence[Mapping[str, Any]]) -> set[str]:
    return {entry["msg"] for result in results for entry in result.get("skipped") or []}


def _failures(results: Sequence[Mapping[str, Any]]) -> Iterator[Fact]:
    for result in results:
        for failure in result.get("failures") or []:
            yield {
                "type": "policy_failure",
                "tool": "conftest",
                "rule": _rule(failure.get("metadata") or {}),
                "file": (failure.get("loc") or {}).get("file", result["filename"]),
                "message": failure["msg"],
            }


def _rule(metadata: Mapping[str, Any]) -> str:
    """Return the rule's ID where its result has one, else the query that found it."""
    found = metadata.get("rule") or metadata.get("query") or ""
    return found if isinstance(found, str) else ""

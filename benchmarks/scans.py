"""What a large scan costs from bytes to facts, beside ``json.load``."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from gatelib.evidence import formats

SIZE = 100_000_000
"""Bytes of a large scan."""

FACTOR = 1.5
"""A scan costs at most so much of ``json.load``'s time,"""
SECONDS = 1.0
"""and so much more."""

_TEXT = "A message about what was found, which says what it is and what there is to do about it. " * 2


@dataclass(frozen=True, slots=True)
class Scan:
    """What one file cost, in seconds of this process's time."""

    size: int
    json: float
    facts: float

    @property
    def allowed(self) -> float:
        """Return what it may cost."""
        return FACTOR * self.json + SECONDS


def measure(size: int = SIZE) -> Iterator[tuple[str, Scan]]:
    """Read a file of each shape, once with ``json`` and once into facts."""
    for name, shape in SHAPES.items():
        data = shape(size)
        formats.read("small.sarif", _log(_run([], [])), ["sarif"])  # its modules are imported
        parsed = _timed(partial(json.loads, data))
        reduced = _timed(partial(formats.read, "scan.sarif", data, ["sarif"]))
        yield name, Scan(len(data), parsed, reduced)


def _timed(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _same(size: int) -> bytes:
    return _log(_run(_repeated(_result(1), size), []))


def _distinct(size: int) -> bytes:
    count = size * 3 // 2_000
    rules = [{"id": f"CVE-{number}", "properties": {"security-severity": "8.1"}} for number in range(count)]
    return _log(_run([{**_result(number), "ruleIndex": number} for number in range(count)], rules))


def _runs(size: int) -> bytes:
    return _log(*_repeated(_run([{"ruleId": "A", "message": {"text": "m"}}], [{"id": "A"}]), size))


def _giant(size: int) -> bytes:
    return _log(_run([{**_result(1), "message": {"text": "x" * size}}], []))


def _small(size: int) -> bytes:
    return _log(_run(_repeated({"ruleId": "A", "message": {"text": "m"}}, size), []))


SHAPES: dict[str, Callable[[int], bytes]] = {
    "the same result over and over": _same,
    "distinct high vulnerabilities, 1,500 a megabyte": _distinct,
    "small runs": _runs,
    "one message": _giant,
    "the smallest results": _small,
}


def _repeated(value: dict[str, Any], size: int) -> list[dict[str, Any]]:
    return [value] * (size // (len(json.dumps(value)) + 2))


def _log(*runs: dict[str, Any]) -> bytes:
    return json.dumps({"version": "2.1.0", "runs": runs}).encode()


def _run(results: list[dict[str, Any]], rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {"tool": {"driver": {"name": "Trivy", "version": "1", "rules": rules}}, "results": results}


def _result(number: int) -> dict[str, Any]:
    """Return a result as trivy writes it."""
    region = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}
    return {
        "ruleId": f"CVE-{number}",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": f"Package: package-{number}\nInstalled Version: 1.2.3\nSeverity: HIGH\n{_TEXT}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "library/app", "uriBaseId": "ROOTPATH"},
                    "region": region,
                },
                "message": {"text": f"library/app: package-{number}@1.2.3"},
            }
        ],
    }

"""Coverage as JSON, and as LCOV's tracefile, which editors and CI systems show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from gatelib.authoring.coverage.measuring import Coverage, FileCoverage

SCHEMA = "gatelib.dev/rule-coverage/v1"


def to_json(coverage: Coverage) -> bytes:
    """Return all figures, and the line of each body that no test made hold."""
    value = {
        "schema": SCHEMA,
        "bodies": _share(*coverage.bodies),
        "lines": _share(*coverage.lines),
        "files": [_file(file) for file in coverage.files],
        "tests": [
            {"name": run.name, "count": run.count, "problems": list(run.problems)} for run in coverage.runs
        ],
        "not_run": list(coverage.skipped),
    }
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def to_lcov(coverage: Coverage) -> bytes:
    """Return a tracefile (geninfo(1)): each line, and each body as a function."""
    return "".join(f"{line}\n" for file in coverage.files for line in _records(file)).encode()


def _records(file: FileCoverage) -> Iterator[str]:
    yield "TN:"
    yield f"SF:{file.source.name}"
    names = [f"{file.source.module.package}:{part.line}:{part.column}" for part, _ in file.bodies]
    for (part, _), name in zip(file.bodies, names, strict=True):
        yield f"FN:{part.line},{name}"
    for (_, held), name in zip(file.bodies, names, strict=True):
        yield f"FNDA:{int(held)},{name}"
    yield f"FNF:{len(names)}"
    yield f"FNH:{len(names) - len(file.missed)}"
    for line, state in file.lines.items():
        yield f"DA:{line},{int(state == 'reached')}"
    yield f"LF:{len(file.lines)}"
    yield f"LH:{file.reached_lines}"
    yield "end_of_record"


def _file(file: FileCoverage) -> dict[str, Any]:
    held = len(file.bodies) - len(file.missed)
    found = {
        "file": file.source.name,
        "rule": file.source.rule,
        "bodies": {
            **_share(held, len(file.bodies)),
            "missed": [{"line": part.line, "column": part.column} for part in file.missed],
        },
        "lines": {
            **_share(file.reached_lines, len(file.lines)),
            "missed": [line for line, state in file.lines.items() if state == "missed"],
            "partly": [line for line, state in file.lines.items() if state == "partly"],
        },
    }
    if file.opa is not None:
        found["opa"] = {
            "covered_lines": file.opa.covered_lines,
            "not_covered_lines": file.opa.not_covered_lines,
            "percent": round(file.opa.percent, 2),
        }
    return found


def _share(reached: int, count: int) -> dict[str, Any]:
    return {"reached": reached, "count": count, "percent": round(percent(reached, count), 2)}


def percent(reached: int, count: int) -> float:
    """Return a share in percent; all of nothing is reached."""
    return 100 * reached / count if count else 100.0

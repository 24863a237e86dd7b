"""What ``opa test --coverage`` says of the same tests."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from gatelib import resources
from gatelib.authoring.coverage.layout import Part
from gatelib.authoring.suite import Suite
from gatelib.engines.opa_cli import binary, scrubbed
from gatelib.errors import EngineError
from gatelib.policy import Module

_DEADLINE: Final = 600.0


class Range(NamedTuple):
    """A range of text, as OPA counts: lines and columns from 1, these in characters."""

    line: int
    column: int
    last: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What OPA says of one policy."""

    covered: tuple[Range, ...]
    not_covered: tuple[Range, ...]
    covered_lines: int
    not_covered_lines: int

    @property
    def percent(self) -> float:
        """The share of covered lines; a policy in which nothing can be covered is covered."""
        count = self.covered_lines + self.not_covered_lines
        return 100 * self.covered_lines / count if count else 100.0

    def reached(self, parts: Sequence[Part]) -> frozenset[int]:
        """Return the numbers of the parts that OPA has reached: the heads, and what is in a reached range."""
        heads = {(found.line, found.column) for found in self.covered}
        return frozenset(
            number
            for number, part in enumerate(parts)
            if (part.line, part.column) in heads
            or (part.kind == "statement" and any(_holds(found, part) for found in self.covered))
        )


def figures(suite: Suite, tests: Iterable[str], modules: Sequence[Module]) -> dict[str, Figures]:
    """Return what OPA says of each module when it runs these tests (``package.name``, or a package).

    Raises:
        EngineError: OPA is not there, or refuses the policies.

    """
    names = "|".join(re.escape(name) for name in tests)
    with tempfile.TemporaryDirectory(prefix="gatelib-opa-") as folder:
        root = Path(folder)
        places = _write(suite, root)
        answer = _run(root, rf"^data\.({names})(\.|$)")
    found = {module.path: answer.get(places[module.path], {}) for module in modules}
    return {path: _figures(report) for path, report in found.items()}


def _write(suite: Suite, root: Path) -> dict[str, str]:
    """Write all policies and tests; return the file of each module, each in a folder of its own."""
    places: dict[str, str] = {}
    for number, module in enumerate(module for found in suite.modules.values() for module in found):
        path = Path("policy", str(number), Path(module.path).name)
        (root / path).parent.mkdir(parents=True)
        (root / path).write_bytes(module.text.encode())
        places[module.path] = path.as_posix()
    (root / "policy" / "data.json").write_bytes(orjson.dumps(suite.workspace.data))
    return places


def _run(root: Path, tests: str) -> Mapping[str, Any]:
    command = [
        binary(), "test", "--coverage", "--format", "json", "--timeout", "60s",
        "--capabilities", str(resources.capabilities()), "--run", tests, "policy",
    ]  # fmt: skip
    # OPA 1.22 says why each range is not covered, which takes two more runs; others have no such option.
    done = _call([*command, "--coverage-runs="], root)
    if b"unknown flag" in done.stderr:
        done = _call(command, root)
    try:
        answer = orjson.loads(done.stdout)
        found: Mapping[str, Any] = answer["files"]
    except (ValueError, KeyError, TypeError):
        said = (done.stderr or done.stdout).decode(errors="replace").strip()
        raise EngineError(f"opa did not measure coverage: {said[:400] or 'it gave no reason'}") from None
    return found


def _call(command: Sequence[str], root: Path) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - the binary from PATH, with arguments of our own
            command, capture_output=True, timeout=_DEADLINE, env=scrubbed(), cwd=root, check=False
        )
    except subprocess.TimeoutExpired:
        raise EngineError(f"opa test did not end in {_DEADLINE:g} s") from None
    except OSError as error:
        raise EngineError(f"opa could not be started: {error.strerror}") from None


def _figures(report: Mapping[str, Any]) -> Figures:
    return Figures(
        tuple(map(_range, report.get("covered", []))),
        tuple(map(_range, report.get("not_covered", []))),
        report.get("covered_lines", 0),
        report.get("not_covered_lines", 0),
    )


def _range(found: Mapping[str, Any]) -> Range:
    start, end = found["start"], found["end"]
    return Range(start["row"], start.get("col", 1), end["row"], end.get("col", 1))


def _holds(found: Range, part: Part) -> bool:
    return (found.line, found.column) <= (part.line, part.column) and part.last <= found.last

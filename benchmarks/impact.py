"""What ``gatelib rules impact`` takes, beside two checks of the same load in the same minute."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import run
from gatelib import resources

FACTOR = 1.3
"""It may cost so many times two checks."""

_RULE = Path("gatelib/rules/kubernetes/privileged/privileged.rego")
_CONDITION = "\tcontainer.spec.securityContext.privileged == true\n"


def table(place: Path, load: Path, times: int) -> Iterator[str]:
    """Yield the rows: one condition changed, and the message of every rule about containers."""
    place.mkdir(parents=True, exist_ok=True)
    check: list[str | Path] = [sys.executable, "-m", "gatelib", "check", load, "--format", "json"]
    impact = [sys.executable, "-m", "gatelib", "rules", "impact"]
    yield "| | s | against two checks |"
    yield "|---|---|---|"
    checked = run(check, cwd=place, times=times)
    yield f"| two times `gatelib check` | {2 * checked.wall:.2f} | 1.00 x |"
    old = _library(place / "old")
    for what, new in (
        ("one condition of one rule", _with_condition(place / "one")),
        ("the messages of all rules about containers", _with_messages(place / "all")),
    ):
        command: list[str | Path] = [*impact, "--from", old, "--to", new, load]
        found = run([*command, "--format", "json"], cwd=place, times=times)
        yield f"| `gatelib rules impact`, {what} | {found.wall:.2f} | {found.wall / checked.wall / 2:.2f} x |"


def _library(place: Path) -> Path:
    shutil.copytree(resources.rego(), place, dirs_exist_ok=True)
    return place


def _with_condition(place: Path) -> Path:
    path = _library(place) / _RULE
    text = path.read_text("utf-8")
    if _CONDITION not in text:
        raise RuntimeError("the rule has its condition in another form")
    path.write_text(
        text.replace(_CONDITION, f"{_CONDITION}\tcontainer.pod.spec.hostNetwork == true\n"), "utf-8"
    )
    return place


def _with_messages(place: Path) -> Path:
    for path in _library(place).rglob("*.rego"):
        text = path.read_text("utf-8")
        path.write_text(text.replace('sprintf("container ', 'sprintf("the container '), "utf-8")
    return place

"""Running a command and watching what it costs."""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_INTERVAL = 0.01
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took, as the median of its runs."""

    wall: float
    """Seconds."""
    memory: int
    """Peak resident bytes of the command and all that it started, sampled."""
    code: int


def run(command: Sequence[str | Path], *, cwd: Path, times: int) -> Cost:
    """Run a command several times, its output thrown away."""
    costs = [_once(command, cwd) for _ in range(times)]
    return Cost(
        statistics.median(cost.wall for cost in costs),
        max(cost.memory for cost in costs),
        costs[-1].code,
    )


def _once(command: Sequence[str | Path], cwd: Path) -> Cost:
    started = time.perf_counter()
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        peak = [0]
        ended = threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, peak, ended))
        watcher.start()
        code = process.wait()
        wall = time.perf_counter() - started
        ended.set()
        watcher.join()
    return Cost(wall, peak[0], code)


def _watch(pid: int, peak: list[int], ended: threading.Event) -> None:
    while not ended.is_set():
        peak[0] = max(peak[0], _resident(pid))
        ended.wait(_INTERVAL)


def _resident(pid: int) -> int:
    """Return the resident bytes of a process and its children; pages that they share count for each."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except (OSError, IndexError, ValueError):
        return 0
    return pages * _PAGE + sum(_resident(int(child)) for child in children)

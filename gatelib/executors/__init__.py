"""Where the work of a run is done."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from gatelib.executors.interface import Executor, Failure, Work

__all__ = ["Executor", "Failure", "executor"]


def executor(start: Callable[[], Work], *, jobs: int, timeout: float, isolated: bool) -> Executor:
    """Return where to work: forked processes, unless the caller or the platform says otherwise.

    A process with threads is not forked: a lock that another thread holds would stay locked in the copy.
    """
    if isolated and hasattr(os, "fork") and threading.active_count() == 1:
        from gatelib.executors.forked import ForkedExecutor

        return ForkedExecutor(start, processes=jobs, timeout=timeout)
    from gatelib.executors.inline import InlineExecutor

    return InlineExecutor(start)

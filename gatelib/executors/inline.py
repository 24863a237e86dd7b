"""Work in this process: for callers with threads of their own, and platforms without ``fork``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from gatelib.executors.interface import Executor, Failure, Result, Task, Work


class InlineExecutor(Executor):
    """One task after the other. Nothing here can end an engine that hangs or survive one that crashes."""

    def __init__(self, start: Callable[[], Work]) -> None:
        """``start`` makes the worker, when the first task comes."""
        self._start = start
        self._work: Work | None = None

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Result | Failure]]:
        """Yield in order."""
        for task in tasks:
            if self._work is None:
                self._work = self._start()
            yield task, self._work(task)

    def close(self) -> None:
        """Forget the worker."""
        self._work = None

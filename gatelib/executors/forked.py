"""Work in forked processes: over all cores, ended at a deadline, and survived when they crash."""

from __future__ import annotations

import gc
import os
import pickle
import select
import struct
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from gatelib.executors.interface import Executor, Failure, Result, Task, Work

_HEADER = struct.Struct("!Q")


@dataclass(slots=True)
class _Worker:
    pid: int
    tasks: int
    """Where the parent writes."""
    results: int
    """Where the parent reads."""
    task: Task = None
    deadline: float = 0.0
    received: bytearray = field(default_factory=bytearray)


class ForkedExecutor(Executor):
    """Processes that share what the parent had read when they started, and nothing after."""

    def __init__(self, start: Callable[[], Work], *, processes: int, timeout: float) -> None:
        """``start`` makes the worker inside each process; ``timeout`` is in seconds for one task."""
        self._start = start
        self._processes = processes
        self._timeout = timeout
        self._idle: list[_Worker] = []
        self._busy: dict[int, _Worker] = {}

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Result | Failure]]:
        """Yield results as they come."""
        waiting = iter(tasks)
        more = True
        while more or self._busy:
            while more and len(self._busy) < self._processes:
                try:
                    task = next(waiting)
                except StopIteration:
                    more = False
                    break
                self._give(task)
            if self._busy:
                yield from self._finished()

    def close(self) -> None:
        """End every process that is left: who has nothing to do leaves when its tasks end."""
        for worker in self._idle:
            os.close(worker.tasks)
            os.close(worker.results)
            os.waitpid(worker.pid, 0)
        for worker in self._busy.values():
            self._end(worker)
        self._idle.clear()
        self._busy.clear()

    def _give(self, task: Task) -> None:
        worker = self._idle.pop() if self._idle else self._fork()
        worker.task, worker.deadline = task, time.monotonic() + self._timeout
        worker.received = bytearray()
        self._busy[worker.results] = worker
        payload = pickle.dumps(task, pickle.HIGHEST_PROTOCOL)
        with suppress(BrokenPipeError):  # it is gone; reading will say so
            _write(worker.tasks, _HEADER.pack(len(payload)) + payload)

    def _finished(self) -> Iterator[tuple[Task, Result | Failure]]:
        patience = max(0.0, min(worker.deadline for worker in self._busy.values()) - time.monotonic())
        ready, _, _ = select.select(list(self._busy), [], [], patience)
        for number in ready:
            worker = self._busy[number]
            chunk = os.read(number, 1 << 20)
            worker.received += chunk
            if not chunk:
                yield self._lost(worker)
            elif _is_complete(worker.received):
                del self._busy[number]
                self._idle.append(worker)
                failed, result = pickle.loads(memoryview(worker.received)[_HEADER.size :])  # noqa: S301 - our own child wrote it
                worker.received = bytearray()
                if failed:
                    raise RuntimeError(f"a worker failed:\n{result}")
                yield worker.task, result
        now = time.monotonic()
        for worker in [worker for worker in self._busy.values() if worker.deadline <= now]:
            del self._busy[worker.results]
            self._end(worker)
            yield worker.task, Failure(timed_out=True, reason=f"no answer in {self._timeout:g} s")

    def _lost(self, worker: _Worker) -> tuple[Task, Failure]:
        del self._busy[worker.results]
        os.close(worker.tasks)
        os.close(worker.results)
        _, status = os.waitpid(worker.pid, 0)
        if os.WIFSIGNALED(status):
            import signal

            reason = f"the process was ended by {signal.Signals(os.WTERMSIG(status)).name}"
        else:
            reason = f"the process ended with status {os.WEXITSTATUS(status)}"
        return worker.task, Failure(timed_out=False, reason=reason)

    def _end(self, worker: _Worker) -> None:
        import signal

        os.close(worker.tasks)
        os.close(worker.results)
        try:
            os.killpg(worker.pid, signal.SIGKILL)  # with the engine that it may have started
        except (ProcessLookupError, PermissionError):
            os.kill(worker.pid, signal.SIGKILL)  # not yet a group of its own
        os.waitpid(worker.pid, 0)

    def _fork(self) -> _Worker:
        task_reader, task_writer = os.pipe()
        result_reader, result_writer = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            os.close(task_reader)
            os.close(result_writer)
            return _Worker(pid, task_writer, result_reader)
        for worker in [*self._idle, *self._busy.values()]:
            os.close(worker.tasks)
            os.close(worker.results)
        os.close(task_writer)
        os.close(result_reader)
        try:
            _serve(self._start, task_reader, result_writer)
        finally:
            os._exit(0)


def _serve(start: Callable[[], Work], reader: int, writer: int) -> None:
    os.setpgid(0, 0)  # out of the terminal's group: the parent ends its workers, and what they started
    # Documents hold no cycles, and looking for some takes half the time of reading dense ones.
    gc.freeze()
    gc.disable()
    work: Work | None = None
    with os.fdopen(reader, "rb") as tasks:
        while header := tasks.read(_HEADER.size):
            task = pickle.loads(tasks.read(_HEADER.unpack(header)[0]))  # noqa: S301 - our own parent wrote it
            try:
                work = work or start()
                answer = (False, work(task))
            except Exception:
                import traceback

                answer = (True, traceback.format_exc())
            payload = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
            _write(writer, _HEADER.pack(len(payload)) + payload)


def _is_complete(received: bytearray) -> bool:
    return len(received) >= _HEADER.size and len(received) == _HEADER.size + _HEADER.unpack_from(received)[0]


def _write(number: int, payload: bytes) -> None:
    view = memoryview(payload)
    while view:
        view = view[os.write(number, view) :]

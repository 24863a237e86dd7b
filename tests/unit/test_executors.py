from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gatelib.executors import Executor, Failure, executor
from gatelib.executors.forked import ForkedExecutor
from gatelib.executors.inline import InlineExecutor


@contextmanager
def forked(
    work: Callable[[Any], Any], *, processes: int = 2, timeout: float = 30.0
) -> Iterator[ForkedExecutor]:
    found = ForkedExecutor(lambda: work, processes=processes, timeout=timeout)
    try:
        yield found
    finally:
        found.close()


def results(found: Executor, tasks: Iterable[Any]) -> dict[Any, Any]:
    return dict(found.run(tasks))


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended and was not waited for counts as ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def gone(pid: int) -> bool:
    """Wait until a process has ended."""
    deadline = time.monotonic() + 5
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


def misbehaving(task: str) -> str:
    faulthandler.disable()  # pytest's, which would fill the screen
    match task:
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "aborted":
            os.abort()
        case "segfault":
            ctypes.string_at(0)
        case "left":
            os._exit(7)
        case "hangs":
            time.sleep(600)
    return task.upper()


# Forked


def test_every_task_gets_its_result() -> None:
    with forked(lambda task: task * 2, processes=3) as found:
        assert results(found, range(50)) == {number: number * 2 for number in range(50)}


def test_an_executor_can_be_run_again() -> None:
    with forked(lambda task: task + 1) as found:
        assert results(found, range(5)) == {number: number + 1 for number in range(5)}
        assert results(found, []) == {}
        assert results(found, [9]) == {9: 10}


def test_tasks_are_done_in_other_processes_no_more_than_asked_for() -> None:
    with forked(lambda task: os.getpid(), processes=2) as found:
        pids = set(results(found, range(20)).values())
    assert os.getpid() not in pids
    assert 1 <= len(pids) <= 2


def test_the_worker_is_made_once_in_each_process() -> None:
    def start() -> Callable[[int], int]:
        made.append(1)
        return lambda task: len(made)

    made: list[int] = []
    found = ForkedExecutor(start, processes=1, timeout=30)
    try:
        assert set(results(found, range(5)).values()) == {1}
    finally:
        found.close()
    assert made == []


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        ("killed", "the process was ended by SIGKILL"),
        ("aborted", "the process was ended by SIGABRT"),
        ("segfault", "the process was ended by SIGSEGV"),
        ("left", "the process ended with status 7"),
    ],
)
def test_a_worker_that_dies_takes_only_its_task_with_it(task: str, reason: str) -> None:
    with forked(misbehaving) as found:
        assert results(found, ["a", "b", task, "c", "d"]) == {
            "a": "A",
            "b": "B",
            task: Failure(timed_out=False, reason=reason),
            "c": "C",
            "d": "D",
        }


def test_a_worker_that_hangs_is_ended_and_the_other_tasks_are_done() -> None:
    with forked(misbehaving, timeout=0.5) as found:
        started = time.monotonic()
        assert results(found, ["a", "hangs", "b", "c"]) == {
            "a": "A",
            "hangs": Failure(timed_out=True, reason="no answer in 0.5 s"),
            "b": "B",
            "c": "C",
        }
        assert time.monotonic() - started < 10


def test_every_worker_may_die() -> None:
    tasks = [f"{number}" for number in range(3)]
    with forked(lambda task: os.kill(os.getpid(), signal.SIGKILL), processes=2) as found:
        failure = Failure(timed_out=False, reason="the process was ended by SIGKILL")
        assert results(found, tasks) == dict.fromkeys(tasks, failure)


def test_an_idle_worker_that_was_ended_from_outside_costs_at_most_one_task() -> None:
    with forked(lambda task: os.getpid(), processes=1) as found:
        pid = results(found, [0])[0]
        os.kill(pid, signal.SIGKILL)
        assert gone(pid)
        again = results(found, [1, 2])
        assert again[1] == Failure(timed_out=False, reason="the process was ended by SIGKILL")
        assert isinstance(again[2], int)


def test_payloads_larger_than_any_pipe_go_both_ways() -> None:
    big = [os.urandom(3 << 20) for _ in range(4)]
    with forked(lambda task: task[::-1]) as found:
        assert results(found, big) == {task: task[::-1] for task in big}


def test_a_bug_is_raised_here_with_the_workers_traceback() -> None:
    def faulty(task: int) -> int:
        return 1 // task

    with (
        forked(faulty) as found,
        pytest.raises(RuntimeError, match=r"(?s)a worker failed:.*in faulty.*ZeroDivision"),
    ):
        results(found, [1, 0, 1])


def test_a_worker_that_cannot_be_made_is_a_bug_too() -> None:
    def start() -> Callable[[int], int]:
        raise ValueError("no worker")

    found = ForkedExecutor(start, processes=1, timeout=30)
    try:
        with pytest.raises(RuntimeError, match="no worker"):
            results(found, [1])
    finally:
        found.close()


def test_a_result_that_cannot_be_sent_is_no_silence() -> None:
    with forked(lambda task: lambda: task, processes=1) as found:
        try:
            answer = results(found, [1])[1]
        except RuntimeError as error:
            assert "pickle" in str(error).lower()
        else:
            assert isinstance(answer, Failure)


def test_closing_ends_every_process_the_busy_ones_too() -> None:
    def work(task: str) -> int:
        if task == "hang":
            time.sleep(600)
        return os.getpid()

    found = ForkedExecutor(lambda: work, processes=2, timeout=600)
    running = found.run(["quick", "hang"])
    pid: Any = next(running)[1]
    busy = [worker.pid for worker in found._busy.values()]
    found.close()
    assert gone(pid)
    assert [number for number in busy if not gone(number)] == []


def test_what_a_worker_started_is_ended_with_it() -> None:
    def work(task: str) -> None:
        import subprocess

        child = subprocess.Popen(["sleep", "600"])
        Path(task).write_text(str(child.pid))
        child.wait()

    folder = Path(os.environ.get("TMPDIR", "/tmp"))
    note = folder / f"gatelib-test-{os.getpid()}"
    try:
        with forked(work, timeout=1.0) as found:
            assert isinstance(results(found, [str(note)])[str(note)], Failure)
        assert gone(int(note.read_text()))
    finally:
        note.unlink(missing_ok=True)


def test_no_descriptor_is_left_open() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with forked(misbehaving, timeout=0.5) as found:
        results(found, ["a", "killed", "b", "hangs", "c"])
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_tasks_are_taken_only_as_workers_become_free() -> None:
    taken = []

    def tasks() -> Iterator[int]:
        for number in range(10):
            taken.append(number)
            yield number

    with forked(lambda task: task, processes=2) as found:
        running = found.run(tasks())
        next(running)
        assert len(taken) <= 3
        assert len(list(running)) == 9


# Inline, and which is chosen


def test_inline_work_is_done_here_and_in_order() -> None:
    found = InlineExecutor(lambda: lambda task: (task, os.getpid()))
    assert list(found.run([3, 1, 2])) == [(task, (task, os.getpid())) for task in (3, 1, 2)]
    found.close()


def test_inline_makes_its_worker_when_the_first_task_comes_and_once() -> None:
    made = []

    def start() -> Callable[[int], int]:
        made.append(1)
        return lambda task: task

    found = InlineExecutor(start)
    assert list(found.run([])) == []
    assert made == []
    list(found.run([1, 2]))
    list(found.run([3]))
    assert made == [1]


def test_inline_lets_errors_through_as_they_are() -> None:
    def work(task: int) -> int:
        raise KeyError(task)

    with pytest.raises(KeyError):
        list(InlineExecutor(lambda: work).run([1]))


def chosen(*, isolated: bool = True) -> Executor:
    found = executor(lambda: lambda task: task, jobs=1, timeout=1, isolated=isolated)
    found.close()
    return found


def test_work_is_isolated_unless_the_caller_says_otherwise() -> None:
    assert isinstance(chosen(), ForkedExecutor)
    assert isinstance(chosen(isolated=False), InlineExecutor)


def test_a_process_with_threads_is_not_forked() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert isinstance(chosen(), InlineExecutor)
    finally:
        stop.set()
        thread.join()

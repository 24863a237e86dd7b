"""The plug point for where work is done: in this process, or in processes that may die without harm."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

Task: TypeAlias = Any
Result: TypeAlias = Any
Work: TypeAlias = Callable[[Task], Result]


class Failure(NamedTuple):
    """Why a task has no result."""

    timed_out: bool
    reason: str


class Executor(ABC):
    """Runs tasks. The order of results is not promised; that each task gets exactly one is."""

    @abstractmethod
    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Result | Failure]]:
        """Yield each task with its result as it comes; ``tasks`` is read as workers become free."""

    @abstractmethod
    def close(self) -> None:
        """End what was started."""

"""Having tasks done, and what follows where a worker did not survive one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gatelib.executors import Executor, Failure
from gatelib.merging import Tally, problem_of
from gatelib.parts import Batch
from gatelib.plan import Plan
from gatelib.settings import Progress
from gatelib.sources import Source
from gatelib.tasks import ReadTask, Task, Verdicts


class Crew:
    """The workers of a run, and where their results go."""

    def __init__(self, worker: Executor, plan: Plan, tally: Tally) -> None:
        """Do nothing yet."""
        self._worker, self._plan, self._tally = worker, plan, tally

    def read(self, batches: Sequence[Batch], progress: Progress | None, *, alone: bool) -> list[Source]:
        """Read and judge the batches; return the files of those that a worker did not survive."""
        sizes = {batch.sources: batch.size for batch in batches}
        total, done = sum(sizes.values()), 0
        again: list[Source] = []
        failed: list[tuple[Task, Failure]] = []
        for task, result in self._worker.run(ReadTask(batch.sources, alone) for batch in batches):
            if isinstance(result, Verdicts):
                self._tally.add(result)
            elif len(task.sources) > 1:
                again += task.sources
            else:
                failed.append((task, result))
            done += sizes[task.sources]
            if progress is not None:
                progress(done, total)
        self._retry(failed)
        return again

    def do(self, work: Iterable[Task]) -> None:
        """Do other tasks."""
        failed: list[tuple[Task, Failure]] = []
        for task, result in self._worker.run(work):
            if isinstance(result, Verdicts):
                self._tally.add(result)
            else:
                failed.append((task, result))
        self._retry(failed)

    def _retry(self, failed: Sequence[tuple[Task, Failure]]) -> None:
        """Do failed tasks without the rules on trial; where that helps, it was one of these that failed."""
        failures = {task._replace(tried=False): failure for task, failure in failed}
        for task, result in self._worker.run(list(failures) if self._plan.trials else ()):
            if isinstance(result, Verdicts):
                self._tally.add(result)
                self._tally.add(self._doubts(task, failures.pop(task)))
        for task, failure in failures.items():
            self._tally.problems.add(problem_of(failure, _file(task)))

    def _doubts(self, task: Task, failure: Failure) -> Verdicts:
        from gatelib.asking import doubt
        from gatelib.placing import Placer

        where = f" in `{file}`" if (file := _file(task)) else ""
        said = f"it or another rule on trial could not be judged{where}: {failure.reason}"
        raws = [doubt(self._plan, rule, said) for rule in self._plan.trials]
        found = Placer(self._plan).findings(raws, ())
        return Verdicts(findings=found, statuses=dict.fromkeys(self._plan.trials, "canary"))


def _file(task: Task) -> str | None:
    return task.sources[0].name if isinstance(task, ReadTask) else None

"""The progress bar of a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from gatelib.settings import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

_PATIENCE: Final = 0.5
"""Seconds before a bar appears."""


@contextmanager
def bar(doing: str = "judging", *, unit: str | None = None) -> Iterator[Progress]:
    """Yield what a run calls with what is done and all there is, in bytes or in another ``unit``."""
    started = time.monotonic()
    shown: list[Bar] = []

    def advance(done: int, total: int) -> None:
        if not shown and time.monotonic() - started < _PATIENCE:
            return
        if not shown:
            shown.append(_start(doing, total, unit))
        shown[0].update(shown[0].task_ids[0], completed=done, total=total)

    try:
        yield advance
    finally:
        for progress in shown:
            progress.stop()


def _start(doing: str, total: int, unit: str | None) -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn

    counted = (MofNCompleteColumn(), TextColumn(unit)) if unit else (DownloadColumn(),)
    progress = Progress(
        TextColumn(doing), BarColumn(), *counted, console=Console(stderr=True), transient=True
    )
    progress.add_task(doing, total=total)
    progress.start()
    return progress

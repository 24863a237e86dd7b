"""One exposition: everything that was given, counted once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from gatelib.errors import EvidenceError, GatelibError, UsageError
from gatelib.metrics import attestations, decisions, documents, reports
from gatelib.metrics.counted import Counted
from gatelib.metrics.families import COVERAGE, EVENTS, INPUTS, RELEASES
from gatelib.metrics.labels import Labels
from gatelib.metrics.releases import VERDICTS, Release, find
from gatelib.metrics.waivers import Waivers
from gatelib.report import Problem
from gatelib.sources import CODE, STDIN

_MOST: Final = 256 * 1024**2
"""Bytes of a file that is not read in a stream."""

Progress = Callable[[int, int], None]
"""Called with the bytes that are done and all there are."""


def collect(
    inputs: Iterable[str | Path] = (),
    *,
    decision_logs: Iterable[str | Path] = (),
    releases: Iterable[str | Path] = (),
    now: datetime,
    stdin: BinaryIO | None = None,
    progress: Progress | None = None,
) -> Counted:
    """Count reports, attestations and lists of exceptions, decision logs, and releases in folders.

    ``-`` stands for ``stdin``. Files of the same bytes count once. What cannot be read is a problem of the
    result; the rest is counted.

    Raises:
        UsageError: standard input is named twice, or a folder of releases does not exist.

    """
    run = _Run(now.timestamp(), stdin)
    for name in map(str, inputs):
        run.document(name)
    for folder in releases:
        for release in find(Path(folder)):
            run.release(release)
    run.coverage()
    run.logs([str(name) for name in decision_logs], progress)
    run.waivers.count(run.counted, now=run.now)
    return run.counted


@dataclass(slots=True)
class _Run:
    now: float
    stdin: BinaryIO | None
    counted: Counted = field(default_factory=Counted)
    labels: Labels = field(default_factory=Labels)
    waivers: Waivers = field(default_factory=Waivers)
    seen: dict[bytes, str] = field(default_factory=dict)
    """The first file of each digest."""

    def document(self, name: str) -> None:
        """Count a file of JSON."""
        try:
            with self._open(name) as file:
                data = file.read(_MOST + 1)
            if len(data) > _MOST:
                raise EvidenceError("is too large", hint="decision logs are given with --decision-log")
            self._count(name, data)
        except EvidenceError as error:
            self._refuse(name, "document", error)

    def release(self, release: Release) -> None:
        """Count a release, and what its verdict says."""
        verdict = "none"
        try:
            if release.error is not None:
                raise release.error
            for name in VERDICTS:
                if name in release.files:
                    found = self._count(f"{release.name}/{name}", release.files[name])
                    verdict = found if verdict == "none" else verdict
        except GatelibError as error:
            verdict = "unreadable"
            self._refuse(release.name, "release", error)
        self.counted.add(RELEASES, verdict)

    def coverage(self) -> None:
        """Set the share of releases that have a verdict."""
        by_verdict = self.counted.values.get(RELEASES, {})
        if by_verdict:
            judged = sum(count for (verdict,), count in by_verdict.items() if verdict in ("pass", "fail"))
            self.counted.put(COVERAGE, "releases", value=judged / sum(by_verdict.values()))

    def logs(self, names: list[str], progress: Progress | None) -> None:
        """Count decision logs, each once."""
        total = sum(os.path.getsize(name) for name in names if os.path.isfile(name))  # noqa: PTH113, PTH202
        done = 0
        for name in names:
            # Whether a log was there before is known at its end, so it is counted apart.
            apart = Counted()
            try:
                with self._open(name) as file:
                    hashed = _Hashed(file, progress, done, total)
                    decisions.count(hashed, name, apart, self.labels, now=self.now)
                    done += hashed.size
            except EvidenceError as error:
                self._refuse(name, "decision_log", error)
                continue
            self.counted.problems += apart.problems
            self.counted.remarks += apart.remarks
            if self._is_new(name, hashed.digest, "decision_log"):
                self.counted.merge(apart.values)
                self.counted.add(EVENTS, "verdict", by=0)  # a log without any has none, and not no metric
                state = "damaged" if apart.problems else "read"
                self.counted.add(INPUTS, "decision_log", state)

    def _count(self, name: str, data: bytes) -> str:
        """Count what a file holds, and return the verdict that it gives, as of a release."""
        kind, content = documents.parse(data)
        is_new = self._is_new(name, sha256(data).digest(), kind)
        if is_new:
            self.counted.add(INPUTS, kind, "read")
        if kind == "report":
            if is_new:
                reports.count(content, self.counted, self.labels, now=self.now)
                self.waivers.of_report(content["exceptions"])
            return "pass" if content["outcome"] == "pass" else "fail"
        if kind == "attestation":
            if is_new:
                attestations.count(content, self.counted, self.labels, now=self.now)
                self.waivers.of_report(content["waivers"])
            return attestations.outcome(content)
        self.waivers.of_list(content)
        return "none"

    def _is_new(self, name: str, digest: bytes, kind: str) -> bool:
        first = self.seen.get(digest)
        if first is None:
            self.seen[digest] = name
            return True
        message = f"is the same as {first}, and counts once"
        self.counted.remarks.append(Problem(code=CODE, message=message, file=name))
        self.counted.add(INPUTS, kind, "repeated")
        return False

    def _refuse(self, name: str, kind: str, error: GatelibError) -> None:
        self.counted.add(INPUTS, kind, "unreadable")
        self.counted.problems.append(
            Problem(
                code=CODE,
                message=error.message,
                file=name,
                line=error.line,
                column=error.column,
                hint=error.hint,
            )
        )

    @contextmanager
    def _open(self, name: str) -> Iterator[BinaryIO]:
        if name == STDIN:
            if self.stdin is None:
                raise UsageError("standard input can be given once")
            file, self.stdin = self.stdin, None
            yield file
            return
        try:
            with Path(name).open("rb") as file:
                yield file
        except OSError as error:
            raise EvidenceError(f"cannot be read: {error.strerror}") from None


class _Hashed:
    """A file that is hashed while it is read, and says how far all files are."""

    def __init__(self, file: BinaryIO, progress: Progress | None, done: int, total: int) -> None:
        self._file, self._progress = file, progress
        self._done, self._total = done, total
        self._digest = sha256()
        self.size = 0

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self._digest.update(data)
        self.size += len(data)
        if self._progress:
            self._progress(self._done + self.size, self._total)
        return data

    @property
    def digest(self) -> bytes:
        return self._digest.digest()

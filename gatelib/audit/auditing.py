"""All releases of an audit, each verified in a process that may end without harm."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from gatelib import engines, executors
from gatelib._version import __version__
from gatelib.audit import sampling, verifying
from gatelib.audit.journal import Journal
from gatelib.audit.model import UNAVAILABLE, Audit, Fault, Result
from gatelib.audit.opening import content_sha256
from gatelib.audit.population import Found, Identity, Population
from gatelib.audit.rerun import Means
from gatelib.audit.sampling import Sample
from gatelib.audit.verifying import Auditor
from gatelib.errors import GatelibError, UsageError
from gatelib.settings import Progress

if TYPE_CHECKING:
    from gatelib.config import Config
    from gatelib.trust import Trust


class Todo(NamedTuple):
    """A release to verify, unless its content is known."""

    found: Found
    known: Mapping[str, Any]
    """Results in JSON form by the digest of the content."""


class Done(NamedTuple):
    """What became of it."""

    content: str
    """Digest over all that the release holds; empty where it cannot be read."""
    result: Result
    is_new: bool


def audit(
    population: Population,
    auditor: Auditor,
    *,
    sample: Mapping[str, Any] | None = None,
    state: Path | None = None,
    jobs: int = 1,
    timeout: float = 600.0,
    means: str = "",
    progress: Progress | None = None,
) -> Audit:
    """Verify the releases of a sample, or all of them.

    ``sample`` is the JSON form of one; it is drawn again. ``state`` is a file to go on from, ``means`` what
    :func:`means_sha256` says, ``timeout`` the seconds that one release may take.

    Raises:
        UsageError: the sample is none, or the state cannot be used.

    """
    chosen, faults = _sampled(population, sample) if sample is not None else (population.releases, ())
    journal = Journal(state, means)
    results = []
    for count, done in enumerate(_verified(chosen, auditor, journal, jobs, timeout), 1):
        if done.is_new and done.content:
            journal.add(done.content, done.result)
        results.append(done.result)
        if progress is not None:
            progress(count, len(chosen))
    return Audit(
        population=population.sha256,
        size=len(population.releases),
        results=tuple(sorted(results, key=lambda result: result.identity.text)),
        unread=tuple(sorted({*population.unread, *auditor.means.inputs.unread})),
        faults=faults,
    )


def means_sha256(config: Config, trust: Trust, means: Means) -> str:
    """Return a digest over all that goes into a verdict besides the release itself.

    Raises:
        UsageError: a file that the configuration names cannot be read.

    """
    from gatelib import dsse

    engine = engines.default()
    parties = (*trust.evidence, *trust.approvers, *trust.requesters, *trust.images, *trust.verdicts)
    parties += (*trust.reports, *trust.attestation, *trust.ledger)
    said = [
        __version__,
        means.core.sha256(),
        engine,
        engines.engine(engine).version(),
        config.sha256,
        means.inputs.sha256,
        means.scope,
        [[key.keyid, dsse.fingerprint(key)] for key in means.keys],
        [[party.name, *map(dsse.fingerprint, party.keys)] for party in parties],
        [_digest(path) for path in trust.revoked],
        _digest(trust.sigstore.trusted_root) if trust.sigstore is not None else None,
    ]
    return hashlib.sha256(orjson.dumps(said)).hexdigest()


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", file=str(path)) from None


def _sampled(population: Population, value: Mapping[str, Any]) -> tuple[tuple[Found, ...], tuple[str, ...]]:
    """Return the releases of a sample, drawn again, and in what the draw differs."""
    said = _sample(value)
    drawn = sampling.sample(
        (found.identity for found in population.releases), fraction=said.fraction, seed=said.seed
    )
    faults = []
    if drawn.population != said.population:
        faults.append(
            f"the sample was drawn from other releases: their digest was {said.population} "
            f"({said.size} releases), and is {drawn.population} ({drawn.size} releases)"
        )
    elif drawn.chosen != said.chosen:
        faults.append("the sample is not what its seed chooses")
    there = {found.identity: found for found in population.releases}
    for identity in said.chosen:
        if identity not in there:
            faults.append(f"{identity.service} {identity.version}, which was chosen, is not there")
    wanted = {*said.chosen, *drawn.chosen}
    return tuple(found for found in population.releases if found.identity in wanted), tuple(faults)


def _sample(value: Mapping[str, Any]) -> Sample:
    try:
        return Sample(
            seed=str(value["seed"]),
            fraction=str(value["fraction"]),
            size=int(value["population"]["size"]),
            population=str(value["population"]["sha256"]),
            chosen=tuple(
                Identity(str(entry["service"]), str(entry["version"]), str(entry["sha256"]))
                for entry in value["chosen"]
            ),
        )
    except (KeyError, TypeError, ValueError):
        raise UsageError("is no sample", hint="`gatelib audit sample --format json` writes one") from None


def _verified(
    chosen: Sequence[Found], auditor: Auditor, journal: Journal, jobs: int, timeout: float
) -> Iterator[Done]:
    todo = [Todo(found, journal.known(found.identity.text, found.name)) for found in chosen]
    worker = executors.executor(
        lambda: _work(auditor), jobs=max(1, min(jobs, len(todo))), timeout=timeout, isolated=True
    )
    try:
        for task, done in worker.run(todo):
            yield done if isinstance(done, Done) else _lost(task.found, done.reason)
    finally:
        worker.close()


def _work(auditor: Auditor) -> Callable[[Todo], Done]:
    def work(todo: Todo) -> Done:
        found = todo.found
        try:
            content = content_sha256(found.place)
        except GatelibError as error:
            faults = (verifying.unavailable(error),)
            return Done("", Result(identity=found.identity, name=found.name, faults=faults), False)
        if (known := todo.known.get(content)) is not None:
            return Done(content, Result.from_dict(known), False)
        try:
            return Done(content, verifying.verify(found, auditor), True)
        except Exception as error:  # one release must not keep all the others from being judged
            return _lost(found, f"gatelib itself failed on it, which is a bug: {error!r}")

    return work


def _lost(found: Found, reason: str) -> Done:
    faults = (Fault(UNAVAILABLE, f"it could not be judged: {reason}"),)
    return Done("", Result(identity=found.identity, name=found.name, faults=faults), False)

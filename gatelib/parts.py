"""How a run is cut into tasks. No way of cutting changes what is found."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import orjson

from gatelib.plan import Plan
from gatelib.sources import Source
from gatelib.tasks import Held, SetTask

_BATCH_BYTES: Final = 1024 * 1024
_BATCH_FILES: Final = 256
_FEWEST: Final = 400
"""Documents below which it does not pay to split a set task."""
_MOST: Final = 6000
"""Documents of one set task, if no namespace is larger: an engine's memory grows with them."""
_MOST_BYTES: Final = 50_000_000
"""Of one set task in JSON, if no namespace is larger: an OPA server takes 256 MiB, unless it is told less."""
_CLUSTER: Final = "cluster"


class Batch(NamedTuple):
    """Files to read together."""

    sources: tuple[Source, ...]
    size: int
    """Bytes."""


def batches(found: Sequence[Source]) -> Iterator[Batch]:
    """Cut the files, in their order, into batches of about the same size."""
    taken: list[Source] = []
    size = 0
    for source in found:
        length = _size(source)
        if taken and (size + length > _BATCH_BYTES or len(taken) == _BATCH_FILES):
            yield Batch(tuple(taken), size)
            taken, size = [], 0
        taken.append(source)
        size += length
    if taken:
        yield Batch(tuple(taken), size)


def set_tasks(held: Sequence[Held], plan: Plan, jobs: int) -> Iterator[SetTask]:
    """Cut documents into whole namespaces, with what belongs to the whole cluster beside, to be looked up.

    A namespace that is larger than a task should be is a task of its own: judged without its neighbours, a
    document would be judged wrongly.
    """
    ordered = sorted(held, key=lambda one: (one.source.name, one.ordinal, [str(step) for step in one.prefix]))
    groups: dict[str, list[Held]] = {}
    for one in ordered:
        groups.setdefault(_group(one, plan), []).append(one)
    shared = [one for one in ordered if _is_shared(one.type, plan)]
    parts = max(min(2 * jobs, len(ordered) // _FEWEST), -(-len(ordered) // _MOST), 1)
    target = -(-len(ordered) // parts)
    beside = _inventory_bytes(plan)
    room = _MOST_BYTES - sum(len(one.content) for one in shared) - beside.pop(_CLUSTER, 0)
    room = max(room, _MOST_BYTES // 4)  # or many tasks would be little but what they share
    judged: list[Held] = []
    names: set[str] = set()
    size = 0
    for name in sorted(groups):
        more = sum(len(one.content) for one in groups[name]) + beside.get(name, 0)
        if judged and (len(judged) + len(groups[name]) > target or size + more > room):
            yield _task(judged, names, shared, plan)
            judged, names, size = [], set(), 0
        judged += groups[name]
        names.add(name)
        size += more
    if judged:
        yield _task(judged, names, shared, plan)


def _task(judged: list[Held], names: set[str], shared: list[Held], plan: Plan) -> SetTask:
    looked_up = [_as_inventory(one) for one in shared if _group(one, plan) not in names]
    looked_up += [
        document for type_, scope, document in plan.inventory if scope in names or _is_shared(type_, plan)
    ]
    return SetTask(tuple(judged), tuple(looked_up))


def _inventory_bytes(plan: Plan) -> dict[str, int]:
    """Return how much of the inventory goes with each namespace, and with every task."""
    sizes: dict[str, int] = {}
    for type_, scope, document in plan.inventory:
        name = _CLUSTER if _is_shared(type_, plan) else scope
        sizes[name] = sizes.get(name, 0) + len(document)
    return sizes


def _group(one: Held, plan: Plan) -> str:
    if one.type != "Namespace" and _is_shared(one.type, plan):
        return _CLUSTER
    return one.scope


def _is_shared(type_: str, plan: Plan) -> bool:
    return type_.rpartition("/")[2] in plan.kinds.cluster_scoped


def _as_inventory(one: Held) -> bytes:
    return orjson.dumps({"index": 0, "root": one.source.root, "content": orjson.Fragment(one.content)})


def _size(source: Source) -> int:
    if source.content is not None:
        return len(source.content)
    try:
        return os.stat(source.path).st_size  # noqa: PTH116 - a path object for each file costs more than the call
    except OSError:
        return 0

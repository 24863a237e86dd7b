"""Which images a release's manifests run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from gatelib.gate import Gate
from gatelib.normalize import Kinds


def absent(gate: Gate, judged: Sequence[str | os.PathLike[str]], images: Sequence[str]) -> list[str]:
    """Return those of a release's images that no workload among the manifests runs, by their digests."""
    running = _running(gate, judged)
    return [image for image in images if image.partition("@")[2] not in running]


def _running(gate: Gate, judged: Sequence[str | os.PathLike[str]]) -> set[str]:
    plain = replace(gate.settings, evidence=(), exceptions=(), inventory=())
    envelope, _ = Gate.load(plain).envelope(judged)
    data = gate.policy.data["kinds"]
    kinds = Kinds.of(data)
    texts = (
        text
        for document in envelope["documents"]
        if kinds.type_of(document["content"]) in data["workloads"]
        for text in _named_images(document["content"])
    )
    return {digest for text in texts if (digest := text.partition("@")[2])}


def _named_images(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "image" and isinstance(inner, str):
                yield inner
            elif key == "image" and isinstance(inner, dict) and isinstance(inner.get("reference"), str):
                yield inner["reference"]
            else:
                yield from _named_images(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _named_images(inner)

"""The load: real manifests, and as many copies of them under new names and namespaces as are asked for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from gatelib import policy
from gatelib.loader import load
from gatelib.normalize import Document, Kinds, normalize

SUFFIXES = (".yaml", ".yml", ".json")


def documents(folder: Path) -> list[dict[str, Any]]:
    """Return every object of a folder that can be read."""
    kinds = Kinds.of(policy.shipped().data["kinds"])
    found: list[dict[str, Any]] = []
    for path in sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES):
        for raw in load(path.read_bytes()).documents:
            found += [
                entry.content
                for entry in normalize(raw, kinds, root=0, namespace=None)
                if isinstance(entry, Document)
            ]
    return found


def copy(originals: list[dict[str, Any]], count: int, target: Path) -> None:
    """Write ``count`` documents into files of twenty, each copy of the load in namespaces of its own."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    batch: list[dict[str, Any]] = []
    for number, document in enumerate(_copies(originals, count)):
        batch.append(document)
        if len(batch) == 20 or number == count - 1:
            text = yaml.dump_all(batch, Dumper=yaml.CSafeDumper, sort_keys=False)
            (target / f"{number:06}.yaml").write_text(text, "utf-8")
            batch = []


def _copies(originals: list[dict[str, Any]], count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        turn, position = divmod(number, len(originals))
        original = originals[position]
        metadata = original.get("metadata")
        metadata = dict(metadata) if isinstance(metadata, dict) else {}
        metadata["name"] = f"{metadata.get('name', 'nameless')}-{turn}"
        if original["kind"] != "Namespace":
            metadata["namespace"] = f"{metadata.get('namespace') or 'unnamed'}-{turn}"
        yield {**original, "metadata": metadata}

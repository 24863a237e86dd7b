"""What ``deploy/`` holds, read as a cluster would get it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from tests.paths import ROOT

DEPLOY: Final = ROOT / "deploy"
KUSTOMIZATION: Final = "kustomize.config.k8s.io/v1beta1"


@cache
def manifests() -> dict[str, list[Any]]:
    """Return the documents of every YAML file, by its path below the folder."""
    return {
        path.relative_to(DEPLOY).as_posix(): [
            document for document in yaml.safe_load_all(path.read_text("utf-8")) if document is not None
        ]
        for path in sorted(DEPLOY.rglob("*.yaml"))
    }


def applied() -> Iterator[tuple[str, Any]]:
    """Yield every object that goes to a cluster, by the file it stands in."""
    for file, documents in manifests().items():
        for document in documents:
            if document["apiVersion"] != KUSTOMIZATION:
                yield file, document


def kustomizations() -> dict[str, Any]:
    """Return the kustomizations by their path."""
    return {
        file: documents[0]
        for file, documents in manifests().items()
        if documents[0]["apiVersion"] == KUSTOMIZATION
    }


def rendered(folder: str) -> list[Any]:
    """Return what `kustomize build` makes of a folder here: its resources, with its patches, in order."""
    kustomization = kustomizations()[f"{folder}/kustomization.yaml"]
    found: list[Any] = []
    for resource in kustomization["resources"]:
        path = (DEPLOY / folder / resource).resolve()
        if path.is_dir():
            found += rendered(path.relative_to(DEPLOY).as_posix())
        else:
            found += deepcopy(manifests()[path.relative_to(DEPLOY).as_posix()])
    for patch in kustomization.get("patches", []):
        targets = [document for document in found if _is(document, patch["target"])]
        assert len(targets) == 1, patch["target"]
        for operation in yaml.safe_load(patch["patch"]):
            _apply(targets[0], operation)
    return found


def one(kind: str, name: str, folder: str = "opa") -> Any:
    """Return the one object of a kind and name in a folder."""
    (found,) = [
        document
        for document in rendered(folder)
        if document["kind"] == kind and document["metadata"]["name"] == name
    ]
    return found


def as_yaml(documents: list[Any], path: Path) -> Path:
    """Write objects as a stream of JSON lines, which is YAML too."""
    path.write_text("".join(f"---\n{json.dumps(document)}\n" for document in documents), "utf-8")
    return path


def _is(document: Any, target: dict[str, str]) -> bool:
    group, _, version = document["apiVersion"].rpartition("/")
    named = {
        "group": group,
        "version": version,
        "kind": document["kind"],
        "name": document["metadata"]["name"],
    }
    return named == target


def _apply(document: Any, operation: dict[str, Any]) -> None:
    """Apply one operation of RFC 6902 that adds or replaces."""
    *way, last = operation["path"].split("/")[1:]
    for step in way:
        document = document[int(step)] if isinstance(document, list) else document[step]
    if isinstance(document, dict):
        assert operation["op"] == "add" or last in document
        document[last] = operation["value"]
    else:
        assert operation["op"] == "add"
        document.insert(len(document) if last == "-" else int(last), operation["value"])

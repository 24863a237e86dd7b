"""Schemas of Argo's custom resources, from its Go modules, for which the Go checksum database vouches.

They are not in this repository. Where the module proxy cannot be reached the tests that need them are skipped
and say so.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.engines import REQUIRED, need

_ROLLOUTS: Final = "github.com/argoproj/argo-rollouts@v1.8.3"
_WORKFLOWS: Final = "github.com/argoproj/argo-workflows/v3@v3.7.2"
_CD: Final = "github.com/argoproj/argo-cd/v3@v3.1.5"

_FILES: Final[Mapping[str, tuple[str, str]]] = {
    "AnalysisTemplate": (_ROLLOUTS, "manifests/crds/analysis-template-crd.yaml"),
    "Rollout": (_ROLLOUTS, "manifests/crds/rollout-crd.yaml"),
    "WorkflowTemplate": (_WORKFLOWS, "manifests/base/crds/full/argoproj.io_workflowtemplates.yaml"),
    "ApplicationSet": (_CD, "manifests/crds/applicationset-crd.yaml"),
}
"""Where each kind of ``argoproj.io/v1alpha1`` is defined."""


def problems(content: Mapping[str, Any]) -> list[str]:
    """Return what an API server would refuse of an object, or drop without a word."""
    validator = Draft202012Validator(_schema(content["kind"]))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(content)]


@cache
def _schema(kind: str) -> dict[str, Any]:
    module, name = _FILES[kind]
    # Megabytes of YAML: the reader in C is as safe, and ten times as fast.
    (crd,) = yaml.load_all((_folder(module) / name).read_text("utf-8"), Loader=yaml.CSafeLoader)
    (version,) = [version for version in crd["spec"]["versions"] if version["name"] == "v1alpha1"]
    schema: dict[str, Any] = version["schema"]["openAPIV3Schema"]
    for part in _parts(schema):
        if "properties" in part and not part.get("x-kubernetes-preserve-unknown-fields"):
            part.setdefault("additionalProperties", False)
        part.pop("format", None)
    schema["properties"]["metadata"] = {"type": "object"}
    return schema


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield a structural schema and those in it; a property may be named like a keyword."""
    yield schema
    for inner in schema.get("properties", {}).values():
        yield from _parts(inner)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from _parts(schema[key])


@cache
def _folder(module: str) -> Path:
    done = subprocess.run(
        [need("go"), "mod", "download", "-json", module], capture_output=True, check=False, cwd="/"
    )
    if done.returncode:
        reason = f"{module} cannot be had: {done.stdout.decode(errors='replace')[-200:]}"
        if REQUIRED:
            pytest.fail(reason)
        pytest.skip(reason)
    return Path(json.loads(done.stdout)["Dir"])

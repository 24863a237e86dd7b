"""Real `gator`, with what `gatelib export gatekeeper` writes of the shipped policy."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import pytest

from gatelib.export import gatekeeper
from gatelib.policy import Policy, shipped
from tests.acceptance.command import PRIVILEGED, privileged
from tests.engines import need

Files: TypeAlias = Mapping[str, bytes]

REMEDY = (
    "Remove `securityContext.privileged`, and add the one capability that the program needs under "
    "`securityContext.capabilities.add`."
)
DENIED = {f"{PRIVILEGED}: container `api` is privileged. {REMEDY}"}
"""What is said of the Pod that every gate denies."""


def run(files: Files) -> list[dict[str, Any]]:
    """Return the violations that `gator test` finds in files."""
    with TemporaryDirectory(prefix="gatelib-gator-") as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        command = [need("gator"), "test", "--filename", folder, "--output", "json"]
        done = subprocess.run(command, capture_output=True, check=False)
    # It ends with 1 on errors as well, and then prints no JSON.
    assert done.stdout, done.stderr.decode()
    found: list[dict[str, Any]] = json.loads(done.stdout) or []
    return found


@cache
def exported(*rules: str) -> Files:
    """Return the export of some rules of the shipped policy; of all of the gate where none is named."""
    return gatekeeper.files(of(*rules))


def of(*rules: str) -> Policy:
    """Return the shipped policy with some rules only; with all where none is named."""
    core = shipped()
    catalog = {rule: core.catalog[rule] for rule in rules} if rules else core.catalog
    return replace(core, catalogs={"core": catalog})


def violations(files: Files, *objects: Any) -> list[dict[str, Any]]:
    """Return what gator finds in objects, all of which it takes for synced as well."""
    manifests = {name.replace("/", "-"): content for name, content in files.items()}
    given = {f"object-{number}.json": json.dumps(content).encode() for number, content in enumerate(objects)}
    return run({**manifests, **given})


def said(files: Files, *objects: Any, about: str = "api", action: str = "deny") -> set[str]:
    """Return the messages of one Constraint about the object of a name."""
    return {
        found["msg"]
        for found in violations(files, *objects)
        if found["violatingObject"]["metadata"].get("name") == about
        and found["constraint"]["metadata"]["name"] == f"gatelib-{action}"
    }


def changed(files: Files, name: str, change: Callable[[Any], None]) -> dict[str, bytes]:
    """Return the files with one of them changed."""
    content = json.loads(files[name])
    change(content)
    return {**files, name: json.dumps(content).encode()}


def with_libraries(files: Files, change: Callable[[list[str]], list[str]]) -> dict[str, bytes]:
    def libraries(content: Any) -> None:
        source = content["spec"]["targets"][0]["code"][0]["source"]
        source["libs"] = change(source["libs"])

    return changed(files, "template.json", libraries)


def with_parameters(files: Files, **given: Any) -> dict[str, bytes]:
    def parameters(content: Any) -> None:
        content["spec"]["parameters"] |= given

    return changed(files, "constraints/deny.json", parameters)


def refusal(files: Files) -> str:
    """Return why gator takes no such template or Constraint."""
    with pytest.raises(AssertionError) as refused:
        violations(files, privileged())
    return str(refused.value)


def verify(place: Path, cases: Mapping[str, tuple[Any, int]], files: Files) -> str:
    """Return what `gator verify` says of objects under review, with how many violations each must have."""
    tests = []
    for number, (name, (content, count)) in enumerate(cases.items()):
        (place / f"{number}.json").write_text(json.dumps(content))
        tests.append({"name": name, "object": f"{number}.json", "assertions": [{"violations": count}]})
    (place / "template.json").write_bytes(files["template.json"])
    (place / "constraint.json").write_bytes(files["constraints/deny.json"])
    test = {"name": "all", "template": "template.json", "constraint": "constraint.json", "cases": tests}
    suite = {"apiVersion": "test.gatekeeper.sh/v1alpha1", "kind": "Suite", "tests": [test]}
    (place / "suite.yaml").write_text(json.dumps(suite))
    done = subprocess.run([need("gator"), "verify", str(place)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def exception(name: str = "api") -> dict[str, Any]:
    """Return an exception that is in force: Gatekeeper goes by the clock."""
    today = datetime.now(timezone.utc).date()
    return {
        "apiVersion": "gatelib.dev/v1",
        "kind": "PolicyException",
        "metadata": {"name": f"for-{name}", "namespace": "shop"},
        "spec": {
            "rules": [PRIVILEGED],
            "target": {"kind": "Pod", "namespace": "shop", "name": name},
            "requester": "nina@shop.example",
            "approver": ["omar@shop.example", "lea@shop.example"],
            "created": str(today - timedelta(days=1)),
            "expires": str(today + timedelta(days=30)),
        },
    }

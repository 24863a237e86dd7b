"""What every policy has to keep to, so that both engines answer alike."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.engines import need
from tests.paths import ROOT

REGO = ROOT / "rego"
POLICIES = sorted(path for path in REGO.rglob("*.rego") if not path.name.endswith("_test.rego"))
SHARED = [path for path in POLICIES if "rules" not in path.relative_to(REGO).parts]
RULES = [path for path in POLICIES if "rules" in path.relative_to(REGO).parts]


def name(path: Path) -> str:
    return path.relative_to(REGO).as_posix()


@cache
def parsed(path: Path) -> Any:
    command = [need("opa"), "parse", "--format", "json", str(path)]
    return json.loads(subprocess.check_output(command))


def imports(path: Path) -> dict[str, str]:
    """Return what each import stands for, by the name that it has in the file."""
    found = {}
    for entry in parsed(path).get("imports", []):
        steps = [step["value"] for step in entry["path"]["value"]]
        found[entry.get("alias") or steps[-1]] = ".".join(steps)
    return found


def functions(path: Path) -> Iterator[tuple[str, Any]]:
    for rule in parsed(path).get("rules", []):
        branch = rule
        while branch:
            if "args" in branch["head"]:
                yield branch["head"]["name"], branch
            branch = branch.get("else")


def references(node: Any) -> Iterator[list[Any]]:
    """Yield every reference that is read, not called."""
    if isinstance(node, list):
        for entry in node:
            yield from references(entry)
    elif isinstance(node, dict):
        if node.get("type") == "ref":
            yield [step.get("value") for step in node["value"]]
            yield from references(node["value"][1:])
        elif node.get("type") == "call":
            yield from references(node["value"][1:])
        elif isinstance(node.get("terms"), list):
            yield from references(node["terms"][1:])
        else:
            yield from references(list(node.values()))


@pytest.mark.parametrize("path", SHARED, ids=name)
def test_no_shared_function_reads_a_rule_of_another_package(path: Path) -> None:
    """In regorus it is undefined once a rule of the function's package was read through an import."""
    known = imports(path)
    read = [
        f"{function} reads {'.'.join(str(step) for step in reference)}"
        for function, branch in functions(path)
        for reference in references([branch["head"].get("value"), branch.get("body")])
        if str(reference[0]) in known
    ]
    assert read == []


@pytest.mark.parametrize("path", RULES, ids=name)
def test_no_rule_reads_the_input_itself(path: Path) -> None:
    read = [reference for reference in references(parsed(path)["rules"]) if reference[0] == "input"]
    assert read == []


@pytest.mark.parametrize("path", POLICIES, ids=name)
def test_every_import_is_of_a_package_that_exists(path: Path) -> None:
    packages = {".".join(step["value"] for step in parsed(other)["package"]["path"]) for other in POLICIES}
    missing = [target for target in imports(path).values() if target not in packages and target != "rego.v1"]
    assert missing == []


@pytest.mark.parametrize("path", POLICIES, ids=name)
def test_the_clock_is_read_in_one_place(path: Path) -> None:
    if name(path) == "gatelib/input/input.rego":
        return
    assert "time.now_ns" not in path.read_text("utf-8")

"""The bundles that teams deploy alone, as Conftest and Open Policy Agent run them."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.command import gatelib, privileged, stream, write
from tests.engines import need
from tests.paths import ROOT
from tests.signing import pair

Run = Callable[[Path, str, list[str]], list[str]]
"""Judge the files of a folder by a bundle, with evidence for the data; returns what is denied."""


@cache
def rules(bundle: str) -> bytes:
    """Build a bundle as a team does."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "rules.tar.gz"
        done = gatelib("bundle", "build", f"bundles/{bundle}.yaml", "-o", made, cwd=ROOT)
        assert (done.code, done.complaint) == (0, "")
        return made.read_bytes()


def given(evidence: list[str]) -> list[str]:
    options = [option for place in evidence for option in ("--evidence", place)]
    return [*options, "--config", "gatelib.yaml"] if evidence else []


def by_conftest(folder: Path, bundle: str, evidence: list[str]) -> list[str]:
    (folder / "rules.tar.gz").write_bytes(rules(bundle))
    done = gatelib("export", "conftest", "rules.tar.gz", "gate", *given(evidence), cwd=folder)
    assert done.code == 0, done.complaint
    command = [need("conftest"), "test", "--output", "json", "../judged"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    ran = subprocess.run(command, cwd=folder / "gate", env=environment, capture_output=True, check=False)
    results = json.loads(ran.stdout)
    found = [
        f"{entry['metadata']['rule']} {entry['metadata']['message']}"
        for result in results
        for entry in result.get("failures") or []
    ]
    assert ran.returncode == (1 if found else 0), ran.stderr
    return sorted(found)


def by_opa(folder: Path, bundle: str, evidence: list[str]) -> list[str]:
    """Ask with what `normalize` prints, or, where evidence comes in a bundle, with the one object."""
    (folder / "rules.tar.gz").write_bytes(rules(bundle))
    bundles = ["-b", "rules.tar.gz"]
    if evidence:
        done = gatelib("bundle", "build", *given(evidence), "-o", "data.tar.gz", cwd=folder)
        assert (done.code, done.complaint) == (0, "")
        bundles += ["-b", "data.tar.gz"]
        [judged] = (folder / "judged").iterdir()
        asked = judged.read_bytes()
    else:
        normalized = gatelib("normalize", "judged", "--bundle", "rules.tar.gz", cwd=folder)
        assert normalized.code == 0, normalized.complaint
        asked = normalized.out
    command = [need("opa"), "eval", *bundles, "-I", "--format", "raw", "data.gatelib.main"]
    decision = json.loads(
        subprocess.run(command, cwd=folder, input=asked, capture_output=True, check=True).stdout
    )
    found = sorted(f"{finding['rule']} {finding['msg']}" for finding in decision["deny"])
    assert decision["verdict"]["allow"] == (not found)
    return found


engines = pytest.mark.parametrize("run", [by_conftest, by_opa], ids=["conftest", "opa"])


def object_of(kind: str, name: str, namespace: str, labels: Mapping[str, str], **more: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "labels": dict(labels)}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **more}


SHARED = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "shop", "labels": {"gatelib.dev/multi-tenant": "true"}},
}


@engines
def test_tenant_labels_are_all_that_their_bundle_asks_for(run: Run, tmp_path: Path) -> None:
    pod = privileged()
    write(tmp_path / "judged", {"shop.yaml": stream(SHARED, pod)})
    assert run(tmp_path, "tenant-labels", []) == [
        "GL-TEN-001 the Pod serves several tenants and has no label `gatelib.dev/tenant`"
    ]
    pod["metadata"]["labels"] = {"gatelib.dev/tenant": "acme"}
    write(tmp_path / "judged", {"shop.yaml": stream(SHARED, pod)})
    assert run(tmp_path, "tenant-labels", []) == []


@engines
def test_dlp_labels_are_all_that_their_bundle_asks_for(run: Run, tmp_path: Path) -> None:
    seed = object_of("ConfigMap", "seed", "pr-7", {"gatelib.dev/dataset": "orders"})
    write(tmp_path / "judged", {"preview.yaml": stream(seed, privileged())})
    assert run(tmp_path, "dlp-required", []) == [
        "GL-DAT-001 the ConfigMap, which carries a dataset in preview namespace `pr-7`, "
        "has no label `gatelib.dev/dlp`"
    ]
    seed["metadata"]["labels"]["gatelib.dev/dlp"] = "masked"
    write(tmp_path / "judged", {"preview.yaml": stream(seed, privileged())})
    assert run(tmp_path, "dlp-required", []) == []


COMMIT = "0123456789" * 4
DIGEST = f"sha256:{'ab' * 32}"
TRUST = "trust: {evidence: [{producer: slo, keys: [slo.pub], files: [rollout/error-budget.json]}]}\n"


def measured(folder: Path, remaining: float, *, key: str = "slo") -> Path:
    """Have the step that watches the service level sign what is left of a budget, in a pack of one file."""
    moment = datetime.now(timezone.utc) - timedelta(minutes=1)
    spec = {
        "name": "error_budget.remaining",
        "value": remaining,
        "unit": "percent",
        "window": "30d",
        "measured": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    record = {
        "apiVersion": "gatelib.dev/v1",
        "kind": "Measurement",
        "metadata": {"name": "shop"},
        "spec": spec,
    }
    write(folder, {"budget.json": json.dumps(record), "gatelib.yaml": TRUST})
    write(folder, {"slo.pem": pair(key, "EdDSA").private, "slo.pub": pair("slo", "EdDSA").public})
    about = ["--service", "shop", "--version", "1.4.2", "--commit", COMMIT]
    image = ["--image", f"registry.example.com/shop@{DIGEST}"]
    signing = ["--as", "rollout/error-budget.json", "--key", "slo.pem", "--producer", "slo"]
    for arguments in (["init", "pack", *about, *image], ["add", "pack", "budget.json", *signing]):
        done = gatelib("evidence", *arguments, cwd=folder)
        assert done.code == 0, done.complaint
    return folder


def release(folder: Path, version: str = "1.4.2") -> None:
    spec = {
        "service": "shop",
        "version": version,
        "commit": COMMIT,
        "images": [f"registry.example.com/shop@{DIGEST}"],
    }
    record = {"apiVersion": "gatelib.dev/v1", "kind": "Release", "metadata": {"name": "shop"}, "spec": spec}
    write(folder / "judged", {"release.json": json.dumps(record)})


@engines
def test_a_release_with_some_error_budget_left_passes(run: Run, tmp_path: Path) -> None:
    release(measured(tmp_path, 12.5))
    assert run(tmp_path, "budget-freeze", ["pack"]) == []


@engines
def test_a_release_with_none_left_is_frozen(run: Run, tmp_path: Path) -> None:
    release(measured(tmp_path, 0))
    assert run(tmp_path, "budget-freeze", ["pack"]) == [
        "GL-REL-017 the error budget of `shop` is exhausted: 0 % of it remains"
    ]


@engines
def test_a_budget_of_another_release_frees_none(run: Run, tmp_path: Path) -> None:
    release(measured(tmp_path, 12.5), version="1.4.3")
    assert run(tmp_path, "budget-freeze", ["pack"]) == [
        "GL-REL-017 `rollout/error-budget.json` was made for version `1.4.2`, and the release is of `1.4.3`"
    ]


@engines
def test_a_budget_that_somebody_else_signed_frees_none(run: Run, tmp_path: Path) -> None:
    release(measured(tmp_path, 12.5, key="stranger"))
    [found] = run(tmp_path, "budget-freeze", ["pack"])
    assert found.startswith("GL-REL-017 `rollout/error-budget.json` has no signature of a producer")


def test_without_evidence_a_release_is_frozen(tmp_path: Path) -> None:
    release(tmp_path)
    assert by_conftest(tmp_path, "budget-freeze", []) == [
        "GL-REL-017 the Evidence Pack of release `shop` has no `rollout/error-budget.json`"
    ]


@engines
def test_without_a_release_there_is_no_decision_to_free_one(run: Run, tmp_path: Path) -> None:
    measured(tmp_path, 12.5)
    write(tmp_path / "judged", {"pod.json": json.dumps(privileged())})
    assert run(tmp_path, "budget-freeze", ["pack"]) == [
        "GL-ERR-006 gate `pre-promote` requires exactly 1 of `gatelib.dev/Release`, and has 0"
    ]

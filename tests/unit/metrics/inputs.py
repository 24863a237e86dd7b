"""What metrics are made from, small enough to be counted by eye."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Final

from gatelib.gate import Gate
from gatelib.metrics import Counted, collect, render
from tests.acceptance.command import privileged
from tests.openmetrics import samples

NOW: Final = "2026-11-22T00:00:00Z"
MOMENT: Final = datetime(2026, 11, 23, tzinfo=timezone.utc)
"""When metrics are made: a day after everything else."""
JUDGED_AT: Final = datetime(2026, 11, 22, tzinfo=timezone.utc).timestamp()


def report(folder: Path, *, rules: tuple[str, ...] = ("GL-K8S-001", "GL-K8S-011"), now: str = NOW) -> Any:
    """Return the report of a gate on one privileged Pod."""
    path = folder / "pod.json"
    path.write_text(json.dumps(privileged()))
    return Gate.load(base=folder, now=now, rules=rules, isolated=False).check(["pod.json"]).to_dict()


_SURROUNDINGS: Final = {
    "bundle": {"revision": "r-1", "sha256": "d" * 64, "signed_by": "release"},
    "config": {"sha256": "e" * 64, "trusted": True},
    "engine": {"name": "embedded", "version": "1"},
}


def attestation(*, overall: bool = False, created: str = NOW, **statuses: str) -> dict[str, Any]:
    """Return an attestation with controls of some statuses; ``_`` stands for ``-`` in their IDs."""
    return {
        "schema": "gatelib.dev/attestation/v1",
        "created_utc": created,
        "release": {
            "name": "payments-2.14.0",
            "service": "payments",
            "version": "2.14.0",
            "commit": "3f1c9a2be07d54c8f6a1b2c3d4e5f60718293a4b",
            "images": [f"registry.example.com/payments@sha256:{'a' * 64}"],
            "changes": [],
            "sha256": "b" * 64,
        },
        "pack": {"sha256": "c" * 64},
        "overall": overall,
        "objections": [],
        "controls": [
            {
                "id": name.replace("_", "-"),
                "name": "A control",
                "pass": status == "pass",
                "details": [],
                "status": status,
                "statement": "It holds.",
                "owner": "security@example.com",
                "rules": [],
                "evidence": [],
                "waivers": [],
                "clauses": [],
                "not_applicable": None,
            }
            for name, status in statuses.items()
        ],
        "waivers": [],
        "reports": [
            {
                "file": "report.json",
                "sha256": "1" * 64,
                "gate": "pre-promote",
                "now": created,
                "outcome": "pass" if overall else "fail",
                "signed_by": None,
                **_SURROUNDINGS,
            }
        ],
        **_SURROUNDINGS,
        "tool": {"name": "gatelib", "version": "1"},
        "catalog": {"sha256": "f" * 64},
        "frameworks": [],
    }


def waiver(
    digest: str, *, expires: str, hid: tuple[str, ...] = ("GL-K8S-001|Pod|shop|api|",)
) -> dict[str, Any]:
    """Return an exception as a report lists it."""
    return {
        "name": "for-now",
        "sha256": digest,
        "approver": "omar@example.com",
        "expires": expires,
        "hid": list(hid),
    }


def event(path: str = "gatelib/verdict", **fields: Any) -> dict[str, Any]:
    """Return an event as OPA uploads it."""
    return {
        "decision_id": "926bf189-bff6-4c98-8393-492b4bbbf4c3",
        "labels": {"id": "one", "version": "1.22.2"},
        "path": path,
        "input": {"subject": "release-bot"},
        "requested_by": "127.0.0.1:41956",
        "timestamp": "2026-11-22T00:00:00.466173163Z",
        **fields,
    }


def write(folder: Path, files: Mapping[str, Any]) -> list[Path]:
    """Write values as JSON, and return the paths."""
    paths = []
    for name, value in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
        paths.append(path)
    return paths


def counted(*inputs: Path, **options: Any) -> tuple[dict[str, float], Counted]:
    """Return the samples, read back, and what was counted."""
    found = collect(inputs, now=MOMENT, **options)
    return samples(render(found)), found


def logged(folder: Path, *logs: Any) -> tuple[dict[str, float], Counted]:
    """Return the same of decision logs: bytes, or events a line."""
    paths = []
    for number, log in enumerate(logs):
        data = log if isinstance(log, bytes) else "".join(json.dumps(entry) + "\n" for entry in log).encode()
        paths += write(folder, {f"log-{number}": data})
    return counted(decision_logs=paths)


def said(found: Counted) -> list[str]:
    """Return the problems as lines, without the folders of a test."""
    return [
        f"{Path(problem.file or '').name}:{problem.line or ''} {problem.message}"
        for problem in found.problems
    ]

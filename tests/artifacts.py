"""Small bundles as a registry has them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from gatelib.bundle import archive

ENTRY = b'package main\n\nimport data.gatelib.main\n\ndeny contains main.message if main.message != ""\n'
MODULE = b'package gatelib.main\n\nmessage := concat(" ", ["this is", data.gatelib.bundle.revision])\n'
REVISION = "2026-11-22T00:00:00Z-0123456789ab"


def files(more: Mapping[str, bytes] | None = None, *, revision: str = REVISION) -> dict[str, bytes]:
    """Return the files of a bundle whose entry is :data:`ENTRY` and denies everything by its revision."""
    manifest = {
        "revision": revision,
        "roots": ["gatelib/main", "gatelib/bundle", "more"],
        "rego_version": 1,
        "metadata": {"gatelib": {"conftest_entry": {"sha256": hashlib.sha256(ENTRY).hexdigest()}}},
    }
    return {
        ".manifest": encoded(manifest),
        "gatelib/main.rego": MODULE,
        "gatelib/bundle/data.json": encoded({"revision": revision}),
        **(more or {}),
    }


def tarball(more: Mapping[str, bytes] | None = None, *, revision: str = REVISION) -> bytes:
    """Return the archive of such a bundle."""
    return archive.write(files(more, revision=revision))


def encoded(value: Mapping[str, Any]) -> bytes:
    """Return a value as compact JSON."""
    return json.dumps(value, separators=(",", ":")).encode()

"""A folder with which plain ``conftest test`` gives gatelib's decision: policies, data, settings, no Python."""

from __future__ import annotations

from pathlib import Path


def entry() -> bytes:
    """Return the policy that Conftest asks, ``package main``; the same for every bundle."""
    return (Path(__file__).parent / "main.rego").read_bytes()

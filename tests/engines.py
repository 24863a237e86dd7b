"""Which engines a test may use, and what happens where one is absent."""

from __future__ import annotations

import os
import shutil

import pytest

REQUIRED = os.environ.get("GATELIB_REQUIRE_ENGINES") == "1"
"""Set in CI: a missing binary is a failure there, never a skip."""


def need(binary: str) -> str:
    """Return the path of a binary; skip the test where it is absent, and fail it where all are required."""
    found = shutil.which(binary)
    if found is None:
        reason = f"`{binary}` is not on PATH"
        if REQUIRED:
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def need_engine(name: str) -> str:
    """Return the engine's name; as :func:`need` for what it runs on."""
    if name == "opa":
        need("opa")
    return name

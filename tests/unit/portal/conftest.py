"""One attested example for all tests of a process; each makes releases of its own from it."""

from __future__ import annotations

import pytest

from tests.portals import Example


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """Return the example release, attested."""
    return Example(tmp_path_factory.mktemp("example"))

"""The bar of what hashes a pack, imported only where there is one to show."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatelib.evidence.pack import Progress


@contextmanager
def hashing(wanted: bool | None) -> Iterator[Progress | None]:
    """Show a bar where it is wanted, or where nothing is said and there is a terminal."""
    if not (sys.stderr.isatty() if wanted is None else wanted):
        yield None
        return
    from gatelib.cli.progress import bar

    with bar("hashing") as advance:
        yield advance

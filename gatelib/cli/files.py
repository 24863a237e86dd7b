"""Writing files."""

from __future__ import annotations

import os
from pathlib import Path

from gatelib.errors import UsageError


def write_file(target: Path, data: bytes) -> None:
    """Write a file all at once, so that whoever serves it never serves a part of it.

    Raises:
        UsageError: it cannot be written; what was there is as it was.

    """
    try:
        if target.exists() and not target.is_file():  # a pipe, or a terminal
            target.write_bytes(data)
            return
        place = target.resolve()
        beside = place.with_name(f".{place.name}.{os.getpid()}")
        try:
            with beside.open("xb") as file:
                file.write(data)
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", file=str(target)) from None

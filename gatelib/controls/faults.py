"""What is wrong in a file, as errors with their lines."""

from __future__ import annotations

from collections.abc import Iterable

from gatelib.controls.model import File
from gatelib.errors import ConfigError
from gatelib.loader import Path, locate

Fault = tuple[Path, str, str]
"""Where in the file, what is wrong, and what to do."""


def errors(file: File, faults: Iterable[Fault]) -> list[ConfigError]:
    """Return faults as errors, in the order of lines."""
    found = list(faults)
    places = locate(file.content, [(0, path) for path, _, _ in found])
    listed = [
        ConfigError(message, file=file.name, line=place.line, column=place.column, hint=hint)
        for (_, message, hint), place in zip(found, places, strict=True)
    ]
    return sorted(listed, key=lambda error: (error.line or 0, error.column or 0, error.message))

"""What is wrong with a control catalogue."""

from __future__ import annotations

from collections.abc import Iterable

from gatelib.controls.model import Catalogue, Control
from gatelib.errors import ConfigError
from gatelib.loader import Path
from gatelib.validation import at


def unusable(catalogue: Catalogue) -> list[ConfigError]:
    """Return why nothing can be attested by a catalogue, in the order of the file."""
    problems: list[ConfigError] = []
    first: dict[str, int] = {}
    for index, control in enumerate(catalogue.controls):
        here: Path = ("controls", index)
        if control.id in first:
            problems.append(_at(catalogue, (*here, "id"), f"there are two controls `{control.id}`"))
        first.setdefault(control.id, index)
    return problems


def _at(catalogue: Catalogue, path: Path, message: str) -> ConfigError:
    return at(path, message, catalogue.content, catalogue.name)

"""Text from METADATA, fixtures and findings in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from gatelib.reporters.show import visible

_SPECIAL: Final = re.compile(r"([\\*_\[\]<>|~]|&(?=[#A-Za-z]))")
_RUNS: Final = re.compile(r"`+")


def escaped(text: str) -> str:
    """Return a sentence with its code spans, in which nothing else means anything to Markdown."""
    parts = visible(text).split("`")
    if len(parts) % 2 == 0:  # a backtick without its other one
        return _SPECIAL.sub(r"\\\1", visible(text)).replace("`", r"\`")
    return "`".join(part if index % 2 else _SPECIAL.sub(r"\\\1", part) for index, part in enumerate(parts))


def block(text: str, language: str = "yaml") -> list[str]:
    """Return text as a block of code."""
    longest = max((len(run) for run in _RUNS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{language}", *map(visible, text.rstrip("\n").split("\n")), fence]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table of cells in Markdown."""
    cells = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in cells]


def listed(names: Iterable[str]) -> str:
    """Return names in code, as ``a, b and c``."""
    quoted = [f"`{visible(name).replace('`', '')}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _cell(text: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", text).replace("\n", " ")

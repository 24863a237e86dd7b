"""Where the files of a pack lie, and what each is for: ``data.gatelib.layout``, read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson

from gatelib import resources


def role_of(path: str, layout: Mapping[str, Any]) -> str | None:
    """Return the role of a file by its path in the pack; ``None`` where the layout knows no such file.

    In a pattern ``*`` stands for any part of one name; the first role that fits counts.
    """
    for role in layout["order"]:
        if any(_pattern(pattern).fullmatch(path) for pattern in layout["roles"][role]["paths"]):
            return str(role)
    return None


@cache
def shipped() -> Mapping[str, Any]:
    """Return the layout that ships with gatelib."""
    found: Mapping[str, Any] = orjson.loads((resources.rego() / "gatelib/layout/data.json").read_bytes())
    return found


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("[^/]*".join(re.escape(part) for part in text.split("*")))

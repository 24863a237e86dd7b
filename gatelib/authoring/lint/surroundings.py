"""What lies around the policies that are being written: tests, fixtures, pages and parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from gatelib.authoring.lint.comments import bare, comments

_TEST: Final = re.compile(r"^((?:todo_)?test(?:_\w*|[A-Z0-9]\w*)?)(?!\w)", re.MULTILINE)
_PACKAGE: Final = re.compile(r"^package[ \t]+(\S+)", re.MULTILINE)
_IMPORT: Final = re.compile(r"^import[ \t]+([\w.]+)(?:[ \t]+as[ \t]+(\w+))?", re.MULTILINE)
_CALL: Final = re.compile(r"(?<![\w.])(print|trace)\(")

Fact = dict[str, Any]


def read_tests(text: str) -> Fact:
    """Return the facts of a file of unit tests, which are read from its text: it is never run with a gate."""
    plain = bare(text)
    package = _PACKAGE.search(plain)
    return {
        "package": {"name": package[1] if package else "", **_place(text, package.start() if package else 0)},
        "imports": [
            {
                "target": found[1],
                "name": found[2] or found[1].rpartition(".")[2],
                "used": _is_used(plain, found[2] or found[1].rpartition(".")[2]),
                **_place(text, found.start()),
            }
            for found in _IMPORT.finditer(plain)
        ],
        "tests": [{"name": found[1], **_place(text, found.start())} for found in _TEST.finditer(plain)],
        "calls": [{"name": found[1], **_place(text, found.start())} for found in _CALL.finditer(plain)],
        "comments": comments(text),
    }


def fixtures(folders: Sequence[Path]) -> dict[str, dict[str, int]]:
    """Return how many cases each ``<domain>.<rule>`` has, by ``allow`` and ``deny``."""
    found: dict[str, dict[str, int]] = {}
    for folder in folders:
        for case in sorted(folder.rglob("*.yaml")):
            parts = case.relative_to(folder).parts
            if len(parts) > 3 and parts[-2] in ("allow", "deny"):
                counts = found.setdefault(f"{parts[-4]}.{parts[-3]}", {"allow": 0, "deny": 0})
                counts[parts[-2]] += 1
    return found


def pages(base: Path) -> list[str]:
    """Return the IDs of the rules that have a page that says something."""
    return sorted(
        page.stem
        for page in (base / "docs" / "rules").glob("*.md")
        if page.read_text("utf-8", "replace").strip()
    )


def parameters(schema: Mapping[str, Any], defaults: Mapping[str, Any]) -> Fact:
    """Return the names of the parameters, ``group.name``, in the schema and among the defaults."""
    described = {
        f"{group}.{name}"
        for group, entry in schema.get("properties", {}).items()
        for name in entry.get("properties", {})
    }
    shipped = {f"{group}.{name}" for group, values in defaults.items() for name in values}
    return {"described": sorted(described), "shipped": sorted(shipped)}


def _is_used(plain: str, name: str) -> bool:
    code = re.sub(r"^import[ \t].*$", "", plain, flags=re.MULTILINE)
    return re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", code) is not None


def _place(text: str, offset: int) -> dict[str, int]:
    return {
        "line": text.count("\n", 0, offset) + 1,
        "column": offset - (text.rfind("\n", 0, offset) + 1) + 1,
    }

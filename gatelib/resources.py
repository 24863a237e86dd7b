"""Where the policies and data that ship with gatelib are: inside the wheel, or beside the package."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def rego() -> Path:
    """Return the folder that holds ``gatelib/`` in Rego."""
    return _first(_PACKAGE / "_data" / "rego", _PACKAGE.parent / "rego")


@cache
def capabilities() -> Path:
    """Return the file that lists the portable built-ins, in the form of ``opa capabilities``."""
    return _first(_PACKAGE / "_data" / "capabilities.json", _PACKAGE.parent / "bundles" / "capabilities.json")


@cache
def controls() -> Path:
    """Return the folder that holds the control catalogue and the frameworks."""
    return _first(_PACKAGE / "_data" / "controls", _PACKAGE.parent / "controls")


@cache
def rule_page(rule: str) -> Path:
    """Return the file with a rule's page."""
    return _first(_PACKAGE / "_data" / "rules", _PACKAGE.parent / "docs" / "rules") / f"{rule}.md"


@cache
def schema(name: str) -> Path:
    """Return the file of one of the shipped JSON Schemas."""
    return _PACKAGE / "schemas" / name


def _first(*candidates: Path) -> Path:
    return next((path for path in candidates if path.exists()), candidates[-1])

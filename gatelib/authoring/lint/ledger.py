"""The ledger of rule IDs: every ID that was ever given, with the package that it was given to.

It is ``rule-ids.json`` at the root of a repository of policies::

    {"SHOP-001": {"package": "gatelib.rules.shop.replicas"},
     "SHOP-002": {"package": "gatelib.rules.shop.limits", "retired": "SHOP-007 says it better"}}

An ID is never given twice: exceptions, reports and attestations of years ago name rules by it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from gatelib.errors import ConfigError
from gatelib.loader import load

NAME: Final = "rule-ids.json"


def read(base: Path) -> dict[str, dict[str, Any]] | None:
    """Return the entries by ID, each with the ``line`` and ``column`` of its ID; ``None`` without a file.

    Raises:
        ConfigError: it is not of the form above.

    """
    path = base / NAME
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=NAME) from None
    loaded = load(data)
    if loaded.error is not None:  # a duplicate key is one: an ID that was given twice
        raise ConfigError(loaded.error.message, file=NAME, line=loaded.error.line, hint=loaded.error.hint)
    value = loaded.documents[0].value if loaded.documents else None
    if not isinstance(value, dict):
        raise ConfigError("is no object of rule IDs", file=NAME)
    text = data.decode("utf-8", "replace")
    entries: dict[str, dict[str, Any]] = {}
    for rule, entry in value.items():
        if not isinstance(entry, dict) or not _is_entry(entry):
            form = '{"package": …}, and may have a text `retired`'
            raise ConfigError(f"`{rule}` must be {form}", file=NAME)
        entries[rule] = {**entry, **_place(text, rule)}
    return entries


def with_new(entries: Mapping[str, Mapping[str, Any]] | None, rules: Mapping[str, str]) -> bytes:
    """Return the text of a ledger to which the IDs that it lacks were added, with their packages."""
    kept = {
        rule: {key: entry[key] for key in ("package", "retired") if key in entry}
        for rule, entry in (entries or {}).items()
    }
    for rule, package in rules.items():
        kept.setdefault(rule, {"package": package})
    lines = [f"  {orjson.dumps(rule).decode()}: {_inline(kept[rule])}" for rule in sorted(kept)]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode() if lines else b"{}\n"


def _inline(entry: Mapping[str, Any]) -> str:
    members = (
        f"{orjson.dumps(key).decode()}: {orjson.dumps(value).decode()}" for key, value in entry.items()
    )
    return "{" + ", ".join(members) + "}"


def _is_entry(entry: Mapping[str, object]) -> bool:
    if not isinstance(entry.get("package"), str):
        return False
    retired = entry.get("retired", "never")
    return entry.keys() <= {"package", "retired"} and isinstance(retired, str) and bool(retired.strip())


def _place(text: str, rule: str) -> dict[str, int]:
    """Return where an ID is written as a key."""
    found = re.search(rf"{re.escape(orjson.dumps(rule).decode())}\s*:", text)
    offset = found.start() if found else 0
    return {"line": text.count("\n", 0, offset) + 1, "column": offset - text.rfind("\n", 0, offset)}

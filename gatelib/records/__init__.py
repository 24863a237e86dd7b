"""gatelib's own records (``apiVersion: gatelib.dev/v1``) and their JSON Schemas, one file a kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson

from gatelib.loader import Path as DocumentPath

GROUP: Final = "gatelib.dev"
VERSION: Final = "gatelib.dev/v1"
_FOLDER: Final = Path(__file__).resolve().parent


@cache
def kinds() -> tuple[str, ...]:
    """Return the kinds that have a schema."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.json")))


@cache
def schema(kind: str) -> Mapping[str, Any]:
    """Return the JSON Schema of a kind."""
    found: Mapping[str, Any] = orjson.loads((_FOLDER / f"{kind}.json").read_bytes())
    return found


def record_problems(type_: str, content: Mapping[str, Any]) -> Iterator[tuple[DocumentPath, str]]:
    """Yield ``(path, message)`` for what is wrong with the form of a record.

    What a record lacks is a matter for rules; here it is about values of the wrong type or form, and about
    keys that do not exist.
    """
    from gatelib.validation import violations

    kind = type_.removeprefix(f"{GROUP}/")
    version = content.get("apiVersion")
    if kind not in kinds():
        yield ("kind",), f"there is no record of kind `{kind}`"
    elif version not in (None, "", VERSION):
        yield ("apiVersion",), f"a record of kind `{kind}` has the apiVersion `{VERSION}`"
    else:
        for violation in violations(content, schema(kind)):
            yield violation.path, violation.message

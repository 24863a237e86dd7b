"""What the parameters of rules may be, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gatelib.authoring.docs.markdown import escaped, table

_LONG: Final = 100
"""Characters of a default that a table still bears."""


def section(names: Sequence[str], schema: Mapping[str, Any], defaults: Mapping[str, Any], docs: str) -> str:
    """Return the table of a rule's parameters.

    ``docs`` is where the page of all parameters lies, such as ``../``; empty where there is none.
    """
    if not names:
        return "None."
    rows = [_row(name, schema, defaults, docs) for name in names]
    return "\n".join(table(["parameter", "default", "form", "meaning"], rows))


def form(schema: Mapping[str, Any]) -> str:
    """Say in words what a schema accepts."""
    if "enum" in schema:
        return _either(schema["enum"])
    kind = schema["type"]
    if kind == "boolean":
        return "`true` or `false`"
    if kind in ("integer", "number"):
        return f"{'whole number' if kind == 'integer' else 'number'}{_bounds(schema)}"
    if kind == "array":
        rest = ", at least one" if schema.get("minItems") else ""
        return f"list; each: {form(schema['items'])}{rest}"
    if kind == "object" and "properties" in schema:
        parts = [f"`{name}`: {form(inner)}" for name, inner in schema["properties"].items()]
        return f"object with {'; '.join(parts)}"
    if kind == "object":
        return f"object by name; each value: {form(schema['additionalProperties'])}"
    return f"text like `{schema['pattern']}`" if "pattern" in schema else "text"


def _row(name: str, schema: Mapping[str, Any], defaults: Mapping[str, Any], docs: str) -> list[str]:
    group, _, key = name.partition(".")
    known = schema["properties"].get(group, {}).get("properties", {}).get(key)
    if known is None:
        return [f"`{name}`", "", "", "not among the parameters of the library"]
    default = json.dumps(defaults[group][key], ensure_ascii=False)
    shown = (
        f"[see parameters]({docs}parameters.md#{group})" if docs and len(default) > _LONG else f"`{default}`"
    )
    return [f"`{name}`", shown, form(known), known["description"] if docs else escaped(known["description"])]


def _bounds(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f" from {low} to {high}"
    return f", at least {low}" if low is not None else f", at most {high}" if high is not None else ""


def _either(values: list[str]) -> str:
    quoted = [f"`{value}`" for value in values]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"

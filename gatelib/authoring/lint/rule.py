"""The facts of a rule as such: its place among the packages, and its METADATA with the place of each key."""

from __future__ import annotations

import re
from typing import Any, Final

from gatelib import catalog

_RULE: Final = re.compile(r"gatelib\.rules\.([^.]+)\.([^.]+)")


def read(package: str, text: str, line: int) -> dict[str, Any] | None:
    """Return the facts of the rule in a policy's text; ``None`` where its package is no rule's.

    ``line`` is that of the package, where a problem stands that has no key.
    """
    match = _RULE.fullmatch(package)
    if match is None:
        return None
    first, block = catalog.metadata_block(text)
    value, places = _parsed(block, first)
    places[""] = {"line": line, "column": 1}
    custom = value.get("custom") if isinstance(value, dict) else None
    problems = catalog.metadata_problems(value)
    return {
        "domain": match[1],
        "name": match[2],
        "id": custom.get("id") if isinstance(custom, dict) and isinstance(custom.get("id"), str) else None,
        "metadata": _plain(value) if isinstance(value, dict) else {},
        "problems": [
            {"message": message, **_nearest(places, key)} for key, message in sorted(problems.items())
        ],
        "places": places,
    }


def _parsed(block: str, first: int) -> tuple[Any, dict[str, dict[str, int]]]:
    """Return the value of a block of METADATA, and the places of its keys, two deep."""
    import yaml

    loader = catalog.loader()(block)
    places: dict[str, dict[str, int]] = {}
    try:
        node = loader.get_single_node()
        value = loader.construct_document(node) if node else None
    except (yaml.YAMLError, ValueError, RecursionError):  # PyYAML lets the last two through
        return None, places
    finally:
        loader.dispose()
    for key, inner in _members(node):
        places[key.value] = _place(key, first)
        for below, _ in _members(inner):
            places[f"{key.value}.{below.value}"] = _place(below, first)
    return value, places


def _members(node: Any) -> list[tuple[Any, Any]]:
    import yaml

    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return [(key, value) for key, value in pairs if isinstance(key, yaml.ScalarNode)]


def _place(key: Any, first: int) -> dict[str, int]:
    """Return where a key of the block stands in the policy, behind its ``# ``."""
    return {"line": first + key.start_mark.line, "column": key.start_mark.column + 3}


def _plain(value: Any) -> Any:
    """Return a value with texts in the place of what JSON has not, such as dates."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def _nearest(places: dict[str, dict[str, int]], key: str) -> dict[str, int]:
    """Return the place of a key; of what should hold it, where it is missing."""
    return places.get(key) or places.get(key.rpartition(".")[0]) or places[""]

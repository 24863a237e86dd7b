"""Documents that a JSON Schema must accept, and the same with one mistake each, which it must refuse.

A *place* is a keyword of a schema that forbids something: a closed object, required keys, a type, a choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Final

from jsonschema import Draft7Validator

Place = tuple[int, str]
"""A schema by its identity, and the keyword."""

_WRONG: Final = ({"no": "such thing"}, ["no", "such", "thing"], "no such thing", 7.5)
_KEYWORDS: Final = ("additionalProperties", "required", "type", "enum", "const")
_OF: Final[Mapping[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (float, int),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}

TEXTS: Final = {
    r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$": "acme",
    r"^[a-z][a-z0-9_]*$": "acme",
    r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$": "ACME",
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z": "2026-11-22T00:00:00Z",
    r"^https?://": "https://opa.example.com",
    r"^[A-Za-z_][A-Za-z0-9_]*$": "TOKEN",
    r"^([a-z0-9.-]+/)?[A-Z][A-Za-z0-9]*$": "apps/Deployment",
    r"^([0-9]+(ns|us|ms|s|m|h))+$": "10m",
    r"^[A-Z]{3}$": "EUR",
    r"^/": "/var/log",
    r"^[A-Za-z0-9*./:_-]+$": "registry.example.com/*",
    r"^[^=]+=.+$": "team=shop",
    r"^(latest|v1\.[0-9]+)$": "v1.30",
    r"^(19[7-9][0-9]|2[01][0-9][0-9]|22[0-5][0-9])-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$": "2026-11-22",
    r"^(UTC|[A-Z][A-Za-z]+(/[A-Z][A-Za-z0-9_+-]+)+)$": "Europe/Berlin",
    r"^[a-z0-9*-]+$": "shop",
    r"^[A-Za-z0-9.+: -]+$": "Apache-2.0",
    r"^[a-z0-9-]+$": "shop",
    r"^[A-Za-z0-9_*-]+(\.[A-Za-z0-9_*-]+)*$": "customer.email",
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$": (
        "2026-11-22T01:00:00+01:00"
    ),
    r"^GL-ERR-[0-9]{3}$": "GL-ERR-005",
    r"^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$": f"sha256:{'0' * 64}",
    r"^([0-9a-f]{40}|[0-9a-f]{64})$": "0" * 40,
    r"^[0-9]{1,2}(\.[0-9]+)?%$": "5%",
    r"^([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$": "30d",
    r"^[0-9a-f]{64}$": "0" * 64,
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}": "2026-11-22",
}
"""A text for each pattern; a pattern that is not here fails the test that meets it."""


def filled(schema: Mapping[str, Any], *, lists: bool = False) -> Any:
    """Return a document with everything that a schema without conditions can hold.

    Where a value may be a list or something else, it is a list if ``lists``.
    """
    return _filled(schema, schema, lists)


def mistakes(schema: Mapping[str, Any], document: Any) -> Iterator[tuple[Place, Any]]:
    """Yield a document with one mistake for each place that it reaches."""
    for place, path, change in _wrong(schema, schema, document, ()):
        yield place, change(deepcopy(document), path)


def places(schema: Mapping[str, Any]) -> dict[Place, str]:
    """Return every place of a schema, with what it is called in a message."""
    return dict(_places(schema, "#"))


def _filled(schema: Any, root: Mapping[str, Any], lists: bool) -> Any:
    schema = _resolved(schema, root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    wanted = schema.get("type", "string")
    if isinstance(wanted, list):
        wanted = "array" if lists and "array" in wanted else wanted[0]
    match wanted:
        case "object":
            found = {key: _filled(value, root, lists) for key, value in schema.get("properties", {}).items()}
            for option in schema.get("oneOf", ())[1:]:
                for key in option["required"]:
                    del found[key]
            for key in schema.get("patternProperties", {}):
                found[f"{key.removeprefix('^')}one"] = _filled(schema["patternProperties"][key], root, lists)
            if isinstance(schema.get("additionalProperties"), dict):
                found["another"] = _filled(schema["additionalProperties"], root, lists)
            return found
        case "array":
            return [_filled(schema["items"], root, lists)]
        case "integer" | "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return True
        case _:
            return TEXTS[schema["pattern"]] if "pattern" in schema else "text"


def _wrong(schema: Any, root: Any, value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Place, Any, Any]]:
    schema = _resolved(schema, root)
    for option in _applying(schema, value):
        yield from _wrong(option, root, value, path)
    if "type" in schema:
        names = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        good = tuple(kind for name in names for kind in _OF[name])
        bad = next(each for each in _WRONG if not isinstance(each, good))
        yield (id(schema), "type"), path, _put(bad)
    for keyword in ("enum", "const"):
        if keyword in schema:
            yield (id(schema), keyword), path, _put("no such thing")
    if isinstance(value, dict):
        if schema.get("additionalProperties") is False:
            yield (id(schema), "additionalProperties"), (*path, "no_such_key"), _put("anything")
        for key in schema.get("required", ()):
            yield (id(schema), "required"), (*path, key), _drop
        for key, inner in value.items():
            yield from _wrong(_member(schema, key), root, inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value[:2]):
            yield from _wrong(schema.get("items", {}), root, inner, (*path, number))


def _applying(schema: Mapping[str, Any], value: Any) -> Iterator[Any]:
    yield from schema.get("allOf", ())
    if "if" in schema:
        branch = "then" if Draft7Validator(schema["if"]).is_valid(value) else "else"
        if branch in schema:
            yield schema[branch]


def _member(schema: Mapping[str, Any], key: str) -> Any:
    if key in schema.get("properties", {}):
        return schema["properties"][key]
    for pattern, inner in schema.get("patternProperties", {}).items():
        if key.startswith(pattern.removeprefix("^")):
            return inner
    others = schema.get("additionalProperties", {})
    return others if isinstance(others, dict) else {}


def _places(schema: Any, name: str) -> Iterator[tuple[Place, str]]:
    if not isinstance(schema, dict):
        return
    for keyword in _KEYWORDS:
        if keyword in schema and (keyword != "additionalProperties" or schema[keyword] is False):
            yield (id(schema), keyword), f"{name} {keyword}"
    for keyword in ("properties", "patternProperties", "definitions"):
        for key, inner in schema.get(keyword, {}).items():
            yield from _places(inner, f"{name}/{keyword}/{key}")
    for keyword in ("items", "additionalProperties", "then", "else"):
        yield from _places(schema.get(keyword), f"{name}/{keyword}")
    for number, inner in enumerate(schema.get("allOf", ())):
        yield from _places(inner, f"{name}/allOf/{number}")


def _resolved(schema: Any, root: Any) -> Any:
    while "$ref" in schema:
        found = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def _put(value: Any) -> Any:
    def change(document: Any, path: tuple[Any, ...]) -> Any:
        if not path:
            return value
        _at(document, path[:-1])[path[-1]] = value
        return document

    return change


def _drop(document: Any, path: tuple[Any, ...]) -> Any:
    _at(document, path[:-1]).pop(path[-1], None)
    return document


def _at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document

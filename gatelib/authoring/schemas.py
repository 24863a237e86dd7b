"""The JSON Schemas of what people write, as editors take them: whole, each in one file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

from gatelib import fixtures, records, resources
from gatelib.errors import UsageError
from gatelib.policy import Policy

_WRITTEN: Final = {
    "config": "The configuration, gatelib.yaml.",
    "parameters": "Parameters beside a team's own policies.",
    "bundle": "A bundle definition.",
    "fixture": "What is expected of a fixture, <case>.expected.json.",
    "record": "A record of gatelib.dev, of whatever kind.",
    "control-catalog": "A control catalogue.",
    "control-framework": "A framework's crosswalk, or its table of contents.",
    "revocations": "Revocations of exceptions.",
}
_ID: Final = "https://gatelib.dev/schemas/"
_DRAFT: Final = "http://json-schema.org/draft-07/schema#"


def names() -> dict[str, str]:
    """Return what each schema describes, by its name."""
    return {**_WRITTEN, **{kind: f"A record of kind {kind}." for kind in records.kinds()}}


def schema(name: str, policy: Policy) -> dict[str, Any]:
    """Return a schema, with the parameters of a policy filled in where there are any.

    Raises:
        UsageError: there is none of that name.

    """
    if name not in names():
        raise UsageError(f"there is no schema `{name}`", hint="`gatelib schemas` names them all")
    found = _of(name, policy)
    return {"$schema": _DRAFT, "$id": f"{_ID}{name}.json", **_bare(found)}


def text(name: str, policy: Policy) -> bytes:
    """Return a schema as its file has it.

    Raises:
        UsageError: there is none of that name.

    """
    return orjson.dumps(schema(name, policy), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _of(name: str, policy: Policy) -> Mapping[str, Any]:
    if name in records.kinds():
        return records.schema(name)
    match name:
        case "record":
            return _any_record()
        case "parameters":
            return _beside_policies(_params(policy))
        case "fixture":
            found = fixtures.expectations(policy)
            found["properties"]["given"]["properties"]["params"] = _params(policy)
            return found
    shipped: dict[str, Any] = orjson.loads(resources.schema(f"{name}.json").read_bytes())
    if name in ("bundle", "config"):
        shipped["properties"]["parameters"] = _params(policy)
    return shipped


def _any_record() -> dict[str, Any]:
    kinds = records.kinds()
    return {
        "title": "A record of gatelib.dev",
        "description": "What a release, its evidence or an exception says; each kind has a form of its own.",
        "type": "object",
        "required": ["apiVersion", "kind"],
        "properties": {
            "apiVersion": {"description": "The version of the record's form.", "const": records.VERSION},
            "kind": {"description": "The kind of record.", "type": "string", "enum": list(kinds)},
        },
        "allOf": [
            {
                "if": {"required": ["kind"], "properties": {"kind": {"const": kind}}},
                "then": {"$ref": f"#/definitions/{kind}"},
            }
            for kind in kinds
        ],
        "definitions": {kind: _bare(records.schema(kind)) for kind in kinds},
    }


def _beside_policies(params: Mapping[str, Any]) -> dict[str, Any]:
    def only(key: str, value: Mapping[str, Any], description: str) -> dict[str, Any]:
        return {
            "description": description,
            "type": "object",
            "additionalProperties": False,
            "properties": {key: value},
        }

    inner = only("params", params, "What is the library's and may be set from here.")
    return {
        "title": "Parameters beside policies",
        **only("gatelib", inner, "Values for the library's parameters, beside rules of one's own."),
    }


def _params(policy: Policy) -> dict[str, Any]:
    return {
        "description": "Parameters of the rules, by group; see docs/parameters.md.",
        **_bare(policy.data["params_schema"]),
    }


def _bare(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema without what names it as a file of its own."""
    return {key: value for key, value in schema.items() if key not in ("$schema", "$id")}

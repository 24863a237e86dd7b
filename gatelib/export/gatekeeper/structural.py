"""JSON Schema as Kubernetes takes it in a CustomResourceDefinition: structural, every value with a type.

See https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/ under
"Specifying a structural schema".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gatelib.errors import PolicyError

_KEPT: Final = frozenset(
    {
        "description",
        "enum",
        "maximum",
        "maxItems",
        "minItems",
        "minLength",
        "minimum",
        "pattern",
        "required",
        "type",
    }
)
_DROPPED: Final = frozenset({"$schema", "title"})


def structural(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the structural form of a schema of objects, lists and scalars.

    A closed object loses its ``additionalProperties: false``: Kubernetes prunes what an object does not name.

    Raises:
        PolicyError: the schema has a keyword that this form has no place for, or a value without a type.

    """
    unknown = schema.keys() - _KEPT - _DROPPED - {"additionalProperties", "items", "properties"}
    if unknown or not isinstance(schema.get("type"), str):
        what = f"`{sorted(unknown)[0]}`" if unknown else "a value without a type"
        raise PolicyError(f"the schema of the parameters has {what}, which Kubernetes takes in no schema")
    kept: dict[str, Any] = {key: value for key, value in schema.items() if key in _KEPT}
    if "properties" in schema:
        kept["properties"] = {name: structural(inner) for name, inner in schema["properties"].items()}
    elif isinstance(schema.get("additionalProperties"), Mapping):
        kept["additionalProperties"] = structural(schema["additionalProperties"])
    if "items" in schema:
        kept["items"] = structural(schema["items"])
    return kept

"""JSON Schema violations, in words for people who do not read JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from gatelib.errors import ConfigError
from gatelib.loader import Path, load, locate

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_ARTICLES = {
    "array": "a list",
    "boolean": "a boolean",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a string",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One value that breaks a schema."""

    path: Path
    message: str
    """With the place in the document, and without the value, which may be a secret's."""


def read_file(
    path: FilePath, name: str, what: str, schema: Mapping[str, Any], *, hint: str
) -> tuple[dict[str, Any], bytes]:
    """Return what a file of one YAML document says, and its bytes.

    ``name`` is what messages call the file, ``what`` the thing that it holds, and ``hint`` where to read
    about it. An empty file says nothing.

    Raises:
        ConfigError: it cannot be read, or breaks its schema.

    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"the {what} cannot be read: {error.strerror}", file=name) from None
    loaded = load(content)
    if loaded.error is not None:
        fault = loaded.error
        raise ConfigError(fault.message, file=name, line=fault.line, column=fault.column, hint=fault.hint)
    if len(loaded.documents) > 1:
        raise ConfigError(f"a {what} is one document", file=name, line=loaded.documents[1].line)
    values = loaded.documents[0].value if loaded.documents else {}
    for violation in violations(values, schema):
        raise at(violation.path, violation.message, content, name, hint)
    assert isinstance(values, dict)  # noqa: S101 - every such schema says so
    return values, content


def at(path: Path, message: str, content: bytes, name: str, hint: str | None = None) -> ConfigError:
    """Return the error of a place in a file."""
    position = locate(content, [(0, path)])[0]
    return ConfigError(message, file=name, line=position.line, column=position.column, hint=hint)


def violations(value: object, schema: Mapping[str, Any]) -> list[Violation]:
    """Return every violation, in the order of their places."""
    from jsonschema import Draft7Validator

    found = [_violation(error) for error in Draft7Validator(schema).iter_errors(value)]
    return sorted(found, key=lambda violation: ([str(step) for step in violation.path], violation.message))


def _violation(error: ValidationError) -> Violation:
    path = tuple(error.absolute_path)
    schema: Any = error.schema
    rule: Any = error.validator_value
    instance: Any = error.instance
    where = ".".join(str(step) for step in path)
    subject = f"`{where}`" if where else "the document"
    match error.validator:
        case "additionalProperties":
            known = list(schema.get("properties", {}))
            unknown = sorted(str(key) for key in instance if key not in known)[0]
            from difflib import get_close_matches

            near = get_close_matches(unknown, known, 1)
            meant = f"; did you mean `{near[0]}`?" if near else ""
            full = f"{where}.{unknown}" if where else unknown
            return Violation((*path, unknown), f"there is no `{full}`{meant}")
        case "type":
            wanted = rule
            names = [wanted] if isinstance(wanted, str) else wanted
            return Violation(path, f"{subject} must be {' or '.join(_ARTICLES[name] for name in names)}")
        case "enum":
            allowed = ", ".join(f"`{option}`" for option in rule)
            return Violation(path, f"{subject} must be one of {allowed}")
        case "const":
            return Violation(path, f"{subject} must be `{rule}`")
        case "required":
            missing = next(key for key in rule if key not in instance)
            return Violation(path, f"{subject} lacks `{missing}`")
        case "pattern" | "format":
            description = schema.get("description", "")
            of = f": {description}" if description else ""
            return Violation(path, f"{subject} does not have the right form{of}")
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum":
            words = {
                "minimum": "at least",
                "exclusiveMinimum": "more than",
                "maximum": "at most",
                "exclusiveMaximum": "less than",
            }
            return Violation(path, f"{subject} must be {words[error.validator]} {rule}")
        case "minItems" | "minLength" | "minProperties":
            return Violation(path, f"{subject} must not be empty")
        case "oneOf" | "anyOf" if rule and all(option.keys() == {"required"} for option in rule):
            names = ", ".join(f"`{key}`" for option in rule for key in option["required"])
            many = "exactly" if error.validator == "oneOf" else "at least"
            return Violation(path, f"{subject} must have {many} one of {names}")
        case "uniqueItems":
            return Violation(path, f"{subject} must not name anything twice")
        case _:
            return Violation(path, f"{subject} breaks the schema's `{error.validator}`")

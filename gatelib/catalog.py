"""The rule catalogue: what the METADATA of every rule says, and the file that is generated from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, Final, TypedDict, TypeGuard, cast

from gatelib.errors import PolicyError

SEVERITIES: Final = ("critical", "high", "medium", "low")
"""Most severe first."""

GATES: Final = ("pr", "pre-promote", "admission", "publish")
SCOPES: Final = ("document", "set")

OF_REQUESTS: Final = ("GL-GOV-004", "GL-GOV-005")
"""Rules that judge each request for a verdict, whatever the gate; as in ``gatelib.lib.selection``."""

_REQUIRED: Final = ("id", "severity", "controls", "gates", "kinds", "scope", "remediation", "since")
_OPTIONAL: Final = ("params", "deprecated", "stage", "effective_on", "sensitive")
_ZONE: Final = "time_zone"
"""Of ``effective_on``, which the entry has with its offset."""
_PACKAGE: Final = r"package\s+gatelib\.rules\.([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)\s*(?:#.*)?$"
_ID: Final = r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*-[0-9]{3}"
_KIND: Final = r"(workloads|\*|([a-z0-9.-]+/)?[A-Z][A-Za-z0-9]*)"


class Entry(TypedDict, total=False):
    """One rule, as the catalogue and the engines see it."""

    id: str
    title: str
    description: str
    package: list[str]
    severity: str
    controls: list[str]
    gates: list[str]
    kinds: list[str]
    scope: str
    remediation: str
    since: str
    params: list[str]
    deprecated: bool
    stage: str
    effective_on: str
    """An RFC 3339 date-time; a date in bundles of before."""
    sensitive: bool


def read_metadata(source: str, file: str) -> Entry | None:
    """Return the entry of the rule in a policy's text, or ``None`` where it is no rule.

    A rule is a policy whose package is ``gatelib.rules.<domain>.<name>``; tests (``…_test``) are none.

    Raises:
        PolicyError: the METADATA is missing, not of the closed schema, or contradicts itself.

    """
    lines = source.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("package "):
            match = re.match(_PACKAGE, line)
            if match is None or match[2].endswith("_test"):
                return None
            return _entry(_block_above(lines, number), [match[1], match[2]], file, number + 1)
    return None


def build(sources: Iterable[tuple[str, str]]) -> dict[str, Entry]:
    """Return the catalogue of ``(file, text)`` policies, by ID and in its order.

    Raises:
        PolicyError: a rule's METADATA is not acceptable, or two rules share an ID.

    """
    found: dict[str, Entry] = {}
    for file, text in sources:
        entry = read_metadata(text, file)
        if entry is None:
            continue
        if entry["id"] in found:
            raise PolicyError(f"two rules have the ID {entry['id']}", file=file, hint="IDs are never reused")
        found[entry["id"]] = entry
    return dict(sorted(found.items()))


def entry_problem(rule: str, entry: object) -> str | None:
    """Return why something is no entry of a catalogue for a rule's ID; ``None`` where it is one."""
    if not isinstance(entry, dict):
        return "it is no object"
    texts = {key: entry.get(key) for key in ("title", "description")}
    if entry.get("id") != rule or not all(isinstance(text, str) for text in texts.values()):
        return "it lacks its ID, title or description"
    package = entry.get("package")
    if not _is_words(package) or len(package) != 2:
        return "it names no package"
    missing = [key for key in _REQUIRED if key not in entry]
    unknown = entry.keys() - {*_REQUIRED, *_OPTIONAL, "title", "description", "package"}
    if missing or unknown:
        return f"`{(missing or sorted(unknown))[0]}` is {'missing' if missing else 'unknown'}"
    return next(iter(_wrong_values(entry).values()), None)


def metadata_block(source: str) -> tuple[int, str]:
    """Return the METADATA above a policy's package, as YAML, and the number of its first line.

    Empty, at the line of the package, where there is none.
    """
    lines = source.splitlines()
    package = next((number for number, line in enumerate(lines) if line.startswith("package ")), 0)
    block = _block_above(lines, package)
    return package + 1 - block.count("\n") - bool(block), block


def metadata_problems(metadata: object) -> dict[str, str]:
    """Return what is wrong with a rule's METADATA, by the key (``custom.gates``) that it is wrong at.

    The key is empty where there is nothing that could be judged.
    """
    if not isinstance(metadata, dict) or not isinstance(metadata.get("custom"), dict):
        return {"": "a rule needs METADATA with `title`, `description` and `custom` above its package"}
    custom: Mapping[str, Any] = metadata["custom"]
    problems = {key: f"METADATA lacks `{key}`" for key in ("title", "description") if not metadata.get(key)}
    problems |= {f"custom.{key}": f"METADATA lacks `custom.{key}`" for key in _REQUIRED if key not in custom}
    unknown = [str(key) for key in metadata.keys() - {"title", "description", "custom"}]
    unknown += [f"custom.{key}" for key in custom.keys() - {*_REQUIRED, *_OPTIONAL, _ZONE}]
    problems |= {key: f"METADATA has an unknown key `{key}`" for key in unknown}
    problems |= {
        key: f"METADATA's `{key}` must be a text"
        for key in ("title", "description")
        if metadata.get(key) and not isinstance(metadata[key], str)
    }
    wrong = _wrong_values(custom)
    return problems | (wrong or _stage_problems(custom))


@cache
def loader() -> type[Any]:
    """Return PyYAML's safe loader, but for dates, which stay as they are written."""
    import yaml

    class Loader(yaml.SafeLoader):
        """As :func:`loader` says."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return Loader


def _block_above(lines: list[str], package_line: int) -> str:
    start = package_line
    while start > 0 and lines[start - 1].startswith("#"):
        start -= 1
    block = [line[2:] if line.startswith("# ") else line[1:] for line in lines[start:package_line]]
    return "\n".join(block[1:]) if block and block[0].strip() == "METADATA" else ""


def _entry(block: str, package: list[str], file: str, line: int) -> Entry:
    import yaml

    def refuse(message: str) -> PolicyError:
        return PolicyError(message, file=file, line=line, hint="see docs/guides/writing-rules.md")

    metadata: Any
    try:
        metadata = yaml.load(block, loader()) if block else None  # noqa: S506 - a safe one
    except (yaml.YAMLError, ValueError, RecursionError):  # PyYAML lets the last two through
        metadata = None
    problems = metadata_problems(metadata)
    if problems:
        raise refuse(sorted(problems.values())[0])
    custom: Mapping[str, Any] = metadata["custom"]
    entry: dict[str, Any] = {
        "id": custom["id"],
        "title": metadata["title"].strip(),
        "description": metadata["description"].strip(),
        "package": package,
    }
    for key in (*_REQUIRED[1:], *_OPTIONAL):
        if key in custom:
            value = custom[key]
            entry[key] = value.strip() if isinstance(value, str) else value
    if "effective_on" in entry:
        from gatelib.moments import worked_out

        entry["effective_on"] = worked_out(_written(entry["effective_on"]), custom.get(_ZONE))
    return cast(Entry, entry)


def _stage_problems(custom: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with the date and its zone, which have to be read together."""
    if "effective_on" not in custom:
        alone = f"METADATA has `custom.{_ZONE}` without `custom.effective_on`"
        return {f"custom.{_ZONE}": alone} if _ZONE in custom else {}
    from gatelib.moments import worked_out

    try:
        worked_out(_written(custom["effective_on"]), custom.get(_ZONE))
    except ValueError as error:
        return {"custom.effective_on": f"METADATA's `custom.effective_on`: {error}"}
    return {}


def _written(value: object) -> str:
    """Return a date as a text, which other loaders than :func:`loader` do not leave it."""
    return value.isoformat() if isinstance(value, date) else str(value).strip()


def _is_words(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(word, str) and word for word in value)


def _wrong_values(custom: Mapping[str, Any]) -> dict[str, str]:
    checks: dict[str, Callable[[Any], bool]] = {
        "id": lambda v: isinstance(v, str) and bool(re.fullmatch(_ID, v)),
        "severity": lambda v: v in SEVERITIES,
        "controls": _is_words,
        "gates": lambda v: _is_words(v) and bool(v) and set(v) <= set(GATES),
        "kinds": lambda v: _is_words(v) and bool(v) and all(re.fullmatch(_KIND, kind) for kind in v),
        "scope": lambda v: v in SCOPES,
        "remediation": lambda v: isinstance(v, str) and bool(v.strip()),
        "since": lambda v: isinstance(v, str) and bool(v),
        "params": _is_words,
        "deprecated": lambda v: isinstance(v, bool),
        "stage": lambda v: v in ("canary", "stable"),
        "effective_on": lambda v: isinstance(v, (str, date)) and bool(v),
        _ZONE: lambda v: isinstance(v, str) and bool(v),
        "sensitive": lambda v: isinstance(v, bool),
    }
    return {
        f"custom.{key}": f"METADATA's `custom.{key}` is not acceptable"
        for key, fits in checks.items()
        if key in custom and not fits(custom[key])
    }

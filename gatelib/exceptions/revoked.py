"""Revocations: exceptions that count for nothing any more, by digest or by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from gatelib import resources
from gatelib.errors import ConfigError
from gatelib.validation import read_file, violations


@dataclass(frozen=True, slots=True)
class Revocations:
    """What some lists revoke."""

    by_sha256: Mapping[str, str] = field(default_factory=dict)
    """Reasons by the digest of a record."""
    by_name: Mapping[str, str] = field(default_factory=dict)
    """Reasons by the name of a record, whatever is in it."""

    def reason(self, sha256: str, name: str) -> str | None:
        """Return why a record is revoked; ``None`` where it is not."""
        found = self.by_sha256.get(sha256)
        return self.by_name.get(name) if found is None else found


def read(paths: Iterable[Path]) -> Revocations:
    """Return what the lists in some files revoke.

    Raises:
        ConfigError: a file cannot be read, or is no such list.

    """
    by_sha256: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for path in paths:
        for entry in _entries(path):
            if "sha256" in entry:
                by_sha256.setdefault(entry["sha256"], entry["reason"])
            else:
                by_name.setdefault(entry["name"], entry["reason"])
    return Revocations(by_sha256, by_name)


def added(path: Path, entry: Mapping[str, str]) -> str:
    """Return the list of a file, or a new one where there is no file, with one more entry, as YAML.

    Raises:
        ConfigError: the file cannot be read, or is no such list.

    """
    import yaml

    entries = [*(_entries(path) if path.exists() else ()), dict(entry)]
    for violation in violations({"revocations": entries}, _schema()):
        raise ConfigError(violation.message, file=str(path))
    return str(yaml.safe_dump({"revocations": entries}, sort_keys=False, allow_unicode=True, width=110))


def _entries(path: Path) -> list[dict[str, str]]:
    values, _ = read_file(
        path, str(path), "list of revocations", _schema(), hint="see docs/guides/exceptions.md"
    )
    found: list[dict[str, str]] = values["revocations"]
    return found


def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = orjson.loads(resources.schema("revocations.json").read_bytes())
    return schema

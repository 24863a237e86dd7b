"""Reading a control catalogue, in either of its forms."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from gatelib import resources
from gatelib.controls.checking import unusable
from gatelib.controls.model import Catalogue, Control, File
from gatelib.controls.paths import evidence_path, judging_rules
from gatelib.evidence import layout as layouts
from gatelib.validation import read_file

HINT: Final = "see docs/guides/controls.md"

_LEVELS: Final = "sarif_no_levels"
_ASSERTS: Final = {_LEVELS: "GL-REL-003", "cosign_verify_attestation": "GL-REL-005"}
"""The simple form's asserts, and the rule that proves each."""


def load(path: Path | None = None) -> Catalogue:
    """Return the catalogue of a file that can be used; of the one that ships where none is given.

    Raises:
        ConfigError: it cannot be read, breaks its schema, names a control twice, or has one that nothing
            can prove.

    """
    catalogue = read(path)
    for problem in unusable(catalogue, layouts.shipped()):
        raise problem
    return catalogue


def read(path: Path | None = None) -> Catalogue:
    """Return the catalogue of a file, whatever its controls are worth; see ``gatelib.controls.check``.

    Raises:
        ConfigError: it cannot be read, or breaks its schema.

    """
    place = path or resources.controls() / "catalog.yaml"
    name = str(path) if path else "controls/catalog.yaml"
    schema = orjson.loads(resources.schema("control-catalog.json").read_bytes())
    values, content = read_file(place, name, "control catalogue", schema, hint=HINT)
    simple = values["schema"] == 1
    layout = layouts.shipped()
    return Catalogue(
        controls=tuple(
            _simple(entry, layout) if simple else _full(entry, layout) for entry in values["controls"]
        ),
        sha256=hashlib.sha256(content).hexdigest(),
        simple=simple,
        file=File(name, content),
    )


def _full(entry: Mapping[str, Any], layout: Mapping[str, Any]) -> Control:
    return Control(
        id=entry["id"],
        name=entry["name"],
        statement=entry["statement"],
        owner=entry["owner"],
        evidence=tuple(evidence_path(path, layout) for path in entry["evidence"]),
        rules=tuple(entry["rules"]),
        subjects=tuple(entry.get("subjects", ())),
    )


def _simple(entry: Mapping[str, Any], layout: Mapping[str, Any]) -> Control:
    paths = [item if isinstance(item, str) else item["path"] for item in entry.get("evidence", ())]
    evidence = tuple(evidence_path(path, layout) for path in paths)
    asserts = entry.get("assert", ())
    rules = {_ASSERTS[item["type"]] for item in asserts}
    rules.update(rule for item in evidence for role in item.roles for rule in judging_rules(role, layout))
    levels = {level.upper() for item in asserts for level in item.get("levels", ())}
    return Control(
        id=entry["id"],
        name=entry["name"],
        statement=entry.get("statement", ""),
        owner=entry.get("owner", ""),
        evidence=evidence,
        rules=tuple(sorted(rules)),
        levels=tuple(sorted(levels)),
    )

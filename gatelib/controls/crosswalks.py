"""Crosswalks: the clauses of frameworks that controls support, and whether there are such clauses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson

from gatelib import resources
from gatelib.controls.faults import Fault, errors
from gatelib.controls.model import Catalogue, Clause, File, Framework
from gatelib.errors import ConfigError
from gatelib.validation import read_file

_HINT: Final = "see docs/guides/controls.md"


def frameworks(folder: Path | None = None) -> tuple[Framework, ...]:
    """Return the crosswalks of a folder ``frameworks``, the optional ones last; those that ship by default.

    Raises:
        ConfigError: one cannot be read, or breaks its schema.

    """
    return _frameworks(folder or resources.controls() / "frameworks")


def contents(framework: str, folder: Path | None = None) -> frozenset[str]:
    """Return the numbers of all clauses that a framework has.

    Raises:
        ConfigError: its contents cannot be read, or break their schema.

    """
    place = (folder or resources.controls() / "contents") / f"{framework}.yaml"
    values, _ = _read(place, "table of contents")
    if values["schema"] != "gatelib.dev/framework-contents/v1" or values["framework"] != framework:
        raise ConfigError(f"these are no contents of `{framework}`", file=str(place), hint=_HINT)
    return frozenset(number for numbers in values["clauses"].values() for number in numbers)


def clauses_of(control: str, mapped: Iterable[Framework]) -> tuple[tuple[str, str], ...]:
    """Return the clauses that a control supports, as ``(framework, clause)``."""
    return tuple(
        (framework.id, clause.id)
        for framework in mapped
        for clause in framework.clauses
        if control in clause.controls
    )


def check_framework(framework: Framework, catalogue: Catalogue, known: frozenset[str]) -> list[ConfigError]:
    """Return all that is wrong with a crosswalk, each with its line and what to do, in the order of lines.

    ``known`` are the numbers in the framework's contents.
    """
    found = [*_wrong_clauses(framework, catalogue, known), *_without_clause(framework, catalogue)]
    return errors(framework.file, found)


def _wrong_clauses(framework: Framework, catalogue: Catalogue, known: frozenset[str]) -> Iterator[Fault]:
    controls = {control.id for control in catalogue.controls}
    seen: set[str] = set()
    for index, clause in enumerate(framework.clauses):
        here = ("clauses", index)
        if clause.id not in known:
            yield (
                (*here, "id"),
                f"{framework.name} has no clause `{clause.id}`",
                f"its numbers are in controls/contents/{framework.id}.yaml",
            )
        if clause.id in seen:
            yield (*here, "id"), f"clause `{clause.id}` stands here twice", "make one of the two"
        seen.add(clause.id)
        for position, control in enumerate(clause.controls):
            if control not in controls:
                yield (
                    (*here, "controls", position),
                    f"there is no control `{control}`",
                    "`gatelib controls list` names them all",
                )


def _without_clause(framework: Framework, catalogue: Catalogue) -> Iterator[Fault]:
    mapped = {control for clause in framework.clauses for control in clause.controls}
    reasons = dict(framework.unmapped)
    for control in catalogue.controls:
        if control.id not in mapped and control.id not in reasons and not framework.optional:
            yield (
                ("clauses",),
                f"control `{control.id}` supports no clause",
                "add it to one, or say why not under `unmapped`",
            )
    for control_id in reasons:
        if control_id in mapped or control_id not in {control.id for control in catalogue.controls}:
            what = "supports a clause" if control_id in mapped else "is not in the catalogue"
            yield ("unmapped", control_id), f"control `{control_id}` {what}", "take it out of `unmapped`"


@cache
def _frameworks(folder: Path) -> tuple[Framework, ...]:
    found = [_framework(path) for path in sorted(folder.glob("*.yaml"))]
    if not found:
        raise ConfigError("there are no frameworks in the folder", file=str(folder), hint=_HINT)
    return tuple(sorted(found, key=lambda framework: (framework.optional, framework.id)))


def _framework(path: Path) -> Framework:
    values, content = _read(path, "framework")
    if values["schema"] != "gatelib.dev/framework/v1" or values["id"] != path.stem:
        raise ConfigError(f"this is no framework with the ID `{path.stem}`", file=str(path), hint=_HINT)
    fields = ("id", "name", "edition", "publisher", "source", "licence", "optional", "beyond")
    return Framework(
        **{name: values[name] for name in fields},
        unmapped=tuple(values.get("unmapped", {}).items()),
        clauses=tuple(
            Clause(id=entry["id"], text=entry["text"], controls=tuple(entry["controls"]))
            for entry in values["clauses"]
        ),
        file=File(str(path), content),
    )


def _read(path: Path, what: str) -> tuple[dict[str, Any], bytes]:
    schema = orjson.loads(resources.schema("control-framework.json").read_bytes())
    return read_file(path, str(path), what, schema, hint=_HINT)

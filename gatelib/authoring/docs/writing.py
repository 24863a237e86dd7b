"""The pages of a workspace's own rules, and their index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gatelib import controls, sources
from gatelib.authoring.docs import examples, facts, index, parameters
from gatelib.authoring.docs.page import SECTIONS, Section, skeleton, title, written
from gatelib.authoring.workspace import Workspace
from gatelib.catalog import Entry
from gatelib.controls import Catalogue
from gatelib.errors import ConfigError

PAGES: Final = "docs/rules"
"""Where a workspace has its pages, unless it says otherwise."""

_INDEX: Final = "README.md"

_LIBRARY_DOCS: Final = "../"
"""Where the library's pages of parameters and controls lie, seen from its rules' pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """What pages must contain."""

    texts: dict[Path, str]
    """By file; the index is among them."""
    faults: tuple[ConfigError, ...]
    """Of pages that could not be made, which are not among the texts."""
    strays: tuple[Path, ...]
    """Files that are named like pages of rules, of rules that there are not."""


def pages(workspace: Workspace, folder: Path) -> Pages:
    """Return the pages of a workspace's own rules as they must be, from what they are in a folder."""
    texts: dict[Path, str] = {}
    faults: list[ConfigError] = []
    rules = [source.rule for source in workspace.own if source.rule]
    catalogue = controls.load()
    for rule in sorted(rules):
        try:
            texts[folder / f"{rule}.md"] = page(workspace, rule, folder, catalogue)
        except ConfigError as fault:
            faults.append(fault)
    try:
        texts[folder / _INDEX] = _index(workspace, folder, rules)
    except ConfigError as fault:
        faults.append(fault)
    return Pages(texts=texts, faults=tuple(faults), strays=tuple(_strays(folder, rules)))


def page(workspace: Workspace, rule: str, folder: Path, catalogue: Catalogue) -> str:
    """Return the page of a rule of the workspace's own, its sections as they are now, markers included.

    ``catalogue`` has the names of the controls.

    Raises:
        ConfigError: the page cannot be read, or its markers are not in order.

    """
    entry = workspace.policy.catalog[rule]
    file = folder / f"{rule}.md"
    name = sources.display(file, workspace.base)

    def render(section: Section) -> str:
        try:
            return _section(workspace, entry, section, catalogue)
        except LookupError as error:
            raise ConfigError(
                str(error.args[0]), file=name, line=section.line, hint="name another fixture of the rule"
            ) from None

    text = _read(file, name)
    return written(skeleton(entry) if text is None else text, name, title(entry), SECTIONS, render)


def _section(workspace: Workspace, entry: Entry, section: Section, catalogue: Catalogue) -> str:
    docs = _LIBRARY_DOCS if workspace.core else ""
    data = workspace.policy.data
    if section.name == "facts":
        return facts.section(entry, facts.actions(entry, workspace.policy))
    if section.name == "examples":
        cases = [case for case in workspace.cases if case.rule == entry["id"]]
        return examples.section(cases, section.arguments)
    if section.name == "parameters":
        return parameters.section(entry.get("params", []), data["params_schema"], data["defaults"], docs)
    return facts.controls_section(entry, catalogue, controls.frameworks(), docs)


def _index(workspace: Workspace, folder: Path, rules: list[str]) -> str:
    file = folder / _INDEX
    name = sources.display(file, workspace.base)
    found = {rule: workspace.policy.catalog[rule] for rule in sorted(rules)}

    def render(_: Section) -> str:
        return index.section(found, workspace.policy)

    text = _read(file, name)
    return written(index.SKELETON if text is None else text, name, index.TITLE, (index.SECTION,), render)


def _read(file: Path, name: str) -> str | None:
    try:
        return file.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise ConfigError("cannot be read as UTF-8", file=name) from None


def _strays(folder: Path, rules: list[str]) -> Iterator[Path]:
    prefixes = {rule.rsplit("-", 1)[0] for rule in rules}
    for path in sorted(folder.glob("*.md")) if folder.is_dir() else ():
        if path.stem.rsplit("-", 1)[0] in prefixes and path.stem not in rules:
            yield path

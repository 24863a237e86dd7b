"""A team's workspace with one rule, for tests of its page."""

from __future__ import annotations

from pathlib import Path

from gatelib.authoring import workspace
from gatelib.authoring.docs import Pages, page, pages
from gatelib.authoring.workspace import Workspace
from gatelib.controls import load
from tests.unit import teams

FINDING = '{"action": "deny", "document": 0, "path": ["data", "is"], "message": "`settings` is bad"}'


def team(folder: Path, *, title: str = "Settings are good") -> Workspace:
    """Write a team's rule with two fixtures, and return its workspace."""
    teams.rule(folder / "policies" / "acme" / "own", teams.DENY_BAD, title=title)
    (folder / "gatelib.yaml").write_text("policies: [policies]\n")
    case(folder, "deny", "bad", teams.config_map("settings", **{"is": "bad"}), f'{{"findings": [{FINDING}]}}')
    case(folder, "allow", "good", teams.config_map("settings", **{"is": "good"}), '{"findings": []}')
    return opened(folder)


def opened(folder: Path) -> Workspace:
    """Return the workspace as it is now."""
    return workspace.open_([folder / "policies"], [folder / "fixtures"], folder)


def case(folder: Path, kind: str, name: str, manifest: str, expected: str) -> None:
    """Write a fixture of the rule."""
    place = folder / "fixtures" / "acme" / "own" / kind
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{name}.yaml").write_text(manifest)
    (place / f"{name}.expected.json").write_text(expected)


def made(folder: Path) -> Pages:
    """Return the pages of the workspace as they must be."""
    return pages(opened(folder), folder / "docs")


def page_of(folder: Path, text: str | None = None) -> str:
    """Return the page of the rule, after a page of the text was written."""
    if text is not None:
        (folder / "docs").mkdir(exist_ok=True)
        (folder / "docs" / "ACME-001.md").write_text(text)
    return page(opened(folder), "ACME-001", folder / "docs", load())

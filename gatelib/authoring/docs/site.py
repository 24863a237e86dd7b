"""The rules as a static site: a page a rule, and an index that can be searched and works without scripts."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gatelib import controls, resources
from gatelib.authoring.docs import hypertext
from gatelib.authoring.docs.facts import actions
from gatelib.authoring.docs.index import heading
from gatelib.authoring.docs.page import plain, skeleton
from gatelib.authoring.workspace import Workspace
from gatelib.catalog import Entry
from gatelib.portal.pages import STYLES
from gatelib.portal.site import replaced
from gatelib.reporters.prose import clip
from gatelib.reporters.show import plural, visible

_KIND: Final = "rules"
_HERE: Final = Path(__file__).parent / "templates"
_MOST_TEXT: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A rule on the site."""

    entry: Entry
    actions: tuple[str, ...]
    text: str
    """Its page in Markdown, without markers."""

    @property
    def words(self) -> str:
        """What a search finds it by."""
        about = (self.entry["id"], self.entry["title"], *self.entry["kinds"], *self.entry["controls"])
        return hypertext.words(f"{' '.join(about)}\n{self.text}")


def build(workspace: Workspace, pages: Mapping[Path, str], target: Path, title: str) -> int:
    """Write the site of all rules that a workspace runs, and return how many there are.

    ``pages`` are those of the workspace's own rules, by file.

    Raises:
        UsageError: the target is something else than such a site, or cannot be written.

    """
    own = {file.stem: text for file, text in pages.items()}
    shown = [
        Shown(
            entry=entry,
            actions=tuple(actions(entry, workspace.policy)),
            text=plain(own[rule] if rule in own else _shipped(entry)),
        )
        for rule, entry in workspace.policy.catalog.items()
    ]
    with replaced(target, _KIND) as folder:
        for name, content in _files(shown, own.keys(), title):
            folder.write(name, content)
    return len(shown)


def _shipped(entry: Entry) -> str:
    page = resources.rule_page(entry["id"])
    return page.read_text("utf-8") if page.is_file() else skeleton(entry)


def _files(shown: list[Shown], own: Iterable[str], title: str) -> Iterator[tuple[str, bytes]]:
    rules = [rule.entry["id"] for rule in shown]
    common: dict[str, Any] = {"site": title, "count": len(shown)}
    script = (_HERE / "search.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    yield (
        "index.html",
        _page(
            "index",
            **common,
            domains=_domains(shown, set(own)),
            names={control.id: control.name for control in controls.load().controls},
            script=Markup(script),  # noqa: S704 - the file that ships
            allowed=f"'sha256-{digest}'",
        ),
    )
    for rule in shown:
        content = hypertext.html(rule.text, rules)
        yield f"{rule.entry['id']}.html", _page("rule", **common, rule=rule, content=content)
    yield "site.css", STYLES.read_bytes()
    yield "rules.css", (_HERE / "rules.css").read_bytes()


def _domains(shown: list[Shown], own: set[str]) -> list[tuple[str, str, list[Shown]]]:
    """Return ``(anchor, title, rules)`` of each domain, those of one's own rules first."""
    found: dict[str, list[Shown]] = {}
    for rule in shown:
        found.setdefault(rule.entry["package"][0], []).append(rule)
    ordered = sorted(
        found.items(), key=lambda item: (not any(rule.entry["id"] in own for rule in item[1]), item[0])
    )
    return [(domain, heading(domain), rules) for domain, rules in ordered]


def _page(template: str, **values: Any) -> bytes:
    text = _templates().get_template(f"{template}.html.j2").render(**values)
    return text.encode("utf-8", "backslashreplace")


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_harmless,
    )
    environment.filters["plural"] = plural
    return environment


def _harmless(value: Any) -> Any:
    """Return what a template prints: a text without what a reader's eye or browser would obey."""
    return value if isinstance(value, Markup) else clip(visible(str(value)), _MOST_TEXT)

"""A rule's page: prose that people write, and between markers the sections that gatelib writes.

::

    <!-- gatelib:examples deny=no-limits allow=limits-of-the-pod -->
    …
    <!-- /gatelib:examples -->

A marker stands on a line of its own, and not in a block of code. The title is gatelib's as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from gatelib.authoring.docs.markdown import escaped
from gatelib.catalog import Entry
from gatelib.errors import ConfigError

SECTIONS: Final = ("facts", "examples", "parameters", "controls")
"""In the order of a page."""

_MARKER: Final = re.compile(r"<!--\s*(/?)gatelib:([a-z]+)((?:\s+[^\s>]+)*)\s*-->\s*")
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")
_HINT: Final = "see docs/guides/rule-pages.md"
_SKELETON: Final = """\
# {title}

<!-- gatelib:facts -->
<!-- /gatelib:facts -->

## What it denies

{what}

## Why

{why}

## How to fix

{fix}

<!-- gatelib:examples -->
<!-- /gatelib:examples -->

## Decisions

None that needs a reason.

## Parameters

<!-- gatelib:parameters -->
<!-- /gatelib:parameters -->

## Controls

<!-- gatelib:controls -->
<!-- /gatelib:controls -->
"""


@dataclass(frozen=True, slots=True)
class Section:
    """What a marker asks for."""

    name: str
    arguments: Mapping[str, str]
    line: int
    """Of the marker, from 1."""


Render = Callable[[Section], str]
"""Returns a section's text; raises ConfigError."""


def title(entry: Entry) -> str:
    """Return the title of a rule's page, as Markdown."""
    return f"{entry['id']} {escaped(entry['title'])}"


def skeleton(entry: Entry) -> str:
    """Return a page of what the METADATA says, for a rule that has none."""
    return _SKELETON.format(
        title=title(entry),
        what=_sentence(f"What breaks this: {escaped(entry['title'])}"),
        why=escaped(" ".join(entry["description"].split())),
        fix=_sentence(escaped(" ".join(entry["remediation"].split()))),
    )


def written(text: str, file: str, heading: str, wanted: tuple[str, ...], render: Render) -> str:
    """Return a page with its sections as they are now.

    Raises:
        ConfigError: its markers are not in order, one of the wanted ones is missing, or a section cannot be
            made.

    """
    lines: list[str] = []
    seen: dict[str, int] = {}
    for part in _parts(text, file, wanted):
        if isinstance(part, str):
            lines.append(part)
            continue
        section = part.section
        if section.name in seen:
            raise _fault(
                file, section.line, f"`{section.name}` stands here, and in line {seen[section.name]}"
            )
        seen[section.name] = section.line
        lines += [part.begins, "", *render(section).strip("\n").split("\n"), "", part.ends]
    missing = [name for name in wanted if name not in seen]
    if missing:
        marks = f"`<!-- gatelib:{missing[0]} -->` and `<!-- /gatelib:{missing[0]} -->`"
        raise ConfigError(
            f"the page has no section `{missing[0]}`",
            file=file,
            line=1,
            hint=f"write {marks}, each on a line of its own, where it shall stand",
        )
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if not lines[first].startswith("# "):
        raise _fault(file, first + 1, "a page begins with its title, as `# …`")
    lines[first] = f"# {heading}"
    return "\n".join(lines).rstrip("\n") + "\n"


def plain(text: str) -> str:
    """Return a page without its markers."""
    kept: list[str] = []
    for line, code in _lines(text):
        if not code and _MARKER.fullmatch(line):
            continue
        if not line.strip() and not code and kept and not kept[-1].strip():
            continue
        kept.append(line)
    return "\n".join(kept).rstrip("\n") + "\n"


@dataclass(slots=True)
class _Between:
    section: Section
    begins: str
    ends: str = field(default="")


def _parts(text: str, file: str, known: tuple[str, ...]) -> Iterator[str | _Between]:
    """Yield the lines outside of sections, and each section in the place of its lines."""
    open_: _Between | None = None
    for number, (line, code) in enumerate(_lines(text), 1):
        match = None if code else _MARKER.fullmatch(line)
        if match is None:
            if open_ is None:
                yield line
            continue
        ends, name, arguments = match[1], match[2], match[3].split()
        if name not in known:
            raise _fault(file, number, f"there is no section `{name}`; there are {', '.join(known)}")
        if ends and (open_ is None or open_.section.name != name):
            raise _fault(file, number, f"`{name}` ends here, and has not begun")
        if not ends and open_ is not None:
            raise _fault(file, open_.section.line, f"`{open_.section.name}` begins here, and does not end")
        if open_ is None:
            pairs = [argument.partition("=") for argument in arguments]
            section = Section(name, {key: value for key, _, value in pairs}, number)
            open_ = _Between(section, line.strip())
        else:
            open_.ends = line.strip()
            yield open_
            open_ = None
    if open_ is not None:
        raise _fault(file, open_.section.line, f"`{open_.section.name}` begins here, and does not end")


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each line, and whether it is of a block of code."""
    fence = ""
    for line in text.rstrip("\n").split("\n"):
        match = _FENCE.match(line)
        yield line, bool(fence)
        if match is None:
            continue
        if not fence:
            fence = match[1]
        elif line.strip().startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":")) else f"{text}."


def _fault(file: str, line: int, message: str) -> ConfigError:
    return ConfigError(message, file=file, line=line, hint=_HINT)

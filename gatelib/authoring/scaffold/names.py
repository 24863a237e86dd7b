"""What teams, rules and their IDs may be called."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from gatelib.errors import UsageError
from gatelib.guards import CORE, CORE_DOMAINS, RESERVED_PREFIX

_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_PREFIX: Final = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*", re.ASCII)
_NUMBERED: Final = re.compile(r"(?P<prefix>.+)-(?P<number>[0-9]{3})", re.ASCII)
_LAST: Final = 999
_KEYWORDS: Final = frozenset(
    {"as", "contains", "default", "else", "every", "false", "if", "import", "in"}
    | {"not", "null", "package", "some", "true", "with"}
)


def team(name: str) -> str:
    """Return the name of a team, which is a part of its packages' names.

    Raises:
        UsageError: it cannot be, or is the library's.

    """
    _word(name, "team")
    if name in CORE_DOMAINS | {CORE}:
        raise UsageError(f"`{name}` is the library's own", hint="name the team otherwise")
    return name


def rule(name: str) -> str:
    """Return the name of a rule, which is the last part of its package's name.

    Raises:
        UsageError: it cannot be.

    """
    _word(name, "rule")
    if name.endswith("_test"):
        raise UsageError(f"`{name}` is what tests are called", hint="a rule's name does not end in `_test`")
    return name


def prefix(text: str) -> str:
    """Return what the IDs of a team's rules begin with.

    Raises:
        UsageError: it cannot be, or is the library's.

    """
    if not _PREFIX.fullmatch(text):
        raise UsageError(f"`{text}` is no prefix of IDs", hint="capitals, digits and dashes, such as `ACME`")
    if f"{text}-".startswith(RESERVED_PREFIX):
        raise UsageError(f"the prefix `{text}` is the library's", hint="use one of your own")
    return text


def prefix_of(team: str) -> str:
    """Return the prefix of a team that names none."""
    return prefix(team.upper().replace("_", "-").strip("-"))


def next_id(prefix: str, used: Iterable[str]) -> str:
    """Return the ID after the last one that was ever used.

    Raises:
        UsageError: there is none left.

    """
    matches = (_NUMBERED.fullmatch(rule) for rule in used)
    numbers = [int(match["number"]) for match in matches if match and match["prefix"] == prefix]
    number = max(numbers, default=0) + 1
    if number > _LAST:
        raise UsageError(f"`{prefix}-{_LAST}` is used", hint="begin another prefix with --id")
    return f"{prefix}-{number:03}"


def _word(name: str, what: str) -> None:
    if not _WORD.fullmatch(name):
        raise UsageError(
            f"`{name}` is no name of a {what}",
            hint="small letters, digits and `_`, a letter first, 40 at most; it becomes a part of a package",
        )
    if name in _KEYWORDS:
        raise UsageError(f"`{name}` is a word of Rego's", hint=f"name the {what} otherwise")

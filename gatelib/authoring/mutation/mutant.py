"""One small change to a policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

MUTATORS: Final = {
    "anchor": "`^` or `$` of a pattern left out",
    "arithmetic": "another operator; what is subtracted left out, or swapped",
    "boolean": "`true` for `false`, `false` for `true`",
    "comparison": "`==` and `!=`, `<`, `<=`, `>` and `>=` exchanged",
    "condition": "a condition left out",
    "default": "a `default` left out",
    "element": "an element of a list, set or object left out",
    "else": "an `else` branch left out",
    "every": "`every` member becomes any member",
    "first-only": "`some` looks only at the first",
    "function": "a built-in's sibling called, or its argument taken as it is",
    "negation": "`not` put before a condition, or taken from it",
    "null": "`false` for `null`",
    "number": "one more, one less",
    "rule": "a definition that never holds",
    "set-operation": "`|` and `&` exchanged",
    "string": "a text emptied, or the empty one filled",
    "with": "a `with` left out",
}
"""What kinds of changes there are."""

_LONG: Final = 48


class Edit(NamedTuple):
    """What is changed."""

    start: int
    """In characters of the policy's text; ``end`` is one past the last."""
    end: int
    replacement: str
    mutator: str
    """One of :data:`MUTATORS`."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change that parses, and that tests should notice."""

    edit: Edit
    reach: tuple[int, int] | None
    """First and last line of what has to be evaluated for it to matter; ``None`` where no line tells."""

    def apply(self, text: str) -> str:
        """Return the policy with the change made."""
        return text[: self.edit.start] + self.edit.replacement + text[self.edit.end :]

    def lines(self, text: str) -> tuple[int, int]:
        """Return the first and the last line of what is changed, from 1."""
        first = text.count("\n", 0, self.edit.start) + 1
        return first, first + text.count("\n", self.edit.start, self.edit.end)

    def before(self, text: str) -> str:
        """Return what is changed, in short."""
        return in_short(text[self.edit.start : self.edit.end])

    @property
    def after(self) -> str:
        """What it becomes, in short."""
        return in_short(self.edit.replacement)


def in_short(text: str) -> str:
    """Return a piece of Rego on one short line that has no backtick, and no comma around it."""
    line = " ".join(text.split()).replace("`", "'").strip(", ")
    return line if len(line) <= _LONG else f"{line[: _LONG - 16]}…{line[-15:]}"

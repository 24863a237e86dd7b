r"""Mutants that mean the same as the policy, marked in it with the reason.

A mark is a comment at the end of the line that is changed, or alone above it::

    # gatelib:equivalent comparison `<` -> `<=`: a size is never 0 here
    size < limit

It names the mutator and, where the line has several mutants of it, what is changed and what it becomes, as
``gatelib rules mutate`` prints them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from gatelib.authoring.mutation.mutant import MUTATORS, Mutant
from gatelib.authoring.mutation.tree import Text
from gatelib.errors import PolicyError

_BEGINS: Final = re.compile(r"#\s*gatelib:equivalent\b")
_MARK: Final = re.compile(
    r"#\s*gatelib:equivalent\s+(?P<mutator>[a-z-]+)"
    r"(?:\s+`(?P<before>[^`]*)`(?:\s*->\s*`(?P<after>[^`]*)`)?)?\s*:\s*(?P<reason>\S.*)"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What somebody says of a mutant."""

    line: int
    """Of the mark."""
    target: int
    """The line that it is about."""
    mutator: str
    before: str | None
    after: str | None
    reason: str

    def matches(self, mutant: Mutant, text: str) -> bool:
        """Tell whether it is about a mutant."""
        return (
            mutant.edit.mutator == self.mutator
            and mutant.lines(text)[0] == self.target
            and self.before in (None, mutant.before(text))
            and self.after in (None, mutant.after)
        )


def marks(text: str, name: str) -> tuple[Mark, ...]:
    """Return the marks of a policy.

    Raises:
        PolicyError: one is not of the form above.

    """
    return tuple(_marks(Text(text), name))


def proposed(mutant: Mutant, among: Iterable[Mutant], text: str) -> str:
    """Return the shortest mark that tells a mutant from the others of a policy, without its reason."""
    mark = f"# gatelib:equivalent {mutant.edit.mutator}"
    same = [
        other
        for other in among
        if (other.edit.mutator, other.lines(text)[0]) == (mutant.edit.mutator, mutant.lines(text)[0])
    ]
    if len(same) > 1:
        mark += f" `{mutant.before(text)}`"
        if sum(other.before(text) == mutant.before(text) for other in same) > 1:
            mark += f" -> `{mutant.after}`"
    return f"{mark}: "


def _marks(source: Text, name: str) -> Iterator[Mark]:
    for start, end in source.comments:
        comment = source.text[start:end]
        if not _BEGINS.match(comment):
            continue
        line = source.line(start)
        match = _MARK.fullmatch(comment.rstrip())
        if match is None or match["mutator"] not in MUTATORS:
            raise PolicyError(
                "is no mark of an equivalent mutant",
                file=name,
                line=line,
                hint="write `# gatelib:equivalent comparison `<` -> `<=`: the reason`, as the survivor says",
            )
        alone = not source.text[source.text.rfind("\n", 0, start) + 1 : start].strip()
        target = source.line(source.after(end)) if alone else line
        yield Mark(line, target, match["mutator"], match["before"], match["after"], match["reason"].strip())

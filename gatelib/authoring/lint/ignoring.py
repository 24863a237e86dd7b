"""Comments that ignore a finding: ``# gatelib:ignore CHECK reason``, on its line or alone above it.

One comment ignores one finding. One without a reason, of a check that does not exist, or that ignores nothing
is a finding itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gatelib.authoring.lint.checks import Check, Violation

CHECK: Final = Check(
    name="ignore_comment",
    title="A comment that ignores a finding has a reason, and ignores one",
    description="An ignored finding is a decision that the next reader has to understand, and an ignore that "
    "no longer hides anything would hide the next mistake on its line.",
    severity="warning",
)

_COMMENT: Final = re.compile(r"(?:^|\s)#\s*gatelib:ignore(?![\w-])[ \t]*(\S*)[ \t]*(.*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A finding that a comment ignores."""

    violation: Violation
    reason: str


@dataclass(frozen=True, slots=True)
class _Comment:
    file: str
    line: int
    column: int
    covers: int
    """The line whose finding it ignores."""
    check: str
    reason: str

    def violation(self, message: str) -> Violation:
        return Violation(
            file=self.file, line=self.line, column=self.column, check=CHECK.name, message=message
        )


def sorted_out(
    found: Sequence[Violation], facts: Mapping[str, Any], known: Collection[str], ran: Collection[str]
) -> tuple[list[Violation], list[Ignored]]:
    """Return the findings that stand, those about comments among them, and those that are ignored.

    ``known`` are all checks; of one that did not run (``ran``), a comment may have nothing to ignore.
    """
    left = list(found)
    ignored: list[Ignored] = []
    for comment in _comments(facts):
        if comment.check not in known:
            named = f"there is no check `{comment.check}`" if comment.check else "the comment names no check"
            left.append(comment.violation(f"{named}: write `# gatelib:ignore CHECK reason`"))
            continue
        if not comment.reason:
            left.append(
                comment.violation(f"say why `{comment.check}` is ignored: add a reason behind its name")
            )
            continue
        hit = next((entry for entry in left if _is_covered(entry, comment)), None)
        if hit is not None:
            left.remove(hit)
            ignored.append(Ignored(violation=hit, reason=comment.reason))
        elif comment.check in ran:
            left.append(comment.violation(f"`{comment.check}` finds nothing here: remove the comment"))
    return sorted(left), ignored


def _is_covered(entry: Violation, comment: _Comment) -> bool:
    return (entry.file, entry.line, entry.check) == (comment.file, comment.covers, comment.check)


def _comments(facts: Mapping[str, Any]) -> Iterator[_Comment]:
    for fact in (*facts["policies"], *facts["tests"]):
        alone = {comment["line"] for comment in fact["comments"] if comment["alone"]}
        for comment in fact["comments"]:
            match = _COMMENT.search(comment["text"])
            if match is None:
                continue
            line = comment["line"]
            covers = line
            if match.start() == 0 and comment["alone"]:
                while covers in alone:
                    covers += 1
            column = comment["column"] + match.start() + len(match[0]) - len(match[0].lstrip())
            yield _Comment(fact["file"], line, column, covers, match[1], match[2].strip())

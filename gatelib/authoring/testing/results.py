"""What became of unit tests and fixtures, in one form for both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from gatelib.authoring.unit_tests import Test

Status = Literal["pass", "fail", "error", "skip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One unit test or fixture."""

    kind: Literal["test", "fixture"]
    group: str
    """The package of tests, or the rule's ID."""
    name: str
    """Of the test, or ``<domain>/<rule>/{allow,deny}/<case>``."""
    file: str
    """As it is shown."""
    line: int
    status: Status
    message: str = ""
    """Why it was skipped, or what the engine said."""
    details: tuple[str, ...] = ()
    """Why it failed, line by line: source, and a diff of what was expected and found."""

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        shown = {key: getattr(self, key) for key in ("kind", "group", "name", "file", "line", "status")}
        return {**shown, "message": self.message, "details": list(self.details)}


@dataclass(frozen=True, slots=True)
class Summary:
    """All results of one run."""

    engine: str
    results: Sequence[Checked] = field(repr=False)

    def count(self, status: Status) -> int:
        """Return how many there are of a status."""
        return Counter(result.status for result in self.results)[status]

    @property
    def exit_code(self) -> int:
        """3 where something could not be judged, else 1 where something failed."""
        return 3 if self.count("error") else 1 if self.count("fail") else 0

    @property
    def line(self) -> str:
        """All counts in one line."""
        skipped = self.count("skip")
        passed, failed, unjudged = (self.count(status) for status in ("pass", "fail", "error"))
        text = f"{passed} passed, {failed} failed, {unjudged} could not be judged"
        return f"{text}, {skipped} skipped" if skipped else text


def of_test(test: Test, status: Status, message: str = "", details: Sequence[str] = ()) -> Checked:
    """Return the result of a unit test."""
    return Checked(
        kind="test",
        group=test.file.module.package,
        name=test.name,
        file=test.file.name,
        line=test.line,
        status=status,
        message=message,
        details=tuple(details),
    )

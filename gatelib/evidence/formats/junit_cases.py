"""From JUnit XML to suites and cases."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat  # nosec: entities and DTDs are refused

from gatelib.errors import EvidenceError
from gatelib.evidence.formats.content import last_line

RERUN: Final = "run the tests again, and keep the file as the tool writes it"

_LONGEST: Final = 300
_DEEPEST: Final = 100
_HEAD: Final = 100_000
_SUITES: Final = ("testsuites", "testsuite")
_SUITE: Final = re.compile(rb"<testsuites?[\s/>]")
_FLAKY: Final = {"flakyFailure", "flakyError"}
_AGAIN: Final = {"rerunFailure", "rerunError"}
_STATES: Final = {
    "fail": "failure",
    "failed": "failure",
    "failure": "failure",
    "error": "error",
    "disabled": "skipped",
    "notrun": "skipped",
    "skipped": "skipped",
}
_ORDER: Final = ("passed", "skipped", "error", "failure")


@dataclass(slots=True)
class Case:
    """One test, as it was run."""

    name: str
    class_name: str
    outcome: str
    """``passed``, ``skipped``, ``error`` or ``failure``; the last of them that applies."""
    flaky: bool = False
    again: bool = False

    @property
    def full_name(self) -> str:
        """Return the name with its class, shortened."""
        is_named = not self.class_name or self.name.startswith(self.class_name)
        return (self.name if is_named else f"{self.class_name}.{self.name}")[:_LONGEST]


@dataclass(slots=True)
class Suite:
    """A ``testsuite``, or the ``testsuites`` around them."""

    name: str
    attributes: dict[str, str]
    parent: int | None
    """The position of the suite around it."""
    cases: list[Case] = field(default_factory=list)


class _Seen(Exception):  # noqa: N818 - it is how expat is told to stop
    """The outermost element, or a document type in front of it."""


def is_junit(data: bytes) -> bool:
    """Tell whether the outermost element is a suite; of what is broken or has a document type, any may be."""
    head = data[:_HEAD].lstrip()
    if not head.startswith(b"<"):
        return False

    def element(tag: str, _: object) -> None:
        raise _Seen(tag in _SUITES)

    def document_type(*_: object) -> None:
        raise _Seen(has_suite)

    has_suite = _SUITE.search(head) is not None
    parser = expat.ParserCreate("UTF-8")
    parser.StartElementHandler = element
    parser.StartDoctypeDeclHandler = document_type
    try:
        parser.Parse(head, False)
    except expat.ExpatError:
        return has_suite
    except _Seen as seen:
        return bool(seen.args[0])
    return False


def parse(data: bytes) -> list[Suite]:
    """Return the suites of a file, each behind the one around it.

    Raises:
        EvidenceError: it is no XML, has a document type or an entity, or a case outside any suite.

    """
    reader = _Reader()
    parser = expat.ParserCreate("UTF-8")
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        line = min(error.lineno, last_line(data))
        message = f"this is no XML: {expat.ErrorString(error.code)}"
        raise EvidenceError(message, line=line, hint=RERUN) from None
    except EvidenceError as error:
        error.line = parser.CurrentLineNumber
        raise
    return reader.suites


class _Reader:
    def __init__(self) -> None:
        self.suites: list[Suite] = []
        self._around: list[int] = []
        self._case: Case | None = None
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise EvidenceError("this XML is nested too deep", hint=RERUN)
        if tag in _SUITES:
            name = " ".join(attributes.get("name", "").split())[:_LONGEST]
            self.suites.append(Suite(name, attributes, self._around[-1] if self._around else None))
            self._around.append(len(self.suites) - 1)
        elif tag == "testcase":
            self._start_case(attributes)
        elif self._case is not None:
            _noted(self._case, tag, attributes)

    def end(self, tag: str) -> None:
        self._depth -= 1
        if tag in _SUITES:
            self._around.pop()
        elif tag == "testcase" and self._case is not None:
            case, self._case = self._case, None
            case.flaky = case.flaky or (case.again and case.outcome == "passed")

    def _start_case(self, attributes: dict[str, str]) -> None:
        if not self._around or self._case is not None:
            raise EvidenceError("this is no JUnit XML: a test case is in no suite", hint=RERUN)
        outcome = _STATES.get(attributes.get("status", "").lower(), "passed")
        self._case = Case(attributes.get("name", ""), attributes.get("classname", ""), outcome)
        self.suites[self._around[-1]].cases.append(self._case)


def _noted(case: Case, tag: str, attributes: dict[str, str]) -> None:
    """Add what an element inside a case says about it."""
    if tag in ("failure", "error", "skipped"):
        case.outcome = max(case.outcome, tag, key=_ORDER.index)
    elif tag in _FLAKY or (
        tag == "property"
        and attributes.get("name", "").lower() == "flaky"
        and attributes.get("value", "").strip().lower() not in ("false", "0", "no")
    ):
        case.flaky = True
    elif tag in _AGAIN:
        case.again = True


def _refuse(*_: object) -> None:
    raise EvidenceError("has a document type or an entity, which test results need not", hint=RERUN)

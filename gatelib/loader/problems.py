"""What can be wrong with a file, and how it is said.

Messages never quote a value of the document: it may be a secret. Keys and anchors are quoted.
"""

from __future__ import annotations

import re
from typing import Final

from gatelib.errors import LoadError
from gatelib.loader.lines import Lines

TOO_LARGE: Final = "GL-ERR-102"
SYNTAX: Final = "GL-ERR-103"
DUPLICATE_KEY: Final = "GL-ERR-104"
TEMPLATE: Final = "GL-ERR-105"
TOO_DEEP: Final = "GL-ERR-106"
ALIAS: Final = "GL-ERR-107"
NO_JSON_FORM: Final = "GL-ERR-108"
BINARY: Final = "GL-ERR-110"


class Fault(Exception):  # noqa: N818 - it becomes a LoadError, which is the error
    """A problem at an offset of the decoded text, before lines are counted."""

    def __init__(
        self, code: str, message: str, offset: int, *, hint: str | None = None, since: int | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.offset = offset
        self.hint = hint
        self.since = offset if since is None else min(since, offset)
        """Where the construct starts that ended in the problem."""

    def located(self, text: str) -> LoadError:
        """Return the error for a reader of ``text``; what a template caused is said to be one."""
        offset = self.offset
        if self.code in _CAUSED_BY_TEMPLATES and (marker := _template_marker(text, self.since, offset)):
            offset = marker.start()
            self.code, self.message, self.hint = TEMPLATE, _TEMPLATE_MESSAGE, _TEMPLATE_HINT
        line, column = Lines(text).place(offset)
        return LoadError(self.code, self.message, line=line, column=column, hint=self.hint)


_CAUSED_BY_TEMPLATES: Final = {SYNTAX, ALIAS, NO_JSON_FORM}
_TEMPLATE_MESSAGE: Final = "This is a template that was not rendered, not a manifest."
_TEMPLATE_HINT: Final = (
    "Render it first, for example with `helm template` or `kustomize build`, and check what comes out."
)
_MARKER: Final = re.compile(r"\{\{|\{%")
_NEAR: Final = 200


def _template_marker(text: str, since: int, offset: int) -> re.Match[str] | None:
    """Find a marker of Go, Helm, Jinja or Liquid on the lines from ``since`` to ``offset``."""
    start = max(text.rfind("\n", 0, since) + 1, offset - 10 * _NEAR, 0)
    start = max(start, since - _NEAR)
    end = text.find("\n", offset)
    end = min(len(text) if end < 0 else end, offset + _NEAR)
    return _MARKER.search(text, start, end)


def quoted(name: str) -> str:
    """Return a key or an anchor as it may stand in a message: one line, ASCII controls escaped, not long."""
    shown = name if len(name) <= 80 else name[:79] + "…"
    return "`" + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown) + "`"


_HINTS: Final = {
    "mapping values are not allowed in this context": (
        "A value that contains `: ` needs quotes; or this line is indented too far."
    ),
    "did not find expected key": "Check this line's indentation, and the quotes and brackets in front of it.",
    "did not find expected '-' indicator": "Check the indentation of this line.",
    "did not find expected <document start>": "Documents are separated by a line with `---`.",
    "found character that cannot start any token": (
        "Indent with spaces, not tabs; a value that starts with @, ` or % needs quotes."
    ),
    "could not find expected ':'": "A key needs `: ` after it; a key may have 1,024 characters at most.",
    "found unexpected end of stream": "A quote is not closed.",
    "found unknown escape character": "Backslashes in double quotes are escapes; use single quotes.",
    "found invalid Unicode character escape code": (
        "Write the character itself; half a surrogate pair is not one."
    ),
    "found undefined tag handle": "The tag's prefix needs a %TAG line in front of the document.",
}


def syntax_fault(problem: str | None, context: str | None, offset: int, since: int) -> Fault:
    """Return the fault for what the YAML parser says, which never contains text of the document."""
    problem = problem or "it cannot be read"
    said = f"{context}, {problem}" if context else problem
    return Fault(SYNTAX, f"This is not valid YAML: {said}.", offset, since=since, hint=_HINTS.get(problem))

"""The output formats, by the name that ``--format`` calls them.

A format is one module with one :class:`~gatelib.reporters.interface.Reporter` and one line in the table
below. Only the module of the format that is asked for is imported, so that a format costs nothing to those
who do not use it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

from gatelib.errors import UsageError

if TYPE_CHECKING:
    from gatelib.reporters.interface import Reporter

_FORMATS: Final = {
    "text": ("gatelib.reporters.text", "TextReporter"),
    "json": ("gatelib.reporters.json", "JsonReporter"),
    "sarif": ("gatelib.reporters.sarif", "SarifReporter"),
    "junit": ("gatelib.reporters.junit", "JunitReporter"),
    "github": ("gatelib.reporters.github", "GithubReporter"),
    "gitlab": ("gatelib.reporters.gitlab", "GitlabReporter"),
    "markdown": ("gatelib.reporters.markdown", "MarkdownReporter"),
    "conftest": ("gatelib.reporters.conftest_json", "ConftestReporter"),
}


def names() -> tuple[str, ...]:
    """Return the names of all formats, the one for people first."""
    return tuple(_FORMATS)


def reporter(name: str) -> Reporter:
    """Return the reporter of a format.

    Raises:
        UsageError: no format has this name.

    """
    if name not in _FORMATS:
        raise UsageError(f"there is no format `{name}`", hint=f"the formats are {', '.join(_FORMATS)}")
    module, class_name = _FORMATS[name]
    return cast("Reporter", getattr(import_module(module), class_name)())

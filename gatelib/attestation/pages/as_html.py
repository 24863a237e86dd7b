"""An attestation in HTML: Jinja2's, with nothing in it that is not escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, UndefinedError
from markupsafe import Markup

from gatelib.attestation.pages import wording
from gatelib.reporters import hypertext
from gatelib.reporters.prose import clip
from gatelib.reporters.show import plural, visible

_MOST: Final = 500
"""Entries of a list that are shown; the rest is counted."""
_HARMLESS: Final = re.compile(r"[A-Za-z0-9._-]")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)


def render(attestation: Mapping[str, Any]) -> str:
    """Return the page."""
    try:
        return _template().render(_context(wording.checked(attestation)))
    except (*wording.UNREADABLE, UndefinedError) as error:
        raise wording.unreadable(error) from error


def _context(attestation: Mapping[str, Any]) -> dict[str, Any]:
    created = str(attestation["created_utc"])
    return {
        "attestation": attestation,
        "title": wording.title(attestation),
        "verdict": wording.verdict(attestation),
        "reasons": wording.reasons(attestation),
        "tally": wording.tally(attestation),
        "matrix": wording.matrix(attestation),
        "context": list(wording.context(attestation)),
        "created": created if _MOMENT.fullmatch(created) else None,
    }


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("gatelib.attestation.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # What `hypertext` returns, it has escaped.
    environment.filters |= {
        "name": lambda value: Markup(hypertext.text(value, wording.NAME)),  # noqa: S704
        "sentence": lambda value: Markup(hypertext.prose(value, wording.SENTENCE)),  # noqa: S704
        "code": lambda value: Markup(hypertext.code(value, wording.NAME)),  # noqa: S704
        "linked": lambda value, url: Markup(hypertext.linked(value, url, wording.NAME)),  # noqa: S704
        "css": _css,
        "shown": lambda entries: wording.shown(entries, _MOST),
        "number": int,
        "plural": lambda count, noun: plural(int(count), noun),
    }
    environment.globals |= {
        "clauses": wording.clauses,
        "commands": wording.COMMANDS,
        "where": wording.WHERE,
        "detail": wording.detail,
        "control_word": lambda control: wording.word(wording.CONTROL, control["status"]),
        "rule_word": lambda rule: wording.word(wording.RULE, rule["status"]),
    }
    return environment.get_template("attestation.html.j2")


def _css(value: str) -> Markup:
    """Return text for a string of CSS, in which only letters and digits stand for themselves."""
    text = clip(visible(value), 80)
    return Markup(  # noqa: S704 - the style sheet that ships, and nothing of an attestation
        "".join(char if _HARMLESS.match(char) else f"\\{ord(char):x} " for char in text)
    )

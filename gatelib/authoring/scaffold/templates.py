"""The templates; their marks are none of Rego's or GitHub's: ``<< value >>`` and ``<% statement %>``."""

from __future__ import annotations

import textwrap
from functools import cache

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined


def render(name: str, /, **values: object) -> bytes:
    """Return a template's text with values filled in."""
    return _environment().get_template(f"{name}.j2").render(**values).encode()


def first_of(*names: str) -> str:
    """Return the first template that there is."""
    known = _environment().list_templates()
    return next(name for name in names if f"{name}.j2" in known)


@cache
def _environment() -> Environment:
    environment = Environment(  # noqa: S701 - nothing here is HTML
        loader=PackageLoader("gatelib.authoring.scaffold"),
        undefined=StrictUndefined,
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"lines": _lines, "quoted": _quoted, "scalar": _scalar}
    return environment


def _lines(text: str) -> list[str]:
    """Return a paragraph in lines as wide as METADATA's."""
    return textwrap.wrap(text, 100, break_long_words=False, break_on_hyphens=False)


def _quoted(text: str) -> str:
    """Return a text as Rego and YAML both write one in double quotes."""
    return orjson.dumps(text).decode()


def _scalar(text: str) -> str:
    """Return a text as YAML writes it, in quotes only where it needs them."""
    import yaml

    try:
        plain = yaml.safe_load(f"key: {text}") == {"key": text}
    except yaml.YAMLError:
        plain = False
    return text if plain else _quoted(text)

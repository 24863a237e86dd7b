"""The matrix as one HTML file that needs no other, for a screen and for paper."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from gatelib.catalog import Entry
from gatelib.controls.matrix import supported
from gatelib.controls.model import Catalogue, Framework
from gatelib.reporters.show import visible


def render(catalogue: Catalogue, frameworks: tuple[Framework, ...], rules: Mapping[str, Entry]) -> str:
    """Return the page."""
    page: str = _template().render(controls=catalogue.controls, frameworks=frameworks, rules=rules)
    return page


@cache
def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("gatelib.controls.matrix"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    environment.globals["supported"] = supported
    return environment.get_template("matrix.html.j2")

"""Writes references through imports in full.

Where one rule of an imported package is used, regorus evaluates all rules of that package, and OPA that one.
Of ``data.gatelib.lib.documents.all`` both evaluate one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gatelib.authoring.coverage.layout import Layout


def write_out(layout: Layout, tree: Any) -> None:
    """Write references through imports in full, but for names that the rule itself binds."""
    aliases = dict(_aliases(tree["imports"], layout.raw))
    for rule in tree["rules"] if aliases else ():
        bound: set[str] = set()
        bases: list[Any] = []
        _variables(rule, bound, bases)
        for var in bases:
            if var["value"] in aliases and var["value"] not in bound:
                layout.replace(var["span"]["start"], var["span"]["end"], aliases[var["value"]])


def _aliases(imports: Any, raw: bytes) -> Iterator[tuple[str, bytes]]:
    for each in imports:
        span = next(iter(each["refr"].values()))["span"]
        path = raw[span["start"] : span["end"]]
        if re.fullmatch(rb"data(?:\.\w+)+", path):
            alias = each.get("as")
            name = raw[alias["start"] : alias["end"]] if alias else path.rpartition(b".")[2]
            yield name.decode(), path


def _variables(tree: Any, bound: set[str], bases: list[Any]) -> None:
    """Find the variables that references begin with, and the names of those that stand by themselves."""
    if isinstance(tree, list):
        for value in tree:
            _variables(value, bound, bases)
    for key, value in tree.items() if isinstance(tree, dict) else ():
        if key == "Var":
            bound.add(value["value"])
        elif key in ("RefDot", "RefBrack") and "Var" in value["refr"]:
            bases.append(value["refr"]["Var"])
            _variables(value.get("index", {}), bound, bases)
        elif key == "vars":
            bound.update(_texts(value))
        else:
            _variables(value, bound, bases)


def _texts(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, (dict, list)):
        for value in tree.values() if isinstance(tree, dict) else tree:
            yield from _texts(value)

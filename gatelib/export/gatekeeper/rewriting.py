"""Rego as Gatekeeper takes it: every package below ``lib``, and ``data`` read through imports only.

Gatekeeper moves a template's packages elsewhere. It follows each ``import`` there, but a reference in place
only where nothing is around it: as a call's argument, in an array or in a comprehension, ``data.lib.a`` stays
what it was, is undefined, and nobody says so. So each reference becomes an import with a name of its own, and
what cannot become one is refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

from gatelib.errors import PolicyError
from gatelib.policy import Module

_TOKEN: Final = re.compile(
    r"""(?P<comment>\#[^\n]*)
      | (?P<text>"(?:\\.|[^"\\\n])*"|`[^`]*`)
      | (?P<import>\bimport\s+(?P<path>[^\s#]+)(?:[ \t]+as[ \t]+(?P<alias>\w+))?)
      | (?P<package>\bpackage\s+(?P<name>[^\s#]+))
      | (?P<field>\.\s*[A-Za-z_]\w*)
      | (?P<reference>\bdata\b(?:\.[A-Za-z_]\w*)*)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<strange>["`$])
    """,
    re.VERBOSE,
)
_OF_REGO_V1: Final = re.compile(r"rego\.v1|future\.keywords(\.\w+)?")
_BLANK_LINES: Final = re.compile(r"[ \t]*\n(?:[ \t]*\n)+")
_OF_GATEKEEPER: Final = ["inventory"]
_OF_ALL_RULES: Final = ["gatelib", "rules"]


class Constants(NamedTuple):
    """The package that holds what elsewhere is data."""

    package: str
    """Such as ``gatelib.compiled``."""
    names: Collection[str]
    """Its rules: the keys below ``data.gatelib`` that it stands for."""


def as_libraries(modules: Sequence[Module], constants: Constants) -> list[str]:
    """Return the texts of the modules, without comments, as packages below ``lib``.

    Raises:
        PolicyError: a module reads ``data`` in a way that no import can stand for.

    """
    packages = {module.package for module in modules} | {constants.package}
    return [_Rewriting(module, packages, constants).text() for module in modules]


class _Rewriting:
    def __init__(self, module: Module, packages: Collection[str], constants: Constants) -> None:
        self._module = module
        self._packages = packages
        self._constants = constants
        self._taken = {name for match in self._tokens() for name in (match["word"], match["alias"]) if name}
        self._imports: dict[str, str] = {}
        """Paths by the name that each has here."""
        self._names: dict[str, str] = {}
        """By path, the names that are nobody else's: one that the module gave, a local variable may hide."""

    def text(self) -> str:
        written, run, end = "", "", 0
        for match in self._tokens():
            run += self._module.text[end : match.start()]
            end = match.end()
            if match["text"]:
                written += _BLANK_LINES.sub("\n", run) + match["text"]
                run = ""
            else:
                run += self._replaced(match)
        written += _BLANK_LINES.sub("\n", run + self._module.text[end:])
        imports = (f"import {path} as {name}\n" for name, path in self._imports.items())
        return f"package lib.{self._module.package}\n{''.join(imports)}{written.lstrip()}"

    def _tokens(self) -> Iterator[re.Match[str]]:
        return _TOKEN.finditer(self._module.text)

    def _replaced(self, match: re.Match[str]) -> str:
        if match["comment"]:
            return ""
        if match["import"]:
            self._keep_import(match)
            return ""
        if match["package"] and match["name"] == self._module.package:
            return ""
        if match["reference"]:
            return self._reference(match)
        if match["package"] or match["strange"]:
            raise self._refusal(match)
        return match[0]

    def _keep_import(self, match: re.Match[str]) -> None:
        if _OF_REGO_V1.fullmatch(match["path"]):
            return
        root, *steps = match["path"].split(".")
        path, rest = self._placed(steps) if root == "data" else ("", [])
        name = match["alias"] or match["path"].rpartition(".")[2]
        if not path or name in self._imports:
            raise self._refusal(match)
        self._imports[name] = ".".join([path, *rest])

    def _reference(self, match: re.Match[str]) -> str:
        _, *steps = match["reference"].split(".")
        if steps[:1] == _OF_GATEKEEPER:
            return match["reference"]
        path, rest = self._placed(steps)
        if not path:
            raise self._refusal(match)
        return ".".join([self._name_of(path), *rest])

    def _placed(self, steps: list[str]) -> tuple[str, list[str]]:
        """Return what to import for ``data.<steps>`` and what is left to say; nothing where there is none."""
        if steps == _OF_ALL_RULES:
            return f"data.lib.{'.'.join(steps)}", []
        for length in range(len(steps), 1, -1):
            if ".".join(steps[:length]) in self._packages:
                return f"data.lib.{'.'.join(steps[:length])}", steps[length:]
        if steps[:1] == ["gatelib"] and steps[1:2] and steps[1] in self._constants.names:
            return f"data.lib.{self._constants.package}", steps[1:]
        return "", []

    def _name_of(self, path: str) -> str:
        if path not in self._names:
            name = path.rpartition(".")[2]
            while name in self._taken or name in self._imports:
                name += "_"
            self._imports[name] = path
            self._names[path] = name
        return self._names[path]

    def _refusal(self, match: re.Match[str]) -> PolicyError:
        return PolicyError(
            f"`{match[0]}` cannot be exported to Gatekeeper",
            file=self._module.path,
            line=self._module.text.count("\n", 0, match.start()) + 1,
            hint="there, `data` is read by dotted names of this policy's packages and parameters only",
        )

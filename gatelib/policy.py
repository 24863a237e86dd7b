"""The policy that decides: Rego modules, the data beside them, and the catalogue of their rules."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from gatelib import resources
from gatelib._version import __version__
from gatelib.catalog import Entry

_LIBRARY = re.compile(r"\bdata\.(gatelib\.(?:lib\.[a-z_]+|input\.[a-z_]+|input))\b")
_SHARED = ("gatelib.input", "gatelib.lib.")
_PACKAGE = re.compile(r"^package (gatelib[a-z0-9_.]*)", re.MULTILINE)
_ENGINE_KEYS = ("package", "severity", "controls", "gates", "scope", "stage", "effective_on")


class Module(NamedTuple):
    """One Rego file."""

    path: str
    """Below its root, with forward slashes."""
    text: str

    @property
    def package(self) -> str:
        """Its package, without ``data.``."""
        match = _PACKAGE.search(self.text)
        return match[1] if match else ""

    @property
    def imports(self) -> list[str]:
        """The packages of the library that it names, in an import or in place."""
        return _LIBRARY.findall(self.text)


class Origin(NamedTuple):
    """The bundle that a policy came in."""

    sha256: str
    signed_by: str | None
    """The ID of the key that its signature was verified with, empty where that has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything an engine needs besides its input."""

    modules: tuple[Module, ...]
    catalogs: Mapping[str, Mapping[str, Entry]]
    """Rules by ID, by the owner of the catalogue: ``core`` and each team."""
    data: Mapping[str, Any]
    """What lies under ``data.gatelib`` besides the catalogues."""
    origin: Origin | None = None
    """``None`` for the rules that ship with gatelib."""

    @property
    def catalog(self) -> dict[str, Entry]:
        """Every rule by ID, in order."""
        merged = {rule: entry for entries in self.catalogs.values() for rule, entry in entries.items()}
        return dict(sorted(merged.items()))

    def sha256(self) -> str:
        """Return a digest over all modules and data, which does not depend on their order."""
        digest = hashlib.sha256()
        for module in sorted(self.modules, key=lambda module: module.path):
            digest.update(f"{module.path}\0{len(module.text)}\0{module.text}".encode())
        digest.update(orjson.dumps(self.engine_data(self.catalog), option=orjson.OPT_SORT_KEYS))
        return digest.hexdigest()

    def modules_for(self, rules: Iterable[str], entries: Iterable[str] = ()) -> tuple[Module, ...]:
        """Return the modules of the given rules and all that they import, but no other rule's.

        ``entries`` are packages that reshape the decision, and come with what lies below them.

        A rule of a team's own gets the whole library, since nobody checked how it names what it uses.
        """
        catalog, core = self.catalog, self.catalogs["core"]
        wanted = [".".join(("gatelib", "rules", *catalog[rule]["package"])) for rule in rules]
        by_package: dict[str, list[Module]] = {}
        for module in self.modules:
            by_package.setdefault(module.package, []).append(module)
        todo = ["gatelib.main", *wanted]
        todo += [
            package for package in by_package for entry in entries if f"{package}.".startswith(f"{entry}.")
        ]
        if any(rule not in core for rule in rules):
            todo += [package for package in by_package if package.startswith(_SHARED)]
        reached: set[str] = set()
        while todo:
            package = todo.pop()
            if package not in reached:
                reached.add(package)
                todo += [name for module in by_package.get(package, ()) for name in module.imports]
        return tuple(module for module in self.modules if module.package in reached)

    def engine_data(self, rules: Iterable[str]) -> dict[str, Any]:
        """Return the whole of ``data`` for an engine that runs the given rules."""
        wanted = set(rules)
        catalogs = {
            owner: {
                rule: {key: value for key, value in entry.items() if key in _ENGINE_KEYS}
                for rule, entry in entries.items()
                if rule in wanted
            }
            for owner, entries in self.catalogs.items()
        }
        severities = {rule: entry["severity"] for rule, entry in self.catalog.items()}
        return {
            "gatelib": {
                **self.data,
                "catalog": catalogs,
                "severities": {**self.data.get("severities", {}), **severities},
            }
        }


def shipped() -> Policy:
    """Return the policy that ships with gatelib, without parameters or exceptions."""
    root = resources.rego()
    return library(root, orjson.loads((root / "gatelib" / "catalog" / "core" / "data.json").read_bytes()))


def library(root: Path, core: Mapping[str, Entry]) -> Policy:
    """Return the policy of a folder that holds ``gatelib/``, with the catalogue of its rules."""
    paths = sorted(path for path in root.rglob("*") if path.is_file())
    data: dict[str, Any] = {
        path.relative_to(root).parts[1]: orjson.loads(path.read_bytes())
        for path in paths
        if path.name == "data.json" and path.relative_to(root).parts[1] != "catalog"
    }
    return Policy(
        modules=read_modules(root, paths),
        catalogs={"core": core},
        data={
            **data,
            "params": {},
            "exceptions": [],
            "bundle": {"revision": f"gatelib-{__version__}"},
            # Also of rules that a bundle leaves out, so that an exception may name them.
            "severities": {rule: entry["severity"] for rule, entry in core.items()},
        },
    )


def read_modules(root: Path, paths: Sequence[Path]) -> tuple[Module, ...]:
    """Return the policies among the paths, tests left out."""
    return tuple(
        Module(path.relative_to(root).as_posix(), path.read_text("utf-8"))
        for path in paths
        if path.suffix == ".rego" and not path.name.endswith("_test.rego")
    )

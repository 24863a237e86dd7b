"""The policy that decides: Rego modules, the data beside them, and the catalogue of their rules."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from gatelib import resources
from gatelib._version import __version__
from gatelib.catalog import Entry

_ENGINE_KEYS = ("package", "severity", "controls", "gates", "stage", "effective_on")


@dataclass(frozen=True, slots=True)
class Module:
    """One Rego file."""

    path: str
    """Below its root, with forward slashes."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything an engine needs besides its input."""

    modules: tuple[Module, ...]
    catalogs: Mapping[str, Mapping[str, Entry]]
    """Rules by ID, by the owner of the catalogue: ``core`` and each team."""
    data: Mapping[str, Any]
    """What lies under ``data.gatelib`` besides the catalogues."""

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

    def modules_for(self, rules: Iterable[str]) -> tuple[Module, ...]:
        """Return the library's modules and those of the given rules, but no other rule's."""
        catalog = self.catalog
        wanted = {"/".join(catalog[rule]["package"]) for rule in rules}
        return tuple(
            module
            for module in self.modules
            if _rule_folder(module) is None or _rule_folder(module) in wanted
        )

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
        return {"gatelib": {**self.data, "catalog": catalogs}}


def shipped() -> Policy:
    """Return the policy that ships with gatelib, without parameters or exceptions."""
    root = resources.rego()
    paths = sorted(path for path in root.rglob("*") if path.is_file())
    data: dict[str, Any] = {
        path.relative_to(root).parts[1]: orjson.loads(path.read_bytes())
        for path in paths
        if path.name == "data.json" and path.relative_to(root).parts[1] != "catalog"
    }
    core = orjson.loads((root / "gatelib" / "catalog" / "core" / "data.json").read_bytes())
    modules = read_modules(root, paths)
    return Policy(
        modules=modules,
        catalogs={"core": core},
        data={**data, "params": {}, "exceptions": [], "bundle": {"revision": f"gatelib-{__version__}"}},
    )


def read_modules(root: Path, paths: Sequence[Path]) -> tuple[Module, ...]:
    """Return the policies among the paths, tests left out."""
    return tuple(
        Module(path.relative_to(root).as_posix(), path.read_text("utf-8"))
        for path in paths
        if path.suffix == ".rego" and not path.name.endswith("_test.rego")
    )


def _rule_folder(module: Module) -> str | None:
    parts = module.path.split("/")
    return "/".join(parts[2:4]) if parts[:2] == ["gatelib", "rules"] else None

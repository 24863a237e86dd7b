"""``gatelib.yaml``: finding it, reading it, and how far it can be trusted."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from gatelib import resources, sources
from gatelib.errors import ConfigError
from gatelib.validation import at, read_file

if TYPE_CHECKING:
    from gatelib.keys import VerificationKey

_TRUSTED_ONLY: Final = frozenset({"pre-promote", "publish"})

_TRUST: Final = ("attestation", "bundle", "exceptions", "opa_server", "trust")
"""What decides which rules run, where, and what is let through."""

_WAIVING: Final = "exceptions"
"""The group of parameters that says which exceptions count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """One configuration file."""

    path: Path
    name: str
    """As reports show it."""
    sha256: str
    trusted: bool
    """Whether somebody other than the author of the judged tree chose it."""
    values: Mapping[str, Any]

    def place(self, path: str) -> Path:
        """Return a path that the file names, made absolute from the file's own folder."""
        return self.path.parent / path

    def bundle_keys(self) -> tuple[VerificationKey, ...]:
        """Return the keys that may sign bundles, of ``trust.bundle``.

        Raises:
            UsageError: one cannot be read, or is no public key.

        """
        listed = self.values.get("trust", {}).get("bundle", ())
        if not listed:
            return ()
        from gatelib import keys

        return tuple(
            keys.read_verification_key(
                self.place(entry["key"]), algorithm=entry.get("algorithm"), keyid=entry["keyid"]
            )
            for entry in listed
        )

    def paths(self, key: str) -> tuple[str, ...]:
        """Return a list of paths, made absolute from the file's own folder."""
        return tuple(str(self.place(entry)) for entry in self.values.get(key, ()))


def read(
    path: Path, *, given: bool, judged: Sequence[str], base: Path, params_schema: Mapping[str, Any]
) -> Config:
    """Read and validate a configuration.

    It is trusted when it was named on the command line (``given``) and lies outside every judged path.

    Raises:
        ConfigError: it cannot be read, breaks its schema, or asks for what only a trusted one may.

    """
    name = sources.display(path, base)
    schema = orjson.loads(resources.schema("config.json").read_bytes())
    schema["properties"]["parameters"] = params_schema
    values, content = read_file(path, name, "configuration", schema, hint="see docs/configuration.md")
    trusted = given and not any(lies_in(path, base / entry) for entry in judged if entry != sources.STDIN)
    config = Config(
        path=path, name=name, sha256=hashlib.sha256(content).hexdigest(), trusted=trusted, values=values
    )
    if not trusted:
        _refuse_trust(config, content)
    return config


def require_trust(config: Config | None, gate: str) -> None:
    """Refuse an untrusted configuration where a release depends on it.

    Raises:
        ConfigError: the gate takes only trusted configurations and this is none.

    """
    if config is not None and not config.trusted and gate in _TRUSTED_ONLY:
        raise ConfigError(
            f"gate `{gate}` takes no configuration that was found in, or lies in, the judged tree",
            file=config.name,
            hint="give one from a protected place with --config",
        )


def refuse_waiving(config: Config, params: Mapping[str, Any]) -> None:
    """Refuse parameters beside the policies that an untrusted configuration names, as if it set them.

    Raises:
        ConfigError: they say which exceptions count.

    """
    if not config.trusted and _WAIVING in params:
        raise ConfigError(
            f"only a trusted configuration may name policies whose data sets `parameters.{_WAIVING}`",
            file=config.name,
            hint="give the configuration with --config, from outside the judged tree",
        )


def refuse_judged_policies(
    folders: Iterable[str], judged: Sequence[str], *, base: Path, gate: str, params: Mapping[str, Any]
) -> None:
    """Refuse policies that lie in the judged tree where they would decide on a release, or on exceptions.

    Raises:
        ConfigError: the author of what is judged could set its thresholds, or which exceptions count.

    """
    if gate not in _TRUSTED_ONLY and _WAIVING not in params:
        return
    for folder in folders:
        if any(lies_in(base / folder, base / entry) for entry in judged if entry != sources.STDIN):
            what = f"set `parameters.{_WAIVING}`" if _WAIVING in params else f"decide at gate `{gate}`"
            raise ConfigError(
                f"the policies lie in the judged tree, and may not {what}",
                file=folder,
                hint="give them from a place that the author of the change does not control",
            )


def lies_in(path: Path, folder: Path) -> bool:
    """Tell whether a path is the folder or lies below it, by its name, its place or what it links to."""
    outer = os.path.realpath(folder)
    inner = Path(os.path.realpath(path)), Path(os.path.realpath(path.parent), path.name)
    by_name = Path(os.path.normpath(path)).is_relative_to(os.path.normpath(folder))
    return by_name or any(place.is_relative_to(outer) for place in inner)


def _refuse_trust(config: Config, content: bytes) -> None:
    forbidden: list[tuple[str, ...]] = []
    if _WAIVING in config.values.get("parameters", {}):
        forbidden.append(("parameters", _WAIVING))
    forbidden += [(key,) for key in _TRUST if key in config.values]
    for path in forbidden:
        raise at(
            path,
            f"only a trusted configuration may set `{'.'.join(path)}`",
            content,
            config.name,
            "give the configuration with --config, from outside the judged tree",
        )

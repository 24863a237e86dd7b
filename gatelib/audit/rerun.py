"""Running the gate again as of a report's day: with its bundle, configuration, inputs and moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gatelib import config as config_
from gatelib import engines, sources, trust
from gatelib import settings as settings_
from gatelib._version import __version__
from gatelib.audit import calls
from gatelib.audit.calls import Call, Roles
from gatelib.audit.inputs import Inputs
from gatelib.audit.tree import Tree
from gatelib.errors import EvidenceError, GatelibError
from gatelib.evidence.pack import OCI
from gatelib.loader import Limits
from gatelib.resolution import CONFIGURATION, InForce
from gatelib.run import Run
from gatelib.settings import Settings

if TYPE_CHECKING:
    from gatelib.config import Config
    from gatelib.keys import VerificationKey
    from gatelib.policy import Policy
    from gatelib.report import Report

_GIVEN_AGAIN: Final = ("exceptions", "inventory")
"""Paths of a configuration that are given again by the names that the report has for them."""

REMOTE: Final = "oci-pack"
"""What a pack from a registry is called here; its real name is no path."""

_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What an audit runs gates with."""

    inputs: Inputs
    core: Policy
    """The shipped policy."""
    keys: tuple[VerificationKey, ...] = ()
    """Those that may sign bundles, for runs whose configuration names none."""
    scope: str | None = None
    """What a bundle's signature must be for, where the run's configuration does not say it."""


class Unavailable(Exception):  # noqa: N818 - no error of the command: it becomes a fault of one release
    """What a run needs and nobody has."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass
class Rerun:
    """One report's run, to be done again."""

    report: Mapping[str, Any]
    """In its JSON form, of the schema; names as :func:`local` has them."""
    pack: Path
    """The release, a folder."""
    files: Mapping[str, str]
    """Paths in it by their digests."""
    means: Means
    tree: Tree
    force: InForce | None = None
    """What was in force in the last run."""
    _sources: dict[str, Path] = field(default_factory=dict)

    def reports(self) -> Iterator[Report | GatelibError]:
        """Yield what the gate says, for each of the ways in which it may have been called.

        Raises:
            Unavailable: something is needed that is not among the inputs.

        """
        roles = self._laid_out()
        for config in self._configs:
            for call in calls.candidates(roles):
                try:
                    yield self._run(call, config)
                except GatelibError as error:
                    yield error

    @cached_property
    def bundle(self) -> Path | None:
        """The bundle's file; ``None`` where the shipped rules judged.

        Raises:
            Unavailable: it is not among the inputs.

        """
        said = self.report["bundle"]
        found = self.means.inputs.find(said["sha256"])
        if found:
            return found[0]
        if said["revision"] == f"gatelib-{__version__}" and said["signed_by"] is None:
            return None
        raise Unavailable(f"the bundle `{said['revision']}`, sha256 {said['sha256']}")

    def _laid_out(self) -> Roles:
        """Give every input its name again, and return what each was for."""
        for entry in self.report["inputs"]:
            name, path = entry["file"], self.files.get(entry["sha256"])
            if path is not None:
                self._sources[name] = self.pack / path
            elif found := self.means.inputs.find(entry["sha256"]):
                self._sources[name] = found[0]
        roles = calls.roles(self.report, self._content, self._is_inventory)
        missing = [name for name in roles.beside if name not in self._sources]
        if missing:
            raise Unavailable(_listed(missing, self.report))
        if roles.pack is not None:
            self.tree.link(roles.pack, self.pack)
        for name in roles.beside:
            if name != sources.STDIN:
                self.tree.put(name, self._sources[name])
        return roles

    def _content(self, name: str) -> bytes:
        path = self._sources.get(name)
        try:
            return path.read_bytes() if path is not None else b""
        except OSError as error:
            raise EvidenceError(f"cannot be read: {error.strerror}", file=name) from None

    def _is_inventory(self, name: str) -> bool:
        """Tell whether an input lies where the run's configuration looks objects up."""
        path = self._sources.get(name)
        folders = (place for found in self._configs if found for place in found.paths("inventory"))
        return path is not None and any(path.is_relative_to(folder) for folder in folders)

    @cached_property
    def _configs(self) -> tuple[Config | None, ...]:
        """What may have been the configuration: the same bytes, beside other keys perhaps.

        Raises:
            Unavailable: it is not among the inputs.

        """
        said = self.report["config"]
        if said["sha256"] is None:
            return (None,)
        found = self.means.inputs.find(said["sha256"])
        if not found:
            raise Unavailable(f"the configuration, sha256 {said['sha256']}")
        if not said["trusted"]:
            self.tree.put(CONFIGURATION, found[0])
            found = [self.tree.base / CONFIGURATION]
        return tuple(self._configuration(path) for path in found)

    def _configuration(self, path: Path) -> Config:
        schema = self.means.core.data["params_schema"]
        found = config_.read(path, given=True, judged=(), base=self.tree.base, params_schema=schema)
        if self.report["config"]["trusted"]:
            for place in _named_by(found):
                if not self.means.inputs.holds(place):
                    raise Unavailable(f"`{place.name}`, which the configuration names outside the inputs")
        return found

    def _run(self, call: Call, config: Config | None) -> Report:
        said, stdin = self.report, None
        if sources.STDIN in call.judged:
            stdin = BytesIO(self._content(sources.STDIN))
        engine = said["engine"]["name"]
        settings = Settings(
            gate=said["gate"],
            rules=(*said["selection"]["rules"], *said["selection"]["skipped"]),
            skip=tuple(said["selection"]["skipped"]),
            engine=engine if engine in engines.local() else engines.default(),
            config=config.path if config is not None and said["config"]["trusted"] else None,
            bundle=self.bundle,
            exceptions=call.exceptions,
            evidence=call.evidence,
            inventory=call.inventory,
            fail_on=said["selection"]["fail_on"],
            now=said["now"],
            jobs=1,
            base=self.tree.base,
            isolated=False,
            **self._proofs(config),
        )
        settings_.check(settings)
        run = Run(settings, self.means.core, Limits(), call.judged)
        self.force = run.force
        if (found := run.force.config) is not None:
            given: dict[str, Any] = {key: [] for key in _GIVEN_AGAIN if key in found.values}
            run.force.config = replace(found, values={**found.values, **given})
        allow_empty = not said["errors"] and not said["documents"]["objects"]
        return run.report(stdin, allow_empty=allow_empty, progress=None)

    def _proofs(self, config: Config | None) -> dict[str, Any]:
        """Return what the bundle must prove where the run's configuration does not say it."""
        if self.report["bundle"]["signed_by"] is None or self.bundle is None:
            return {}
        values = config.values if config is not None else {}
        listed = values.get("trust", {}).get("bundle")
        scope = values.get("bundle", {}).get("scope")
        return {
            "verification_keys": () if listed else self.means.keys,
            "scope": None if scope is not None else self.means.scope,
        }


def local(report: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a report in which a pack from a registry has a name that can be a path's."""
    name = calls.pack_of(report)
    if name is None or not name.startswith(OCI):
        return report
    found: dict[str, Any] = _renamed(report, name)
    return {**found, "pack": {**found["pack"], "name": REMOTE}} if found.get("pack") else found


def _renamed(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(inner, name) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, name) for inner in value]
    if isinstance(value, str) and value.startswith(f"{name}/"):
        return f"{REMOTE}{value.removeprefix(name)}"
    return value


def _named_by(config: Config) -> Iterator[Path]:
    """Yield the files that decide with a configuration."""
    found = trust.read(config)
    for party in (
        party
        for role in (found.evidence, found.approvers, found.requesters, found.images, found.verdicts)
        for party in role
    ):
        yield from (key.file for key in party.keys if key.file is not None)
    yield from (key.file for key in config.bundle_keys() if key.file is not None)
    yield from found.revoked
    if found.sigstore is not None:
        yield found.sigstore.trusted_root
    yield from (Path(place) for place in config.paths("policies"))


def _listed(names: list[str], report: Mapping[str, Any]) -> str:
    digests = {entry["file"]: entry["sha256"] for entry in report["inputs"]}
    shown = ", ".join(f"`{name}`, sha256 {digests[name]}" for name in names[:_SHOWN])
    return f"{shown}, and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown

"""What is in force for a run: the command line's settings over the configuration's over the defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gatelib import engines, sources
from gatelib import settings as settings_
from gatelib.errors import ConfigError, PolicyError, UsageError
from gatelib.policy import Policy
from gatelib.settings import Settings

if TYPE_CHECKING:
    from gatelib.config import Config
    from gatelib.engines import Connection
    from gatelib.trust import Trust

CONFIGURATION: Final = "gatelib.yaml"


def nearest_configuration(base: Path) -> Path | None:
    """Return the nearest ``gatelib.yaml`` at or above ``base``, no further up than the repository's root."""
    for folder in (base, *base.parents):
        if (folder / CONFIGURATION).is_file():
            return folder / CONFIGURATION
        if (folder / ".git").exists():
            return None
    return None


class InForce:
    """Settings and configuration, read and checked; what a run does not need is not even imported."""

    def __init__(
        self, settings: Settings, core: Policy, judged: Sequence[str], shape: str = "envelope"
    ) -> None:
        """Read the configuration and choose the rules; a bundle must take the input ``shape``.

        Raises:
            UsageError: the settings or the configuration cannot be carried out.
            PolicyError: rules or data of a team's own, or of a bundle, may not be used.
            BundleError: the bundle cannot be read, or does not prove what it must.

        """
        self.settings, self.core, self.judged, self.shape = settings, core, judged, shape
        self.base = Path(settings.base or Path.cwd()).absolute()
        self.now = settings_.parse_now(settings.now or "") or datetime.now(timezone.utc)
        self.config = self._configuration()
        self.core = self._core()
        self.gate = self._gate()
        if self.config is not None:
            from gatelib.config import require_trust

            require_trust(self.config, self.gate)
        self.policy = self._policy()
        self.selected, self.skipped = self._selection()
        self.engine: str = self.value("engine", None)[0] or engines.default()
        self.connection = self._connection()

    def trust(self) -> Trust:
        """Return who is trusted with what.

        Raises:
            UsageError: a key of the configuration cannot be used.

        """
        from gatelib import trust

        return trust.read(self.config)

    def describe(self) -> dict[str, tuple[Any, str]]:
        """Return each setting with where it came from."""
        defaults = {"gate": "pr", "fail_on": "low", "namespace": None, "timeout": 60.0, "engine": None}
        found = {key: self.value(key, default) for key, default in defaults.items()}
        about = self._about_bundle()
        bundle = about["bundle.path"][0]
        if found["gate"][1] == "default" and "gate" in self.core.data["bundle"]:
            found["gate"] = (self.gate, bundle)
        if found["engine"][0] is None:
            found["engine"] = (engines.default(), "default")
        found["skip"] = (list(self.skipped), self._list_origin("skip"))
        for key in ("policies", "exceptions", "inventory"):
            found[key] = (
                [sources.display(Path(path), self.base) for path in self.paths(key)],
                self._list_origin(key),
            )
        found |= about
        if self.connection is not None:
            from gatelib import remote

            found |= remote.describe(self.connection, self)
        said_by = (
            (self._configured("parameters"), self.config.name if self.config else ""),
            (self.core.data["params"], bundle),
            (self.policy.data["params"], self._list_origin("policies")),
        )
        for group, values in self.policy.data["defaults"].items():
            for name, value in values.items():
                sides = ((said[group][name], side) for said, side in said_by if name in said.get(group, {}))
                found[f"parameters.{group}.{name}"] = next(sides, (value, "default"))
        return found

    def changed_parameters(self) -> dict[str, dict[str, Any]]:
        """Return the parameters that this run sets; what its bundle sets is the bundle's."""
        given, fixed = self._configured("parameters"), self.core.data["params"]
        found = {
            group: {
                name: value
                for name, value in values.items()
                if name in given.get(group, {}) or name not in fixed.get(group, {})
            }
            for group, values in self.policy.data["params"].items()
        }
        return {group: values for group, values in found.items() if values or group not in fixed}

    def _configuration(self) -> Config | None:
        given = self.settings.config
        path = self.base / given if given is not None else nearest_configuration(self.base)
        if path is None:
            return None
        from gatelib import config

        schema = self.core.data["params_schema"]
        found = config.read(
            path, given=given is not None, judged=self.judged, base=self.base, params_schema=schema
        )
        if not self.settings.sealed:
            return found
        values = {key: value for key, value in found.values.items() if key not in ("bundle", "policies")}
        return replace(found, values=values)

    def value(self, key: str, default: Any) -> tuple[Any, str]:
        """Return a setting with where it came from."""
        if (value := getattr(self.settings, key)) is not None:
            return value, "command line"
        if self.config is not None and key in self.config.values:
            return self.config.values[key], self.config.name
        return default, "default"

    def parameter(self, group: str, name: str) -> Any:
        """Return a parameter of the rules, as it is in force."""
        data = self.policy.data
        return {**data["defaults"][group], **data["params"].get(group, {})}[name]

    def paths(self, key: str) -> tuple[str, ...]:
        """Return the paths of a setting, the command line's and the configuration's."""
        own: Sequence[str] = getattr(self.settings, key)
        return (*own, *(self.config.paths(key) if self.config else ()))

    def _list_origin(self, key: str) -> str:
        own, theirs = getattr(self.settings, key), self.config and self.config.values.get(key)
        names = [
            name
            for name, there in (("command line", own), (self.config and self.config.name, theirs))
            if there
        ]
        return ", ".join(str(name) for name in names) or "default"

    def _configured(self, key: str) -> Mapping[str, Any]:
        """Return a section of the configuration, empty where there is none."""
        section: Mapping[str, Any] = self.config.values.get(key, {}) if self.config else {}
        return section

    def _names_bundle(self) -> bool:
        return self.settings.bundle is not None or "path" in self._configured("bundle")

    def _about_bundle(self) -> dict[str, tuple[Any, str]]:
        if not self._names_bundle():
            return {"bundle.path": (None, "default")}
        from gatelib.bundle import named

        return named.describe(self)

    def _core(self) -> Policy:
        """Return the rules of the bundle that is named, else those that ship with gatelib."""
        if self._names_bundle():
            from gatelib.bundle import named

            return named.policy(self)
        asked = self.settings
        if asked.verification_keys or asked.scope is not None or asked.min_revision is not None:
            raise UsageError("no bundle is named for what it must prove", hint="name it with --bundle FILE")
        return self.core

    def _gate(self) -> str:
        fixed: str | None = self.core.data["bundle"].get("gate")
        gate: str = self.value("gate", fixed or "pr")[0]
        if fixed is not None and gate != fixed:
            raise UsageError(f"the bundle judges for gate `{fixed}`, not `{gate}`")
        return gate

    def _policy(self) -> Policy:
        core = self.core
        given = self._configured("parameters")
        fixed = core.data["params"]
        if self.config is not None and not self.config.trusted and fixed.keys() & given.keys():
            raise ConfigError(
                f"the bundle sets `parameters.{min(fixed.keys() & given.keys())}`, and only a trusted "
                "configuration may set it otherwise",
                file=self.config.name,
                hint="give the configuration with --config, from outside the judged tree",
            )
        params = _over(given, fixed)
        folders = self.paths("policies")
        if not folders:
            return replace(core, data={**core.data, "params": params})
        from gatelib import config, trusted

        modules, catalogs, own = trusted.policies(folders, base=self.base, core=core.catalogs["core"])
        if self.config is not None and self.config.values.get("policies"):
            config.refuse_waiving(self.config, own)
        config.refuse_judged_policies(folders, self.judged, base=self.base, gate=self.gate, params=own)
        if shared := catalogs.keys() & core.catalogs.keys():
            raise PolicyError(f"team `{min(shared)}` has rules in the bundle already")
        for team, entries in catalogs.items():
            if taken := entries.keys() & core.catalog.keys():
                raise PolicyError(f"rule ID `{min(taken)}` of team `{team}` is in the bundle already")
        return replace(
            core,
            modules=core.modules + modules,
            catalogs={**core.catalogs, **catalogs},
            data={**core.data, "params": _over(params, own)},
        )

    def _connection(self) -> Connection | None:
        if self.engine != engines.SERVER and self.settings.opa is None:
            return None
        from gatelib import remote

        return remote.connection(self)

    def _selection(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        catalog = self.policy.catalog
        skip = {*self.settings.skip, *(self.config.values.get("skip", ()) if self.config else ())}
        for rule in (*self.settings.rules, *sorted(skip)):
            if rule not in catalog:
                raise UsageError(f"there is no rule `{rule}`", hint="`gatelib rules list` names them all")
        of_gate = [
            rule
            for rule, entry in catalog.items()
            if self.gate in entry["gates"] and not entry.get("deprecated")
        ]
        wanted = set(self.settings.rules or of_gate)
        selected = tuple(sorted(wanted - skip))
        if not selected:
            raise UsageError("no rule is left to run", hint="every rule of the gate is skipped")
        self.left_out = tuple(sorted({*of_gate} - wanted))
        return selected, tuple(sorted(wanted & skip))


def _over(
    params: Mapping[str, Mapping[str, Any]], others: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return parameters by group and name, the first ones over the others."""
    return {group: {**others.get(group, {}), **params.get(group, {})} for group in {**others, **params}}

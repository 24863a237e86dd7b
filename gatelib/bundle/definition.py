"""Bundle definitions: which rules a bundle holds, and what it fixes for whoever runs it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

import orjson

from gatelib import resources, settings, trusted
from gatelib.catalog import Entry
from gatelib.errors import ConfigError
from gatelib.policy import Policy
from gatelib.validation import at, read_file

REVIEWS: Final = frozenset({"admission_review", "gatekeeper_review"})
"""Input shapes of one object that an API server is about to store."""

_DAY: Final = r"\d{4}-\d\d-\d\d"
_HINT: Final = "see docs/guides/bundles.md"


def read(path: Path, core: Policy) -> Policy:
    """Return the policy that a definition describes, with what it fixes in ``data.gatelib.bundle``.

    Raises:
        ConfigError: the definition cannot be read, breaks its schema, or names what does not exist.
        PolicyError: rules of a team's own may not be used.

    """
    name = str(path)
    schema = orjson.loads(resources.schema("bundle.json").read_bytes())
    schema["properties"]["parameters"] = core.data["params_schema"]
    values, content = read_file(path, name, "definition", schema, hint=_HINT)

    def refuse(place: tuple[str | int, ...], message: str, hint: str = _HINT) -> ConfigError:
        return at(place, message, content, name, hint)

    policy = _with_own_rules(core, values, path.parent)
    catalog = policy.catalog
    for key in ("rules", "skip", "actions"):
        for position, rule in enumerate(values.get(key, ())):
            if rule not in catalog:
                place = rule if key == "actions" else position
                raise refuse(
                    (key, place), f"there is no rule `{rule}`", "`gatelib rules list` names them all"
                )
    for rule, action in values.get("actions", {}).items():
        if not _is_date(action["until"]):
            message = f"`{action['until']}` is no RFC 3339 date or date-time"
            raise refuse(("actions", rule, "until"), message)
    chosen = _chosen(values, catalog)
    if not chosen:
        raise refuse((), "no rule is left in the bundle")
    for rule in values.get("actions", {}):
        if rule not in chosen:
            raise refuse(("actions", rule), f"rule `{rule}` is not in the bundle")
    return _restricted(policy, chosen, values)


def _with_own_rules(core: Policy, values: Mapping[str, Any], base: Path) -> Policy:
    modules, catalogs, own = trusted.policies(
        values.get("policies", ()), base=base, core=core.catalogs["core"]
    )
    given = values.get("parameters", {})
    params = {group: {**own.get(group, {}), **given.get(group, {})} for group in {**own, **given}}
    return Policy(
        modules=core.modules + modules,
        catalogs={**core.catalogs, **catalogs},
        data={**core.data, "params": params},
    )


def _chosen(values: Mapping[str, Any], catalog: Mapping[str, Entry]) -> set[str]:
    gate = values.get("gate")
    of_gate = (
        rule
        for rule, entry in catalog.items()
        if not entry.get("deprecated") and (gate is None or gate in entry["gates"])
    )
    wanted: Iterable[str] = values.get("rules", of_gate)
    takes_sets = values.get("inventory", not REVIEWS & set(values["inputs"]))
    return {
        rule
        for rule in wanted
        if rule not in values.get("skip", ()) and (takes_sets or catalog[rule]["scope"] != "set")
    }


def _restricted(policy: Policy, chosen: set[str], values: Mapping[str, Any]) -> Policy:
    """Return a policy with the chosen rules only; a rule that was named counts as one of the gate."""
    gate = values.get("gate")
    catalogs = {
        owner: {
            rule: cast(Entry, {**entry, "gates": [gate]} if gate else entry)
            for rule, entry in entries.items()
            if rule in chosen
        }
        for owner, entries in policy.catalogs.items()
    }
    fixed = {key: values[key] for key in ("name", "gate", "inputs", "requires", "actions") if key in values}
    restricted = replace(
        policy,
        catalogs={owner: entries for owner, entries in catalogs.items() if entries or owner == "core"},
        data={**policy.data, "bundle": fixed},
    )
    modules = restricted.modules_for(sorted(chosen))
    if "admission_review" in values["inputs"]:
        named = {module.path for module in modules}
        modules += tuple(
            module
            for module in policy.modules
            if module.package.startswith("gatelib.admission") and module.path not in named
        )
    return replace(restricted, modules=tuple(sorted(modules, key=lambda module: module.path)))


def _is_date(text: str) -> bool:
    return settings.parse_now(f"{text}T00:00:00Z" if re.fullmatch(_DAY, text, re.ASCII) else text) is not None

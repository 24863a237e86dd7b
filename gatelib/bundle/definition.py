"""Bundle definitions: which rules a bundle holds, and what it fixes for whoever runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

import orjson

from gatelib import resources, trusted
from gatelib.catalog import OF_REQUESTS, Entry
from gatelib.errors import ConfigError, PolicyError
from gatelib.moments import worked_out
from gatelib.policy import Policy
from gatelib.validation import at, read_file, violations

REVIEWS: Final = frozenset({"admission_review", "gatekeeper_review"})
"""Input shapes of one object that an API server is about to store."""

_ENTRIES: Final = {"admission_review": "gatelib.admission", "artefact": "gatelib.verdict"}
"""The packages that answer for an input shape as whoever sends it wants it."""

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
    if "actions" in values:
        values["actions"] = {
            rule: _staged(rule, said, catalog, refuse) for rule, said in values["actions"].items()
        }
    for position, need in enumerate(values.get("requires", ())):
        counted = _as_counted(need["kind"], core.data["kinds"])
        if counted != need["kind"]:
            raise refuse(("requires", position, "kind"), f"`{need['kind']}` is `{counted}`")
    chosen = _chosen(values, catalog)
    for position, rule in enumerate(values.get("rules", ())):
        if rule not in chosen:
            message = f"rule `{rule}` is named, and left out again"
            hint = "`skip` names it too, or it looks at other objects and `inventory` is not true"
            raise refuse(("rules", position), message, hint)
    for position, rule in enumerate(values.get("skip", ())):
        if rule in OF_REQUESTS and "artefact" in values["inputs"]:
            raise refuse(("skip", position), f"rule `{rule}` judges every request for a verdict")
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
    for violation in violations(own, core.data["params_schema"]):
        raise PolicyError(f"the parameters of the policies: {violation.message}")
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
    of_requests = OF_REQUESTS if "artefact" in values["inputs"] else ()
    return {
        rule
        for rule in wanted
        if rule not in values.get("skip", ()) and (takes_sets or catalog[rule]["scope"] != "set")
    } | {rule for rule in of_requests if rule in catalog}


def _restricted(policy: Policy, chosen: set[str], values: Mapping[str, Any]) -> Policy:
    """Return a policy with the chosen rules only."""
    gate = values.get("gate")
    catalogs = {
        owner: {rule: _chosen_entry(entry, gate) for rule, entry in entries.items() if rule in chosen}
        for owner, entries in policy.catalogs.items()
    }
    fixed = {key: values[key] for key in ("name", "gate", "inputs", "requires", "actions") if key in values}
    restricted = replace(
        policy,
        catalogs={owner: entries for owner, entries in catalogs.items() if entries or owner == "core"},
        data={**policy.data, "bundle": fixed},
    )
    entries = [_ENTRIES[shape] for shape in values["inputs"] if shape in _ENTRIES]
    modules = restricted.modules_for(sorted(chosen), entries)
    return replace(restricted, modules=tuple(sorted(modules, key=lambda module: module.path)))


def _chosen_entry(entry: Entry, gate: str | None) -> Entry:
    """Return an entry by which every engine runs the rule: one that was named is of the gate, and in use."""
    kept = {key: value for key, value in entry.items() if key != "deprecated"}
    return cast(Entry, {**kept, "gates": [gate]} if gate else kept)


def _staged(
    rule: str, said: Mapping[str, Any], catalog: Mapping[str, Entry], refuse: Callable[..., ConfigError]
) -> dict[str, Any]:
    """Return how a rule is held back, as engines read it: with a moment in place of a local time."""
    place = ("actions", rule)
    if catalog[rule].get("stage") == "canary":
        hint = "take `stage: canary` out of the rule, and hold it back here"
        raise refuse(place, f"rule `{rule}` is on trial by its METADATA, whatever is said here", hint)
    staged = {key: value for key, value in said.items() if key != "time_zone"}
    if "until" in said:
        zone = said.get("time_zone")
        try:
            moment = worked_out(said["until"], zone, last=zone is not None)
        except ValueError as error:
            raise refuse((*place, "until"), str(error)) from None
        return {**staged, "until": moment} if zone is not None else staged
    if said["action"] != "canary":
        raise refuse(place, f"`actions.{rule}` lacks `until`")
    if "time_zone" in said:
        raise refuse((*place, "time_zone"), "a time zone is one of `until`")
    return staged


def _as_counted(kind: str, kinds: Mapping[str, Any]) -> str:
    """Return the type by which documents of a kind are counted; see ``gatelib.lib.documents``."""
    group = "" if "/" in kind else kinds["well_known"].get(kind, "")
    named: str = f"{group}/{kind}" if group else kind
    return str(kinds["aliases"].get(named, named))

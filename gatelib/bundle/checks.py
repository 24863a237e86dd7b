"""What a bundle of rules may hold, and what of it only a verified signature can vouch for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from gatelib import catalog, guards, resources
from gatelib.bundle.digests import refuse_look_alikes
from gatelib.errors import BundleError, PolicyError
from gatelib.policy import Module, Policy

_PACKAGE: Final = (
    r"gatelib\.(main|verdict|(input|admission)(\.[a-z_]+)?|lib\.[a-z_]+|rules\.[a-z0-9_]+\.[a-z0-9_]+)"
)
_ENTRY: Final = "gatelib.main"
_TABLES: Final = ("defaults", "gates", "kinds", "layout", "params_schema", "severities")
"""What the library brings beside its rules and their catalogue."""
_MANIFEST: Final[Mapping[str, type]] = {
    "revision": str,
    "roots": list,
    "rego_version": int,
    "file_rego_versions": dict,
    "wasm": list,
    "metadata": dict,
}
"""The fields that OPA knows."""
_HINT: Final = "sign the bundle, and give the key with --verification-key"


def check_manifest(name: str, manifest: Any) -> None:
    """Check that a bundle's manifest says the same to gatelib and to OPA.

    Raises:
        BundleError: it does not.

    """
    if not isinstance(manifest, dict):
        raise BundleError("the bundle's manifest is no object")
    refuse_look_alikes(name, manifest, _MANIFEST)
    for key, kind in _MANIFEST.items():
        if key in manifest and (not isinstance(manifest[key], kind) or isinstance(manifest[key], bool)):
            raise BundleError(f"`{key}` in the bundle's manifest is not of its type")


def check_modules(modules: Sequence[Module], core: Policy, *, is_verified: bool) -> None:
    """Check each policy's package and what it calls.

    Raises:
        BundleError: there is no decision among them.
        PolicyError: a policy lies where none of its kind may, or, without a verified signature, is not the
            library's own.

    """
    known = {module.package: module.text for module in core.modules}
    packages = Counter(_package(module, known) for module in modules)
    for module in modules:
        package = module.package
        if packages[package] > 1:
            raise PolicyError(f"package `{package}` may not be in a bundle twice", file=module.path)
        is_team = package.startswith("gatelib.rules.") and package.split(".")[2] not in guards.CORE_DOMAINS
        if module.text != known.get(package) and not is_verified and not is_team:
            raise PolicyError(
                f"package `{package}` is not this gatelib's, and no signature vouches for it",
                file=module.path,
                hint=_HINT,
            )
    if _ENTRY not in packages:
        raise BundleError(f"this is no bundle of gatelib's rules: it lacks `package {_ENTRY}`")


def check_catalogs(catalogs: Any, modules: Sequence[Module], core: Policy, *, is_verified: bool) -> None:
    """Check that each rule has an entry, a policy and an owner of its own.

    Raises:
        BundleError: an entry is none, or has no policy.
        PolicyError: a rule is another's, or, without a verified signature, not what the library says of it.

    """
    if not isinstance(catalogs, dict) or not isinstance(catalogs.get(guards.CORE), dict):
        raise BundleError("the bundle has no catalogue of rules")
    packages = {module.package for module in modules if module.package.startswith("gatelib.rules.")}
    known: Mapping[str, Mapping[str, Any]] = core.catalogs[guards.CORE]
    owners: dict[str, str] = {}
    for owner, rule, entry in _entries(catalogs):
        problem = catalog.entry_problem(rule, entry)
        if problem:
            raise BundleError(f"rule `{rule}` in the bundle's catalogue: {problem}")
        if owner != guards.CORE:
            guards.check_catalog(owner, {rule: entry}, catalogs[guards.CORE])
        elif not is_verified and {**entry, "gates": []} != {**known.get(rule, {}), "gates": []}:
            raise PolicyError(
                f"rule `{rule}` is not this gatelib's, and no signature vouches for it", hint=_HINT
            )
        domain, name = entry["package"]
        if owner != (guards.CORE if domain in guards.CORE_DOMAINS else domain) or domain == guards.CORE:
            raise PolicyError(f"rule `{rule}` of `{owner}` is in the domain `{domain}`")
        if rule in owners:
            raise PolicyError(f"rule ID `{rule}` belongs to both `{owners[rule]}` and `{owner}`")
        if f"gatelib.rules.{domain}.{name}" not in packages:
            raise BundleError(f"rule `{rule}` of the bundle's catalogue has no policy")
        packages.remove(f"gatelib.rules.{domain}.{name}")
        owners[rule] = owner
    if packages:
        raise PolicyError(f"package `{min(packages)}` in the bundle is no rule of its catalogue")


def check_data(groups: Mapping[str, Any], core: Policy, *, is_verified: bool) -> None:
    """Check what the bundle fixes, the parameters, and the tables by which rules judge.

    Raises:
        BundleError: one is not of its form.
        PolicyError: without a verified signature, a table is not the library's own.

    """
    from gatelib.validation import violations

    changed = [table for table in _TABLES if groups[table] != core.data[table]]
    if changed and not is_verified:
        raise PolicyError(
            f"`data.gatelib.{changed[0]}` is not this gatelib's, and no signature vouches for it", hint=_HINT
        )
    schema = orjson.loads(resources.schema("bundle-data.json").read_bytes())
    for violation in violations(groups, schema):
        raise BundleError(f"`data.gatelib` of the bundle: {violation.message}")
    if "params_schema" in changed:
        _check_schema(groups["params_schema"])
    for violation in violations(groups.get("params", {}), groups["params_schema"]):
        raise BundleError(f"`data.gatelib.params` of the bundle: {violation.message}")


def _package(module: Module, known: Mapping[str, str]) -> str:
    """Return the package that an engine sees, which must be the one that was looked for in the text."""
    package = module.package
    if module.text != known.get(package):
        package = guards.check_builtins(module)
    if re.fullmatch(_PACKAGE, package) is None:
        raise PolicyError(f"package `{package}` may not be in a bundle", file=module.path)
    if package != module.package:
        raise PolicyError(f"package `{package}` must stand on a line of its own", file=module.path)
    return package


def _entries(catalogs: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for owner, entries in catalogs.items():
        if not isinstance(entries, dict):
            raise BundleError(f"the catalogue of `{owner}` in the bundle is no object")
        for rule, entry in entries.items():
            yield owner, rule, entry


def _check_schema(schema: Mapping[str, Any]) -> None:
    from jsonschema import Draft7Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft7Validator.check_schema(schema)
    except SchemaError:
        raise BundleError("`data.gatelib.params_schema` in the bundle is no JSON Schema") from None

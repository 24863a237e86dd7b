"""What changed from one release's evidence to the next in how it was built and what its schema does.

Compared are the roles below, by what their files say: who built, from what source and materials, by which
toolchain; and what was measured of migrations, shadow reads and the API. What every release changes, such as
the commit and the times, is left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gatelib.evidence.reading import PackRead

_ROLES: Final = ("provenance", "build", "migration-lint", "shadow-read", "api-compatibility")
_OF_THIS_BUILD: Final = frozenset({"build.log", "build.lockfile.sha256"})
"""What differs between any two builds, or with any change of the code."""

_VERSION: Final = re.compile(r"@(refs/.*|[^/@]*)$")

Said = Mapping[str, frozenset[str]]
"""What a release's evidence says, by what it is said of; several files may say different things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as it was; an empty side says that nothing was said of it."""

    what: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def compare(before: PackRead, after: PackRead) -> tuple[Difference, ...]:
    """Return what differs, in the order of its names."""
    old, new = said(before), said(after)
    return tuple(
        Difference(what=what, before=tuple(sorted(old.get(what, ()))), after=tuple(sorted(new.get(what, ()))))
        for what in sorted(old.keys() | new.keys())
        if old.get(what) != new.get(what)
    )


def said(pack: PackRead) -> Said:
    """Return what a pack says; only files count that a trusted producer has signed, and that can be read."""
    signed = {found["file"] for found in pack.verifications if found["type"] == "entry"}
    found: dict[str, set[str]] = defaultdict(set)
    for path, entry in pack.evidence.items():
        if entry["role"] in _ROLES and path in signed and "problem" not in entry:
            for fact in entry["facts"]:
                for what, value in _of(fact):
                    found[what].add(value)
    for verified in pack.verifications:
        if verified["type"] == "attestation" and verified["file"] in signed:
            found["provenance.signer"].add(verified["signer"])
    return {what: frozenset(values) for what, values in found.items()}


def _of(fact: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    match fact.get("kind", fact.get("type")):
        case "provenance":
            yield from _provenance(fact)
        case "Build":
            for what, value in _leaves("build", fact.get("spec") or {}):
                if what not in _OF_THIS_BUILD:
                    yield what, value
        case "Measurement":
            spec = fact.get("spec") or {}
            yield f"schema.{spec.get('name')}", f"{spec.get('value')} {spec.get('unit', '')}".strip()


def _provenance(fact: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "provenance.builder", str(fact.get("builder", ""))
    yield "provenance.build_type", str(fact.get("build_type", ""))
    source = str((fact.get("source") or {}).get("uri", ""))
    yield "provenance.source", _unversioned(source)
    for material in fact.get("materials", ()):
        name = _unversioned(str(material.get("uri", "")))
        if name != _unversioned(source):
            yield f"provenance.materials.{name}", str(material.get("digest", ""))


def _leaves(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(f"{name}.{key}", inner)
    elif value is not None:
        yield name, str(value).lower() if isinstance(value, bool) else str(value)


def _unversioned(uri: str) -> str:
    """Return a URI without what names one version: a package's version and qualifiers, or a Git revision."""
    return _VERSION.sub("", uri.partition("?")[0])

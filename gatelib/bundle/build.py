"""Building a bundle: a policy's files as Open Policy Agent takes them.

See https://www.openpolicyagent.org/docs/management-bundles#bundle-file-format.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, Final

import orjson

from gatelib import guards
from gatelib._version import __version__
from gatelib.export.conftest import entry
from gatelib.policy import Policy

MANIFEST: Final = ".manifest"
_REVISION_DIGITS: Final = 12


def files(policy: Policy, *, created: datetime) -> dict[str, bytes]:
    """Return a bundle's files by name: its manifest, its Rego and its data.

    The revision is ``created`` in UTC, to the second, and the first digits of a digest over all else, the
    manifest included; so later bundles have later revisions, and equal revisions mean equal bundles.
    """
    found = {module.path: module.text.encode() for module in policy.modules}
    data = {key: value for key, value in policy.data.items() if key in _GROUPS and value}
    found |= {f"gatelib/{group}/data.json": _json(value) for group, value in data.items()}
    for owner, entries in policy.catalogs.items():
        found[f"gatelib/catalog/{owner}/data.json"] = _json(entries)
    fixed = {key: value for key, value in policy.data["bundle"].items() if key != "revision"}
    found[_BUNDLE] = _json(fixed)
    about = {
        **{key: fixed[key] for key in ("name", "gate") if key in fixed},
        "catalog": {"sha256": hashlib.sha256(_json(policy.catalogs)).hexdigest()},
        "conftest_entry": {"sha256": hashlib.sha256(entry()).hexdigest()},
    }
    # Every domain of the library's own is claimed, so that no other bundle fills one that this leaves out.
    roots = {*_roots(found), *(f"gatelib/rules/{domain}" for domain in guards.CORE_DOMAINS)}
    manifest = _manifest(roots, about)
    revision = {"revision": _revision({**found, MANIFEST: _json(manifest)}, created)}
    found[_BUNDLE] = _json({**fixed, **revision})
    found[MANIFEST] = _json({**manifest, **revision})
    return dict(sorted(found.items()))


def data_files(
    exceptions: Sequence[Mapping[str, Any]] | None,
    evidence: Mapping[str, Any] | None,
    verifications: Sequence[Mapping[str, Any]] = (),
    *,
    created: datetime,
) -> dict[str, bytes]:
    """Return the files of a bundle that brings exceptions, evidence or both to a bundle of rules beside it.

    ``exceptions`` are PolicyException records and ``evidence`` facts by file, with what was verified of them
    as ``verifications``; of ``None`` the bundle says nothing, and leaves the place to another.
    """
    data = {
        "exceptions": exceptions,
        "evidence": evidence,
        "verifications": None if evidence is None else list(verifications),
    }
    content = {key: value for key, value in data.items() if value is not None}
    found = {"gatelib/data.json": _json(content)}
    manifest = _manifest(
        {f"gatelib/{key}" for key in content},
        {"name": "-and-".join(sorted(content.keys() - {"verifications"}))},
    )
    revision = _revision({**found, MANIFEST: _json(manifest)}, created)
    found[MANIFEST] = _json({**manifest, "revision": revision})
    return dict(sorted(found.items()))


_GROUPS: Final = ("defaults", "gates", "kinds", "layout", "params", "params_schema", "severities")
_BUNDLE: Final = "gatelib/bundle/data.json"


def _manifest(roots: Iterable[str], about: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest that has yet to get its revision."""
    metadata = {"gatelib": {"version": __version__, **about}}
    return {"roots": sorted(roots), "rego_version": 1, "metadata": metadata}


def _roots(found: Mapping[str, bytes]) -> Iterator[str]:
    for name in found:
        parts = name.split("/")
        yield "/".join(parts[:3] if parts[1] in ("catalog", "rules") else parts[:2]).removesuffix(".rego")


def _revision(found: Mapping[str, bytes], created: datetime) -> str:
    moment = created.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{moment}-{_digest(found)[:_REVISION_DIGITS]}"


def _digest(found: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(found.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)

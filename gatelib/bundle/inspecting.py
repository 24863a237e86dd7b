"""What there is to know of a bundle without running it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from gatelib.bundle.loading import Bundle, data_of
from gatelib.errors import BundleError
from gatelib.policy import Module


def describe(bundle: Bundle) -> dict[str, Any]:
    """Return a bundle's revision, digests, signature, what it fixes, its rules and its files, for JSON.

    A signature that was not verified says nothing of who signed.

    Raises:
        BundleError: its data cannot be read.

    """
    signer, data = bundle.signer, data_of(bundle)
    return {
        "revision": bundle.revision,
        "sha256": bundle.sha256,
        "signature": {
            "there": bundle.is_signed,
            "verified": signer is not None,
            "keyid": signer.keyid if signer else None,
            "algorithm": signer.algorithm if signer else None,
            "scope": signer.scope if signer else None,
        },
        "fixes": {
            key: value for key, value in _object(data, "gatelib", "bundle").items() if key != "revision"
        },
        "roots": bundle.manifest.get("roots", [""]),
        "rules": list(_rules(bundle, _object(data, "gatelib", "catalog"))),
        "files": [
            {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in sorted(bundle.files.items())
        ],
    }


def lines(about: Mapping[str, Any]) -> Iterator[str]:
    """Yield a description as lines of text."""
    signature = about["signature"]
    yield f"revision   {about['revision'] or '-'}"
    yield f"sha256     {about['sha256']}"
    if signature["verified"]:
        yield f"signed by  {signature['keyid'] or 'a key without ID'} ({signature['algorithm']})"
        yield f"scope      {signature['scope'] or '-'}"
    else:
        yield f"signed by  {'somebody; name a key to verify it' if signature['there'] else 'nobody'}"
    for key, value in about["fixes"].items():
        yield f"{key:<10} {_words(value)}"
    yield f"files      {len(about['files'])}"
    yield f"rules      {len(about['rules'])}"
    for rule in about["rules"]:
        digest = (rule["sha256"] or "no policy")[:12]
        yield f"  {rule['id']:<12} {rule['severity']:<9} {digest:<12}  {rule['title']}"


def _rules(bundle: Bundle, catalogs: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    policies = {
        Module(name, content.decode("utf-8", "replace")).package: hashlib.sha256(content).hexdigest()
        for name, content in bundle.files.items()
        if name.endswith(".rego")
    }
    for owner in sorted(catalogs):
        for rule, entry in sorted(_object(catalogs, owner).items()):
            package = entry.get("package") if isinstance(entry, dict) else None
            if not isinstance(package, list) or len(package) != 2:
                raise BundleError(f"`{rule}` in the catalogue of `{owner}` is no entry of a catalogue")
            name = ".".join(["gatelib", "rules", *map(str, package)])
            yield {
                "id": rule,
                "owner": owner,
                "title": str(entry.get("title", "")),
                "severity": str(entry.get("severity", "")),
                "package": name,
                "sha256": policies.get(name),
            }


def _object(data: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """Return what lies at a path, empty where nothing does."""
    found = data
    for key in path:
        value = found.get(key, {})
        if not isinstance(value, dict):
            raise BundleError(f"`{'.'.join(path)}` in the bundle's data is no object")
        found = value
    return found


def _words(value: Any) -> str:
    match value:
        case str():
            return value
        case list():
            return ", ".join(map(_words, value)) or "-"
        case {"action": action, "until": until}:
            return f"{action} until {until}"
        case {"kind": kind, "exactly": number}:
            return f"exactly {number} of {kind}"
        case dict():
            return ", ".join(f"{key}: {_words(entry)}" for key, entry in value.items()) or "-"
        case _:
            return str(value)

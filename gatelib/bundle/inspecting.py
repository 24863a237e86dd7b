"""What there is to know of a bundle without running it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from gatelib.bundle.digests import read_json
from gatelib.bundle.loading import Bundle
from gatelib.errors import BundleError

_CATALOG: Final = "gatelib/catalog/"
_FIXED: Final = "gatelib/bundle/data.json"


def describe(bundle: Bundle) -> dict[str, Any]:
    """Return a bundle's revision, digests, signature, what it fixes, its rules and its files, for JSON.

    A signature that was not verified says nothing of who signed.

    Raises:
        BundleError: its data cannot be read.

    """
    signer = bundle.signer
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
        "fixes": {key: value for key, value in _object(bundle, _FIXED).items() if key != "revision"},
        "roots": bundle.manifest.get("roots", [""]),
        "rules": list(_rules(bundle)),
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
        yield f"  {rule['id']:<12} {rule['severity']:<9} {rule['sha256'][:12]}  {rule['title']}"


def _rules(bundle: Bundle) -> Iterator[dict[str, Any]]:
    for name in sorted(bundle.files):
        if not name.startswith(_CATALOG):
            continue
        for rule, entry in sorted(_object(bundle, name).items()):
            package = entry.get("package") if isinstance(entry, dict) else None
            if not isinstance(package, list) or len(package) != 2:
                raise BundleError(f"`{rule}` in `{name}` is no entry of a catalogue")
            path = "gatelib/rules/{0}/{1}/{1}.rego".format(*package)
            yield {
                "id": rule,
                "owner": name.split("/")[2],
                "title": str(entry.get("title", "")),
                "severity": str(entry.get("severity", "")),
                "package": ".".join(["gatelib", "rules", *map(str, package)]),
                "sha256": hashlib.sha256(bundle.files.get(path, b"")).hexdigest(),
            }


def _object(bundle: Bundle, name: str) -> dict[str, Any]:
    value = read_json(name, bundle.files.get(name, b"{}"))
    if not isinstance(value, dict):
        raise BundleError(f"`{name}` in the bundle is no object")
    return value


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

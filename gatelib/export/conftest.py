"""A folder for plain ``conftest test``: policies, their data and Conftest's settings, without Python."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

import orjson

from gatelib._version import __version__
from gatelib.errors import PolicyError, UsageError
from gatelib.policy import Policy

SHAPES: Final = ("combined", "envelope")
"""The input shapes that Conftest can give: of manifests with ``--combine``, of an envelope without."""

_SETTINGS: Final = b"""\
# Written by `gatelib export conftest`. Run conftest in this folder: the paths are those of where it runs.
policy = ["policy"]
data = ["policy"]
namespace = ["main"]
combine = true
show-builtin-errors = true
"""
_SEALED: Final = (
    "evidence",
    "exceptions",
    "defaults",
    "gates",
    "kinds",
    "layout",
    "params",
    "params_schema",
    "severities",
    "verifications",
)
_SEAL: Final = """\
# METADATA
# title: The seal of the data
# description: The SHA-256 of all data that the policies read, which no file of data can change.
package gatelib.sealed

sha256 := "{}"
"""


def entry() -> bytes:
    """Return the policy that Conftest asks, ``package main``; the same for every bundle."""
    return (Path(__file__).parent / "main.rego").read_bytes()


def files(policy: Policy) -> dict[str, bytes]:
    """Return the folder's files by name: ``conftest.toml``, and ``policy/`` with Rego and data.

    All rules of the policy are in; what ``data.gatelib.bundle`` does not fix is filled in.

    Raises:
        UsageError: the policy takes no input that Conftest can give.
        PolicyError: a module would hide what the export itself writes.

    """
    data = {key: policy.data[key] for key in _SEALED if key in policy.data}
    data["bundle"] = _fixed(policy)
    data["catalog"] = policy.catalogs
    groups = {key: value for key, value in data.items() if key != "catalog"}
    own = {"conftest.toml": _SETTINGS, "policy/main.rego": entry()}
    own |= {f"policy/gatelib/{group}/data.json": _json(value) for group, value in groups.items()}
    for owner, entries in policy.catalogs.items():
        own[f"policy/gatelib/catalog/{owner}/data.json"] = _json(entries)
    own["policy/gatelib/sealed.rego"] = _SEAL.format(_digest(data)).encode()
    modules = {f"policy/{module.path}": module.text.encode() for module in policy.modules}
    for name in sorted(own.keys() & modules.keys()):
        raise PolicyError("a policy has the place of a file of the export's own", file=name)
    return dict(sorted({**own, **modules}.items()))


def _fixed(policy: Policy) -> dict[str, Any]:
    bundle = {"revision": f"gatelib-{__version__}", "inputs": list(SHAPES), **policy.data.get("bundle", {})}
    taken = [shape for shape in bundle["inputs"] if shape in SHAPES]
    if not taken:
        raise UsageError(
            f"Conftest gives no input that this policy takes: {', '.join(bundle['inputs'])}",
            hint=f"name `{SHAPES[0]}` among the `inputs` of the bundle's definition",
        )
    return bundle


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


_ESCAPED: Final = {b"<": b"\\u003c", b">": b"\\u003e", b"&": b"\\u0026"} | {
    "\u2028".encode(): b"\\u2028",
    "\u2029".encode(): b"\\u2029",
}
"""What Go's ``encoding/json``, and so ``json.marshal`` of Rego, escapes and orjson does not."""


def _digest(data: Any) -> str:
    text = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    for plain, escaped in _ESCAPED.items():
        text = text.replace(plain, escaped)
    return hashlib.sha256(text).hexdigest()

"""A bundle that works, and the ways to make another one of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from gatelib.bundle import build, definition
from gatelib.policy import shipped
from gatelib.settings import parse_now
from tests.acceptance.command import NOW
from tests.forging import END, Files, bundle, payload, signatures, signed, tar, token, zipped
from tests.paths import ROOT

RULE = "gatelib/rules/kubernetes/privileged/privileged.rego"
MAIN = "gatelib/main.rego"
CATALOG = "gatelib/catalog/core/data.json"
GATES = "gatelib/gates/data.json"
FIXED = "gatelib/bundle/data.json"
MANIFEST = ".manifest"
SIGNATURES = ".signatures.json"
EXTRA = b"package gatelib.rules.acme.extra\n"


class Attack(NamedTuple):
    """What somebody made of the bundle."""

    make: Callable[[], bytes]

    ours: str
    """What gatelib says, a regular expression."""

    opas: str
    """What OPA says, the same; or the row of the guide's table that says why OPA takes it."""


@cache
def files(created: str = NOW) -> dict[str, bytes]:
    """The files of a small bundle that works."""
    moment = parse_now(created)
    assert moment is not None
    path = ROOT / "tests" / "tampering" / "one-rule.yaml"
    return build.files(definition.read(path, shipped()), created=moment)


@cache
def good() -> Files:
    return signed(files())


def replaced(name: str, content: bytes) -> bytes:
    assert good()[name] != content
    return bundle({**good(), name: content})


def without(*names: str) -> bytes:
    return bundle({name: content for name, content in good().items() if name not in names})


def resigned(changes: Files) -> bytes:
    """The release key signs the bundle with these changes."""
    return bundle(signed({**files(), **changes}))


def manifest(**changes: Any) -> bytes:
    return json.dumps({**json.loads(files()[MANIFEST]), **changes}).encode()


def with_token(jwt: str, **more: Any) -> bytes:
    return bundle({**files(), SIGNATURES: signatures(jwt, **more)})


def with_head(**more: Any) -> bytes:
    return with_token(token(payload(files()), **more))


def claiming(**claims: Any) -> bytes:
    return with_token(token(payload(files(), **claims)))


def followed_by(*members: bytes) -> bytes:
    """The signed bundle, and something more before its end."""
    return zipped(tar(good()) + b"".join(members) + END)


def moved(*members: bytes) -> bytes:
    """The signed bundle with its rule written in another way."""
    return zipped(
        tar({name: content for name, content in good().items() if name != RULE}) + b"".join(members) + END
    )

"""A bundle made into a policy: verified, looked through, and only then run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from gatelib.bundle import archive, checks
from gatelib.bundle.build import MANIFEST
from gatelib.bundle.digests import read_json
from gatelib.bundle.revisions import is_older
from gatelib.catalog import Entry
from gatelib.errors import BundleError, PolicyError, SignatureError
from gatelib.policy import Module, Origin, Policy, shipped

if TYPE_CHECKING:
    from gatelib.bundle.signatures import Signer
    from gatelib.keys import VerificationKey

SIGNATURES: Final = ".signatures.json"

_GROUPS: Final = frozenset(
    {"bundle", "catalog", "defaults", "gates", "kinds", "layout", "params", "params_schema", "severities"}
)
"""What a bundle with rules may put under ``data.gatelib``."""

_READ_AS_MANIFEST: Final = (".manifest", ".manifest.pb")
_NEEDED: Final = frozenset({"bundle", "defaults", "gates", "kinds", "layout", "params_schema", "severities"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What a bundle must prove before it is run."""

    keys: Sequence[VerificationKey] = ()
    """Those that may have signed it."""
    scope: str = ""
    """What the signature must be for."""
    required: bool = False
    """Whether an unsigned bundle is refused even where no key is given."""
    min_revision: str | None = None
    """No older revision is run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle's files and what is known of them."""

    files: Mapping[str, bytes]
    sha256: str
    """Of the archive."""
    manifest: Mapping[str, Any]
    signer: Signer | None
    """Who signed it, where that was verified."""

    @property
    def revision(self) -> str:
        """What the manifest calls it."""
        return str(self.manifest.get("revision", ""))

    @property
    def is_signed(self) -> bool:
        """Whether it carries a signature, verified or not."""
        return SIGNATURES in self.files


def read(path: Path, trust: Trust, *, now: datetime, verified: bool = True) -> Bundle:
    """Return what is in a bundle's file; see :func:`open_bundle`.

    Raises:
        BundleError: it cannot be read, or as there.

    """
    try:
        with path.open("rb") as file:
            data = file.read(archive.MOST_BYTES + 1)
    except OSError as error:
        raise BundleError(f"the bundle cannot be read: {error.strerror}", file=str(path)) from None
    try:
        return open_bundle(data, trust, now=now, verified=verified)
    except BundleError as error:
        error.file = error.file or str(path)
        raise


def open_bundle(data: bytes, trust: Trust, *, now: datetime, verified: bool = True) -> Bundle:
    """Return what is in a bundle, once it has proved what it must.

    Without ``verified`` its signature is left alone where no key is given; that is for looking at it only.

    Raises:
        BundleError: it cannot be read, or is older than it may be.
        SignatureError: it is not signed as it must be, or is signed and no key is given to verify it with.

    """
    files = archive.read(data)
    signer = None
    if trust.keys:
        from gatelib.bundle import signatures

        signer = signatures.verify(files, trust.keys, scope=trust.scope, now=now)
    elif trust.required or trust.scope:
        raise SignatureError(
            "no key is given to verify the bundle with", hint="name one with --verification-key"
        )
    elif SIGNATURES in files and verified:
        raise SignatureError(
            "the bundle is signed, and no key is given to verify it with",
            hint="name one with --verification-key",
        )
    for name in files:
        if name != MANIFEST and name.endswith(_READ_AS_MANIFEST):
            raise BundleError(f"`{name}` is nothing that a bundle of rules holds: OPA reads it as a manifest")
    manifest = read_json(MANIFEST, files.get(MANIFEST, b"{}"))
    checks.check_manifest(MANIFEST, manifest)
    if trust.min_revision is not None and is_older(str(manifest.get("revision", "")), trust.min_revision):
        raise BundleError(
            f"the bundle's revision `{manifest.get('revision', '')}` is older than `{trust.min_revision}`",
            hint="somebody may be serving an old bundle again",
        )
    digest = hashlib.sha256(data).hexdigest()
    return Bundle(files=files, sha256=digest, manifest=manifest, signer=signer)


def policy(bundle: Bundle, *, vouched: bool = False) -> Policy:
    """Return the policy in a bundle.

    What the library brings, its rules, their catalogue and the tables by which they judge, may differ from
    this gatelib's only where the signature was verified, or where the caller has ``vouched`` for it. In any
    case policies use portable built-ins and no data lies over a rule.

    Raises:
        BundleError: it is no bundle with rules, or holds what an engine would read in another way.
        PolicyError: it holds Rego or data that may not be there.

    """
    if bundle.manifest.get("rego_version", 1) != 1 or bundle.manifest.get("file_rego_versions"):
        raise BundleError("the bundle is not of Rego v1 throughout")
    if bundle.manifest.get("wasm"):
        raise BundleError("the bundle asks for WebAssembly in place of its Rego")
    modules: list[Module] = []
    for name, content in sorted(bundle.files.items()):
        if name.endswith(".rego"):
            modules.append(_module(name, content))
        elif not _is_data(name) and name not in (MANIFEST, SIGNATURES):
            raise BundleError(f"`{name}` is nothing that a bundle of rules holds")
    groups = _groups(data_of(bundle))
    catalogs = groups.pop("catalog", {})
    core = shipped()
    is_verified = vouched or bundle.signer is not None
    checks.check_modules(modules, core, is_verified=is_verified)
    checks.check_catalogs(catalogs, modules, core, is_verified=is_verified)
    checks.check_data(groups, core, is_verified=is_verified)
    if groups["bundle"]["revision"] != bundle.revision:
        raise BundleError("the bundle's data and its manifest name different revisions")
    return Policy(
        modules=tuple(modules),
        catalogs={owner: cast("dict[str, Entry]", entries) for owner, entries in catalogs.items()},
        data={"params": {}, "exceptions": [], **groups},
        origin=Origin(bundle.sha256, bundle.signer.keyid or "" if bundle.signer else None),
    )


def data_of(bundle: Bundle) -> dict[str, Any]:
    """Return the data in a bundle, each file's where its path says.

    Raises:
        BundleError: a file is no JSON, or says what another one says.

    """
    data: dict[str, Any] = {}
    for name, content in sorted(bundle.files.items()):
        if _is_data(name):
            _merge(data, name, read_json(name, content))
    return data


def _is_data(name: str) -> bool:
    return name.rpartition("/")[2] == "data.json"


def _module(name: str, content: bytes) -> Module:
    try:
        module = Module(name, content.decode("utf-8"))
    except UnicodeDecodeError:
        raise BundleError(f"`{name}` in the bundle is not UTF-8") from None
    if name.endswith("_test.rego"):
        raise BundleError(f"`{name}` is a test")
    return module


def _merge(data: dict[str, Any], name: str, value: Any) -> None:
    """Put a file's value where its path says, as OPA does; two files may not say the same thing."""
    for part in reversed(name.split("/")[:-1]):
        value = {part: value}
    if not isinstance(value, dict):
        raise BundleError(f"`{name}` in the bundle is no object")
    todo = [(data, value)]
    while todo:
        into, more = todo.pop()
        for key, entry in more.items():
            if key not in into:
                into[key] = entry
            elif isinstance(entry, dict) and isinstance(into[key], dict):
                todo.append((into[key], entry))
            else:
                raise BundleError(f"`{name}` says again what another file of the bundle says")


def _groups(data: Mapping[str, Any]) -> dict[str, Any]:
    found = data.get("gatelib", {})
    if not isinstance(found, dict):
        raise BundleError("`data.gatelib` in the bundle is no object")
    if data.keys() - {"gatelib"} or found.keys() - _GROUPS:
        strange = min(data.keys() - {"gatelib"} or {f"gatelib.{key}" for key in found.keys() - _GROUPS})
        raise PolicyError(f"data at `{strange}` in the bundle may change what rules decide")
    missing = sorted(_NEEDED - found.keys())
    if missing:
        raise BundleError(
            f"this is no bundle of gatelib's rules: it lacks `data.gatelib.{missing[0]}`",
            hint="`gatelib bundle build` makes one",
        )
    return dict(found)

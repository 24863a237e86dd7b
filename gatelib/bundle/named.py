"""The bundle that a run names: what it must prove, and where that was said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatelib import config, sources
from gatelib.bundle import loading
from gatelib.errors import BundleError, ConfigError, UsageError

if TYPE_CHECKING:
    from gatelib.bundle.loading import Bundle
    from gatelib.keys import VerificationKey
    from gatelib.policy import Policy
    from gatelib.resolution import InForce

_BY_SHAPE = {"envelope": "files", "artefact": "requests"}
"""What is judged, by how it is asked about."""


def policy(force: InForce) -> Policy:
    """Return the policy in the bundle that is named.

    Raises:
        BundleError: it cannot be read, or does not prove what it must.
        PolicyError: it holds what may not run.
        UsageError: it judges no files, or it or a key is the judged author's own.

    """
    path, name = _path(force), display(force)
    keys = _keys(force)
    for key in keys:
        if key.file is not None and _is_judged(key.file, force):
            raise ConfigError(
                f"the key in `{sources.display(key.file, force.base)}` lies in the judged tree, "
                "and proves nothing there",
                hint="give it from a place that the author of the change does not control",
            )
    trust = loading.Trust(
        keys=keys,
        scope=_said(force, "scope", "")[0],
        required=_said(force, "require_signature", False)[0],
        min_revision=_said(force, "min_revision", None)[0],
    )
    try:
        bundle = loading.read(path, trust, now=force.now)
    except BundleError as error:
        error.file = name
        raise
    _refuse_judged(bundle, path, force)
    found = loading.policy(bundle)
    inputs = found.data["bundle"].get("inputs", ["envelope"])
    if force.shape not in inputs:
        raise UsageError(
            f"the bundle takes {' and '.join(inputs)}, and no {_BY_SHAPE[force.shape]}",
            file=name,
            hint=f"name `{force.shape}` among the `inputs` of its definition",
        )
    return found


def display(force: InForce) -> str:
    """Return the bundle's name as messages show it."""
    given = force.settings.bundle
    return sources.display(_path(force) if given is None else Path(given), force.base)


def describe(force: InForce) -> dict[str, tuple[Any, str]]:
    """Return what is asked of the bundle, and what it is, each with where it came from."""
    name, origin = display(force), force.core.origin
    keys = [key.keyid or "any ID" for key in _keys(force)]
    listed = force.config is not None and force.config.values.get("trust", {}).get("bundle")
    sides = (
        ("command line", force.settings.verification_keys),
        (force.config.name if force.config else "", listed),
    )
    return {
        "bundle.path": (name, _said(force, "path", None)[1]),
        "bundle.require_signature": _said(force, "require_signature", False),
        "bundle.scope": _said(force, "scope", ""),
        "bundle.min_revision": _said(force, "min_revision", None),
        "trust.bundle": (keys, ", ".join(side for side, there in sides if there) or "default"),
        "bundle.revision": (force.core.data["bundle"]["revision"], name),
        "bundle.sha256": (origin.sha256 if origin else None, name),
        "bundle.signed_by": (origin.signed_by if origin else None, name),
    }


def _path(force: InForce) -> Path:
    given = force.settings.bundle
    if given is not None:
        return force.base / given
    assert force.config is not None  # noqa: S101 - a bundle is named by one of the two
    return force.config.place(force.config.values["bundle"]["path"])


def _keys(force: InForce) -> tuple[VerificationKey, ...]:
    try:
        listed = force.config.bundle_keys() if force.config else ()
    except UsageError as error:
        error.file = error.file and sources.display(Path(error.file), force.base)
        raise
    return (*force.settings.verification_keys, *listed)


def _said(force: InForce, key: str, default: Any) -> tuple[Any, str]:
    """Return what is asked of the bundle, the command line's over the configuration's, and who asks."""
    setting = {"path": "bundle"}.get(key, key)
    if (value := getattr(force.settings, setting, None)) is not None:
        return value, "command line"
    if force.config is not None and key in force.config.values.get("bundle", {}):
        return force.config.values["bundle"][key], force.config.name
    return default, "default"


def _is_judged(path: Path, force: InForce) -> bool:
    judged = (entry for entry in force.judged if entry != sources.STDIN)
    return any(config.lies_in(path, force.base / entry) for entry in judged)


def _refuse_judged(bundle: Bundle, path: Path, force: InForce) -> None:
    if bundle.signer is None and _is_judged(path, force):
        raise ConfigError(
            "the bundle lies in the judged tree, and no signature proves that its rules are not the author's",
            file=display(force),
            hint="sign it, and give the key with --verification-key",
        )

"""The releases in a repository of a registry: each tag that names an Evidence Pack, by its digest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gatelib.audit.population import Unread
from gatelib.bundle import oci
from gatelib.bundle.artifact import digest_of
from gatelib.bundle.references import Reference
from gatelib.errors import GatelibError, UsageError
from gatelib.evidence.oci import ARTIFACT_TYPE
from gatelib.evidence.pack import OCI


def packs(place: str, access: Mapping[str, Any]) -> tuple[list[tuple[str, str]], list[str], list[Unread]]:
    """Return the packs of ``oci://HOST/REPOSITORY``, the tags of other artifacts, and what cannot be read.

    A pack is its tag, the first of several, and its place by digest: what is read later is what was listed.

    Raises:
        UsageError: the repository is malformed.
        RegistryError: the registry does not list its tags.

    """
    named = _repository(place)
    listing = oci.repository(named, **access)
    found: dict[str, tuple[str, str]] = {}
    left_out: list[str] = []
    unread: list[Unread] = []
    for tag in listing.run(listing.tags):
        try:
            one = replace(Reference.parse(f"{named.registry}/{named.repository}:{tag}"), digest=None)
            asked = oci.repository(one, **access)
            content = asked.run(asked.manifest)
        except GatelibError as error:
            unread.append(Unread(tag, error.message))
            continue
        if _type_of(content) != ARTIFACT_TYPE:
            left_out.append(tag)
            continue
        digest = digest_of(content)
        pinned = replace(one, tag=None, digest=digest)
        found.setdefault(digest, (tag, f"{OCI}{pinned}"))
    return list(found.values()), left_out, unread


def _repository(place: str) -> Reference:
    name = place.removeprefix(OCI)
    try:
        return Reference.parse(f"{name}:all")
    except UsageError:
        raise UsageError(
            f"`{place}` is no repository", hint="such as oci://registry.example.com/evidence/payments"
        ) from None


def _type_of(content: bytes) -> Any:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value.get("artifactType") if isinstance(value, dict) else None

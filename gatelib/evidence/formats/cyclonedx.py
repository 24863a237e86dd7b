"""CycloneDX bills of materials in JSON, 1.2 to 1.7.

See https://cyclonedx.org/docs/1.7/json/. A component that lists several licences is under all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from gatelib.errors import EvidenceError
from gatelib.evidence.formats import moments
from gatelib.evidence.formats.fields import mapping, mappings, text
from gatelib.evidence.formats.images import digest_of, purl_digest
from gatelib.evidence.formats.interface import Fact, Format, Given
from gatelib.evidence.formats.licenses import Licenses

_VERSIONS: Final = re.compile(r"1\.[2-7]")
_UNLICENSED_TYPES: Final = {"file", "operating-system"}
"""Types of components that scanners of images list without a licence."""
_REPO_DIGEST: Final = "aquasecurity:trivy:RepoDigest"
_WHAT: Final = "CycloneDX"
_WRITE_AGAIN: Final = "write it again, with the tool that it comes from"


class CycloneDX(Format):
    """What a bill of materials is about, and the licences of what it lists."""

    name = "cyclonedx"

    def recognises(self, given: Given) -> bool:
        """Take what says that it is one."""
        return isinstance(given.json, dict) and given.json.get("bomFormat") == "CycloneDX"

    def facts(self, given: Given) -> list[Fact]:
        """Return the ``sbom`` and its licences."""
        bom = given.json
        version = bom.get("specVersion")
        if not isinstance(version, str) or not _VERSIONS.fullmatch(version):
            raise EvidenceError("is no CycloneDX of a version from 1.2 to 1.7", hint=_WRITE_AGAIN)
        metadata = mapping(bom.get("metadata"), _WHAT)
        subject = mapping(metadata.get("component"), _WHAT)
        licenses, count = Licenses(), 0
        for component in _components([bom.get("components"), subject.get("components")]):
            count += 1
            _add(licenses, component)
        sbom = {
            "type": "sbom",
            "spec": "CycloneDX",
            "version": version,
            "components": count,
            "name": text(subject.get("name"))[:300],
            "digest": _digest(subject),
            "created": moments.utc(metadata.get("timestamp")),
        }
        return [sbom, *licenses.facts()]


FORMAT: Final = CycloneDX()


def _components(lists: list[Any]) -> Iterator[Mapping[str, Any]]:
    """Yield components, and those inside them."""
    while lists:
        for component in mappings(lists.pop(), _WHAT):
            yield component
            if inside := component.get("components"):
                lists.append(inside)


def _add(licenses: Licenses, component: Mapping[str, Any]) -> None:
    expressions, names = [], []
    for choice in mappings(component.get("licenses"), _WHAT):
        if expression := text(choice.get("expression")):
            expressions.append(expression)
        else:
            license_ = mapping(choice.get("license"), _WHAT)
            known = map(text, (license_.get("id"), license_.get("name"), license_.get("url")))
            names.append(next(filter(None, known), "a licence without a name"))
    if expressions or names or text(component.get("type")) not in _UNLICENSED_TYPES:
        licenses.add(_name(component), expressions=expressions, names=names)


def _name(component: Mapping[str, Any]) -> str:
    group, name, version = (text(component.get(key)) for key in ("group", "name", "version"))
    return (f"{group}/" if group else "") + name + (f"@{version}" if version else "")


def _digest(subject: Mapping[str, Any]) -> str:
    """Return the digest of the image that a bill is about, wherever its tool writes it."""
    properties = mappings(subject.get("properties"), _WHAT)
    hashes = mappings(subject.get("hashes"), _WHAT)
    candidates = [
        purl_digest(subject.get("purl")),
        digest_of(subject.get("version")),
        *(digest_of(entry.get("value")) for entry in properties if entry.get("name") == _REPO_DIGEST),
        *(digest_of(f"sha256:{entry.get('content')}") for entry in hashes if entry.get("alg") == "SHA-256"),
    ]
    return next(filter(None, candidates), "")

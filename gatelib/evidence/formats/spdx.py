"""SPDX bills of materials in JSON, 2.2 and 2.3.

See https://spdx.github.io/spdx-spec/v2.3/. The licence that somebody concluded on counts before the one that
a package declares.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gatelib.errors import EvidenceError
from gatelib.evidence.formats import moments
from gatelib.evidence.formats.fields import mapping, mappings, text, values
from gatelib.evidence.formats.images import digest_of, purl_digest
from gatelib.evidence.formats.interface import Fact, Format, Given
from gatelib.evidence.formats.licenses import Licenses

_VERSIONS: Final = {"SPDX-2.2": "2.2", "SPDX-2.3": "2.3"}
_DOCUMENT: Final = "SPDXRef-DOCUMENT"
_NONE: Final = {"", "NONE", "NOASSERTION"}
_WHAT: Final = "SPDX"
_WRITE_AGAIN: Final = "write it again, with the tool that it comes from"


class SPDX(Format):
    """What a bill of materials is about, and the licences of what it lists."""

    name = "spdx"

    def recognises(self, given: Given) -> bool:
        """Take what names a version of SPDX, or the context of SPDX 3."""
        return isinstance(given.json, dict) and (
            "spdxVersion" in given.json
            or ("@graph" in given.json and "spdx.org" in str(given.json.get("@context"))[:500])
        )

    def facts(self, given: Given) -> list[Fact]:
        """Return the ``sbom`` and its licences."""
        document = given.json
        version = document.get("spdxVersion")
        if not isinstance(version, str) or version not in _VERSIONS:
            raise EvidenceError("is no SPDX of version 2.2 or 2.3", hint=_WRITE_AGAIN)
        packages = mappings(document.get("packages"), _WHAT)
        described = {*_described(document)} - {""}
        subjects = [package for package in packages if text(package.get("SPDXID")) in described]
        # a document that describes all that it lists has no subject
        subject = subjects[0] if len(subjects) == 1 else {}
        listed = [package for package in packages if package is not subject]
        licenses = Licenses()
        for package in listed:
            licenses.add(_name(package), expressions=[_license(package)])
        sbom = {
            "type": "sbom",
            "spec": "SPDX",
            "version": _VERSIONS[version],
            "components": len(listed),
            "name": text(subject.get("name") or document.get("name"))[:300],
            "digest": _digest(subject),
            "created": moments.utc(mapping(document.get("creationInfo"), _WHAT).get("created")),
        }
        return [sbom, *licenses.facts()]


FORMAT: Final = SPDX()


def _described(document: Mapping[str, Any]) -> Iterator[str]:
    for id_ in values(document.get("documentDescribes"), _WHAT):
        yield text(id_)
    for relationship in mappings(document.get("relationships"), _WHAT):
        kind = relationship.get("relationshipType")
        ends = [text(relationship.get(key)) for key in ("spdxElementId", "relatedSpdxElement")]
        if kind == "DESCRIBES" and ends[0] == _DOCUMENT:
            yield ends[1]
        elif kind == "DESCRIBED_BY" and ends[1] == _DOCUMENT:
            yield ends[0]


def _license(package: Mapping[str, Any]) -> str:
    told = (text(package.get(key)) for key in ("licenseConcluded", "licenseDeclared"))
    return next((license_ for license_ in told if license_ not in _NONE), "")


def _name(package: Mapping[str, Any]) -> str:
    name, version = text(package.get("name")), text(package.get("versionInfo"))
    return f"{name}@{version}" if version else name


def _digest(subject: Mapping[str, Any]) -> str:
    """Return the digest of the image that a document describes, wherever its tool writes it."""
    references = mappings(subject.get("externalRefs"), _WHAT)
    checksums = mappings(subject.get("checksums"), _WHAT)
    candidates = [
        *(purl_digest(entry.get("referenceLocator")) for entry in references),
        digest_of(subject.get("versionInfo")),
        *(
            digest_of(f"sha256:{entry.get('checksumValue')}")
            for entry in checksums
            if entry.get("algorithm") == "SHA256"
        ),
    ]
    return next(filter(None, candidates), "")

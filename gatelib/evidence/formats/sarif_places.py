"""Where SARIF's results are: file and line, package, image; each tool has its own place for the last two."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from gatelib.evidence.formats.fields import line

_DIGEST: Final = re.compile(r"@(sha256:[0-9a-f]{64})\Z")
_LONGEST: Final = 300
_PACKAGE: Final = re.compile(
    r"^Package: (?P<trivy>[^\n]+)"
    r"|^An? \w+ vulnerability in \S+ package: (?P<grype>.+?), version \S* ?was found"
    r"(?: in image (?P<image>\S+) at: )?"
    r"|^The path .+? reports (?P<anchore>\S+) at version "
    r"|^Package '(?P<osv>[^'\n]+)@[^'@\n]*' is vulnerable to "
    r"|^This file introduces a vulnerable (?P<snyk>.+?) package with an? \w+ severity vulnerability"
)
_LOCATED: Final = re.compile(r": (?P<trivy>[^\s:]\S*)@[^\s@]+\Z")


def image(properties: object) -> tuple[str, str]:
    """Return the reference and the digest of the image that a run looked at, as trivy writes them."""
    if not isinstance(properties, dict):
        return "", ""
    name = properties.get("imageName")
    target = name[:_LONGEST] if isinstance(name, str) else ""
    repositories = properties.get("repoDigests")
    for reference in (target, *(repositories if isinstance(repositories, list) else [])):
        if isinstance(reference, str) and (match := _DIGEST.search(reference)):
            return target, match[1]
    return target, ""


def package(message: object, result: Mapping[str, Any]) -> tuple[str, str]:
    """Return the package without its version, and the image, that a result is about; empty where unknown."""
    text = message.get("text") if isinstance(message, dict) else None
    if isinstance(text, str) and (match := _PACKAGE.match(text[:1_000])):
        name = next(found for key, found in match.groupdict().items() if found and key != "image")
        return name.strip(), match["image"] or ""
    first = _first(result.get("locations"))
    said = first.get("message")
    text = said.get("text") if isinstance(said, dict) else None
    if isinstance(text, str) and (match := _LOCATED.search(text[:1_000])):
        return match["trivy"], ""
    return "", ""


def place(run: Mapping[str, Any], result: Mapping[str, Any]) -> tuple[str, int]:
    """Return the file and the line, from 1, of a result's first location; 0 where it has none."""
    physical = _first(result.get("locations")).get("physicalLocation")
    if not isinstance(physical, dict):
        return "", 0
    artifact = physical.get("artifactLocation")
    artifact = artifact if isinstance(artifact, dict) else {}
    uri = artifact.get("uri")
    if not isinstance(uri, str):
        uri = _listed(run.get("artifacts"), artifact.get("index"))
    region = physical.get("region")
    return uri[:_LONGEST], line(region.get("startLine")) if isinstance(region, dict) else 0


def location(run: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """Return ``file:line``, or the name of a place that is in no file."""
    file, number = place(run, result)
    if file:
        return f"{file}:{number}" if number else file
    logical = _first(_first(result.get("locations")).get("logicalLocations"))
    name = logical.get("fullyQualifiedName") or logical.get("name")
    return name[:_LONGEST] if isinstance(name, str) else ""


def commit(result: Mapping[str, Any]) -> str:
    """Return the commit in which gitleaks found a secret."""
    prints = result.get("partialFingerprints")
    found = prints.get("commitSha") if isinstance(prints, dict) else None
    return found[:64] if isinstance(found, str) else ""


def _listed(artifacts: object, index: object) -> str:
    """Return the URI of an artifact that a location names by its place in the run's list (3.4.5)."""
    if isinstance(artifacts, list) and isinstance(index, int) and 0 <= index < len(artifacts):
        artifact = artifacts[index]
        at = artifact.get("location") if isinstance(artifact, dict) else None
        uri = at.get("uri") if isinstance(at, dict) else None
        return uri if isinstance(uri, str) else ""
    return ""


def _first(values: object) -> Mapping[str, Any]:
    first = values[0] if isinstance(values, list) and values else None
    return first if isinstance(first, dict) else {}

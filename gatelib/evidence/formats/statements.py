"""in-toto Statements, and the SLSA provenance in them.

See https://github.com/in-toto/attestation/tree/main/spec (Statement v0.1 and v1) and https://slsa.dev/spec
(provenance v0.2 and v1). Of another predicate only its type and its subjects are told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gatelib.evidence.formats import moments, shape
from gatelib.evidence.formats.interface import Fact
from gatelib.evidence.formats.shape import TEXT, items, optional, record

TYPE: Final = "https://in-toto.io/Statement/"
"""What the ``_type`` of every version of a Statement begins with."""
PROVENANCE: Final = "https://slsa.dev/provenance/"
"""What the predicate type of every version of SLSA provenance begins with."""
COSIGN_SIGNATURE: Final = "https://sigstore.dev/cosign/sign/v1"
"""The predicate type with which cosign 3 signs an image."""

_VERSIONS: Final = (f"{TYPE}v0.1", f"{TYPE}v1")
_V02: Final = f"{PROVENANCE}v0.2"
_V1: Final = re.compile(re.escape(PROVENANCE) + r"v1(\.[0-9]+)?")
_GIT: Final = re.compile(r"(?:git\+)?([a-z][a-z0-9+.-]*://(?:[^/@#]*@)?[^@#]*)(?:[@#](.*))?")

_DIGESTS: Final = {"type": "object", "additionalProperties": TEXT}
_STATEMENT: Final = record(
    "_type",
    "predicateType",
    "subject",
    _type=TEXT,
    predicateType=TEXT,
    subject=items(record("digest", name=optional(TEXT), digest=_DIGESTS)),
)
_DEPENDENCY: Final = record(uri=optional(TEXT), digest=optional(_DIGESTS))
_BUILDER: Final = record("id", id=TEXT)
_PROVENANCE_02: Final = record(
    "builder",
    "buildType",
    builder=_BUILDER,
    buildType=TEXT,
    invocation=optional(record(configSource=optional(_DEPENDENCY))),
    metadata=optional(record()),
    materials=optional(items(_DEPENDENCY)),
)
_PROVENANCE_1: Final = record(
    "buildDefinition",
    "runDetails",
    buildDefinition=record(
        "buildType",
        buildType=TEXT,
        externalParameters=optional(record()),
        resolvedDependencies=optional(items(_DEPENDENCY)),
    ),
    runDetails=record("builder", builder=_BUILDER, metadata=optional(record())),
)


def is_statement(value: object) -> bool:
    """Tell whether a JSON value says that it is a Statement."""
    return isinstance(value, Mapping) and str(value.get("_type", "")).startswith(TYPE)


def facts(statement: Any, *, signed: bool, line: int | None = None) -> list[Fact]:
    """Return the fact of a Statement, and after it the one of the provenance or of the signatures in it.

    Raises:
        EvidenceError: it is no Statement, or its provenance is none.

    """
    shape.check(statement, _STATEMENT, what="in-toto Statement", line=line)
    kind, subjects = statement["predicateType"], _subjects(statement["subject"])
    claim: Fact = {"type": "statement", "predicate_type": kind, "subjects": subjects, "signed": signed}
    if statement["_type"] not in _VERSIONS:
        return [claim]
    if kind == COSIGN_SIGNATURE:
        return [claim, *_signatures(subjects, signed)]
    provenance = _provenance(kind, statement.get("predicate"), line)
    if provenance is None:
        return [claim]
    return [claim, {"type": "provenance", **provenance, "subjects": subjects, "signed": signed}]


def _subjects(listed: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Name each subject once with each of its digests."""
    return [
        {"name": subject.get("name") or "", "digest": f"{algorithm}:{value}"}
        for subject in listed
        for algorithm, value in sorted(subject["digest"].items())
    ]


def _signatures(subjects: Sequence[Mapping[str, str]], signed: bool) -> Iterator[Fact]:
    for subject in subjects:
        yield {
            "type": "signature",
            "subject": subject["digest"],
            "reference": subject["name"],
            "signed": signed,
        }


def _provenance(kind: str, predicate: Any, line: int | None) -> dict[str, Any] | None:
    if kind == _V02:
        shape.check(predicate, _PROVENANCE_02, what="SLSA provenance v0.2", line=line)
        return _version_02(predicate)
    if _V1.fullmatch(kind):
        shape.check(predicate, _PROVENANCE_1, what="SLSA provenance v1", line=line)
        return _version_1(predicate)
    return None


def _version_02(predicate: Mapping[str, Any]) -> dict[str, Any]:
    metadata = predicate.get("metadata") or {}
    materials = predicate.get("materials") or []
    config = (predicate.get("invocation") or {}).get("configSource") or {}
    return {
        "slsa": "v0.2",
        "builder": predicate["builder"]["id"],
        "build_type": predicate["buildType"],
        "source": _source(config.get("uri") or "", config.get("digest") or {}, materials),
        "materials": _materials(materials),
        "reproducible": _flag(metadata, "reproducible"),
        "hermetic": _flag(metadata, "https://mobyproject.org/buildkit@v1#hermetic"),
        "started": moments.utc(metadata.get("buildStartedOn")),
        "finished": moments.utc(metadata.get("buildFinishedOn")),
    }


def _version_1(predicate: Mapping[str, Any]) -> dict[str, Any]:
    definition, run = predicate["buildDefinition"], predicate["runDetails"]
    metadata = run.get("metadata") or {}
    dependencies = definition.get("resolvedDependencies") or []
    uri, digest = _asked_for(definition.get("externalParameters") or {})
    return {
        "slsa": "v1",
        "builder": run["builder"]["id"],
        "build_type": definition["buildType"],
        "source": _source(uri, digest, dependencies),
        "materials": _materials(dependencies),
        "reproducible": _flag(metadata, "buildkit_reproducible"),
        "hermetic": _flag(metadata, "buildkit_hermetic"),
        "started": moments.utc(metadata.get("startedOn")),
        "finished": moments.utc(metadata.get("finishedOn")),
    }


def _asked_for(parameters: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return the repository that a build of SLSA v1 was asked to build from, and its digest where one stands.

    Where it stands is the build type's: GitHub's workflows, Google Cloud Build's triggers, BuildKit and the
    generators of slsa-framework.
    """
    for place in ("workflow", "configSource", "sourceToBuild", "buildConfigSource", "source"):
        asked = parameters.get(place)
        if isinstance(asked, str):
            asked = {"uri": asked}
        if isinstance(asked, Mapping):
            uri, digest = asked.get("uri") or asked.get("repository"), asked.get("digest")
            if isinstance(uri, str):
                return uri, digest if isinstance(digest, Mapping) else {}
    return "", {}


def _source(uri: str, digest: Mapping[str, Any], dependencies: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return what a build was made from; where that is not said, its only dependency from a repository.

    A build from two repositories that does not say which one it builds has no source, rather than a guess.
    """
    place, ref = _repository(uri)
    resolved = [
        (_repository(entry.get("uri") or ""), commit)
        for entry in dependencies
        if (commit := _commit(entry.get("digest") or {})) and (uri or _is_git(entry))
    ]
    matching = {(found, commit) for found, commit in resolved if not uri or found[0] == place}
    if len(matching) == 1:
        ((found, found_ref), commit) = matching.pop()
        return {"uri": found, "ref": ref or found_ref, "commit": _commit(digest) or commit}
    return {"uri": place, "ref": ref, "commit": _commit(digest)}


def _repository(uri: str) -> tuple[str, str]:
    """Split ``git+https://host/path@ref``, or the same with ``#``, into its URL and its ref."""
    match = _GIT.fullmatch(uri)
    return (match[1], match[2] or "") if match else (uri, "")


def _is_git(entry: Mapping[str, Any]) -> bool:
    return "gitCommit" in entry["digest"] or (entry.get("uri") or "").startswith("git")


def _commit(digest: Mapping[str, Any]) -> str:
    found = digest.get("gitCommit") or digest.get("sha1") or ""
    return found if isinstance(found, str) else ""


def _materials(dependencies: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [
        {"uri": entry.get("uri") or "", "digest": f"{algorithm}:{value}" if algorithm else ""}
        for entry in dependencies
        for algorithm, value in sorted((entry.get("digest") or {"": ""}).items())
    ]


def _flag(metadata: Mapping[str, Any], key: str) -> bool | None:
    value = metadata.get(key)
    return value if isinstance(value, bool) else None

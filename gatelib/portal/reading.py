"""Reading a release from its folder or archive: what it claims, what holds, and what the site copies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import orjson

from gatelib import dsse
from gatelib.attestation.packs import SealedPack
from gatelib.errors import EvidenceError, SignatureError
from gatelib.evidence import manifest
from gatelib.evidence import release as record
from gatelib.evidence.pack import File, Scan, open_pack
from gatelib.portal import claims, trusting
from gatelib.portal.documents import is_inert
from gatelib.portal.fields import mapping, texts
from gatelib.portal.model import Attestation, Copy, GateLine, Release, Sbom, Signature
from gatelib.portal.names import slug

if TYPE_CHECKING:
    from gatelib.attestation.expected import Expected

Files: TypeAlias = "dict[str, tuple[bytes, File]]"

_DOCUMENTS: Final = (
    (trusting.LOOSE, "Attestation, JSON", "attestation.json"),
    ("controls/attestation.md", "Attestation, Markdown", "attestation.md"),
    ("controls/attestation.html", "Attestation, HTML", "attestation.html"),
    ("controls/attestation.pdf", "Attestation, PDF", "attestation.pdf"),
    (trusting.ENVELOPE, "Signed attestation, DSSE", "attestation.dsse.json"),
    ("controls/vsa.dsse.json", "Signed verification summary, DSSE", "vsa.dsse.json"),
    (manifest.NAME, "Manifest of the pack", "MANIFEST.sha256"),
)
_REPORT: Final = re.compile(r"controls/(?:report\.json|reports/[^/]+\.json)")
_DECLARED: Final = re.compile(r"controls/not-applicable/[^/]+\.json")
_SBOM: Final = re.compile(r"sbom/[^/]+\.json")
_KNOWN: Final = (manifest.RELEASE, *(path for path, _, _ in _DOCUMENTS))
_MOST_BYTES: Final = 256 * 1024**2
"""Of the files of one release that are read whole."""


class Read(NamedTuple):
    """A release that was read; it has no place in the site yet."""

    release: Release
    identity: str
    """What tells it from others of its service and version."""
    copies: dict[str, bytes]
    """The files that the site has too, by their names there."""


def read(place: Path, *, expected: Expected | None) -> Read:
    """Read a release; ``expected`` says whose attestations count, ``None``: nobody asked.

    Raises:
        EvidenceError: it cannot be read, or is no release.

    """
    found, scan = _scanned(place)
    if manifest.RELEASE not in found:
        raise EvidenceError(
            f"has no `{manifest.RELEASE}`",
            file=str(place),
            hint="a release is a sealed Evidence Pack; around all of an archive only a folder "
            "`release-…` is left out",
        )
    content = found[manifest.RELEASE][0]
    about = record.read(content, file=f"{place}/{manifest.RELEASE}")
    sealed = found.get(manifest.NAME)
    pack = sealed[1].sha256 if sealed else None
    broken = tuple(_broken(scan, sealed, about))
    problems = [f"{fault.file}: cannot be read" for fault in scan.faults if fault.problem == "unreadable"]
    controls = {path: data for path, (data, _) in found.items() if path.startswith(manifest.CONTROLS)}
    whole = SealedPack(pack, scan.digests(), broken, content, controls) if pack else None
    checked = trusting.check(controls, whole, expected)
    attestation, signature = _attestation(checked)
    reported = dict(attestation.reports) if attestation else {}
    gates = tuple(_gates(found, set(reported.values()), problems))
    identity = pack or sha256(content).hexdigest()
    copies = tuple(_copies(found))
    sboms = tuple(_sboms(found, sealed, gates))
    kept = {copy.name: found[copy.path][0] for copy in (*copies, *(sbom.copy for sbom in sboms))}
    release = Release(
        place=str(place),
        service=about.service,
        version=about.version,
        commit=about.commit,
        images=_images(content),
        pack=pack,
        broken=broken,
        signature=signature,
        attestation=attestation,
        gates=gates,
        sboms=sboms,
        copies=copies,
        sealed=tuple(_sealed(scan, sealed)),
        problems=tuple(problems),
        notes=checked.notes,
        unchecked=checked.unchecked,
    )
    return Read(release, identity, kept)


def _scanned(place: Path) -> tuple[Files, Scan]:
    found: Files = {}
    taken = 0

    def wanted(path: str) -> bool:
        return path in _KNOWN or any(form.fullmatch(path) for form in (_REPORT, _DECLARED, _SBOM))

    def use(path: str, data: bytes | None, file: File) -> None:
        nonlocal taken
        taken += file.size
        if data is None or taken > _MOST_BYTES:
            raise EvidenceError(
                f"`{path}` is too large: more than {_MOST_BYTES:,} bytes to show", file=str(place)
            )
        found[path] = data, file

    with open_pack(place) as pack:
        return found, pack.scan(wanted, use)


def _attestation(checked: trusting.Checked) -> tuple[Attestation | None, Signature]:
    """Return what an attestation says; one that says nothing readable has no signature that counts."""
    if checked.said is None:
        return None, checked.signature
    try:
        return claims.attestation(checked.said), checked.signature
    except EvidenceError as error:
        return None, Signature(state="unreadable", faults=(f"the attestation {error.message}",))


def _gates(found: Files, attested: set[str], problems: list[str]) -> Iterator[GateLine]:
    for path, (data, file) in sorted(found.items()):
        if _REPORT.fullmatch(path) is None:
            continue
        try:
            value = orjson.loads(data)
            if dsse.is_envelope(value):
                value = mapping(trusting.payload(data)).get("predicate")
            yield claims.gate(value, file=path, is_attested=file.sha256 in attested)
        except (SignatureError, EvidenceError) as error:
            problems.append(f"{path}: {error.message}")
        except orjson.JSONDecodeError as error:
            problems.append(f"{path}: is no JSON: {error.msg}")


def _broken(scan: Scan, sealed: tuple[bytes, File] | None, about: record.Release) -> Iterator[str]:
    if sealed is None:
        yield "the pack is not sealed"
        return
    for fault in manifest.broken(scan.faults, sealed[0], scan.digests()):
        yield f"`{fault.file}`: {fault.problem}"
    if about.sha256 != sealed[1].sha256:
        yield "the Release names another pack" if about.sha256 else "the Release names no pack"


def _sealed(scan: Scan, sealed: tuple[bytes, File] | None) -> Iterator[tuple[str, str, int, bool]]:
    try:
        listed = manifest.parse(sealed[0]) if sealed else {}
    except EvidenceError:
        listed = {}
    for path, file in sorted(scan.files.items()):
        if manifest.covers(path):
            yield path, file.sha256, file.size, listed.get(path) == file.sha256


def _copies(found: Files) -> Iterator[Copy]:
    for path, label, name in _DOCUMENTS:
        if path in found:
            data, file = found[path]
            shown = is_inert(data) if name.endswith(".html") else True
            yield Copy(
                label=label,
                path=path,
                name=name if shown else f"{name}.txt",
                sha256=file.sha256,
                size=file.size,
                note="" if shown else "not of the form that gatelib writes, so it is given as text",
            )
    for path, (_, file) in sorted(found.items()):
        if _REPORT.fullmatch(path):
            stem = slug(Path(path).name.removesuffix(".json").removesuffix(".dsse"))
            name = f"report-{stem}-{file.sha256[:16]}.json" if "reports/" in path else "report.json"
            yield Copy(label="Report of the gate", path=path, name=name, sha256=file.sha256, size=file.size)


def _sboms(found: Files, sealed: tuple[bytes, File] | None, gates: tuple[GateLine, ...]) -> Iterator[Sbom]:
    try:
        listed = manifest.parse(sealed[0]) if sealed else {}
    except EvidenceError:
        listed = {}
    facts = {file: fact for gate in gates for file, fact in gate.facts}
    for path, (_, file) in sorted(found.items()):
        if _SBOM.fullmatch(path) is None:
            continue
        fact = facts.get(path, {})
        components = fact.get("components")
        apart = sha256(path.encode()).hexdigest()[:16]
        name = f"sbom-{slug(Path(path).name.removesuffix('.json'))}-{apart}.json"
        yield Sbom(
            copy=Copy(label="SBOM", path=path, name=name, sha256=file.sha256, size=file.size),
            is_sealed=listed.get(path) == file.sha256,
            spec=" ".join(texts([fact.get("spec"), fact.get("version")])),
            components=components if isinstance(components, int) else None,
        )


def _images(content: bytes) -> tuple[str, ...]:
    """Return the images of a Release that was read already, with their names."""
    from gatelib.loader import load

    for document in load(content).documents:
        value = mapping(document.value)
        if value.get("kind") == "Release":
            return texts(mapping(value.get("spec")).get("images"))
    return ()

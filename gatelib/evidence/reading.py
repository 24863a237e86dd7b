"""An Evidence Pack as the rules see it: each file reduced to facts, and what gatelib verified itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gatelib.errors import BundleError, EvidenceError, RegistryError
from gatelib.evidence import manifest
from gatelib.evidence.layout import role_of
from gatelib.evidence.pack import DEFAULT_LIMITS, INDEX, File, Limits, Progress, Scan, is_pack, open_pack
from gatelib.report import Problem
from gatelib.trust import Trust

if TYPE_CHECKING:
    from gatelib.evidence.controls import Asked, Found

__all__ = ["UNREADABLE", "Limits", "PackRead", "is_pack", "read"]

UNREADABLE: Final = "GL-ERR-111"
"""Evidence that cannot be read."""

_VERIFIED_ROLES: Final = frozenset({"provenance", "escrow"})
"""Whose files may be signed by themselves."""
_ACTIONS: Final = "actions"
"""Whose records may carry signed verdicts."""
_UNKNOWN: Final = "unknown"
_SHOWN: Final = 100
"""The most problems of a pack that an engine is given; there is one or there is none."""


@dataclass(slots=True)
class PackRead:
    """What a pack says, and what of it was verified."""

    evidence: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The envelope's ``evidence``, by the path in the pack."""
    verifications: list[dict[str, Any]] = field(default_factory=list)
    """The envelope's ``verifications`` of this pack; a ``pack`` is among them where it is sealed."""
    problems: list[Problem] = field(default_factory=list)
    """Why it, or a file of it, could not be read."""
    inputs: list[tuple[str, str]] = field(default_factory=list)
    """``(name/path, SHA-256)`` of each file that counts as evidence, and of what binds them."""


def read(
    path: Path | str,
    *,
    name: str,
    trust: Trust,
    layout: Mapping[str, Any],
    limits: Limits = DEFAULT_LIMITS,
    access: Mapping[str, Any] | None = None,
    attested: Asked | None = None,
    progress: Progress | None = None,
) -> PackRead:
    """Read a pack: a folder, a tar, or ``oci://REFERENCE``; :func:`is_pack` tells it from other evidence.

    ``name`` is what reports call it, ``layout`` is ``data.gatelib.layout``, and ``access`` says how a
    registry is reached, as ``gatelib.evidence.oci.fetched`` takes it. With ``attested`` the pack's control
    attestation is verified; without it ``controls/`` is not read. What cannot be read is a problem of the
    result.

    Raises:
        UsageError: the reference is malformed, or a trusted root that ``trust`` names cannot be read.
        ConfigError: the control catalogue or a list of revocations cannot be used.

    """
    found = PackRead()
    about: dict[str, bytes] = {}
    scan = Scan()
    controls = None if attested is None else _controls()

    def wanted(path: str) -> bool:
        if path in (manifest.NAME, INDEX) or (controls is not None and controls.wants(path)):
            return True
        return manifest.covers(path) and role_of(path, layout) is not None

    def use(path: str, data: bytes | None, file: File) -> None:
        if controls is not None and controls.wants(path):
            controls.add(path, data)
        elif path not in (manifest.NAME, INDEX):
            role = role_of(path, layout)
            formats = layout["roles"][role]["formats"]
            found.evidence[path], verified = _reduced(path, data, file, role, formats, limits, trust)
            found.verifications += verified
        elif data is None:
            raise EvidenceError(f"is larger than {limits.max_parsed:,} bytes", file=path)
        else:
            about[path] = data

    try:
        with open_pack(path, limits=limits, access=access) as pack:
            scan = pack.scan(wanted, use, progress)
    except (BundleError, EvidenceError, RegistryError) as error:
        at = f"{name}/{error.file}" if error.file in (manifest.NAME, INDEX) else name
        return PackRead(problems=[Problem(code=UNREADABLE, message=error.message, file=at, hint=error.hint)])
    for path, file in scan.files.items():
        if path != INDEX and manifest.covers(path):
            found.evidence.setdefault(path, _entry(_UNKNOWN, None, file))
    found.evidence = dict(sorted(found.evidence.items()))
    found.verifications = [
        *_seal(scan, about.get(manifest.NAME)),
        *_entries(scan, about.get(INDEX, b""), trust),
        *sorted(found.verifications, key=lambda entry: str(entry.get("file"))),
    ]
    if controls is not None and attested is not None and manifest.NAME in about:
        found.verifications += controls.verified(about[manifest.NAME], trust, attested)
    found.problems = [
        Problem(code=UNREADABLE, message="cannot be read", file=f"{name}/{fault.file}")
        for fault in scan.faults
        if fault.problem == "unreadable"
    ]
    found.inputs = sorted((f"{name}/{path}", file.sha256) for path, file in scan.files.items())
    return found


def _controls() -> Found:
    from gatelib.evidence.controls import Found

    return Found()


def _seal(scan: Scan, content: bytes | None) -> Iterator[dict[str, Any]]:
    """Yield what is to be said of a pack's seal, given its manifest; nothing where it has none."""
    if content is None:
        return
    faults = [*manifest.broken(scan.faults, content, scan.digests())]
    yield {
        "type": "pack",
        "sha256": sha256(content).hexdigest(),
        "problems": [{"file": fault.file, "problem": fault.problem} for fault in faults[:_SHOWN]],
    }


def _entries(scan: Scan, content: bytes, trust: Trust) -> Iterator[dict[str, Any]]:
    if not content:
        return
    from gatelib.evidence import index

    yield from index.verified(content, scan.digests(), trust.evidence)


def _entry(format_: str, role: str | None, file: File) -> dict[str, Any]:
    return {"format": format_, "role": role, "sha256": file.sha256, "size": file.size, "facts": []}


def _reduced(
    path: str,
    data: bytes | None,
    file: File,
    role: str | None,
    formats: list[str],
    limits: Limits,
    trust: Trust,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the entry of a file, and what could be verified of it by itself."""
    from gatelib.evidence import formats as known

    entry = _entry(_UNKNOWN, role, file)
    if data is None:
        message = f"is larger than {limits.max_parsed:,} bytes"
        return {**entry, "problem": {"message": message, "line": None}}, []
    try:
        reduced = known.read(path, data, formats)
    except EvidenceError as error:
        return {**entry, "problem": {"message": error.message, "line": error.line}}, []
    entry |= {"format": reduced.format, "facts": list(reduced.facts)}
    if role == _ACTIONS:
        from gatelib.evidence import verdicts

        return entry, verdicts.verify(path, reduced.facts, trust)
    if role not in _VERIFIED_ROLES:
        return entry, []
    from gatelib.evidence import signatures
    from gatelib.evidence.formats import content

    text = content.decoded(data)
    return entry, signatures.verify(path, text, content.json(text)[0], trust)

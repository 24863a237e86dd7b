"""What the ``controls/`` of a pack prove: a control attestation, verified against the rest of the pack.

No seal covers ``controls/``, so all of it is hostile until it is verified; only the gate that asks for an
attestation reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gatelib.attestation import files
from gatelib.errors import EvidenceError, GatelibError
from gatelib.evidence import manifest
from gatelib.evidence.manifest import CONTROLS
from gatelib.loader import Limits, load
from gatelib.normalize import Document, Kinds, normalize

if TYPE_CHECKING:
    from gatelib.sources import Source
    from gatelib.trust import Trust

FILE: Final = files.SIGNED_IN_PACK

_SHOWN: Final = 10
"""The most objections that an engine is given; there is one or there is none."""
_RELEASE: Final = "gatelib.dev/Release"
_MAY_HOLD_ONE: Final = (b"Release", b"\\", b"\0")
"""In what no file with a Release can lack all of: its kind, an escape, or another encoding."""
_HOLDING: Final = ("pass", "not applicable")
_JUDGED: Final = frozenset({"result", "waiver"})
"""Checks that are left to the rule: it is told what they are about, and says more of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an attestation is held against, besides its pack and the keys that are trusted."""

    now: datetime
    max_age_hours: float
    """For how long a report was good to make an attestation from."""
    severities: Mapping[str, str]
    """Of all rules."""
    critical_approvers: int
    """How many it takes to say that a critical rule does not matter."""
    catalogue: Path | None = None
    """A control catalogue; ``None`` is the shipped one."""
    records: tuple[bytes, ...] | None = None
    """The judged files with a Release; ``None`` where they are not to be had, and the pack's own is taken."""
    config: str | None = None
    """SHA-256 of the configuration in force."""


def records(judged: Sequence[Source], kinds: Kinds, limits: Limits) -> tuple[list[Source], tuple[bytes, ...]]:
    """Return the files to judge, and the contents of those with a Release.

    Such a file is judged as it was read here, so that nothing can be put in its place meanwhile.
    """
    sources: list[Source] = []
    contents: list[bytes] = []
    for source in judged:
        content = _with_release(source, kinds, limits)
        if content is not None:
            contents.append(content)
        sources.append(source if content is None else source._replace(content=content))
    return sources, tuple(contents)


def _with_release(source: Source, kinds: Kinds, limits: Limits) -> bytes | None:
    """Return a file's bytes where it holds a Release; that it cannot be read is said where it is judged."""
    try:
        content = source.read(limits.max_bytes)
    except OSError:
        return None
    if not any(mark in content for mark in _MAY_HOLD_ONE):
        return None
    found = (
        document
        for raw in load(content, limits=limits).documents
        for document in normalize(raw, kinds, root=source.root, namespace=None)
    )
    holds = any(isinstance(document, Document) and document.type == _RELEASE for document in found)
    return content if holds else None


@dataclass(slots=True)
class Found:
    """The files of a pack that an attestation is verified with, as they are read."""

    files: dict[str, bytes] = field(default_factory=dict)
    """By path."""
    too_large: bool = False
    """Whether there is more than is read."""
    _bytes: int = 0

    def wants(self, path: str) -> bool:
        """Tell whether a file of a pack is one of them."""
        return path == manifest.RELEASE or files.is_read(path)

    def add(self, path: str, data: bytes | None) -> None:
        """Take a file's bytes, ``None`` where they are too many."""
        self._bytes += 0 if data is None else len(data)
        if (
            data is None
            or len(data) > files.LARGEST
            or self._bytes > files.MOST_BYTES
            or len(self.files) == files.MOST_FILES
        ):
            self.too_large = True
            self.files.clear()
        elif not self.too_large:
            self.files[path] = data

    def verified(self, sealed: bytes, trust: Trust, asked: Asked) -> Iterator[dict[str, Any]]:
        """Yield what a pack's attestation is worth, given the pack's manifest.

        ``controls`` is what it attests where it holds, whether or not that is a pass; ``rejected`` says why
        it does not. Nothing where there is none.

        Raises:
            ConfigError: the control catalogue or a list of revocations cannot be used.

        """
        if self.too_large:
            yield _rejected(f"`{CONTROLS}` holds more than is read")
        elif FILE in self.files:
            yield self._verified(sealed, trust, asked)

    def _verified(self, sealed: bytes, trust: Trust, asked: Asked) -> dict[str, Any]:
        from gatelib import controls
        from gatelib.attestation.expected import Expected
        from gatelib.attestation.packs import SealedPack
        from gatelib.attestation.verifying import verify

        try:
            digests = manifest.parse(sealed)
        except EvidenceError as error:
            return _rejected(f"the pack's `{manifest.NAME}` {error.message}")
        if asked.records is not None and len(asked.records) != 1:
            return _rejected(
                "several judged files hold a Release, and it is of one"
                if asked.records
                else "no judged file holds a Release"
            )
        # That the files are as they were sealed is for another rule to say, once.
        pack = SealedPack(
            sha256=sha256(sealed).hexdigest(),
            digests=digests,
            faults=(),
            record=self.files.get(manifest.RELEASE),
            controls=self.files,
        )
        expected = Expected(
            trust=trust,
            catalogue=controls.load(asked.catalogue),
            severities=asked.severities,
            now=asked.now,
            max_age_hours=asked.max_age_hours,
            critical_approvers=asked.critical_approvers,
            record=asked.records[0] if asked.records else None,
        )
        try:
            verification = verify(pack, expected)
        except GatelibError as error:  # of what lies in the pack or is judged; all else was read before
            return _rejected(f"it cannot be verified: {error.message}")
        faults = [fault for fault in verification.faults if fault.check not in _JUDGED]
        attestation = verification.attestation
        if attestation is None or faults:
            first = [fault.message for fault in faults if fault.check == faults[0].check]
            return _rejected("; ".join(first))
        if None not in (pack.record, expected.record) and pack.record != expected.record:
            return _rejected(f"the pack's `{manifest.RELEASE}` is another record than the one that is judged")
        for reason in (*_unproved(attestation, trust), *_revoked(attestation, trust)):
            return _rejected(reason)
        return _attested(attestation, verification.attester, asked)


def _attested(attestation: Mapping[str, Any], attester: str | None, asked: Asked) -> dict[str, Any]:
    release, listed = attestation["release"], attestation["controls"]
    return {
        "type": "controls",
        "file": FILE,
        "attester": attester or "",
        "pack": attestation["pack"]["sha256"],
        **{key: release[key] for key in ("service", "version", "commit")},
        "images": [image.rpartition("@")[2] for image in release["images"]],
        "created": attestation["created_utc"],
        "overall": attestation["overall"] and bool(listed) and not attestation["objections"],
        "failed": [control["id"] for control in listed if control["status"] not in _HOLDING],
        "objections": attestation["objections"][:_SHOWN],
        "waivers": [
            {"name": waiver["name"], "expires": waiver["expires"]} for waiver in attestation["waivers"]
        ],
        "revision": attestation["bundle"]["revision"],
        "config": {
            "judged": sorted({report["config"]["sha256"] or "" for report in attestation["reports"]}),
            "in_force": asked.config or "",
        },
    }


def _unproved(attestation: Mapping[str, Any], trust: Trust) -> Iterator[str]:
    """Yield what only the attester vouches for, since nobody else's keys are there to verify with."""
    if not trust.approvers and any(control["not_applicable"] for control in attestation["controls"]):
        yield "controls are attested as not applicable, and `trust.approvers` names nobody who may say so"
    if not trust.reports and any(report["signed_by"] for report in attestation["reports"]):
        yield "it is made from signed reports, and `trust.reports` names nobody who may sign them"


def _revoked(attestation: Mapping[str, Any], trust: Trust) -> Iterator[str]:
    from gatelib.exceptions import revoked

    lists = revoked.read(trust.revoked)
    for waiver in attestation["waivers"]:
        reason = lists.reason(waiver["sha256"], waiver["name"])
        if reason is not None:
            yield f"the exception `{waiver['name']}` was revoked: {reason}"


def _rejected(reason: str) -> dict[str, Any]:
    return {"type": "rejected", "file": FILE, "reason": reason}

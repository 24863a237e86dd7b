"""Controls that are not applicable: declared by the Release with a reason, signed by an approver.

An approver may do so who may waive every rule of the control at its severity: to say that rules do not matter
hides as much as to waive them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final, NamedTuple

from gatelib.attestation import statements
from gatelib.attestation.model import NotApplicable
from gatelib.controls import Catalogue
from gatelib.errors import EvidenceError, SignatureError
from gatelib.evidence.release import Release
from gatelib.keys import SigningKey
from gatelib.loader import load
from gatelib.trust import Party

FOLDER: Final = "controls/not-applicable/"
KIND: Final = "https://gatelib.dev/not-applicable/v1"

_ENDING: Final = ".dsse.json"


class Declaration(NamedTuple):
    """What a Release says of one control."""

    control: str
    reason: str
    approver: str


class Declared(NamedTuple):
    """What became of a Release's declarations."""

    exempt: dict[str, NotApplicable]
    unproved: dict[str, str]
    """By control: why what is declared does not count."""


def read(record: bytes, *, file: str) -> tuple[Declaration, ...]:
    """Return what ``spec.notApplicable`` of a Release record says.

    Raises:
        EvidenceError: an entry names no control, reason or approver, or a control stands there twice.

    """
    found: list[Declaration] = []
    for document in load(record).documents:
        value = document.value
        if not isinstance(value, dict) or value.get("kind") != "Release":
            continue
        spec = value.get("spec")
        listed = spec.get("notApplicable") if isinstance(spec, dict) else None
        for entry in listed if isinstance(listed, list) else []:
            texts = [entry.get(key) if isinstance(entry, dict) else None for key in Declaration._fields]
            if not all(isinstance(text, str) and text.strip() for text in texts):
                raise EvidenceError(
                    "a control in `spec.notApplicable` lacks control, reason or approver", file=file
                )
            found.append(Declaration(*(str(text).strip() for text in texts)))
    if len({entry.control for entry in found}) != len(found):
        raise EvidenceError("a control stands twice in `spec.notApplicable`", file=file)
    return tuple(found)


def sign(declaration: Declaration, release: Release, images: Sequence[str], key: SigningKey) -> bytes:
    """Return an approver's signature over what a Release declares of a control, as an envelope."""
    about = statements.subjects(images, release.sha256 or "")[:-1]
    return statements.signed(_predicate(declaration, release), KIND, about, key).to_json() + b"\n"


def verify(
    declarations: Sequence[Declaration],
    files: Mapping[str, bytes],
    release: Release,
    *,
    approvers: Sequence[Party],
    catalogue: Catalogue,
    severities: Mapping[str, str],
) -> Declared:
    """Return which declarations an approver has signed who may.

    ``files`` are those of the pack's ``controls/`` by path, ``severities`` those of all rules.
    """
    found = Declared({}, {})
    rules = {control.id: control.rules for control in catalogue.controls}
    for entry in declarations:
        why = next(_faults(entry, files, release, approvers, rules, severities), None)
        if why is None:
            found.exempt[entry.control] = NotApplicable(
                reason=entry.reason, approver=entry.approver, signed_by=entry.approver
            )
        else:
            found.unproved[entry.control] = f"is declared not applicable, which does not count: {why}"
    return found


def place(control: str) -> str:
    """Return where in a pack the signature for a control lies."""
    return f"{FOLDER}{control}{_ENDING}"


def _faults(
    entry: Declaration,
    files: Mapping[str, bytes],
    release: Release,
    approvers: Sequence[Party],
    rules: Mapping[str, Sequence[str]],
    severities: Mapping[str, str],
) -> Iterator[str]:
    if entry.control not in rules:
        yield "there is no such control"
        return
    party = next((party for party in approvers if party.name == entry.approver), None)
    if party is None:
        yield f"`{entry.approver}` is no approver"
        return
    for rule in rules[entry.control]:
        allowed = any(fnmatchcase(rule, pattern) for pattern in party.rules)
        if not allowed or severities.get(rule, "critical") not in party.severities:
            yield f"`{entry.approver}` may not waive `{rule}`"
    content = files.get(place(entry.control))
    if content is None:
        yield f"`{place(entry.control)}` is missing"
        return
    try:
        statement, _ = statements.opened(content, KIND, party.keys)
    except SignatureError as error:
        yield f"the signature {error.message}"
        return
    if statement["predicate"] != _predicate(entry, release):
        yield "what is signed is not what the Release declares"


def _predicate(entry: Declaration, release: Release) -> dict[str, Any]:
    return {
        **entry._asdict(),
        "service": release.service,
        "version": release.version,
        "commit": release.commit,
        "images": list(release.images),
    }

"""Controls that are not applicable: declared by the Release with a reason, signed by its approvers.

Each of them must be one who may waive every rule of the control, at its severity and in the Release's
namespace, and there must be as many as a waiver takes: to say that rules do not matter hides as much as to
waive them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final, NamedTuple

from gatelib import dsse
from gatelib.attestation import statements
from gatelib.attestation.files import DECLARED
from gatelib.attestation.model import NotApplicable
from gatelib.controls import Catalogue
from gatelib.errors import EvidenceError, SignatureError
from gatelib.evidence.manifest import CONTROLS
from gatelib.evidence.release import Release
from gatelib.exceptions.record import folded
from gatelib.keys import SigningKey
from gatelib.loader import load
from gatelib.trust import Party

KIND: Final = "https://gatelib.dev/not-applicable/v1"

_ENDING: Final = ".dsse.json"
_ID: Final = re.compile(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*")
"""As ``control-catalog.json`` has it."""
_LONGEST: Final = 64
_CRITICAL: Final = "critical"


class Declaration(NamedTuple):
    """What a Release says of one control."""

    control: str
    reason: str
    approvers: tuple[str, ...]
    """Who must all have signed it."""
    namespace: str = ""
    """The Release's; empty where it names none."""

    @property
    def approver(self) -> str:
        """The approvers, as a text."""
        return ", ".join(self.approvers)


class Declared(NamedTuple):
    """What became of a Release's declarations."""

    exempt: dict[str, NotApplicable]
    unproved: dict[str, str]
    """By control: why what is declared does not count."""


class _Case(NamedTuple):
    """What declarations are held against."""

    files: Mapping[str, bytes]
    release: Release
    approvers: Sequence[Party]
    rules: Mapping[str, Sequence[str]]
    """By control."""
    severities: Mapping[str, str]
    critical_approvers: int


def read(record: bytes, *, file: str) -> tuple[Declaration, ...]:
    """Return what ``spec.notApplicable`` of a Release record says.

    Raises:
        EvidenceError: there is not exactly one Release, an entry names no control, reason or approver, or
            has a control or an approver twice.

    """
    record_of = _record(record, file)
    spec, metadata = record_of.get("spec"), record_of.get("metadata")
    listed = spec.get("notApplicable") if isinstance(spec, dict) else None
    if listed is not None and not isinstance(listed, list):
        raise EvidenceError("`spec.notApplicable` is no list", file=file)
    namespace = metadata.get("namespace") if isinstance(metadata, dict) else None
    found = tuple(_entry(entry, _text(namespace), file) for entry in listed or ())
    if len({entry.control for entry in found}) != len(found):
        raise EvidenceError("a control stands twice in `spec.notApplicable`", file=file)
    return found


def sign(
    declaration: Declaration,
    release: Release,
    images: Sequence[str],
    key: SigningKey,
    *,
    before: bytes | None = None,
) -> bytes:
    """Return an approver's signature over what a Release declares of a control, as an envelope.

    ``before`` is the envelope that others have signed: where it says the same, their signatures stay.
    """
    about = statements.subjects(images, release.sha256 or "")[:-1]
    own = statements.signed(_predicate(declaration, release), KIND, about, key)
    try:
        others = dsse.parse(before) if before is not None else own
    except SignatureError:
        others = own
    same = (others.payload, others.payload_type) == (own.payload, own.payload_type)
    if same and own.signatures[0] not in others.signatures:
        own = dsse.added(others, key)
    elif same:
        own = others
    return own.to_json() + b"\n"


def verify(
    declarations: Sequence[Declaration],
    files: Mapping[str, bytes],
    release: Release,
    *,
    approvers: Sequence[Party],
    catalogue: Catalogue,
    severities: Mapping[str, str],
    critical_approvers: int = 2,
) -> Declared:
    """Return which declarations are signed by approvers who may, and by enough of them.

    ``files`` are those of the pack's ``controls/`` by path, ``severities`` those of all rules;
    ``critical_approvers`` is how many it takes where a rule of the control is critical.
    """
    rules = {control.id: control.rules for control in catalogue.controls}
    case = _Case(files, release, approvers, rules, severities, critical_approvers)
    found = Declared({}, {})
    for entry in declarations:
        why = next(_faults(entry, case), None)
        if why is None:
            found.exempt[entry.control] = NotApplicable(
                reason=entry.reason, approver=entry.approver, signed_by=entry.approver
            )
        else:
            found.unproved[entry.control] = f"is declared not applicable, which does not count: {why}"
    return found


def is_id(control: str) -> bool:
    """Tell whether a text has the form of a control's ID."""
    return len(control) <= _LONGEST and _ID.fullmatch(control) is not None


def place(control: str) -> str:
    """Return where in a pack the signatures for a control lie.

    Raises:
        EvidenceError: it is no control's ID.

    """
    if not is_id(control):
        raise EvidenceError(f"`{control}` is no control's ID")
    return f"{CONTROLS}{DECLARED}{control}{_ENDING}"


def _record(record: bytes, file: str) -> dict[str, Any]:
    """Return the Release that ``gatelib.evidence.release.read`` takes."""
    loaded = load(record)
    if loaded.error is not None:
        raise EvidenceError(loaded.error.message, file=file, line=loaded.error.line)
    values = [document.value for document in loaded.documents if isinstance(document.value, dict)]
    found = [
        value
        for value in values
        if (value.get("apiVersion"), value.get("kind")) == ("gatelib.dev/v1", "Release")
    ]
    if len(found) != 1:
        raise EvidenceError(f"has {len(found)} Release records, and there must be one", file=file)
    return found[0]


def _entry(entry: object, namespace: str, file: str) -> Declaration:
    value = entry if isinstance(entry, dict) else {}
    control, reason, named = (value.get(key) for key in ("control", "reason", "approver"))
    approvers = tuple(_text(name) for name in (named if isinstance(named, list) else [named]))
    if not (_text(control) and _text(reason) and approvers and all(approvers)):
        raise EvidenceError("a control in `spec.notApplicable` lacks control, reason or approver", file=file)
    if not is_id(_text(control)):
        raise EvidenceError(f"`{control}` in `spec.notApplicable` is no control's ID", file=file)
    if len({folded(name) for name in approvers}) != len(approvers):
        raise EvidenceError("an approver stands twice for a control in `spec.notApplicable`", file=file)
    return Declaration(_text(control), _text(reason), approvers, namespace)


def _faults(entry: Declaration, case: _Case) -> Iterator[str]:
    """Yield why a declaration does not count."""
    rules = case.rules.get(entry.control)
    if rules is None:
        yield "there is no such control"
        return
    critical = next((rule for rule in rules if _severity(rule, case) == _CRITICAL), None)
    if critical is not None and len(entry.approvers) < case.critical_approvers:
        yield f"`{critical}` is critical, and it takes {case.critical_approvers} approvers to waive it"
    held = {name: _parties(name, entry, rules, case) for name in entry.approvers}
    for name, parties in held.items():
        if not parties:
            yield _refusal(name, entry, rules, case)
            return
    where = place(entry.control)
    content = case.files.get(where)
    if content is None:
        yield f"`{where}` is missing"
        return
    keys = {name: [key for party in parties for key in party.keys] for name, parties in held.items()}
    try:
        statement, _ = statements.opened(content, KIND, [key for own in keys.values() for key in own])
    except SignatureError as error:
        yield f"the signature {error.message}"
        return
    envelope = dsse.parse(content)
    for name, own in keys.items():
        if not dsse.signers(envelope, own):
            yield f"`{name}` has not signed it"
    if statement["predicate"] != _predicate(entry, case.release):
        yield "what is signed is not what the Release declares"


def _parties(name: str, entry: Declaration, rules: Sequence[str], case: _Case) -> list[Party]:
    """Return the entries of ``trust.approvers`` by which somebody may waive all rules of a control."""
    return [
        party
        for party in case.approvers
        if party.name == name
        and _fits(entry.namespace, party.namespaces)
        and all(_may(party, rule, case) for rule in rules)
    ]


def _refusal(name: str, entry: Declaration, rules: Sequence[str], case: _Case) -> str:
    """Return why somebody may not."""
    own = [party for party in case.approvers if party.name == name]
    if not own:
        return f"`{name}` is no approver"
    if not any(_fits(entry.namespace, party.namespaces) for party in own):
        where = f"in the namespace `{entry.namespace}`" if entry.namespace else "without a namespace"
        return f"`{name}` may not waive {where}"
    for rule in rules:
        if not any(_may(party, rule, case) for party in own):
            return f"`{name}` may not waive `{rule}`"
    return f"`{name}` may not waive all rules of it"


def _may(party: Party, rule: str, case: _Case) -> bool:
    return _fits(rule, party.rules) and _severity(rule, case) in party.severities


def _fits(text: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns)


def _severity(rule: str, case: _Case) -> str:
    return case.severities.get(rule, _CRITICAL)


def _predicate(declaration: Declaration, release: Release) -> dict[str, Any]:
    several = len(declaration.approvers) > 1
    return {
        "control": declaration.control,
        "reason": declaration.reason,
        "approver": list(declaration.approvers) if several else declaration.approver,
        "namespace": declaration.namespace,
        "service": release.service,
        "version": release.version,
        "commit": release.commit,
        "images": list(release.images),
    }


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""

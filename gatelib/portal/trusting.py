"""Whose signature is over an attestation, and whether that is about this release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from gatelib import dsse
from gatelib.attestation.packs import SealedPack
from gatelib.errors import SignatureError
from gatelib.portal.fields import mapping, text
from gatelib.portal.model import Signature

if TYPE_CHECKING:
    from gatelib.attestation.expected import Expected

ENVELOPE: Final = "controls/attestation.dsse.json"
LOOSE: Final = "controls/attestation.json"

_RESULT: Final = "result"
"""Faults of what is attested, which the site shows in its own way."""
_SINCE: Final = "waiver"
"""Faults of what happened since."""
_AGAIN: Final = "controls"
"""Faults of judging the controls again, which only the catalogue of that day can."""


class Checked(NamedTuple):
    """What became of an attestation."""

    signature: Signature
    said: Any
    """What it says, as JSON has it; ``None`` where there is none, or nothing readable."""
    notes: tuple[str, ...] = ()
    """What happened to it since."""
    unchecked: tuple[str, ...] = ()


def check(controls: Mapping[str, bytes], pack: SealedPack | None, expected: Expected | None) -> Checked:
    """Return what became of the attestation among the files of ``controls/``.

    What is signed is shown, and not the file beside it; that one only where nothing is signed. ``pack`` is
    ``None`` where it is not sealed, ``expected`` where nobody asked whose attestations count.
    """
    if ENVELOPE not in controls:
        if LOOSE not in controls:
            return Checked(Signature(state="absent"), None)
        said = _json(controls[LOOSE], "the attestation")
        return said if isinstance(said, Checked) else _unproved(said, expected, "it is not signed")
    claimed = _claimed(controls[ENVELOPE])
    if isinstance(claimed, Checked):
        return claimed
    if pack is None or expected is None:
        return _unproved(claimed, expected, "the pack that it is about is not sealed")
    from gatelib.attestation import verifying

    found = verifying.verify(pack, expected)
    if found.attestation is None:
        return _unproved(claimed, expected, *(fault.message for fault in found.faults))
    said = found.attestation
    is_of_today = mapping(said.get("catalog")).get("sha256") == expected.catalogue.sha256
    beside = {_RESULT, _SINCE} if is_of_today else {_RESULT, _SINCE, _AGAIN}
    faults = [fault.message for fault in found.faults if fault.check not in beside]
    if text(said["created_utc"]) > expected.now.strftime("%Y-%m-%dT%H:%M:%SZ"):
        faults.append(f"it was made at `{said['created_utc']}`, which is yet to come")
    if faults:
        return _unproved(said, expected, *faults)
    by = found.attester or ""
    keys = [key for party in expected.trust.attestation if party.name == by for key in party.keys]
    again = () if is_of_today else ("its controls, again: another control catalogue was in force",)
    return Checked(
        Signature(state="verified", by=by, keys=tuple(map(dsse.fingerprint, keys))),
        said,
        notes=tuple(fault.message for fault in found.faults if fault.check == _SINCE),
        unchecked=(*found.unchecked, *again),
    )


def payload(envelope: bytes) -> Any:
    """Return the JSON that an envelope carries, whoever has signed it.

    Raises:
        SignatureError: it is no envelope, or carries none.

    """
    try:
        return orjson.loads(dsse.parse(envelope).payload)
    except orjson.JSONDecodeError as error:
        raise SignatureError(f"carries no JSON: {error.msg}") from None


def _claimed(envelope: bytes) -> Any:
    try:
        said = mapping(payload(envelope)).get("predicate")
    except SignatureError as error:
        return _unreadable(f"the signed attestation {error.message}")
    return _unreadable("the signed attestation says nothing") if said is None else said


def _json(content: bytes, what: str) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        return _unreadable(f"{what} is no JSON: {error.msg}")


def _unproved(said: Any, expected: Expected | None, *faults: str) -> Checked:
    if expected is None:
        return Checked(Signature(state="not checked"), said)
    return Checked(Signature(state="not verified", faults=faults), said)


def _unreadable(fault: str) -> Checked:
    return Checked(Signature(state="unreadable", faults=(fault,)), None)

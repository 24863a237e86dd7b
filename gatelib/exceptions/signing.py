"""Writing a record, and signing it into the envelope beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatelib.errors import ConfigError, SignatureError, UsageError
from gatelib.exceptions.record import PAYLOAD_TYPE, SUFFIX, TYPE, approvers, canonical, folded, spec_of
from gatelib.loader import load
from gatelib.normalize import Document, Kinds, normalize
from gatelib.policy import shipped
from gatelib.reading import form_problems

if TYPE_CHECKING:
    from gatelib.dsse import Envelope
    from gatelib.keys import SigningKey


def read(path: Path) -> dict[str, Any]:
    """Return the one record in a file.

    Raises:
        ConfigError: it cannot be read, or holds something else.

    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=str(path)) from None
    loaded = load(data)
    if loaded.error is not None:
        fault = loaded.error
        raise ConfigError(fault.message, file=str(path), line=fault.line, column=fault.column)
    kinds = Kinds.of(shipped().data["kinds"])
    found = [entry for raw in loaded.documents for entry in normalize(raw, kinds, root=0, namespace=None)]
    if len(found) != 1 or not isinstance(found[0], Document) or found[0].type != TYPE:
        raise ConfigError("is not one PolicyException", file=str(path), hint="one record is one file")
    for _, _, message in form_problems(TYPE, found[0].content):
        raise ConfigError(message, file=str(path))
    return dict(found[0].content)


def envelope_of(path: Path) -> Path:
    """Return where the envelope of a record's file lies."""
    return path.with_suffix(SUFFIX)


def signed(path: Path, key: SigningKey, identity: str | None) -> Envelope:
    """Return the envelope of a record's file with one more signature.

    Raises:
        UsageError: the record does not name whose key it is said to be, or the key has signed already.
        ConfigError: the record cannot be read.
        SignatureError: what was signed before is no envelope, or another text.

    """
    from gatelib import dsse

    record = read(path)
    if identity is not None and folded(identity) not in _named(record):
        raise UsageError(
            f"the record names `{identity}` neither as requester nor as approver", file=str(path)
        )
    payload, place = canonical(record), envelope_of(path)
    if not place.exists():
        return dsse.sign(payload, PAYLOAD_TYPE, [key])
    try:
        before = dsse.parse(place.read_bytes())
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=str(place)) from None
    except SignatureError as error:
        error.file = str(place)
        raise
    if before.payload != payload or before.payload_type != PAYLOAD_TYPE:
        raise SignatureError(
            "the record is not what was signed here",
            file=str(place),
            hint="undo the change, or take this file away and have everybody sign again",
        )
    after = dsse.added(before, key)
    if after.signatures[-1].sig in {signature.sig for signature in before.signatures}:
        raise UsageError("this key has signed the record already", file=str(place))
    return after


def _named(record: Mapping[str, Any]) -> set[str]:
    return {folded(name) for name in (spec_of(record).get("requester"), *approvers(record))} - {""}

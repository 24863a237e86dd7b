"""Reading a Release record: as texts, whatever it holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gatelib.errors import EvidenceError
from gatelib.loader import Limits, load
from gatelib.memo.model import Approver, Change, Record, Risk, Rollback


def read(path: Path, *, called: str) -> Record:
    """Return the one Release record of a file, which messages call as they are told.

    Raises:
        EvidenceError: it cannot be read, or holds no Release or several.

    """
    try:
        if path.stat().st_size > Limits().max_bytes:
            raise EvidenceError("is too large for a Release record", file=called)
        content = path.read_bytes()
    except OSError as error:
        raise EvidenceError(f"cannot be read: {error.strerror}", file=called) from None
    return parse(content, called=called)


def parse(content: bytes, *, called: str) -> Record:
    """Return the one Release record among some bytes.

    Raises:
        EvidenceError: they cannot be read, or hold no Release or several.

    """
    loaded = load(content)
    if loaded.error is not None:
        found = loaded.error
        raise EvidenceError(found.message, file=called, line=found.line, hint=found.hint)
    records = [document.value for document in loaded.documents if _is_release(document.value)]
    if len(records) != 1:
        raise EvidenceError(
            f"holds {len(records)} Release records, and there must be one",
            file=called,
            hint="name the record first, and the manifests after it",
        )
    return _record(_object(records[0]))


def _record(content: Mapping[str, Any]) -> Record:
    spec = _object(content.get("spec"))
    rollback, pack = _object(spec.get("rollback")), _object(spec.get("evidencePack"))
    return Record(
        name=_text(_object(content.get("metadata")).get("name")),
        service=_text(spec.get("service")),
        version=_text(spec.get("version")),
        commit=_text(spec.get("commit")),
        images=tuple(_text(image) for image in _list(spec.get("images"))),
        changes=tuple(Change(*_texts(entry, Change._fields)) for entry in _list(spec.get("changes"))),
        risks=tuple(Risk(*_texts(entry, Risk._fields)) for entry in _list(spec.get("risks"))),
        rollback=Rollback(*_texts(rollback, Rollback._fields)),
        approvers=tuple(Approver(*_texts(entry, Approver._fields)) for entry in _list(spec.get("approvers"))),
        pack=_text(pack.get("sha256")),
        location=_text(pack.get("location")),
    )


def _is_release(value: Any) -> bool:
    group, _, _ = _text(_object(value).get("apiVersion")).partition("/")
    return _object(value).get("kind") == "Release" and group in ("", "gatelib.dev")


def _texts(value: Any, fields: tuple[str, ...]) -> list[str]:
    return [_text(_object(value).get(field)) for field in fields]


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}

"""A request for a verdict as JSON, and why it may have no such form."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from gatelib.errors import LoadError
from gatelib.loader import Limits

_TOO_LARGE: Final = "GL-ERR-102"
_TOO_DEEP: Final = "GL-ERR-106"
_NO_JSON: Final = "GL-ERR-108"

_CANONICAL: Final = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)


@dataclass(frozen=True, slots=True)
class Request:
    """Who wants to do what with what. Nothing about the values is taken for granted."""

    action: Any
    subject: Any
    context: Any
    artefact: Any

    def to_json(self, limits: Limits) -> bytes:
        """Return its canonical JSON.

        Raises:
            LoadError: it has none, or is larger or deeper than a file may be.

        """
        value = self._value()
        if _depth(value, limits.max_depth) > limits.max_depth:
            raise LoadError(_TOO_DEEP, f"the request is more than {limits.max_depth} deep")
        content = _canonical(value)
        if len(content) > limits.max_bytes:
            raise LoadError(_TOO_LARGE, f"the request has more than {limits.max_bytes} bytes")
        return content

    def binding(self) -> dict[str, Any]:
        """Return what binds a signed verdict to the request: digests of all of it, and of its artefact.

        Raises:
            LoadError: it has no form in JSON.

        """
        return {
            "sha256": _digest(self._value()),
            "action": self.action,
            "subject": self.subject,
            "artefact": {"sha256": _digest(self.artefact)},
        }

    @property
    def upstream(self) -> Mapping[str, Any] | None:
        """The verdict of somebody else that the context carries, if it has the form of one."""
        found = self.context.get("verdict") if isinstance(self.context, dict) else None
        return found if isinstance(found, dict) else None

    def _value(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "subject": self.subject,
            "context": self.context,
            "artefact": self.artefact,
        }


def _canonical(value: Any) -> bytes:
    try:
        content = orjson.dumps(value, option=_CANONICAL)
    except TypeError as error:
        raise LoadError(_NO_JSON, f"the request has no form in JSON: {error}") from None
    # What orjson writes for NaN, or a tuple, is not what the caller will act upon.
    if orjson.loads(content) != value:
        raise LoadError(_NO_JSON, "the request has a value that JSON has not")
    return content


def _digest(value: Any) -> str:
    return hashlib.sha256(_canonical(value)).hexdigest()


def _depth(value: Any, most: int) -> int:
    """Return how deep mappings and lists lie in each other; no more than one over ``most`` is counted."""
    level, depth = [value], 0
    while depth <= most:
        level = [outer for outer in level if isinstance(outer, (dict, list, tuple))]
        if not level:
            break
        level = [inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer)]
        depth += 1
    return depth

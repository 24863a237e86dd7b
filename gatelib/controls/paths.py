"""From the path of evidence to the layout's roles, and from a role to the rules that judge its files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gatelib.controls.model import EvidencePath
from gatelib.evidence.layout import role_of


def evidence_path(path: str, layout: Mapping[str, Any]) -> EvidencePath:
    """Return where a path of a catalogue leads.

    One of a role's own paths leads to the role, and any of its files count. A path inside one of them leads
    to the role too, and one that is wider than several to all of those; then only what it matches counts.
    """
    roles: Mapping[str, Any] = layout["roles"]
    own = tuple(role for role in layout["order"] if path in roles[role]["paths"])
    if own:
        return EvidencePath(path=path, roles=own, exact=False)
    # No pattern has a star of its own: only one that takes in all that a star may stand for fits one.
    around = role_of(path, layout)
    if around is not None:
        return EvidencePath(path=path, roles=(around,), exact=True)
    inside = tuple(
        role for role in layout["order"] if any(fits(known, path) for known in roles[role]["paths"])
    )
    return EvidencePath(path=path, roles=inside, exact=True)


def fits(file: str, pattern: str) -> bool:
    """Tell whether a file is one that a pattern means; ``*`` stands for any part of one name."""
    return re.fullmatch("[^/]*".join(map(re.escape, pattern.split("*"))), file) is not None


def judging_rules(role: str, layout: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the rules that judge a role's files.

    Free text proves nothing: what it is a log of stands in the record beside it, of the same name, whose rule
    then judges as well.
    """
    entry = layout["roles"][role]
    beside = []
    if entry["formats"] == ["text"]:
        stems = {_stem(path) for path in entry["paths"]}
        beside = [
            other["rule"] for other in layout["roles"].values() if stems & {*map(_stem, other["paths"])}
        ]
    return tuple(sorted({entry["rule"], *beside}))


def _stem(path: str) -> str:
    return path.rsplit(".", 1)[0]

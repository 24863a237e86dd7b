"""What all traces of rules on trial have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any, Final

from gatelib import settings
from gatelib.authoring.impact.model import Found, Owner, Place
from gatelib.metrics.decisions import CODE
from gatelib.report import Problem, Resource

Owners = Callable[[Found], Owner]

LINE: Final = re.compile(r"([A-Z][A-Z0-9-]*-[0-9]{3}): (.*)", re.DOTALL)
"""A finding as a message of one line has it: the rule, and what is wrong."""


def finding(
    rule: str, message: str, resource: Resource | None, place: Place, labels: Any, fingerprint: str
) -> Found:
    """Return what a rule on trial says of a subject."""
    return Found(
        rule=rule,
        action="canary",
        severity="",
        message=message,
        fingerprint=fingerprint,
        resource=resource,
        place=place,
        labels=labels,
    )


def moment_of(value: object) -> datetime | None:
    """Return the moment that an RFC 3339 date-time names, in UTC; else ``None``."""
    found = settings.parse_now(value) if isinstance(value, str) else None
    return found.astimezone(timezone.utc) if found else None


def mapping(value: object) -> Mapping[str, Any]:
    """Return an object, and an empty one for everything else."""
    return value if isinstance(value, Mapping) else {}


def objects(value: object) -> list[Mapping[str, Any]]:
    """Return the objects of a list, and none of everything else."""
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []


def lost(file: str, message: str, line: int | None = None) -> Problem:
    """Return what is said of something that could not be read."""
    return Problem(code=CODE, message=message, file=file, line=line)

"""Which of two revisions is older: each begins with the time at which its bundle was built."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from gatelib.errors import BundleError, UsageError

_REVISION: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)(?:-.*)?", re.DOTALL)
_HINT: Final = "a revision looks like 2026-11-22T00:00:00Z-0123456789ab"


def is_older(revision: str, minimum: str) -> bool:
    """Tell whether a revision was built before another one; both are ``YYYY-MM-DDTHH:MM:SSZ``, then anything.

    Raises:
        UsageError: the other one begins with no such time.
        BundleError: the revision begins with none, so that nobody can tell.

    """
    least, built = _moment(minimum), _moment(revision)
    if least is None:
        raise UsageError(f"the least revision `{minimum}` does not begin with a time", hint=_HINT)
    if built is None:
        raise BundleError(f"the revision `{revision}` does not begin with the time of its build", hint=_HINT)
    return built < least


def _moment(revision: str) -> str | None:
    found = _REVISION.fullmatch(revision)
    try:
        datetime.strptime(found[1] if found else "", "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return None
    return found[1] if found else None

"""Which of two revisions is older: each begins with the time at which its bundle was built."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from gatelib.errors import BundleError

_REVISION: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)(?:-.*)?", re.DOTALL)


def is_older(revision: str, minimum: str) -> bool:
    """Tell whether a revision was built before another one; both are ``YYYY-MM-DDTHH:MM:SSZ``, then anything.

    Raises:
        BundleError: one of them begins with no such time, so that nobody can tell.

    """
    return _built(revision) < _built(minimum)


def _built(revision: str) -> str:
    found = _REVISION.fullmatch(revision)
    try:
        if found is None:
            raise ValueError
        datetime.strptime(found[1], "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        raise BundleError(
            f"the revision `{revision}` does not begin with the time of its build",
            hint="a revision looks like 2026-11-22T00:00:00Z-0123456789ab",
        ) from None
    return found[1]

"""How much work a property test does: little by default, all of it under ``make acceptance``."""

from __future__ import annotations

import os


def budget(small: int, large: int) -> int:
    """Return ``large`` when ``GATELIB_ACCEPTANCE=1``, else ``small``."""
    return large if os.environ.get("GATELIB_ACCEPTANCE") == "1" else small

"""What the options of a command ask a bundle to prove."""

from __future__ import annotations

from gatelib.bundle import loading
from gatelib.cli.keys import verification_keys


def trust_of(
    *, keys: tuple[str, ...], algorithm: str | None, scope: str, min_revision: str | None
) -> loading.Trust:
    """Return what the options ask a bundle to prove."""
    return loading.Trust(
        keys=verification_keys(keys, algorithm), scope=scope, required=bool(keys), min_revision=min_revision
    )

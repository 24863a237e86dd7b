"""What the options of a command ask a bundle to prove, and whom they trust."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gatelib.bundle import loading
from gatelib.cli.keys import verification_keys

if TYPE_CHECKING:
    from gatelib.trust import Trust


def trust_in(path: str | None) -> Trust:
    """Return whom the configuration of an option ``--config`` trusts; nobody without one.

    Raises:
        UsageError: it cannot be read, breaks its schema, or names a key that cannot be used.

    """
    from gatelib import config, trust
    from gatelib.policy import shipped

    if path is None:
        return trust.Trust()
    schema = shipped().data["params_schema"]
    return trust.read(config.read(Path(path), given=True, judged=(), base=Path.cwd(), params_schema=schema))


def trust_of(
    *, keys: tuple[str, ...], algorithm: str | None, scope: str, min_revision: str | None
) -> loading.Trust:
    """Return what the options ask a bundle to prove."""
    return loading.Trust(
        keys=verification_keys(keys, algorithm), scope=scope, required=bool(keys), min_revision=min_revision
    )

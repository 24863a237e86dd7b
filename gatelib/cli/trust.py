"""What the options of a command ask a bundle to prove, and whom they trust."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gatelib.bundle import loading
from gatelib.cli.keys import verification_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def trust_of_evidence(path: str | None, evidence: Sequence[str]) -> Trust:
    """Return the same, and say which of the named Evidence Packs nobody is trusted with.

    Raises:
        UsageError: as :func:`trust_in`.

    """
    found = trust_in(path)
    if not found.evidence:
        from gatelib.cli import complain
        from gatelib.evidence import reading

        for place in evidence:
            if reading.is_pack(place if "://" in place else Path(place)):
                complain(
                    f"gatelib: {place}: warning: nothing in the pack counts; "
                    "name producers in `trust.evidence` of --config"
                )
    return found


def trust_of(
    *, keys: tuple[str, ...], algorithm: str | None, scope: str, min_revision: str | None
) -> loading.Trust:
    """Return what the options ask a bundle to prove."""
    return loading.Trust(
        keys=verification_keys(keys, algorithm), scope=scope, required=bool(keys), min_revision=min_revision
    )

"""A bundle of what the trusted side gives: exceptions and evidence, for an OPA that has the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from gatelib import trusted
from gatelib.bundle import build
from gatelib.errors import ConfigError
from gatelib.evidence.controls import Asked
from gatelib.loader import Limits
from gatelib.normalize import Kinds
from gatelib.plan import Given
from gatelib.policy import shipped
from gatelib.trust import Trust


def files(
    exceptions: Sequence[str],
    evidence: Sequence[str],
    *,
    base: Path,
    created: datetime,
    trust: Trust | None = None,
    allow_empty: bool = False,
) -> dict[str, bytes]:
    """Return the bundle's files; paths are relative to ``base``.

    An empty bundle takes back what an earlier one gave, and so has to be allowed.

    Raises:
        ConfigError: a record cannot be read or is not of its form, or there is none and none is not allowed.

    """
    found = read(exceptions, evidence, base=base, now=created, trust=trust, allow_empty=allow_empty)
    return build.data_files(
        found.exceptions if exceptions else None,
        found.evidence if evidence else None,
        found.verifications,
        created=created,
    )


def read(
    exceptions: Sequence[str],
    evidence: Sequence[str],
    *,
    base: Path,
    now: datetime | None = None,
    trust: Trust | None = None,
    allow_empty: bool = False,
) -> Given:
    """Return the records in some paths, which are relative to ``base``, with what ``trust`` makes of them.

    A control attestation in a pack is verified as of ``now``, against the shipped control catalogue; without
    ``now`` it is not read.

    Raises:
        ConfigError: a record cannot be read or is not of its form, or there is none in what was named and
            none is not allowed.

    """
    data = shipped().data
    reader = trusted.Reader(
        base=base,
        judged=(),
        kinds=Kinds.of(data["kinds"]),
        limits=Limits(),
        namespace=None,
        layout=data["layout"],
        trust=trust or Trust(),
        attested=None if now is None else _asked(now, data),
    )
    given = reader.read(exceptions, evidence, ())
    for problem in given.problems:
        raise ConfigError(problem.message, file=problem.file, line=problem.line, hint=problem.hint)
    for named, found, what in (
        (exceptions, given.exceptions, "PolicyException"),
        (evidence, given.evidence, "ImageEvidence"),
    ):
        if named and not found and not allow_empty:
            raise ConfigError(
                f"there is no {what} in what was named", hint="--allow-empty takes back all that were given"
            )
    return given


def _asked(now: datetime, data: Mapping[str, Any]) -> Asked:
    defaults = data["defaults"]
    return Asked(
        now=now,
        max_age_hours=defaults["attestation"]["max_age_hours"],
        critical_approvers=defaults["exceptions"]["critical_approvers"],
        severities=data["severities"],
    )

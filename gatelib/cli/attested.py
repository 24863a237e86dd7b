"""What the options of a command hold control attestations against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gatelib.errors import UsageError

if TYPE_CHECKING:
    from gatelib.attestation.expected import Expected
    from gatelib.config import Config

_UNNAMED: Final = "the key given"


def configuration(path: str | None, judged: Sequence[str]) -> Config | None:
    """Return the configuration of an option ``--config``, which must not lie in what is verified.

    Raises:
        ConfigError: it cannot be read, or breaks its schema.

    """
    if path is None:
        return None
    from gatelib import config
    from gatelib.policy import shipped

    schema = shipped().data["params_schema"]
    return config.read(Path(path), given=True, judged=judged, base=Path.cwd(), params_schema=schema)


def expected(
    settings: Config | None, now: datetime, *, keys: Sequence[str] = (), controls: Path | None = None
) -> Expected:
    """Return it; ``keys`` are those of options ``--verification-key``, beside the configuration's.

    Raises:
        UsageError: nobody is trusted with attestations, or a key cannot be used.
        ConfigError: a catalogue of controls or a list of revocations cannot be used.

    """
    from gatelib import trust
    from gatelib.attestation.expected import Expected
    from gatelib.cli.keys import verification_keys
    from gatelib.controls import load
    from gatelib.exceptions import revoked
    from gatelib.policy import shipped

    data, said = shipped().data, settings.values if settings is not None else {}
    trusted = trust.read(settings)
    given = tuple(
        trust.Party(name=name, keys=(replace(key, keyid=name),))
        for key in verification_keys(keys)
        for name in [key.keyid or _UNNAMED]
    )
    if not trusted.attestation and not given:
        raise UsageError(
            "nobody is trusted with attestations",
            file=settings.name if settings is not None else None,
            hint="name them in `trust.attestation` of --config",
        )
    listed = said.get("attestation", {}).get("controls")
    if controls is None and settings is not None and listed is not None:
        controls = settings.place(listed)
    parameters = {
        name: value
        for group in ("attestation", "exceptions")
        for name, value in {
            **data["defaults"][group],
            **said.get("parameters", {}).get(group, {}),
        }.items()
    }
    return Expected(
        trust=replace(trusted, attestation=(*trusted.attestation, *given)),
        catalogue=load(controls),
        severities=data["severities"],
        now=now,
        max_age_hours=parameters["max_age_hours"],
        critical_approvers=parameters["critical_approvers"],
        config=settings.sha256 if settings is not None else None,
        revoked=revoked.read(trusted.revoked),
    )

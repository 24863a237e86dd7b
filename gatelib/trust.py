"""Who is trusted with what: the ``trust`` section of a configuration, read.

Keys have roles. A key that stands in two roles, or belongs to two names of one role, is refused: one stolen
key, or one person with two names, must not be worth two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gatelib.catalog import SEVERITIES
from gatelib.errors import ConfigError

if TYPE_CHECKING:
    from gatelib.config import Config
    from gatelib.keys import VerificationKey

_NAMES: Final[Mapping[str, str]] = {
    "evidence": "producer",
    "approvers": "identity",
    "requesters": "identity",
    "images": "signer",
    "verdicts": "decider",
    "reports": "runner",
    "attestation": "attester",
    "ledger": "writer",
}
"""Each role with the field that names who has it."""

_DEFAULT_SEVERITY: Final = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody, or a step of a pipeline, with keys of one role."""

    name: str
    keys: tuple[VerificationKey, ...]
    """Each with ``name`` as its ``keyid``."""
    files: tuple[str, ...] = ()
    """Of a producer of evidence: the files of a pack that it may produce, as patterns."""
    rules: tuple[str, ...] = ()
    """Of an approver: the rules that they may waive, as patterns."""
    severities: tuple[str, ...] = ()
    """Of an approver: the severities that they may waive."""
    namespaces: tuple[str, ...] = ()
    """Of an approver: the namespaces in which they may waive, as patterns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sigstore:
    """A Sigstore deployment, and which of its certificates count."""

    trusted_root: Path
    identities: tuple[tuple[str, str], ...]
    """``(issuer, identity)``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """All roles; empty where nothing is said, so that nobody is trusted."""

    evidence: tuple[Party, ...] = ()
    approvers: tuple[Party, ...] = ()
    requesters: tuple[Party, ...] = ()
    images: tuple[Party, ...] = ()
    verdicts: tuple[Party, ...] = ()
    reports: tuple[Party, ...] = ()
    """Who may sign the reports that an attestation is made from."""
    attestation: tuple[Party, ...] = ()
    ledger: tuple[Party, ...] = ()
    sigstore: Sigstore | None = None
    revoked: tuple[Path, ...] = field(default=())
    """Files with revocations."""


def read(config: Config | None) -> Trust:
    """Return what a configuration says; only a trusted one can say anything.

    Raises:
        UsageError: a key cannot be read, or is none.
        ConfigError: a key stands in two roles or for two names.

    """
    said = config.values.get("trust", {}) if config is not None else {}
    if config is None or not said:
        return Trust()
    found = {role: tuple(_parties(config, said.get(role, ()), name)) for role, name in _NAMES.items()}
    _refuse_shared(found, config)
    sigstore = said.get("sigstore")
    return Trust(
        **found,
        sigstore=sigstore
        and Sigstore(
            trusted_root=config.place(sigstore["trusted_root"]),
            identities=tuple((entry["issuer"], entry["identity"]) for entry in sigstore["identities"]),
        ),
        revoked=tuple(config.place(entry) for entry in said.get("revoked", ())),
    )


def _parties(config: Config, listed: Sequence[Mapping[str, Any]], name: str) -> Iterator[Party]:
    from gatelib import keys

    for entry in listed:
        severity = SEVERITIES.index(entry.get("severity", _DEFAULT_SEVERITY))
        approves = "rules" in entry
        yield Party(
            name=entry[name],
            keys=tuple(
                keys.read_verification_key(config.place(place), keyid=entry[name]) for place in entry["keys"]
            ),
            files=tuple(entry.get("files", ())),
            rules=tuple(entry.get("rules", ())),
            severities=SEVERITIES[severity:] if approves else (),
            namespaces=tuple(entry.get("namespaces", ("*",))) if approves else (),
        )


def _refuse_shared(found: Mapping[str, Sequence[Party]], config: Config) -> None:
    from gatelib import dsse

    owners: dict[str, tuple[str, str]] = {
        dsse.fingerprint(key): ("bundle", key.keyid or "") for key in config.bundle_keys()
    }
    for role, parties in found.items():
        for party in parties:
            for key in party.keys:
                owner = owners.setdefault(dsse.fingerprint(key), (role, party.name))
                if owner != (role, party.name):
                    raise ConfigError(
                        f"one key stands for `{owner[1]}` in `trust.{owner[0]}` and for `{party.name}` in "
                        f"`trust.{role}`",
                        file=config.name,
                        hint="give each name, and each role, keys of its own",
                    )

"""Whether an older release may be gone back to: its check as of its day, and what has changed since."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal

from gatelib.attestation.verifying import FILE
from gatelib.audit import tree
from gatelib.audit.inputs import Inputs, file_sha256
from gatelib.audit.model import UNAVAILABLE, Fault
from gatelib.audit.opening import opened
from gatelib.audit.population import Identity, identify
from gatelib.audit.rerun import Rerun, Unavailable, local
from gatelib.audit.verifying import Auditor, Case, unavailable
from gatelib.errors import EvidenceError, GatelibError
from gatelib.exceptions import revoked
from gatelib.report import Report

SCHEMA: Final = "gatelib.dev/rollback/v1"

_LABEL: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """What is known of a release that somebody wants to go back to."""

    identity: Identity
    then: tuple[Fault, ...]
    """What does not hold as of its day."""
    today: tuple[Fault, ...]
    """What does not hold any more."""
    evidence: Mapping[str, str]
    """``sha256:`` and the digest of the pack's manifest and of the attestation, by name."""

    @property
    def decision(self) -> Literal["GO", "NO-GO"]:
        """``GO`` where nothing speaks against it."""
        return "NO-GO" if self.then or self.today else "GO"

    @property
    def exit_code(self) -> int:
        """3 where something could not be read, else 1 for ``NO-GO``, else 0."""
        if any(fault.check == UNAVAILABLE for fault in (*self.then, *self.today)):
            return 3
        return 0 if self.decision == "GO" else 1

    @property
    def entry(self) -> dict[str, Any]:
        """What belongs into the ledger: evidence is named by its digests."""
        kind = "rollback" if self.decision == "GO" else "rollback-refused"
        return {"type": kind, "evidence": dict(self.evidence)}

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "schema": SCHEMA,
            "release": self.identity.to_dict(),
            "decision": self.decision,
            "then": [fault._asdict() for fault in self.then],
            "today": [fault._asdict() for fault in self.today],
            "entry": self.entry,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What counts on the day of the rollback."""

    now: datetime
    config: Path
    """The auditor's configuration."""
    bundle: Path | None = None
    """The bundle whose rules judge now."""


def judge(place: str, auditor: Auditor, today: Today) -> Rollback:
    """Say whether a release may be gone back to.

    Raises:
        EvidenceError: it is no sealed pack with a Release.
        RegistryError: a registry does not give it.
        ConfigError: a list of revocations cannot be read.

    """
    identity = identify(place, access=auditor.access)
    with opened(place, auditor.access) as release:
        case = Case(release, auditor)
        then = tuple(dict.fromkeys(case.faults()))
        now = tuple(fault for fault in dict.fromkeys(_today(case, today)) if fault not in then)
        content = case.sealed.controls.get(FILE)
        name = _LABEL.sub("-", f"{identity.service}-{identity.version}")
        evidence = {f"{name}/pack": f"sha256:{identity.sha256}"}
        if content is not None:
            evidence[f"{name}/attestation"] = f"sha256:{sha256(content).hexdigest()}"
    return Rollback(identity=identity, then=then, today=now, evidence=evidence)


def _today(case: Case, today: Today) -> Iterator[Fault]:
    """Yield what does not hold today: keys, exceptions, the bundle's signature, and today's rules."""
    yield from case.attestation(today.now, revoked.read(case.auditor.trust.revoked))
    for digest in sorted({report["bundle"]["sha256"] for _, report in case.reports}):
        yield from case.bundle(digest, today.now)
    if today.bundle is not None:
        for _, report in case.reports[:1]:
            yield from _by_todays_rules(case, report, today.bundle, today.config)


def _by_todays_rules(case: Case, report: Mapping[str, Any], bundle: Path, config: Path) -> Iterator[Fault]:
    """Yield what today's rules deny, with today's keys and revocations.

    Evidence is as old as it was on its day: it proves what was released, and does not go stale by waiting.
    """
    try:
        known = {file_sha256(path): [path] for path in (bundle, config)}
    except OSError as error:
        yield Fault(UNAVAILABLE, f"`{error.filename}` cannot be read: {error.strerror}")
        return
    ours, theirs = known
    inputs = case.auditor.means.inputs
    means = replace(
        case.auditor.means,
        inputs=Inputs(roots=(Path("/"),), by_sha256={**inputs.by_sha256, **known}),
    )
    asked = {
        **local(report),
        "bundle": {"sha256": ours, "revision": "", "signed_by": ""},
        "config": {**report["config"], "sha256": theirs, "trusted": True},
        "selection": {**report["selection"], "rules": [], "skipped": []},
    }
    with tree.tree() as place:
        again = Rerun(asked, case.release.folder, case.files, means, place)
        try:
            found = next(again.reports(), EvidenceError("the report names nothing that was judged"))
        except Unavailable as error:
            yield Fault(UNAVAILABLE, f"today's rules cannot judge without {error.what}")
            return
        except GatelibError as error:
            found = error
    yield from _denied(found)


def _denied(found: Report | GatelibError) -> Iterator[Fault]:
    if isinstance(found, GatelibError):
        yield unavailable(found)
        return
    for problem in found.errors:
        yield Fault(UNAVAILABLE, f"today's rules: {problem.code} {problem}")
    for finding in found.failing:
        yield Fault("rules", f"{finding.rule}: {finding.message}")

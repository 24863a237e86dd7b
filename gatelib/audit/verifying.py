"""One release, verified again as of its day: its pack, its signatures, and the gate, run once more.

Whom to trust is the auditor's matter, and of today. What the gate ran with is the release's, and of its day:
the configuration and the bundle are those that its report names by their digests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from gatelib import controls, report_form
from gatelib.attestation import files, packs, statements
from gatelib.attestation import verifying as attestations
from gatelib.attestation.forms import require
from gatelib.attestation.packs import SealedPack
from gatelib.audit import comparing, rerun, tree
from gatelib.audit.model import UNAVAILABLE, Fault, Result
from gatelib.audit.opening import Opened, opened
from gatelib.audit.population import Found
from gatelib.audit.rerun import Means, Rerun, Unavailable
from gatelib.bundle import loading
from gatelib.errors import EvidenceError, GatelibError, SignatureError
from gatelib.evidence import verify as evidence
from gatelib.evidence.manifest import CONTROLS, RELEASE
from gatelib.exceptions.revoked import Revocations
from gatelib.settings import parse_now

if TYPE_CHECKING:
    from gatelib.controls import Catalogue
    from gatelib.resolution import InForce
    from gatelib.trust import Trust

_ENVELOPE: Final = ".dsse.json"
_NEVER: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditor:
    """Who audits, and with what."""

    trust: Trust
    means: Means
    access: Mapping[str, Any] = field(default_factory=dict)
    """How the releases' registry is reached."""


def verify(found: Found, auditor: Auditor) -> Result:
    """Return what does not hold of a release."""
    try:
        with opened(found.place, auditor.access) as release:
            case = Case(release, auditor)
            faults = tuple(dict.fromkeys(case.faults()))
            return Result(
                identity=found.identity, name=found.name, faults=faults, notes=tuple(sorted(case.notes))
            )
    except GatelibError as error:
        return Result(identity=found.identity, name=found.name, faults=(unavailable(error),))


def unavailable(error: GatelibError) -> Fault:
    """Return the fault that something cannot be read."""
    place = f"`{error.file}`: " if error.file else ""
    return Fault(UNAVAILABLE, f"{place}{error.message}")


class Case:
    """One release that is verified."""

    def __init__(self, release: Opened, auditor: Auditor) -> None:
        """Hash the release.

        Raises:
            EvidenceError: it cannot be read.

        """
        self.release, self.auditor = release, auditor
        self.sealed: SealedPack = packs.read(release.folder)
        self.notes: set[str] = set()
        self.force: InForce | None = None
        """What was in force in the last run."""

    def faults(self) -> Iterator[Fault]:
        """Yield what does not hold as of the release's day."""
        reruns = [fault for name, report in self.reports for fault in self._rerun(name, report)]
        yield from self.pack(self.day)
        yield from self.attestation(self.day, None)
        for digest in sorted({report["bundle"]["sha256"] for _, report in self.reports}):
            yield from self.bundle(digest, self.day)
        yield from self._report_faults
        yield from reruns

    @cached_property
    def said(self) -> Mapping[str, Any] | None:
        """What the attestation says, whoever has signed it."""
        content = self.sealed.controls.get(attestations.FILE)
        try:
            statement = statements.unverified(content or b"", statements.CONTROLS)
            require(statement["predicate"], "attestation-v1.json", "control attestation")
        except (SignatureError, EvidenceError):
            return None
        found: Mapping[str, Any] = statement["predicate"]
        return found

    @cached_property
    def day(self) -> datetime | None:
        """When the release was judged."""
        for _, report in self.reports:
            return parse_now(report["now"])
        return parse_now(self.said["created_utc"]) if self.said is not None else None

    @cached_property
    def reports(self) -> list[tuple[str, Mapping[str, Any]]]:
        """The reports that were attested, or lie where an attestation would have them."""
        names = [entry["file"] for entry in self.said["reports"]] if self.said else [files.REPORT]
        found = []
        for name in names:
            content = self.sealed.controls.get(f"{CONTROLS}{name}")
            if content is None:
                self._report_faults.append(Fault(UNAVAILABLE, f"`{CONTROLS}{name}` is missing"))
                continue
            try:
                found.append((name, _report(name, content)))
            except (SignatureError, EvidenceError) as error:
                self._report_faults.append(Fault("report", f"`{CONTROLS}{name}` {error.message}"))
        return found

    @cached_property
    def files(self) -> Mapping[str, str]:
        """The paths of the pack's files by their digests."""
        found = {digest: path for path, digest in self.sealed.digests.items()}
        return {**found, sha256(self.sealed.record or b"").hexdigest(): RELEASE}

    @cached_property
    def _report_faults(self) -> list[Fault]:
        return []

    def pack(self, now: datetime | None) -> Iterator[Fault]:
        """Yield what of the pack is not as it was sealed, and signed by producers whom the auditor trusts."""
        if now is None:
            yield Fault(UNAVAILABLE, "nothing says when the release was judged")
            return
        try:
            found = evidence.verify(
                self.release.place,
                producers=self.auditor.trust.evidence,
                now=now,
                max_age_days=self._parameter("evidence", "max_age_days"),
            )
        except EvidenceError as error:
            yield unavailable(error)
            return
        for fault in found.faults:
            check = UNAVAILABLE if fault.problem == "unreadable" else "pack"
            yield Fault(check, f"`{fault.file}` {fault.message}")

    def attestation(self, now: datetime | None, revoked: Revocations | None) -> Iterator[Fault]:
        """Yield what of the attestation does not hold at a moment.

        Without revocations it is held against the moment at which it was made, too.
        """
        moments = [now or _NEVER]
        if revoked is None and self.said is not None:
            moments.append(parse_now(self.said["created_utc"]) or _NEVER)
        try:
            catalogue = self._catalogue()
        except GatelibError as error:
            yield unavailable(error)
            return
        policy = self.force.policy if self.force is not None else self.auditor.means.core
        expected = attestations.Expected(
            trust=self.auditor.trust,
            catalogue=catalogue,
            severities=policy.data["severities"],
            now=max(moments),
            max_age_hours=self._parameter("attestation", "max_age_hours"),
            critical_approvers=int(self._parameter("exceptions", "critical_approvers")),
            revoked=revoked or Revocations(),
        )
        # What of the pack is not as it was sealed is said already.
        found = attestations.verify(replace(self.sealed, faults=()), expected)
        yield from (Fault(fault.check, fault.message) for fault in found.faults)
        for entry in found.unchecked:
            if not entry.startswith("the bundle"):
                yield Fault(UNAVAILABLE, f"nothing was given to verify {entry}")

    def bundle(self, digest: str, now: datetime | None) -> Iterator[Fault]:
        """Yield why the auditor does not trust a bundle at a moment."""
        paths = self.auditor.means.inputs.find(digest)
        if not paths or now is None:
            return  # the run says what is missing
        means = self.auditor.means
        trust = loading.Trust(keys=means.keys, scope=means.scope or "", required=True)
        try:
            loading.read(paths[0], trust, now=now)
        except GatelibError as error:
            yield Fault("bundle", f"the bundle {digest}: {error.message}")

    def _rerun(self, name: str, report: Mapping[str, Any]) -> list[Fault]:
        said = rerun.local(report)
        with tree.tree() as place:
            again = Rerun(said, self.release.folder, self.files, self.auditor.means, place)
            try:
                return self._compared(name, said, again)
            except Unavailable as error:
                return [Fault(UNAVAILABLE, f"`{name}` cannot be judged again without {error.what}")]
            except GatelibError as error:
                return [Fault(UNAVAILABLE, f"`{name}` cannot be judged again: {error}")]
            finally:
                self.force = again.force or self.force

    def _compared(self, name: str, said: Mapping[str, Any], again: Rerun) -> list[Fault]:
        """Return in what the run that comes closest differs."""
        best: list[Fault] | None = None
        failures: list[Fault] = []
        for found in again.reports():
            if isinstance(found, GatelibError):
                failures.append(Fault(UNAVAILABLE, f"`{name}` cannot be judged again: {found}"))
                continue
            form = orjson.loads(orjson.dumps(report_form.of(found)))
            differences = comparing.differences(said, form)
            if best is None or len(differences) < len(best):
                best = [Fault("rerun", f"{name}: {entry.field} {entry.message}") for entry in differences]
                self.notes.update(comparing.notes(said, form))
            if not best:
                return []
        nothing = Fault(UNAVAILABLE, f"`{name}` cannot be judged again: it names nothing that was judged")
        return best if best is not None else [*failures, nothing][:1]

    def _catalogue(self) -> Catalogue:
        """Return the catalogue of controls that was attested by, the shipped one where that is unknown."""
        shipped = _catalogue(None)
        wanted = self.said["catalog"]["sha256"] if self.said is not None else shipped.sha256
        if wanted == shipped.sha256:
            return shipped
        self.notes.add(f"attested by the control catalogue {wanted}, which is not the shipped one")
        for path in self.auditor.means.inputs.find(wanted):
            return _catalogue(path)
        raise EvidenceError(f"the catalogue of controls, sha256 {wanted}, is not among the inputs")

    def _parameter(self, group: str, name: str) -> float:
        """Return a parameter of the run's day, by default the shipped one."""
        policy = self.force.policy if self.force is not None else self.auditor.means.core
        data = policy.data
        found: float = {**data["defaults"][group], **data["params"].get(group, {})}[name]
        return found


@cache
def _catalogue(path: Path | None) -> Catalogue:
    return controls.load(path)


def _report(name: str, content: bytes) -> Mapping[str, Any]:
    if name.endswith(_ENVELOPE):
        value: Any = statements.unverified(content, statements.REPORT)["predicate"]
    else:
        try:
            value = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise EvidenceError(f"is no JSON: {error.msg}") from None
    require(value, "report-v1.json", "report of a gate")
    found: Mapping[str, Any] = value
    return found

"""What is checked of an attestation once its signature holds.

Nothing that lies beside it is believed: the pack is hashed, each report held against its digest, and the
controls are judged from them once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import orjson

from gatelib import report_form
from gatelib.attestation import assembling, declaring, statements, vouched
from gatelib.attestation.declaring import Declared
from gatelib.attestation.expected import Expected, Fault
from gatelib.attestation.forms import require
from gatelib.attestation.model import NotApplicable
from gatelib.attestation.packs import SealedPack
from gatelib.controls import frameworks
from gatelib.errors import EvidenceError, SignatureError
from gatelib.evidence import release as releases
from gatelib.evidence.manifest import CONTROLS
from gatelib.report import Report
from gatelib.settings import has_ended, parse_now

_RECORD: Final = "release.yaml"
_ASIDE: Final = ("clauses",)
"""What of a control is read from the frameworks, which may be newer than the attestation."""


class Check:
    """One attestation, held against its pack and what is expected."""

    def __init__(self, pack: SealedPack, expected: Expected, statement: Mapping[str, Any]) -> None:
        self.pack, self.expected, self.statement = pack, expected, statement
        self.said: Mapping[str, Any] = statement["predicate"]
        self.record = pack.record if expected.record is None else expected.record
        self._frameworks = frameworks()

    def faults(self) -> Iterator[Fault]:
        """Yield what does not hold."""
        yield from self._statement()
        yield from self._release()
        yield from self._pack()
        reports: list[tuple[str, bytes, Report, str | None]] = []
        for found in self._reports():
            if isinstance(found, Fault):
                yield found
            else:
                reports.append(found)
        yield from self._bundle()
        if self._is_attested(self.record) and len(reports) == len(self.said["reports"]):
            yield from self._controls(reports)
        yield from self._waivers()
        yield from self._result()

    def unchecked(self) -> Iterator[str]:
        """Yield what cannot be looked at, since nothing is given to hold it against."""
        trust = self.expected.trust
        if self.expected.bundle is None:
            yield "the bundle whose rules ran: name it with --bundle"
        judged = {entry["config"]["sha256"] for entry in self.said["reports"]}
        if not self._crosswalks_are_known():
            yield "the clauses: the crosswalks are others by now"
        if self.expected.config is not None and judged != {self.expected.config}:
            yield "the configuration that was in force: it is another one than the one given"
        if not trust.approvers and any(entry["not_applicable"] for entry in self.said["controls"]):
            yield "the approvers' signatures over what is not applicable: name them in `trust.approvers`"
        if not trust.reports and any(entry["signed_by"] for entry in self.said["reports"]):
            yield "the runners' signatures over the reports: name them in `trust.reports`"

    def _is_attested(self, record: bytes | None) -> bool:
        """Tell whether a record is the one that the controls were judged for."""
        return record is not None and sha256(record).hexdigest() == self.said["release"]["sha256"]

    def _statement(self) -> Iterator[Fault]:
        release, pack = self.said["release"], self.said["pack"]["sha256"]
        if self.statement["subject"] != statements.subjects(release["images"], pack):
            yield Fault("statement", "the subjects are not the images and the pack that are attested")

    def _release(self) -> Iterator[Fault]:
        if self.record is None:
            yield Fault("release", f"`{_RECORD}` is missing, so nothing says which release it is")
            return
        try:
            found = assembling.subject(self.record, called=_RECORD).to_dict()
            pack = releases.read(self.record, file=_RECORD).sha256
        except EvidenceError as error:
            yield Fault("release", f"the Release record: {error.message}")
            return
        said = self.said["release"]
        for key in found:
            if key != "sha256" and said[key] != found[key]:
                what = "are other changes" if key == "changes" else f"is another {key}"
                yield Fault("release", f"attested {what} than the Release's: `{_shown(said[key])}`")
        if said["sha256"] != found["sha256"]:
            yield Fault("release", "the Release record has changed since it was attested")
        if pack != self.said["pack"]["sha256"]:
            yield Fault("release", "attested is another Evidence Pack than the Release names")

    def _pack(self) -> Iterator[Fault]:
        if self.said["pack"]["sha256"] != self.pack.sha256:
            yield Fault("pack", f"attested is another pack: its hash was `{self.said['pack']['sha256']}`")
        for message in self.pack.faults:
            yield Fault("pack", message)
        for control in self.said["controls"]:
            for file in control["evidence"]:
                digest = self.pack.digests.get(file["file"])
                if digest is None:
                    yield Fault("pack", f"`{file['file']}` is attested, and missing")
                elif digest != file["sha256"]:
                    yield Fault("pack", f"`{file['file']}` is not what was attested")

    def _reports(self) -> Iterator[Fault | tuple[str, bytes, Report, str | None]]:
        for said in self.said["reports"]:
            content = self.pack.controls.get(f"{CONTROLS}{said['file']}")
            if content is None:
                yield Fault("report", f"`{CONTROLS}{said['file']}` is missing")
            elif sha256(content).hexdigest() != said["sha256"]:
                yield Fault("report", f"`{CONTROLS}{said['file']}` has changed since it was attested")
            else:
                try:
                    yield said["file"], content, *self._opened(content, said)
                except (SignatureError, EvidenceError) as error:
                    yield Fault("report", f"`{CONTROLS}{said['file']}`: {error.message}")

    def _opened(self, content: bytes, said: Mapping[str, Any]) -> tuple[Report, str | None]:
        if said["signed_by"] is None:
            value = _json(content)
            require(value, "report-v1.json", "report of a gate")
            return report_form.parse(value), None
        release = self.said["release"]
        about = statements.subjects(release["images"], self.said["pack"]["sha256"], release["sha256"])
        if self.expected.trust.reports:
            return vouched.opened(content, about, self.expected.trust.reports)
        return vouched.claimed(content, about), said["signed_by"]

    def _bundle(self) -> Iterator[Fault]:
        for said in self.said["reports"]:
            if self.expected.bundle not in (None, said["bundle"]["sha256"]):
                yield Fault(
                    "bundle",
                    f"other rules ran than those of the bundle given: `{said['bundle']['sha256']}` "
                    f"(revision `{said['bundle']['revision']}`)",
                )

    def _controls(self, reports: Sequence[tuple[str, bytes, Report, str | None]]) -> Iterator[Fault]:
        """Judge the controls again, and say where the attestation differs."""
        if self.said["catalog"]["sha256"] != self.expected.catalogue.sha256:
            yield Fault(
                "controls",
                f"another control catalogue was used, `{self.said['catalog']['sha256']}`: "
                "name it with --controls",
            )
            return
        try:
            declared = self._declared()
            subject = assembling.subject(self.record or b"", called=_RECORD)
        except EvidenceError as error:
            yield Fault("controls", f"the Release record: {error.message}")
            return
        again = assembling.assemble(
            subject,
            self.said["pack"]["sha256"],
            [
                (vouched.source(name, content, report, runner), report)
                for name, content, report, runner in reports
            ],
            created=self.said["created_utc"],
            catalogue=self.expected.catalogue,
            frameworks=self._frameworks,
            declared=declared,
            max_age_hours=self.expected.max_age_hours,
            tool=self.said["tool"]["version"],
        ).to_dict()
        aside = () if self._crosswalks_are_known() else _ASIDE
        for said, found in zip(self.said["controls"], again["controls"], strict=False):
            if _without(said, aside) != _without(found, aside):
                yield Fault(
                    "controls",
                    f"`{_text(said['id'])}` is attested as `{said['status']}`, and the reports say "
                    f"`{found['id']}` is `{found['status']}`{_why(found)}",
                )
        if not {*again["objections"]} <= {*self.said["objections"]}:
            yield Fault("controls", "the reports say more against the release than is attested")
        for key in ("waivers", "reports", "bundle", "config", "engine"):
            if self.said[key] != again[key]:
                yield Fault("controls", f"what is attested as `{key}` is not what the reports say")
        if len(self.said["controls"]) != len(again["controls"]):
            yield Fault("controls", "not all controls of the catalogue are attested")

    def _crosswalks_are_known(self) -> bool:
        """Tell whether clauses can be compared: those of crosswalks that were mended since cannot."""
        keys = ("id", "name", "edition", "sha256")
        said = tuple(tuple(entry[key] for key in keys) for entry in self.said["frameworks"])
        return said == assembling.crosswalks(self._frameworks)

    def _declared(self) -> Declared:
        if not self.expected.trust.approvers:
            return Declared(
                {
                    entry["id"]: NotApplicable(**entry["not_applicable"])
                    for entry in self.said["controls"]
                    if entry["not_applicable"]
                },
                {},
            )
        record = self.record or b""
        return declaring.verify(
            declaring.read(record, file=_RECORD),
            self.pack.controls,
            releases.read(record, file=_RECORD),
            approvers=self.expected.trust.approvers,
            catalogue=self.expected.catalogue,
            severities=self.expected.severities,
            critical_approvers=self.expected.critical_approvers,
        )

    def _waivers(self) -> Iterator[Fault]:
        for waiver in self.said["waivers"]:
            name = _text(waiver["name"])
            if has_ended(waiver["expires"], self.expected.now):
                yield Fault(
                    "waiver", f"the exception `{name}` has expired since: `{_text(waiver['expires'])}`"
                )
            reason = self.expected.revoked.reason(waiver["sha256"], waiver["name"])
            if reason is not None:
                yield Fault("waiver", f"the exception `{name}` was revoked: {reason}")

    def _result(self) -> Iterator[Fault]:
        said = self.said
        for control in said["controls"]:
            if control["status"] not in ("pass", "not applicable"):
                yield Fault("result", f"`{_text(control['id'])}` is `{control['status']}`{_why(control)}")
        for objection in said["objections"]:
            yield Fault("result", objection)
        holds = all(control["status"] in ("pass", "not applicable") for control in said["controls"])
        if said["overall"] is not bool(holds and said["controls"] and not said["objections"]):
            yield Fault("result", "what is attested as `overall` does not follow from the controls")
        created = parse_now(said["created_utc"])
        if created is None or created > self.expected.now:
            yield Fault("result", f"it was made at `{_text(said['created_utc'])}`, which is yet to come")


def _without(control: Mapping[str, Any], aside: Sequence[str]) -> dict[str, Any]:
    return {key: value for key, value in control.items() if key not in aside}


def _why(control: Mapping[str, Any]) -> str:
    """Return the first thing that is in the way of a control."""
    for detail in control["details"]:
        if "missing" in detail:
            return f": `{detail['missing']}` is missing"
        said = detail.get("message") or detail.get("reason", "")
        return f": {detail['rule']} {said}" if "rule" in detail else f": {said}"
    return ""


def _shown(value: object) -> str:
    """Return a value of a Release in few words."""
    if isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
        return f"{len(value)} entries"
    return _text(value)


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _json(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise EvidenceError(f"is no JSON: {error.msg}") from None

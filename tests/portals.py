"""Releases for a portal: the attested example again and again, with other versions, findings and waivers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson
import yaml

from gatelib import report_form
from gatelib.attestation import assembling, declaring, statements, vouched
from gatelib.attestation.model import Attestation, NotApplicable
from gatelib.controls import frameworks, load
from gatelib.evidence import release as releases
from tests.attestations import ATTESTER, Attested
from tests.release import key

NOW: Final = datetime(2026, 11, 22, 0, 30, tzinfo=timezone.utc)
_SERVICES: Final = ("payments", "ledger", "identity", "statements")
_INDENTED: Final = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


@dataclass(kw_only=True)
class Wanted:
    """A release to be made."""

    service: str = "payments"
    version: str = "2.14.0"
    created: str = "2026-11-22T00:00:00Z"
    changes: Sequence[tuple[str, str, str]] = (("PAY-1182", "Refunds in several currencies", ""),)
    denied: Sequence[tuple[str, str]] = ()
    """``(rule, message)`` of findings that deny."""
    warned: int = 0
    waived: Sequence[dict[str, Any]] = ()
    """Exceptions, each of which hides one finding."""
    skipped: Sequence[str] = ()
    """Rules that did not run."""
    signer: str = ATTESTER
    edit: Callable[[dict[str, Any]], Any] | None = None
    """Changes the attestation before it is signed."""
    extra: dict[str, bytes] = field(default_factory=dict)
    """More files, by path in the release."""


class Example:
    """The example release, attested once; :meth:`make` makes others of it."""

    def __init__(self, folder: Path) -> None:
        """Attest the example."""
        self.attested = Attested(folder)
        self.attested.seal()
        self.report = orjson.loads(self.attested.attest().reports["report.json"])
        self.config = folder / "gatelib.yaml"
        pack = self.attested.pack
        shutil.rmtree(pack / "controls")
        self.files = [path for path in sorted(pack.rglob("*")) if path.is_file()]
        self.record = yaml.safe_load(self.attested.record.read_text("utf-8"))
        self.catalogue, self.frameworks = load(), frameworks()

    def make(self, folder: Path, wanted: Wanted | None = None) -> Path:
        """Make a release in a new folder, whole and signed."""
        wanted = wanted or Wanted()
        for path in self.files:
            place = folder / path.relative_to(self.attested.pack)
            place.parent.mkdir(parents=True, exist_ok=True)
            if path.name != "release.yaml":
                os.link(path, place)
        record = self._record(wanted)
        (folder / "release.yaml").write_bytes(record)
        report = self._report(wanted)
        report["releases"] = [{"file": "release.yaml", "sha256": sha256(record).hexdigest()}]
        content = orjson.dumps(report, option=_INDENTED)
        parsed = report_form.parse(report)
        declared = declaring.read(record, file="release.yaml")
        bound = releases.read(record, file="release.yaml")
        about = assembling.subject(record, called="release.yaml")
        for entry in declared:
            approver = key(entry.approver.partition("@")[0])
            write(
                folder / declaring.place(entry.control), declaring.sign(entry, bound, about.images, approver)
            )
        pack = sha256((folder / "MANIFEST.sha256").read_bytes()).hexdigest()
        found = assembling.assemble(
            about,
            pack,
            [(vouched.source("report.json", content, parsed, None), parsed)],
            created=wanted.created,
            catalogue=self.catalogue,
            frameworks=self.frameworks,
            declared=declaring.Declared(
                {
                    entry.control: NotApplicable(
                        reason=entry.reason, approver=entry.approver, signed_by=entry.approver
                    )
                    for entry in declared
                },
                {},
            ),
            max_age_hours=24,
            tool="0.1.0",
        )
        files = {"report.json": content, **self._attested(found, wanted)}
        for name, data in {f"controls/{name}": data for name, data in files.items()}.items():
            write(folder / name, data)
        for name, data in wanted.extra.items():
            write(folder / name, data)
        return folder

    def _attested(self, found: Attestation, wanted: Wanted) -> dict[str, bytes]:
        form = orjson.loads(orjson.dumps(found.to_dict()))
        if wanted.edit:
            wanted.edit(form)
        about = statements.subjects(form["release"]["images"], form["pack"]["sha256"])
        envelope = statements.signed(form, statements.CONTROLS, about, key(wanted.signer))
        return {
            "attestation.json": orjson.dumps(form, option=_INDENTED),
            "attestation.dsse.json": envelope.to_json() + b"\n",
        }

    def _record(self, wanted: Wanted) -> bytes:
        record = orjson.loads(orjson.dumps(self.record))
        record["metadata"]["name"] = f"{wanted.service}-{wanted.version}"
        record["spec"] |= {
            "service": wanted.service,
            "version": wanted.version,
            "commit": sha256(f"{wanted.service} {wanted.version}".encode()).hexdigest()[:40],
            "changes": [{"id": id_, "summary": text, "url": url} for id_, text, url in wanted.changes],
        }
        return yaml.safe_dump(record, sort_keys=False, allow_unicode=True).encode()

    def _report(self, wanted: Wanted) -> dict[str, Any]:
        report: dict[str, Any] = orjson.loads(orjson.dumps(self.report))
        report["now"] = wanted.created
        rules = {rule["id"]: rule for rule in report["rules"]}
        for rule, message in wanted.denied:
            rules[rule] |= {"status": "fail", "findings": rules[rule]["findings"] + 1}
            report["findings"].append(finding(rule, message))
        for number in range(wanted.warned):
            report["findings"].append(
                finding("GL-K8S-010", f"Deployment `worker-{number}` has no autoscaler", action="warn")
            )
        for waiver in wanted.waived:
            rule = waiver["rule"]
            rules[rule] |= {"status": "waived", "findings": rules[rule]["findings"] + 1}
            said = {name: value for name, value in waiver.items() if name != "rule"}
            found = finding(rule, "a container has no limits")
            report["exceptions"].append({**said, "hid": [found["fingerprint"]]})
            report["findings"].append({**found, "waived_by": said})
        for rule in wanted.skipped:
            rules[rule] |= {"status": "skipped", "judged": 0, "findings": 0}
            report["selection"]["skipped"].append(rule)
        if wanted.denied:
            report["outcome"] = "fail"
        return report


def finding(rule: str, message: str, action: str = "deny") -> dict[str, Any]:
    """Return a finding as a report has it."""
    return {
        "rule": rule,
        "action": action,
        "severity": "high",
        "controls": [],
        "message": message,
        "remediation": "Mend it.",
        "resource": {"apiVersion": "apps/v1", "kind": "Deployment", "namespace": "payments", "name": "api"},
        "location": {"file": "payments/payments.yaml", "document": 1, "line": 12, "column": 3},
        "path": ["spec"],
        "fingerprint": f"{rule}|apps/Deployment|payments|api|spec",
        "vulnerability": None,
        "waived_by": None,
    }


def waiver(
    name: str = "limits-for-now", expires: str = "2026-12-31", rule: str = "GL-K8S-006", **said: str
) -> dict[str, Any]:
    """Return an exception as a report has it, with the rule that it hides a finding of."""
    return {
        "rule": rule,
        "name": name,
        "sha256": sha256(name.encode()).hexdigest(),
        "requester": "nina@example.com",
        "approver": "omar@example.com",
        "expires": expires,
        "reason": "The limits are being measured under the load of the season.",
        "ticket": "PAY-2201",
        "signed_by": ["nina@example.com", "omar@example.com"],
        **said,
    }


def history(example: Example, folder: Path, count: int, services: Sequence[str] = _SERVICES) -> list[Path]:
    """Make many releases over two years, most of which pass; the same ones each time."""
    places = []
    for number in range(count):
        service = services[number % len(services)]
        age = timedelta(days=(count - 1 - number) * 700 / max(count - 1, 1))
        created = (NOW - timedelta(minutes=30) - age).strftime("%Y-%m-%dT%H:%M:%SZ")
        version = f"{number // 60 + 1}.{number // 4 % 15}.{number % 3}"
        places.append(
            example.make(
                folder / f"{service}-{version}-{number}", _typical(number, service, version, created)
            )
        )
    return places


def _typical(number: int, service: str, version: str, created: str) -> Wanted:
    wanted = Wanted(service=service, version=version, created=created, warned=number * 7 % 5)
    if number % 11 == 3:
        wanted.denied = [("GL-REL-003", "`CVE-2026-1042` in `openssl` is critical, and fixed in 3.0.19")]
    if number % 17 == 5:
        wanted.skipped = ["GL-REL-019"]
    if number % 3 == 0:
        wanted.waived = [waiver(f"limits-{service}-{number // 40}", expires=f"{int(created[:4]) + 1}-03-31")]
    if number % 41 == 20:
        wanted.signer = "nobody-known"
    wanted.changes = [
        (f"{service[:3].upper()}-{1100 + number * 3}", "Refunds in several currencies", ""),
        (f"{service[:3].upper()}-{1101 + number * 3}", "The ledger client retries with a budget", ""),
    ]
    return wanted


def write(place: Path, content: bytes) -> None:
    """Write a file that is in no pack yet."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    place.write_bytes(content)

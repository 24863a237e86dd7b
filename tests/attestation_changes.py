"""An attested release with one thing changed, and what verification says of it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

import orjson

from gatelib import dsse
from gatelib.attestation import statements, vouched
from gatelib.bundle import archive, build, definition, signatures
from gatelib.bundle.loading import SIGNATURES
from gatelib.evidence import building
from gatelib.exceptions.revoked import Revocations
from gatelib.policy import shipped
from tests.attestations import ATTESTER, BUNDLER, CLOCK, RUNNER, Attested
from tests.paths import ROOT
from tests.release import key

Change = Callable[[Attested], "dict[str, Any] | None"]

SIGNED: Final = "controls/attestation.dsse.json"
REPORT: Final = "controls/report.json"


@dataclass(frozen=True)
class Case:
    """One change to a release that was attested, and held."""

    what: str
    """What is no longer as it was, for the documentation."""
    check: str
    """Which check does not hold; further ones may fail with it."""
    says: str
    """A part of what is said."""
    change: Change
    """Changes the release, and returns what verification is given besides."""


def rewritten(release: Attested, change: Callable[[Any], Any], **signed: Any) -> None:
    """Change what is attested, and sign it as the attester, or as somebody else."""
    envelope = dsse.parse(release.path(SIGNED).read_bytes())
    statement = json.loads(envelope.payload)
    change(statement)
    kind = signed.get("kind", dsse.IN_TOTO)
    found = dsse.sign(orjson.dumps(statement), kind, [key(signed.get("signer", ATTESTER))])
    release.path(SIGNED).write_bytes(found.to_json())


def evidence(release: Attested) -> None:
    path = release.path("sbom/payments.cdx.json")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def evidence_and_seal(release: Attested) -> None:
    evidence(release)
    release.path("MANIFEST.sha256").unlink()
    building.seal(release.pack)


def report(release: Attested) -> None:
    release.replace(REPORT, '"outcome": "pass"', '"outcome": "fail"')


def skipped(release: Attested) -> None:
    release.attest(skip=["GL-REL-004"])


def other_rules(release: Attested) -> None:
    """Run the same rules with a softer parameter, from a bundle that the same owner has signed."""
    softer = release.folder / "softer.yaml"
    text = (ROOT / "bundles" / "pre-promote.yaml").read_text("utf-8")
    softer.write_text(f"{text}parameters:\n  scorecard: {{min_score: 10}}\n")
    files = build.files(definition.read(softer, shipped()), created=CLOCK)
    signature = signatures.sign(files, key(BUNDLER))
    (release.folder / "softer.tar.gz").write_bytes(archive.write({**files, SIGNATURES: signature}))
    release.attest(bundle="softer.tar.gz")


def waiver(release: Attested) -> dict[str, Any]:
    waived(release)
    return {"now": datetime(2026, 12, 1, tzinfo=timezone.utc)}


def waived(release: Attested) -> None:
    release.replace("payments/payments.yaml", 'limits: {cpu: "1", memory: 512Mi}', 'limits: {cpu: "1"}')
    release.give("nina", "omar", expires="2026-11-30")
    release.attest()


def revoked(release: Attested) -> dict[str, Any]:
    waived(release)
    return {"revoked": Revocations(by_name={"for-now": "given by mistake"})}


def of_another(release: Attested) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        other = Attested(Path(folder))
        other.replace("release.yaml", "version: 2.14.0", "version: 2.13.4")
        other.seal().attest()
        return {"content": other.path(SIGNED).read_bytes()}


def nothing_signed(release: Attested) -> None:
    release.path("controls/not-applicable/TEN-01.dsse.json").unlink()


def signed_by_another(release: Attested) -> None:
    place = release.path("controls/not-applicable/TEN-01.dsse.json")
    envelope = dsse.parse(place.read_bytes())
    place.write_bytes(dsse.sign(envelope.payload, envelope.payload_type, [key("omar")]).to_json())


def claimed(release: Attested) -> None:
    """Attest as the attester, but not to what the gate said."""
    release.edit("scans/gitleaks.json", lambda found: found.append(LEAK))
    release.path("MANIFEST.sha256").unlink()
    release.seal()
    release.attest()

    def lie(statement: Any) -> None:
        for control in statement["predicate"]["controls"]:
            if control["id"] == "SEC-01":
                control |= {"status": "pass", "pass": True, "details": []}
        statement["predicate"] |= {"overall": True, "objections": []}

    rewritten(release, lie)


LEAK: Final = {
    "RuleID": "generic-api-key",
    "Description": "a key",
    "StartLine": 1,
    "EndLine": 1,
    "StartColumn": 1,
    "EndColumn": 2,
    "Match": "REDACTED",
    "Secret": "REDACTED",
    "File": "settings.py",
    "SymlinkFile": "",
    "Commit": "4f1c2a9d0b7e6c5f8a3d2e1b0c9f8e7d6a5b4c3d",
    "Entropy": 4.0,
    "Author": "",
    "Email": "",
    "Date": "2026-11-20T00:00:00Z",
    "Message": "",
    "Tags": [],
    "Fingerprint": "settings.py:generic-api-key:1",
}


def from_signed_report(release: Attested, signer: str = RUNNER) -> None:
    """Attest from a report that a runner has signed, and not from a run."""
    form = release.report(gate="pre-promote", bundle="pre-promote.tar.gz").to_dict()
    record = release.record.read_bytes()
    content = vouched.signed(orjson.dumps(form), record, called="release.yaml", key=key(signer))
    release.attest(reports={"gate.dsse.json": content})


def signed_report_removed(release: Attested) -> None:
    from_signed_report(release)
    release.path("controls/reports/gate.dsse.json").unlink()


def runner_unknown(release: Attested) -> dict[str, Any]:
    from_signed_report(release)
    trust = release.trust()
    return {"trust": replace(trust, reports=(replace(trust.reports[0], keys=trust.attestation[0].keys),))}


def at(**values: Any) -> Change:
    return lambda release: rewritten(release, lambda statement: statement["predicate"].update(values))


def added(release: Attested) -> None:
    release.path("scans/more.sarif").write_text("{}")


def rules_of_nobody(release: Attested) -> None:
    release.attest(bundle=None)


def two_hours_later(release: Attested) -> dict[str, Any]:
    """Attest as of a moment that is long gone."""
    release.attest(clock=CLOCK + timedelta(hours=2))
    return {"now": CLOCK + timedelta(hours=3)}


def signed_as(signer: str) -> Change:
    return lambda release: rewritten(release, lambda statement: None, signer=signer)


def payload(release: Attested) -> None:
    content = json.loads(release.path(SIGNED).read_bytes())
    content["payload"] = content["payload"][:-8] + "AAAAAAA="
    release.path(SIGNED).write_text(json.dumps(content))


CASES: Final = (
    Case("one byte of a file of evidence", "pack", "`sbom/payments.cdx.json`: changed", evidence),
    Case(
        "one byte of evidence, and the pack sealed again",
        "release",
        "attested is another Evidence Pack than the Release names",
        evidence_and_seal,
    ),
    Case(
        "a file of evidence, taken away",
        "pack",
        "`scans/zap.sarif`: missing",
        lambda release: release.path("scans/zap.sarif").unlink(),
    ),
    Case(
        "a file of evidence, added",
        "pack",
        "`scans/more.sarif`: added",
        added,
    ),
    Case("the gate's report, edited", "report", "has changed since it was attested", report),
    Case(
        "the gate's report, removed",
        "report",
        "`controls/report.json` is missing",
        lambda release: release.path(REPORT).unlink(),
    ),
    Case(
        "a signed report, removed",
        "report",
        "`controls/reports/gate.dsse.json` is missing",
        signed_report_removed,
    ),
    Case(
        "who runs the gate: a report signed by nobody who does",
        "report",
        "is signed by nobody who is trusted with it",
        runner_unknown,
    ),
    Case("a rule, skipped", "result", "`SEC-01` is `not evaluated`: GL-REL-004 was skipped", skipped),
    Case("the bundle, swapped", "bundle", "other rules ran than those of the bundle given", other_rules),
    Case(
        "the bundle, left out: rules that nobody signed",
        "result",
        "nobody vouches for the rules that ran",
        rules_of_nobody,
    ),
    Case(
        "the moment of judgement: `--now`",
        "result",
        "the release was judged as of `2026-11-22T00:00:00Z`, and not when it was attested",
        two_hours_later,
    ),
    Case(
        "the attester's key, swapped",
        "signature",
        "is signed by nobody who is trusted with it",
        signed_as("somebody"),
    ),
    Case(
        "the attester's key for one of another role: who signs bundles",
        "signature",
        "is signed by nobody who is trusted with it",
        signed_as(BUNDLER),
    ),
    Case(
        "the attester's key for one of another role: who produces evidence",
        "signature",
        "is signed by nobody who is trusted with it",
        signed_as("build-ci"),
    ),
    Case("what is signed, without signing it again", "signature", "is signed by nobody", payload),
    Case(
        "the payload type",
        "signature",
        "is of the payload type `application/json`",
        lambda release: rewritten(release, lambda statement: None, kind="application/json"),
    ),
    Case(
        "the predicate type",
        "signature",
        f"states `{statements.SUMMARY}`",
        lambda release: rewritten(
            release, lambda statement: statement.update(predicateType=statements.SUMMARY)
        ),
    ),
    Case(
        "the subjects: other images",
        "statement",
        "the subjects are not the images and the pack that are attested",
        lambda release: rewritten(
            release, lambda statement: statement["subject"][0]["digest"].update(sha256="5e" * 32)
        ),
    ),
    Case("an exception, expired since", "waiver", "the exception `for-now` has expired since", waiver),
    Case("an exception, revoked since", "waiver", "`for-now` was revoked: given by mistake", revoked),
    Case("the attestation: that of another release", "release", "attested is another version", of_another),
    Case(
        "the Release record",
        "release",
        "the Release record has changed since it was attested",
        lambda release: release.replace("release.yaml", "Refunds in several", "Refunds in many"),
    ),
    Case(
        "the approver's signature that a control is not applicable, removed",
        "controls",
        "which does not count: `controls/not-applicable/TEN-01.dsse.json` is missing",
        nothing_signed,
    ),
    Case(
        "the approver's signature that a control is not applicable: another's, who may not",
        "controls",
        "which does not count: the signature is signed by nobody who is trusted with it",
        signed_by_another,
    ),
    Case(
        "what is attested: a pass that the report does not say, signed by the attester",
        "controls",
        "`SEC-01` is attested as `pass`, and the reports say `SEC-01` is `fail`",
        claimed,
    ),
    Case(
        "the control catalogue",
        "controls",
        "another control catalogue was used",
        at(catalog={"sha256": "5e" * 32}),
    ),
    Case(
        "when it was made: in the future",
        "result",
        "which is yet to come",
        at(created_utc="2026-11-23T00:00:00Z"),
    ),
)

"""The gate ``publish``: what was attested goes out, and nothing does that was changed since."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from gatelib.bundle import given
from gatelib.evidence import oci
from gatelib.report import Report
from tests.attestation_changes import (
    SIGNED,
    claimed,
    evidence,
    from_signed_report,
    nothing_signed,
    of_another,
    report,
    signed_as,
    skipped,
    waived,
)
from tests.attestations import CLOCK, LATER, Attested, bundle
from tests.registry import registry
from tests.release import PACK

SUBJECT: Final = "the control attestation of release `payments-2.14.0`"
WORTHLESS: Final = f"{SUBJECT} counts for nothing:"


def moment(when: datetime) -> str:
    return when.isoformat().replace("+00:00", "Z")


@pytest.fixture(scope="module")
def attested(tmp_path_factory: pytest.TempPathFactory) -> Attested:
    release = Attested(tmp_path_factory.mktemp("attested")).seal()
    release.attest()
    return release


def published(release: Attested, **values: Any) -> Report:
    """Return the report of the gate `publish`, half an hour after the release was attested."""
    record = values.pop("record", f"{PACK}/release.yaml")
    given = {"gate": "publish", "now": moment(LATER), **values}
    return release.gate(**given).check([record])


def said(found: Report) -> list[tuple[str, str]]:
    """Return what denies, each rule with what it says, and errors."""
    denied = [(finding.rule, finding.message) for finding in found.findings if finding.action == "deny"]
    return sorted([*denied, *((problem.code, problem.message) for problem in found.errors)])


def test_an_attested_release_passes(attested: Attested) -> None:
    found = published(attested)
    assert (found.outcome, said(found)) == ("pass", [])
    judged = {rule.id: (rule.status, rule.judged) for rule in found.rules if rule.id.startswith("GL-REL-")}
    assert judged == {"GL-REL-001": ("pass", 1), "GL-REL-027": ("pass", 1)}


def test_the_report_names_what_was_read_of_the_attestation(attested: Attested) -> None:
    named = {name for name, _ in published(attested).inputs if "/controls/" in name}
    assert named == {
        f"{PACK}/controls/{name}"
        for name in ("attestation.dsse.json", "report.json", "not-applicable/TEN-01.dsse.json")
    }


@pytest.mark.parametrize("ending", [".tar", ".tar.gz"])
def test_a_release_in_an_archive_passes(ending: str, attested: Attested, tmp_path: Path) -> None:
    archive = tmp_path / f"payments{ending}"
    with tarfile.open(archive, "w:gz" if ending.endswith("gz") else "w") as file:
        file.add(attested.pack, PACK)
    assert said(published(attested, evidence=[str(archive)])) == []


def test_a_release_in_a_registry_passes(attested: Attested, tmp_path: Path) -> None:
    with registry(tmp_path / "registry") as host:
        digest = oci.push(f"{host}/payments:2.14.0", attested.pack, plain_http=True)
        place = f"oci://{host}/payments@{digest}"
        found = published(attested, evidence=[place], access=lambda _: {"plain_http": True})
        assert said(found) == []


def test_a_signed_bundle_of_the_gate_judges_alike(attested: Attested, tmp_path: Path) -> None:
    (tmp_path / "publish.tar.gz").write_bytes(bundle("publish"))
    found = published(attested, bundle=str(tmp_path / "publish.tar.gz"))
    assert (found.outcome, found.signed_by, said(found)) == ("pass", "policy-owners", [])


def test_an_attestation_from_a_signed_report_passes(attested: Attested, tmp_path: Path) -> None:
    release = attested.copied(tmp_path)
    from_signed_report(release)
    assert said(published(release)) == []


@dataclass(frozen=True)
class Attack:
    """A change to an attested release, and what the gate says of it."""

    what: str
    change: Callable[[Attested], Any]
    said: list[tuple[str, str]]
    values: dict[str, Any] = field(default_factory=dict)


def one(message: str) -> list[tuple[str, str]]:
    return [("GL-REL-027", message)]


def unattested(release: Attested) -> None:
    shutil.rmtree(release.path("controls"))


def another_releases(release: Attested) -> None:
    release.path(SIGNED).write_bytes(of_another(release)["content"])


def without(role: str) -> Callable[[Attested], None]:
    def change(release: Attested) -> None:
        config = release.config()
        del config["trust"][role]
        (release.folder / "gatelib.yaml").write_text(yaml.safe_dump(config, sort_keys=False))

    return change


def without_runners(release: Attested) -> None:
    from_signed_report(release)
    without("reports")(release)


def revoked(release: Attested) -> None:
    waived(release)
    config = release.config()
    config["trust"]["revoked"] = ["revoked.yaml"]
    (release.folder / "gatelib.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    (release.folder / "revoked.yaml").write_text(
        "revocations: [{name: for-now, revoked: 2026-11-22, reason: given by mistake}]\n"
    )


def large(release: Attested) -> None:
    with release.path("controls/report.json").open("r+b") as file:
        file.truncate(64 * 1024**2 + 1)


def another_record(release: Attested) -> None:
    (release.folder / "asked.yaml").write_text(
        release.record.read_text("utf-8").replace(
            "  images:\n", "  images:\n    - registry.example.com/payments-worker:2.14.0\n"
        )
    )


ATTACKS: Final = (
    Attack("no attestation", unattested, one(f"{SUBJECT} is missing, or none was verified")),
    Attack(
        "no signed one, but all that is made from it",
        lambda release: release.path(SIGNED).unlink(),
        one(f"{SUBJECT} is missing, or none was verified"),
    ),
    Attack(
        "a stolen key of a producer of evidence",
        signed_as("build-ci"),
        one(f"{WORTHLESS} the attestation is signed by nobody who is trusted with it"),
    ),
    Attack(
        "a stolen key of an approver",
        signed_as("lea"),
        one(f"{WORTHLESS} the attestation is signed by nobody who is trusted with it"),
    ),
    Attack(
        "something else in its place",
        lambda release: release.path(SIGNED).write_text("[]"),
        one(f"{WORTHLESS} the attestation is no DSSE envelope"),
    ),
    Attack(
        "an attester whom nobody named",
        without("attestation"),
        one(f"{WORTHLESS} nobody is trusted with attestations: name a key, or `trust.attestation`"),
    ),
    Attack(
        "an attestation of the version before",
        another_releases,
        one(
            f"{WORTHLESS} attested is another version than the Release's: `2.13.4`; "
            "the Release record has changed since it was attested; "
            "attested is another Evidence Pack than the Release names"
        ),
    ),
    Attack(
        "the report that it was made from, edited",
        report,
        one(f"{WORTHLESS} `controls/report.json` has changed since it was attested"),
    ),
    Attack(
        "a report that never ends",
        large,
        one(f"{WORTHLESS} `controls/` holds more than is read"),
    ),
    Attack(
        "an approver's signature, taken away",
        nothing_signed,
        one(
            f"{WORTHLESS} `TEN-01` is attested as `not applicable`, and the reports say `TEN-01` is"
            " `not evaluated`: is declared not applicable, which does not count: "
            "`controls/not-applicable/TEN-01.dsse.json` is missing"
        ),
    ),
    Attack(
        "what is not applicable, with nobody to approve it",
        without("approvers"),
        one(
            f"{WORTHLESS} controls are attested as not applicable, and `trust.approvers` names nobody who may"
            " say so"
        ),
    ),
    Attack(
        "a signed report, with nobody to sign it",
        without_runners,
        one(
            f"{WORTHLESS} it is made from signed reports, and `trust.reports` names nobody who may sign them"
        ),
    ),
    Attack(
        "a rule, skipped when it was attested",
        skipped,
        one(f"{SUBJECT} says that these controls do not hold: SEC-01"),
    ),
    Attack(
        "an attestation of more than a day ago",
        lambda release: None,
        one(f"{SUBJECT} was made on `2026-11-22T00:00:00Z`, more than 24 hours ago"),
        {"now": moment(CLOCK + timedelta(hours=24, seconds=1))},
    ),
    Attack(
        "an attestation of the future",
        lambda release: None,
        one(f"{SUBJECT} was made in the future, on `2026-11-22T00:00:00Z`"),
        {"now": moment(CLOCK - timedelta(seconds=1))},
    ),
    Attack(
        "an exception, expired since",
        lambda release: waived(release),
        [
            ("GL-REL-027", f"{SUBJECT} rests on exception `for-now`, which expired on `2026-11-30`"),
            ("GL-REL-027", f"{SUBJECT} was made on `2026-11-22T00:00:00Z`, more than 24 hours ago"),
        ],
        {"now": "2026-12-01T00:00:00Z", "exceptions": []},
    ),
    Attack(
        "an exception, revoked since",
        revoked,
        one(f"{WORTHLESS} the exception `for-now` was revoked: given by mistake"),
        {"exceptions": []},
    ),
    Attack(
        "evidence, changed since the seal",
        evidence,
        [
            (
                "GL-REL-001",
                "the Evidence Pack of release `payments-2.14.0` is not as it was sealed: "
                "`sbom/payments.cdx.json` changed",
            )
        ],
    ),
    Attack(
        "a release with one image more",
        another_record,
        one(f"{SUBJECT} is not of image `registry.example.com/payments-worker:2.14.0`"),
        {"record": "asked.yaml"},
    ),
)


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack.what for attack in ATTACKS])
def test_what_was_changed_keeps_a_release_from_going_out(
    attack: Attack, attested: Attested, tmp_path: Path
) -> None:
    release = attested.copied(tmp_path)
    attack.change(release)
    found = published(release, **attack.values)
    assert (found.outcome, said(found)) == ("fail", attack.said)


def test_a_pass_that_no_report_says_counts_for_nothing(attested: Attested, tmp_path: Path) -> None:
    release = attested.copied(tmp_path)
    claimed(release)
    (found,) = said(published(release))
    assert found[0] == "GL-REL-027"
    assert found[1].startswith(
        f"{WORTHLESS} `SEC-01` is attested as `pass`, and the reports say `SEC-01` is `fail`"
    )


def test_an_attestation_is_good_for_exactly_a_day(attested: Attested) -> None:
    assert said(published(attested, now=moment(CLOCK + timedelta(hours=24)))) == []


@pytest.mark.parametrize("gate", ["pre-promote"])
def test_no_other_gate_reads_what_lies_in_controls(gate: str, attested: Attested, tmp_path: Path) -> None:
    release = attested.copied(tmp_path)
    before = release.report(gate=gate).to_dict()
    for name in ("attestation.dsse.json", "report.json", "reports/a.dsse.json"):
        release.path(f"controls/{name}").parent.mkdir(exist_ok=True)
        release.path(f"controls/{name}").write_bytes(b"\x00 no JSON")
    assert release.report(gate=gate).to_dict() == before


def test_a_bundle_of_evidence_has_what_is_attested(attested: Attested) -> None:
    found = given.read([], [PACK], base=attested.folder, now=LATER, trust=attested.trust())
    spec = yaml.safe_load(attested.record.read_text("utf-8"))["spec"]
    (held,) = [entry for entry in found.verifications if entry["type"] == "controls"]
    assert held.pop("revision").startswith("2026-11-22T00:00:00Z-")
    assert held == {
        "type": "controls",
        "file": "controls/attestation.dsse.json",
        "attester": "release-attester",
        "pack": spec["evidencePack"]["sha256"],
        "service": spec["service"],
        "version": spec["version"],
        "commit": spec["commit"],
        "images": [image.partition("@")[2] for image in spec["images"]],
        "created": "2026-11-22T00:00:00Z",
        "overall": True,
        "failed": [],
        "objections": [],
        "waivers": [],
    }

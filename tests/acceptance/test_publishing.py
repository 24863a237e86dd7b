"""The gate ``publish``: what was attested goes out, and nothing does that was changed since."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from gatelib.bundle import given
from gatelib.errors import ConfigError
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
WORKER: Final = f"sha256:{'5e' * 32}"
ANOTHER: Final = f"{WORTHLESS} the pack's `release.yaml` is another record than the one that is judged"


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
            "  images:\n", f"  images:\n    - registry.example.com/payments-worker@{WORKER}\n"
        )
    )


def another_change(release: Attested) -> None:
    """Another change than the attested one, which is in no field that the rule compares."""
    asked = release.record.read_text("utf-8").replace("PAY-1190", "PAY-6666")
    (release.folder / "asked.yaml").write_text(asked)


def beside(text: str) -> Callable[[Attested], None]:
    """Judge the attested record from elsewhere, and have another one in the pack."""

    def change(release: Attested) -> None:
        content = release.record.read_bytes()
        (release.folder / "asked.yaml").write_bytes(content)
        release.record.write_bytes(content + text.encode())

    return change


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
        "another record in the pack: with a second Release",
        beside("---\napiVersion: gatelib.dev/v2\nkind: Release\n"),
        one(ANOTHER),
        {"record": "asked.yaml"},
    ),
    Attack(
        "another record in the pack: one that cannot be read",
        beside("---\na: ["),
        one(ANOTHER),
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


@pytest.mark.parametrize(
    "change", [another_record, another_change], ids=["one image more", "in a field that no rule compares"]
)
def test_another_record_than_the_attested_one_does_not_go_out(
    change: Callable[[Attested], None], attested: Attested, tmp_path: Path
) -> None:
    release = attested.copied(tmp_path)
    change(release)
    ((rule, message),) = said(published(release, record="asked.yaml"))
    assert rule == "GL-REL-027"
    assert message.startswith(f"{WORTHLESS} attested ")
    assert message.endswith("; the Release record has changed since it was attested")


def test_a_pass_that_no_report_says_counts_for_nothing(attested: Attested, tmp_path: Path) -> None:
    release = attested.copied(tmp_path)
    claimed(release)
    (found,) = said(published(release))
    assert found[0] == "GL-REL-027"
    assert found[1].startswith(
        f"{WORTHLESS} `SEC-01` is attested as `pass`, and the reports say `SEC-01` is `fail`"
    )


def test_a_catalogue_that_cannot_be_read_is_an_error_and_no_finding(
    attested: Attested, tmp_path: Path
) -> None:
    release = attested.copied(tmp_path)
    config = {**release.config(), "attestation": {"controls": "missing.yaml"}}
    (release.folder / "gatelib.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    with pytest.raises(ConfigError) as caught:
        published(release)
    assert Path(str(caught.value.file)).name == "missing.yaml"


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
        "config": {"judged": [sha256(release_config(attested)).hexdigest()], "in_force": ""},
    }


def release_config(release: Attested) -> bytes:
    return (release.folder / "gatelib.yaml").read_bytes()


class TestTheRecord:
    """The one that is judged is the one that is attested, wherever it lies."""

    @pytest.fixture
    def release(self, attested: Attested, tmp_path: Path) -> Attested:
        """Return a release whose record lies beside its pack."""
        release = attested.copied(tmp_path)
        release.record.rename(release.folder / "release.yaml")
        return release

    def test_a_record_outside_the_pack_is_published(self, release: Attested) -> None:
        found = published(release, record="release.yaml")
        assert (found.outcome, said(found)) == ("pass", [])

    def test_a_record_among_manifests_is_published(self, release: Attested) -> None:
        (release.folder / "release.yaml").rename(release.folder / "payments" / "release.yaml")
        assert said(published(release, record="payments")) == []

    def test_a_record_from_standard_input_is_published(self, release: Attested) -> None:
        gate = release.gate(gate="publish", now=moment(LATER))
        with (release.folder / "release.yaml").open("rb") as file:
            assert said(gate.check(["-"], stdin=file)) == []

    def test_an_attestation_is_of_one_file(self, release: Attested) -> None:
        content = (release.folder / "release.yaml").read_bytes()
        (release.folder / "second.yaml").write_bytes(content + b"# another file\n")
        gate = release.gate(gate="publish", now=moment(LATER))
        wanted = one(f"{WORTHLESS} several judged files hold a Release, and it is of one")
        errors = [("GL-ERR-006", "gate `publish` requires exactly 1 of `gatelib.dev/Release`, and has 2")]
        assert said(gate.check(["release.yaml", "second.yaml"])) == [*errors, *wanted, *wanted]

    @pytest.mark.parametrize(
        "kind", ['"\\x52elease"', '"\\u0052ele\\\n  ase"'], ids=["escaped", "escaped on two lines"]
    )
    def test_a_release_is_seen_however_it_is_written(self, kind: str, release: Attested) -> None:
        place = release.folder / "release.yaml"
        text = place.read_text("utf-8").replace("kind: Release", f"kind: {kind}")
        place.write_text(text)
        wanted = one(f"{WORTHLESS} the Release record has changed since it was attested")
        assert said(published(release, record="release.yaml")) == wanted

    def test_a_record_that_two_readers_count_differently_ends_no_run(self, release: Attested) -> None:
        with (release.folder / "release.yaml").open("a") as file:
            file.write("---\napiVersion: gatelib.dev/v2\nkind: Release\n")
        found = said(published(release, record="release.yaml"))
        reason = "the Release record: holds 2 Release records, and there must be one"
        assert ("GL-REL-027", f"{WORTHLESS} {reason}") in found

    def test_a_version_with_a_space_before_it_is_itself(self, tmp_path: Path) -> None:
        release = Attested(tmp_path)
        release.replace("release.yaml", "version: 2.14.0", 'version: " 2.14.0"')
        release.seal().attest()
        assert said(published(release)) == []


def test_another_configuration_than_the_one_that_judged_is_named(attested: Attested, tmp_path: Path) -> None:
    release = attested.copied(tmp_path)
    before = sha256(release_config(release)).hexdigest()
    with (release.folder / "gatelib.yaml").open("a") as file:
        file.write("# of another day\n")
    found = published(release)
    warned = [(finding.rule, finding.message) for finding in found.findings if finding.action == "warn"]
    message = f"{SUBJECT} rests on another configuration than the one in force: `{before}`"
    assert (found.outcome, said(found), warned) == ("pass", [], [("GL-REL-027", message)])

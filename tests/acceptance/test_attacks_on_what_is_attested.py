"""What is attested is what was judged: this record, this pack, these images, by the rules of this bundle."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
import yaml

from gatelib import dsse
from gatelib.attestation import assembling, making, statements, vouched
from gatelib.attestation.making import Made
from gatelib.bundle import archive, build, definition, signatures
from gatelib.bundle.loading import SIGNATURES
from gatelib.controls import load
from gatelib.errors import EvidenceError, SignatureError, UsageError
from gatelib.evidence import release as releases
from gatelib.keys import verification_key
from gatelib.policy import shipped
from gatelib.report import Report
from tests.attestation_changes import LEAK, REPORT, rewritten
from tests.attestations import BUNDLE, BUNDLER, CLOCK, RUNNER, Attested
from tests.engines import need
from tests.opa_server import opa_server
from tests.paths import ROOT
from tests.release import PACK, key, public

RECORD: Final = f"{PACK}/release.yaml"
SIGNED_REPORT: Final = "gate.dsse.json"
OWN: Final = "own.tar.gz"
SUBJECT: Final = "the control attestation of release `payments-2.14.0`"
OTHER_RECORD: Final = "the gate has not judged this Release record"
OTHER_PACK: Final = "the gate was not given the pack that the Release names"
NO_RULES: Final = "nobody vouches for the rules that ran: name a signed bundle with `--bundle`, and its key"
SIMPLE: Final = """\
schema: 1
controls:
  - id: SC-01
    name: Supply Chain
    evidence: [{path: sbom/*.json}, {path: scans/trivy.sarif}]
    assert: [{type: sarif_no_levels, levels: [CRITICAL, HIGH]}]
"""
"""A catalogue of the simple form, in which no control has the rule on secrets."""


@pytest.fixture(scope="module")
def attested(tmp_path_factory: pytest.TempPathFactory) -> Attested:
    release = Attested(tmp_path_factory.mktemp("attested")).seal()
    release.attest()
    return release


@pytest.fixture(scope="module")
def _leaking(tmp_path_factory: pytest.TempPathFactory) -> Attested:
    release = Attested(tmp_path_factory.mktemp("leaking"))
    release.edit("scans/gitleaks.json", lambda found: found.append(LEAK))
    return release.seal()


@pytest.fixture
def leaking(_leaking: Attested, tmp_path: Path) -> Attested:
    """Return a release with a secret in it, which only `GL-REL-004` finds."""
    return _leaking.copied(tmp_path)


def judged(release: Attested, **settings: Any) -> Report:
    report: Report = release.report(**{"gate": "pre-promote", "bundle": BUNDLE, **settings})
    return report


def signed(report: Report, release: Attested) -> bytes:
    """Return the runner's signature, as ``gatelib attest report`` makes it."""
    record = release.record.read_bytes()
    return vouched.signed(orjson.dumps(report.to_dict()), record, called="release.yaml", key=key(RUNNER))


def stated(form: bytes, release: Attested) -> bytes:
    """Return the runner's signature over any report, as if it were on the release."""
    record = release.record.read_bytes()
    subject = assembling.subject(record, called="release.yaml")
    pack = releases.read(record, file="release.yaml").sha256
    assert pack is not None
    statement = {
        "_type": statements.STATEMENT,
        "subject": statements.subjects(subject.images, pack, subject.sha256),
        "predicateType": statements.REPORT,
        "predicate": {},
    }
    payload = json.dumps(statement).encode().replace(b"{}", form)
    return dsse.sign(payload, dsse.IN_TOTO, [key(RUNNER)]).to_json()


def published(release: Attested, record: str = RECORD) -> list[tuple[str, str]]:
    """Return what denies, or is in error, at the gate `publish` half an hour later."""
    found = release.gate(gate="publish", now="2026-11-22T00:30:00Z").check([record])
    denied = [(finding.rule, finding.message) for finding in found.findings if finding.action == "deny"]
    return [*denied, *((problem.code, problem.message) for problem in found.errors)]


def denied(message: str) -> list[tuple[str, str]]:
    return [("GL-REL-027", f"{SUBJECT} {message}")]


def statuses(made: Made) -> dict[str, str]:
    return {control.id: control.status for control in made.attestation.controls}


def own_bundle(release: Attested, text: str, signer: str = BUNDLER) -> dict[str, bytes]:
    """Give a release a bundle with more in its definition, and return the files of it."""
    place = release.folder / "own-bundle.yaml"
    place.write_text((ROOT / "bundles" / "pre-promote.yaml").read_text("utf-8") + text)
    files = dict(build.files(definition.read(place, shipped()), created=CLOCK))
    signature = signatures.sign(files, key(signer))
    (release.folder / OWN).write_bytes(archive.write({**files, SIGNATURES: signature}))
    return files


def simple(release: Attested) -> Path:
    place = release.folder / "simple.yaml"
    place.write_text(SIMPLE)
    return place


class TestTheRecord:
    """A report is about the record that was judged, and no other."""

    def test_a_report_on_another_version_is_not_taken(self, attested: Attested, tmp_path: Path) -> None:
        release = attested.copied(tmp_path)
        report = judged(release)
        content = signed(report, release)
        release.replace("release.yaml", "version: 2.14.0", "version: 9.9.9")
        with pytest.raises(SignatureError, match="the report is about another release, or another pack"):
            release.make(reports={SIGNED_REPORT: content})
        with pytest.raises(EvidenceError, match="the report is not on this Release record"):
            signed(report, release)

    def test_a_runner_who_signs_it_nevertheless_proves_nothing(
        self, attested: Attested, tmp_path: Path
    ) -> None:
        release = attested.copied(tmp_path)
        form = orjson.dumps(judged(release).to_dict())
        release.replace("release.yaml", "version: 2.14.0", "version: 9.9.9")
        release.declare("TEN-01")
        made = release.attest(reports={SIGNED_REPORT: stated(form, release)})
        assert (made.attestation.objections, made.attestation.overall) == ((OTHER_RECORD,), False)
        assert set(statuses(made).values()) == {"not evaluated", "not applicable"}

    @pytest.mark.parametrize("given", [("-", ["payments"]), (RECORD, ["-"])], ids=["record", "manifests"])
    def test_standing_for_standard_input_it_is_not_attested(
        self, given: tuple[str, list[str]], attested: Attested, tmp_path: Path
    ) -> None:
        release = attested.copied(tmp_path)
        (release.folder / "-").write_bytes(release.record.read_bytes())
        record, paths = given
        with pytest.raises(UsageError, match="is about files, and not about standard input"):
            making.make(release.gate(gate="pre-promote", bundle=BUNDLE), record, paths, clock=CLOCK)

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("---\napiVersion: gatelib.dev/v2\nkind: Release\n", "holds 2 Release records"),
            ("---\na: [", "not valid YAML"),
        ],
        ids=["a second one", "broken YAML"],
    )
    def test_one_that_cannot_be_read_is_a_fault(
        self, text: str, says: str, attested: Attested, tmp_path: Path
    ) -> None:
        release = attested.copied(tmp_path)
        good = release.record.read_bytes()
        (release.folder / "good.yaml").write_bytes(good)
        release.record.write_bytes(good + text.encode())
        for approvers in (release.trust().approvers, ()):
            ((check, message),) = release.faults(trust=replace(release.trust(), approvers=approvers))
            assert (check, says in message) == ("release", True), message
        another = (
            "counts for nothing: the pack's `release.yaml` is another record than the one that is judged"
        )
        assert published(release, "good.yaml") == denied(another)

    @pytest.mark.parametrize(
        ("field", "value", "what"),
        [("changes", [], "are other changes"), ("name", "other", "is another name")],
        ids=["changes", "name"],
    )
    def test_its_changes_and_its_name_are_those_that_are_attested(
        self, field: str, value: Any, what: str, attested: Attested, tmp_path: Path
    ) -> None:
        release = attested.copied(tmp_path)
        rewritten(release, lambda statement: statement["predicate"]["release"].update({field: value}))
        ((check, message),) = release.faults()
        assert (check, message.partition(":")[0]) == (
            "release",
            f"attested {what} than the Release's",
        )
        assert published(release) == denied(f"counts for nothing: {message}")

    def test_one_with_other_changes_is_not_published(self, attested: Attested, tmp_path: Path) -> None:
        release = attested.copied(tmp_path)
        text = release.record.read_text("utf-8")
        other = text.replace("Refunds in several currencies", "Something else")
        assert other != text
        (release.folder / "other.yaml").write_text(other)
        ((rule, message),) = published(release, "other.yaml")
        assert (rule, "the Release record has changed since it was attested" in message) == (
            "GL-REL-027",
            True,
        )

    def test_a_space_before_the_version_is_none_of_it(self, tmp_path: Path) -> None:
        release = Attested(tmp_path)
        release.replace("release.yaml", "version: 2.14.0", 'version: " 2.14.0"')
        release.seal().attest()
        assert (release.faults(), published(release)) == ([], [])


class TestThePack:
    """A report is about the pack that the gate was given, and not about one whose manifest it has read."""

    @pytest.fixture
    def report(self, attested: Attested, leaking: Attested) -> Report:
        """Return a report on the good pack, in which the manifest of the other one is a path."""
        paths = [str(attested.record), "payments", f"{PACK}/MANIFEST.sha256"]
        gate = leaking.gate(gate="pre-promote", bundle=BUNDLE, evidence=[str(attested.pack)])
        report = gate.check(paths)
        assert report.outcome == "pass"
        return report

    def test_a_runner_signs_no_report_on_another_pack(self, report: Report, leaking: Attested) -> None:
        with pytest.raises(EvidenceError, match="the report is not on this Release record"):
            signed(report, leaking)

    def test_a_report_that_is_signed_nevertheless_proves_nothing(
        self, report: Report, leaking: Attested
    ) -> None:
        made = leaking.attest(reports={SIGNED_REPORT: stated(orjson.dumps(report.to_dict()), leaking)})
        assert (made.attestation.objections, made.attestation.overall) == ((OTHER_PACK, OTHER_RECORD), False)
        assert set(statuses(made).values()) == {"not evaluated", "not applicable"}


class TestTheRules:
    """They are those of a bundle that its owner signed, all of them, and they deny."""

    def test_a_server_that_says_the_bundles_revision_is_not_the_signed_bundle(self, tmp_path: Path) -> None:
        need("opa")
        release = Attested(tmp_path)
        release.edit("scans/gitleaks.json", lambda found: found.append(LEAK))
        release.seal()
        config = release.config()
        parameters = {"parameters": config.pop("parameters")}
        (release.folder / "gatelib.yaml").write_text(yaml.safe_dump(config))
        files = own_bundle(release, yaml.safe_dump(parameters))
        (name,) = (name for name in files if name.endswith("secrets_found.rego"))
        assert b"deny contains" in files[name]
        edited = {**files, name: files[name].replace(b"deny contains", b"nothing contains")}
        (release.folder / "edited.tar.gz").write_bytes(archive.write(edited))
        with opa_server("-b", release.folder / "edited.tar.gz") as server:
            made = release.attest(bundle=OWN, engine="opa-server", opa=server.connection)
        assert (made.attestation.objections, made.attestation.overall) == ((NO_RULES,), False)
        assert set(statuses(made).values()) == {"not evaluated", "not applicable"}

    def test_those_left_out_by_choosing_others_are_an_objection(self, tmp_path: Path) -> None:
        """Nor is it enough to sign that the control which has them is not applicable."""
        release = Attested(tmp_path)
        entry = "    - control: SEC-01\n      reason: no secrets\n      approver: lea@example.com\n"
        first = "    - control: TEN-01"
        release.replace("release.yaml", first, entry + first)
        release.edit("scans/gitleaks.json", lambda found: found.append(LEAK))
        release.seal()
        others = {"GL-K8S-011", "GL-K8S-012", "GL-REL-004"}
        rules = {rule for control in load().controls for rule in control.rules}
        made = release.attest(rules=sorted(rules - others))
        objection = "rules were left out: `GL-K8S-011`, `GL-K8S-012`, `GL-REL-004`"
        assert (made.attestation.objections, made.attestation.overall) == ((objection,), False)
        assert ("result", objection) in release.faults()
        assert [rule for rule, _ in published(release)] == ["GL-REL-027"]

    def test_those_that_no_control_of_another_catalogue_has_count_too(self, leaking: Attested) -> None:
        found = leaking.make(controls=simple(leaking)).attestation
        assert (found.overall, found.objections) == (
            False,
            ("rule `GL-REL-004` denies, and no control has it", "the gate's outcome is `fail`"),
        )

    def test_those_left_out_that_no_control_of_another_catalogue_has_count_too(
        self, leaking: Attested
    ) -> None:
        catalogue = simple(leaking)
        rules = sorted({rule for control in load(catalogue).controls for rule in control.rules})
        found = leaking.make(controls=catalogue, rules=rules).attestation
        assert found.overall is False
        (objection,) = found.objections
        assert objection.startswith("rules were left out: ")
        assert "`GL-REL-004`" in objection

    def test_whoever_attests_names_no_keys_for_the_bundle(self, attested: Attested, tmp_path: Path) -> None:
        release = attested.copied(tmp_path)
        own_bundle(release, "parameters:\n  scorecard: {min_score: 0}\n", signer="mine")
        keys = [verification_key(public("mine"), keyid="mine")]
        with pytest.raises(UsageError, match="whoever attests names no keys for the bundle"):
            release.make(bundle=OWN, verification_keys=keys)
        with pytest.raises(SignatureError, match="the signature names the key `mine`"):
            release.make(bundle=OWN)

    def test_a_deny_that_is_staged_to_warn_proves_no_control(self, leaking: Attested) -> None:
        own_bundle(leaking, "actions:\n  GL-REL-004: {action: warn, until: '2026-12-31'}\n")
        made = leaking.make(bundle=OWN)
        open_ = {control: status for control, status in statuses(made).items() if status != "pass"}
        assert open_ == {"SEC-01": "not evaluated", "TEN-01": "not applicable"}
        assert made.attestation.overall is False

    def test_a_key_that_names_a_rule_makes_no_unread_file_one_of_a_rule(
        self, attested: Attested, tmp_path: Path
    ) -> None:
        release = attested.copied(tmp_path)
        (release.folder / "payments" / "zz.yaml").write_text(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: payments}\n"
            "data:\n  'rule `X-1`': a\n  'rule `X-1`': b\n"
        )
        assert set(statuses(release.make()).values()) == {"not evaluated", "not applicable"}


def test_another_configuration_than_the_one_given_is_named(attested: Attested, tmp_path: Path) -> None:
    release = attested.copied(tmp_path)
    config = release.config()
    config["parameters"]["scorecard"] = {"min_score": 0}
    (release.folder / "own.yaml").write_text(yaml.safe_dump(config))
    release.attest(config="own.yaml")
    said = "not checked: the configuration that was in force: it is another one than the one given\n"
    assert verified(release, "gatelib.yaml").startswith(said)


class TestTheManifests:
    """They run the release's images, or prove nothing of it."""

    def test_those_of_something_else_are_an_objection_to_a_signed_report_too(
        self, attested: Attested, tmp_path: Path
    ) -> None:
        release = attested.copied(tmp_path)
        (image,) = assembling.subject(release.record.read_bytes(), called="release.yaml").images
        digest = image.partition("@sha256:")[2]
        release.replace("payments/payments.yaml", digest, "0" * 64)
        (release.folder / "images").mkdir()
        record = next(yaml.safe_load_all((ROOT / "examples/evidence/images.yaml").read_text("utf-8")))
        record["spec"] |= {"image": "ghcr.io/intelgraph/payments", "digest": f"sha256:{'0' * 64}"}
        (release.folder / "images" / "one.yaml").write_text(yaml.safe_dump(record))
        made = release.attest(reports={SIGNED_REPORT: signed(judged(release), release)})
        objection = f"no manifest runs the release's image `{image}`"
        assert (made.attestation.objections, made.attestation.overall) == ((objection,), False)
        assert release.faults() == [("result", objection)]
        assert published(release) == denied(f"says what speaks against the release: {objection}")

    def test_a_report_without_any_takes_nothing_from_one_that_has_them(
        self, attested: Attested, tmp_path: Path
    ) -> None:
        release = attested.copied(tmp_path)
        alone = release.gate(gate="pre-promote", bundle=BUNDLE).check([RECORD])
        reports = {"a.dsse.json": signed(alone, release), "b.dsse.json": signed(judged(release), release)}
        made = release.attest(reports=reports)
        assert (made.attestation.objections, made.attestation.overall) == ((), True)
        assert (release.faults(), published(release)) == ([], [])


class TestAForgedReport:
    """One of another form is a fault, and no exception."""

    def test_clauses_are_those_of_a_framework(self, attested: Attested, tmp_path: Path) -> None:
        release = attested.copied(tmp_path)

        def other(statement: Any) -> None:
            statement["predicate"]["controls"][0]["clauses"] = [{"framework": "soc2", "clause": "CC99.9"}]

        rewritten(release, other)
        ((check, message),) = release.faults()
        assert (check, "`SC-01` is attested as `pass`" in message) == ("controls", True), message
        assert published(release) == denied(f"counts for nothing: {message}")

    def test_a_runner_signs_none_that_is_too_deep(self, attested: Attested) -> None:
        form = deepened(judged(attested).to_dict(), 400)
        record = attested.record.read_bytes()
        with pytest.raises(EvidenceError, match="cannot be stated: Recursion limit reached"):
            vouched.signed(form, record, called="release.yaml", key=key(RUNNER))

    def test_one_that_is_deeper_than_json_is_read_is_a_fault(
        self, attested: Attested, tmp_path: Path
    ) -> None:
        release = attested.copied(tmp_path)
        report = judged(release)
        release.attest(reports={SIGNED_REPORT: signed(report, release)})
        content = stated(deepened(report.to_dict(), 1100), release)
        with pytest.raises(SignatureError, match="holds no JSON"):
            release.make(reports={SIGNED_REPORT: content})
        replaced(release, f"controls/reports/{SIGNED_REPORT}", content)
        message = f"`controls/reports/{SIGNED_REPORT}`: holds no JSON"
        assert release.faults() == [("report", message)]
        assert published(release) == denied(f"counts for nothing: {message}")

    @pytest.mark.parametrize(
        "fact",
        [{"severity": "high", "id": [1]}, {"severity": "high", "count": "abc"}],
        ids=["a list for an ID", "a text for a count"],
    )
    def test_facts_of_another_form_are_counted_and_raise_nothing(
        self, fact: Mapping[str, Any], attested: Attested, tmp_path: Path
    ) -> None:
        release = attested.copied(tmp_path)
        catalogue = simple(release)
        assert release.attest(controls=catalogue).attestation.overall is True
        form = json.loads(release.path(REPORT).read_bytes())
        for file in form["evidence"]:
            if file["role"] == "scan":
                file["facts"] = [fact]
        replaced(release, REPORT, json.dumps(form).encode())
        assert release.faults(catalogue=load(catalogue)) == [
            (
                "controls",
                "`SC-01` is attested as `pass`, and the reports say `SC-01` is `fail`: "
                "GL-REL-003 1 of level `HIGH`, which the catalogue forbids",
            )
        ]


def deepened(form: dict[str, Any], levels: int) -> bytes:
    """Return a report with a fact that is so many objects deep."""
    form["evidence"][0]["facts"] = [{"deep": "here"}]
    content = json.dumps(form)
    assert content.count('"here"') == 1
    return content.replace('"here"', '{"a":' * levels + "{}" + "}" * levels).encode()


def replaced(release: Attested, name: str, content: bytes) -> None:
    """Replace the one report of an attestation, and have the attester say so."""

    def change(statement: Any) -> None:
        statement["predicate"]["reports"][0]["sha256"] = sha256(content).hexdigest()

    release.path(name).write_bytes(content)
    rewritten(release, change)


def verified(release: Attested, config: str) -> str:
    call = [PACK, "--config", config, "--bundle", BUNDLE, "--as-of", "2026-11-22T00:30:00Z"]
    found = subprocess.run(
        [sys.executable, "-m", "gatelib", "attest", "verify", *call],
        cwd=release.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stderr) == (0, "")
    return found.stdout

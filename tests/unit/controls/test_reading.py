from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gatelib import controls, resources
from gatelib.controls import Catalogue, Control, EvidencePath
from gatelib.controls.paths import evidence_path, fits, judging_rules
from gatelib.errors import ConfigError
from gatelib.evidence.layout import shipped as layout
from tests.unit.controls.files import SIMPLE, altered, line_of, write

FULL = """\
schema: gatelib.dev/controls/v1
controls:
  - id: ACME-1
    name: Nothing known is shipped
    statement: No scan finds what attackers know.
    owner: security
    evidence: [scans/*.sarif]
    subjects: [workloads]
    rules: [GL-REL-003, GL-IMG-003]
"""


NO_PATH = "does not have the right form: a path inside the pack"
NO_SCHEMA = "`schema` must be one of `gatelib.dev/controls/v1`, `1`"


def one(text: str, evidence: str, asserts: str = "") -> str:
    """Return a catalogue of the simple form with one control."""
    return f"schema: 1\ncontrols:\n  - id: A-1\n    name: {text}\n    evidence: {evidence}\n{asserts}"


def refused(tmp_path: Path, text: str) -> tuple[str, int | None]:
    with pytest.raises(ConfigError) as caught:
        controls.load(write(tmp_path / "controls.yaml", text))
    assert caught.value.file == str(tmp_path / "controls.yaml")
    assert caught.value.hint
    return caught.value.message, caught.value.line


# The full form


def test_a_control_of_the_full_form_says_all_that_the_file_says(tmp_path: Path) -> None:
    assert controls.load(write(tmp_path / "controls.yaml", FULL)) == Catalogue(
        controls=(
            Control(
                id="ACME-1",
                name="Nothing known is shipped",
                statement="No scan finds what attackers know.",
                owner="security",
                evidence=(EvidencePath(path="scans/*.sarif", roles=("scan",), exact=False),),
                rules=("GL-REL-003", "GL-IMG-003"),
                levels=(),
                subjects=("workloads",),
            ),
        ),
        sha256=hashlib.sha256(FULL.encode()).hexdigest(),
        simple=False,
    )


def test_without_a_path_the_shipped_catalogue_is_loaded() -> None:
    found = controls.load()
    assert found == controls.load(resources.controls() / "catalog.yaml")
    assert [control.id for control in found.controls] == [
        *("SC-01", "SC-02", "PL-01", "REL-01", "DB-01", "FIN-01", "DR-01"),
        *("SEC-01", "DLP-01", "TEN-01", "RUN-01", "PERF-01"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    owner: finops\n", "", "`controls.5` lacks `owner`"),
        ("owner: finops", "owner: ' '", "`controls.5.owner` does not have the right form: some text"),
        ("owner: finops", "onwer: finops", "`controls.5` lacks `owner`"),
        ("[GL-REL-016]", "[]", "`controls.11.rules` must not be empty"),
        ("    rules: [GL-REL-016]\n", "", "`controls.11` lacks `rules`"),
        ("[GL-REL-016]", "[GL-REL-016, GL-REL-016]", "`controls.11.rules` must not name anything twice"),
        ("schema: gatelib.dev/controls/v1", "schema: 2", NO_SCHEMA),
        ("schema: gatelib.dev/controls/v1", "schema: true", NO_SCHEMA),
        ("      - keys/inventory.json", "      - ../keys/inventory.json", NO_PATH),
        ("      - keys/inventory.json", "      - /keys/inventory.json", NO_PATH),
        ("      - keys/inventory.json", "      - keys/inventory.jso?", NO_PATH),
        ("  - id: PERF-01", "  - id: 'PERF 01'", "does not have the right form: letters and digits"),
    ],
)
def test_what_breaks_the_schema_is_refused_with_what_it_breaks(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        controls.load(altered(tmp_path, old, new))
    assert message in caught.value.message
    assert caught.value.line is not None


def test_a_mistake_is_shown_at_its_line(tmp_path: Path) -> None:
    file = altered(tmp_path, "    owner: finops\n", "    owner: 7\n")
    with pytest.raises(ConfigError) as caught:
        controls.load(file)
    assert (caught.value.message, caught.value.line) == (
        "`controls.5.owner` must be a string",
        line_of(file, "owner: 7"),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the document lacks `schema`"),
        ("schema: gatelib.dev/controls/v1\n", "the document lacks `controls`"),
        ("schema: gatelib.dev/controls/v1\ncontrols: []\n", "`controls` must not be empty"),
        ("[]", "the document must be an object"),
    ],
)
def test_a_file_without_controls_is_refused(tmp_path: Path, text: str, message: str) -> None:
    assert refused(tmp_path, text)[0] == message


def test_a_second_document_in_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^.*:11: a control catalogue is one document$"):
        controls.load(write(tmp_path / "controls.yaml", f"{FULL}---\n{FULL}"))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        controls.load(tmp_path / "none.yaml")


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    message, line = refused(tmp_path, FULL.replace("    owner: security\n", "    owner: a\n    owner: b\n"))
    assert (line, "owner" in message) == (7, True)


def test_two_controls_with_one_id_are_refused(tmp_path: Path) -> None:
    again = FULL + FULL.split("controls:\n")[1]
    assert refused(tmp_path, again) == ("there are two controls `ACME-1`", 10)


def test_evidence_that_no_pack_can_have_is_refused(tmp_path: Path) -> None:
    text = FULL.replace("[scans/*.sarif]", "[scan/*.sarif]")
    assert refused(tmp_path, text) == ("no file of a pack has the path `scan/*.sarif`", 7)


def test_a_control_that_names_neither_evidence_nor_documents_is_refused(tmp_path: Path) -> None:
    text = FULL.replace("[scans/*.sarif]", "[]").replace("    subjects: [workloads]\n", "")
    assert refused(tmp_path, text) == ("control `ACME-1` has no evidence", 3)


# The simple form


def test_the_simple_form_is_taken_as_it_is(tmp_path: Path) -> None:
    def control(
        id_: str, name: str, rules: tuple[str, ...], *evidence: EvidencePath, levels: tuple[str, ...] = ()
    ) -> Control:
        return Control(
            id=id_, name=name, statement="", owner="", evidence=evidence, rules=rules, levels=levels
        )

    def path(path: str, role: str, *, exact: bool = False) -> EvidencePath:
        return EvidencePath(path=path, roles=(role,), exact=exact)

    assert controls.load(write(tmp_path / "controls.yaml", SIMPLE)) == Catalogue(
        controls=(
            control(
                "SC-01",
                "Supply chain — SBOM & scans",
                ("GL-REL-003", "GL-REL-023"),
                path("sbom/sbom-*.json", "sbom", exact=True),
                path("scans/trivy.sarif", "scan", exact=True),
                levels=("CRITICAL", "HIGH"),
            ),
            control(
                "SC-02",
                "Signing & provenance",
                ("GL-REL-005",),
                path("provenance/*.json", "provenance", exact=True),
            ),
            control(
                "REL-01",
                "Canary & SLO burn",
                ("GL-REL-007",),
                path("rollout/canary-metrics.json", "canary"),
                path("rollout/slo-burn.json", "slo-burn"),
            ),
            control(
                "DB-01",
                "Schema lints & shadow reads",
                ("GL-REL-002", "GL-REL-008"),
                path("schema/migrate-lint.txt", "migration-lint-log"),
                path("schema/shadow-read.txt", "shadow-read-log"),
            ),
            control("DR-01", "Drills", ("GL-REL-010",), path("chaos-dr/run-*.json", "dr-drill")),
        ),
        sha256=hashlib.sha256(SIMPLE.encode()).hexdigest(),
        simple=True,
    )


def test_an_assert_proves_beyond_what_the_evidence_does(tmp_path: Path) -> None:
    text = one("Scanned", "[sbom/*.json]", "    assert: [{type: sarif_no_levels, levels: [HIGH]}]\n")
    assert controls.load(write(tmp_path / "c.yaml", text)).controls[0].rules == ("GL-REL-003", "GL-REL-023")


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        (
            one("A", "[sbom/*.json]", "    assert:\n      - type: sarif_no_level\n        levels: [HIGH]\n"),
            "`controls.0.assert.0.type` must be one of `sarif_no_levels`, `cosign_verify_attestation`",
            7,
        ),
        (
            one("A", "[sbom/*.json]", "    assert:\n      - type: sarif_no_levels\n"),
            "`controls.0.assert.0` lacks `levels`",
            7,
        ),
        (
            one("A", "[sbom/*.json]", "    assert: [{type: cosign_verify_attestation, levels: [HIGH]}]\n"),
            "there is no `controls.0.assert.0.levels`",
            6,
        ),
        (
            one("A", "[sbom/*.json]", "    asserts: []\n"),
            "there is no `controls.0.asserts`; did you mean `assert`?",
            6,
        ),
        (one("A", "[proofs/*.json]"), "no file of a pack has the path `proofs/*.json`", 5),
        (one("A", "[{path: sbom}]"), "no file of a pack has the path `sbom`", 5),
        (one("A", "[{file: sbom/*.json}]"), "`controls.0.evidence.0` lacks `path`", 5),
        (one("A", "[7]"), "`controls.0.evidence.0` must be a string or an object", 5),
        (one("A", "[]"), "`controls.0.evidence` must not be empty", 5),
        (one("A", "[sbom/*.json, sbom/*.json]"), "control `A-1` names `sbom/*.json` twice", 5),
        (
            one("A", "[sbom/*.json]", "    assert: [{type: cosign_verify_attestation}]\n").replace(
                "    evidence: [sbom/*.json]\n", ""
            ),
            "control `A-1` has no evidence",
            3,
        ),
        ("schema: 1\ncontrols:\n  - id: A-1\n    name: A\n", "control `A-1` has no evidence", 3),
    ],
)
def test_what_cannot_be_understood_in_the_simple_form_is_refused(
    tmp_path: Path, text: str, message: str, line: int
) -> None:
    assert refused(tmp_path, text) == (message, line)


def test_a_level_that_no_scanner_writes_is_refused_and_not_passed(tmp_path: Path) -> None:
    text = one("A", "[scans/*.sarif]", "    assert: [{type: sarif_no_levels, levels: [CRITCAL]}]\n")
    message, line = refused(tmp_path, text)
    assert (message.partition(" must be one of ")[0], line) == ("`controls.0.assert.0.levels.0`", 6)


# Where paths lead


@pytest.mark.parametrize(
    ("path", "roles", "exact"),
    [
        ("sbom/*.json", ("sbom",), False),
        ("sbom/sbom-*.json", ("sbom",), True),
        ("sbom/a.json", ("sbom",), True),
        ("provenance/escrow/*", ("escrow",), False),
        ("provenance/*.json", ("provenance",), True),
        ("scans/gitleaks.sarif", ("secret-scan",), False),
        ("scans/trivy.sarif", ("scan",), True),
        ("rollout/canary-metrics.json", ("canary",), False),
        ("rollout/canary-1.json", ("canary",), True),
        ("finops/pr-*-cost-diff.json", ("cost",), False),
        ("rollout/*.json", ("slo-burn", "error-budget", "rings", "canary"), True),
        ("tests/*/*.xml", ("tests",), False),
        ("*/keys.json", (), True),
        ("sbom", (), True),
        ("sbom/*", ("sbom",), True),
        ("sbom/*.xml", (), True),
        ("SBOM/*.json", (), True),
    ],
)
def test_a_path_leads_to_the_roles_of_the_layout_that_it_means(
    path: str, roles: tuple[str, ...], exact: bool
) -> None:
    assert evidence_path(path, layout()) == EvidencePath(path=path, roles=roles, exact=exact)


def test_every_path_of_the_layout_leads_to_its_own_role() -> None:
    own = [(path, role) for role, entry in layout()["roles"].items() for path in entry["paths"]]
    assert [(path, evidence_path(path, layout())) for path, _ in own] == [
        (path, EvidencePath(path=path, roles=(role,), exact=False)) for path, role in own
    ]


@pytest.mark.parametrize(
    ("file", "pattern", "fitting"),
    [
        ("sbom/a.json", "sbom/*.json", True),
        ("sbom/.json", "sbom/*.json", True),
        ("sbom/x/a.json", "sbom/*.json", False),
        ("sbom/a.json.bak", "sbom/*.json", False),
        ("old/sbom/a.json", "sbom/*.json", False),
        ("sbom/aXjson", "sbom/*.json", False),
        ("sbom/a.json\n", "sbom/*.json", False),
        ("sbom/a+b.json", "sbom/a+b.json", True),
    ],
)
def test_a_star_stands_for_any_part_of_one_name(file: str, pattern: str, fitting: bool) -> None:
    assert fits(file, pattern) is fitting


def test_a_log_is_judged_by_the_rule_of_the_record_beside_it() -> None:
    found = {
        role: judging_rules(role, layout()) for role in ("migration-lint-log", "shadow-read-log", "sbom")
    }
    assert found == {
        "migration-lint-log": ("GL-REL-002", "GL-REL-008"),
        "shadow-read-log": ("GL-REL-002", "GL-REL-008"),
        "sbom": ("GL-REL-023",),
    }

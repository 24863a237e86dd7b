from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gatelib import controls
from gatelib.cli.main import cli
from gatelib.controls.matrix import render
from gatelib.errors import ConfigError, UsageError
from gatelib.policy import shipped
from tests.paths import ROOT
from tests.unit.controls.files import SIMPLE, altered, line_of, write

RULES = shipped().catalog


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["controls", *arguments], standalone_mode=False)


def test_the_list_names_each_control_with_owner_rules_and_evidence() -> None:
    lines = run("list").output.splitlines()
    assert lines[0].split() == ["ID", "NAME", "OWNER", "RULES", "EVIDENCE"]
    assert [line.split()[0] for line in lines[1:]] == [control.id for control in controls.load().controls]
    assert lines[1].split() == ["SC-01", "SBOM", "and", "scans", "security", "5", "5"]
    assert (
        len({line.index(owner) for line, owner in zip(lines[1:3], ("security", "platform"), strict=True)})
        == 1
    )


def test_a_control_is_shown_with_rules_evidence_and_clauses() -> None:
    assert run("show", "perf-01").output.splitlines() == [
        "PERF-01: Performance budgets",
        "",
        "Under load, a release answers about as fast as the one before, and with next to no errors.",
        "",
        "owner:     sre",
        "evidence:  perf/k6-summary.json",
        "evidence:  perf/k6-baseline.json",
        "",
        "rules:",
        f"  GL-REL-016  {RULES['GL-REL-016']['title']}",
        "",
        "clauses:",
        "  General Data Protection Regulation: Art. 32(1)(b)",
        "  HIPAA Security Rule: Availability is a general requirement of 164.306(a)(1); no standard of "
        "164.308 to 164.316 asks how fast a system answers.",
        "  ISO/IEC 27001 Annex A: 8.6, 8.32",
        "  SOC 2 Trust Services Criteria: CC8.1, A1.1",
        "  NIST SP 800-53: CM-4, SA-11",
        "  SLSA build track: none",
    ]


def test_a_control_of_a_teams_own_catalogue_is_shown(tmp_path: Path) -> None:
    file = write(tmp_path / "controls.yaml", SIMPLE)
    lines = run("show", "SC-01", "--catalog", str(file)).output.splitlines()
    assert lines[:6] == [
        "SC-01: Supply chain — SBOM & scans",
        "",
        "no level:  CRITICAL, HIGH",
        "evidence:  sbom/sbom-*.json",
        "evidence:  scans/trivy.sarif",
        "",
    ]


def test_a_control_that_there_is_not_is_refused() -> None:
    error = run("show", "SC-99").exception
    assert isinstance(error, UsageError)
    assert (error.message, error.hint) == (
        "there is no control `SC-99`",
        "`gatelib controls list` names them all",
    )


@pytest.mark.parametrize("command", [["list"], ["show", "DR-01"]])
def test_names_of_a_catalogue_command_no_terminal_and_no_ci(tmp_path: Path, command: list[str]) -> None:
    file = write(tmp_path / "controls.yaml", SIMPLE.replace("Drills", '"\\u202e##[error]Drills"'))
    output = run(*command, "--catalog", str(file)).output
    assert r"\u202e\x23#[error]Drills" in output


def test_the_matrix_of_one_framework_has_that_one_alone() -> None:
    soc2 = tuple(framework for framework in controls.frameworks() if framework.id == "soc2")
    wanted = render("markdown", controls.load(), soc2, RULES)
    assert run("matrix", "--framework", "soc2").output == wanted


@pytest.mark.parametrize("form", ["markdown", "csv", "html"])
def test_the_matrix_is_written_into_a_file(tmp_path: Path, form: str) -> None:
    file = tmp_path / "matrix"
    done = run("matrix", "--format", form, "-o", str(file))
    assert (done.output, file.read_text("utf-8")) == (
        "",
        render(form, controls.load(), controls.frameworks(), RULES),
    )


def test_a_framework_that_there_is_not_is_refused() -> None:
    error = run("matrix", "--framework", "pci").exception
    assert isinstance(error, UsageError)
    assert (error.message, error.hint) == (
        "there is no framework `pci`",
        "there are gdpr, hipaa, iso27001, soc2, nist-800-53, slsa",
    )


def test_what_ships_is_checked_without_a_file() -> None:
    done = run("check")
    assert (done.return_value, done.output) == (
        0,
        "controls/catalog.yaml: 12 controls checked, 0 problems\n",
    )


def test_crosswalks_that_ship_are_checked_as_well(tmp_path: Path) -> None:
    for folder in ("gatelib", "rego", "controls"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    file = tmp_path / "controls" / "frameworks" / "soc2.yaml"
    text = file.read_text("utf-8")
    assert text.count("id: CC9.1\n") == 1
    write(file, text.replace("id: CC9.1\n", "id: CC9.3\n"))
    done = subprocess.run(
        [sys.executable, "-m", "gatelib", "controls", "check"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr.splitlines(), done.stdout) == (
        1,
        [
            f"{file}:{line_of(file, 'CC9.3')}:9: SOC 2 Trust Services Criteria has no clause `CC9.3`",
            "  its numbers are in controls/contents/soc2.yaml",
        ],
        "controls/catalog.yaml: 12 controls checked, 1 problem\n",
    )


def test_a_catalogue_of_the_simple_form_is_checked(tmp_path: Path) -> None:
    file = write(tmp_path / "controls.yaml", SIMPLE)
    done = run("check", str(file))
    assert (done.return_value, done.output) == (0, f"{file}: 5 controls checked, 0 problems\n")


def test_each_mistake_is_told_with_its_line_and_what_to_do(tmp_path: Path) -> None:
    file = altered(tmp_path, "[GL-REL-016]", "[GL-REL-016, GL-REL-161]")
    done = run("check", str(file))
    line = line_of(file, "GL-REL-161")
    assert (done.return_value, done.stderr.splitlines(), done.stdout) == (
        1,
        [f"{file}:{line}:25: there is no rule `GL-REL-161`", "  did you mean GL-REL-016?"],
        f"{file}: 12 controls checked, 1 problem\n",
    )


def test_a_catalogue_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    error = run("check", str(write(tmp_path / "controls.yaml", "schema: 1\n"))).exception
    assert isinstance(error, ConfigError)
    assert error.message == "the document lacks `controls`"


def test_rules_of_a_teams_own_need_a_control_as_well(tmp_path: Path) -> None:
    policies = tmp_path / "policies"
    policies.mkdir()
    write(
        policies / "regions.rego",
        "# METADATA\n# title: Regions\n# description: Only where we may.\n# custom:\n#   id: ACME-NET-001\n"
        "#   severity: low\n#   controls: [ACME-1]\n#   gates: [pr]\n"
        "#   kinds: [workloads]\n#   scope: document\n"
        "#   remediation: Move it.\n#   since: 1.0.0\npackage gatelib.rules.acme.regions\n\n"
        "import data.gatelib.lib.workloads\n\n"
        "subjects contains workload.document if some workload in workloads.all\n",
    )
    file = altered(tmp_path, "[GL-REL-016]", "[GL-REL-016] ")
    done = run("check", str(file), "--policies", str(policies))
    assert (done.return_value, done.stderr.splitlines()[0]) == (
        1,
        f"{file}:{line_of(file, 'controls:')}:1: rule `ACME-NET-001` proves no control",
    )


@pytest.mark.parametrize("command", ["list", "show", "matrix", "check"])
def test_help_fits_a_screen_and_has_an_example(command: str) -> None:
    text = CliRunner().invoke(cli, ["controls", command, "--help"]).output
    assert len(text.splitlines()) <= 24
    assert f"Example: gatelib controls {command}" in text
